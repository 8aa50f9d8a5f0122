"""QR codes, for the projector and for the terminal."""

from __future__ import annotations

import io

import segno


def svg(address: str) -> bytes:
    """Return an SVG picture, dark on white with its quiet zone, that scales to any size."""
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=3, dark="#10262B", light="#ffffff", omitsize=True, xmldecl=False
    )
    return picture.getvalue()


def terminal(address: str) -> str:
    """Return a QR code of block characters for a terminal."""
    picture = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(picture, border=2, compact=True)
    return picture.getvalue()
