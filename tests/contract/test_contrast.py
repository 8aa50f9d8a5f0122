"""The colours of all screens, light and dark, against the grounds they stand on (WCAG 1.4.3, 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static" / "tokens.css"
SIGNS = [f"o{place}" for place in range(12)]
GROUNDS = ("page", "surface")
TEXT = [(ink, ground) for ink in ("ink", "ink-2", "primary", "danger") for ground in GROUNDS]
TEXT += [(tone, f"{tone}-soft") for tone in ("ok", "warn", "danger")]
TEXT += [(f"on-{ground}", ground) for ground in ("primary", "bench", "mark")]
TEXT += [("ink", "sunk"), ("ink-2", "sunk"), ("bench-accent", "bench"), ("ink", "primary-soft")]
DRAWN = [(sign, ground) for sign in SIGNS for ground in GROUNDS]
DRAWN += [
    (line, ground) for line in ("line-strong", "seat-empty", "seat-taken") for ground in GROUNDS
]
DRAWN += [("focus", ground) for ground in (*GROUNDS, "sunk", "focus-halo")]
DRAWN += [("on-o", sign) for sign in SIGNS]
"""Letters on signs are large and bold."""


def tokens_of(theme: str) -> dict[str, str]:
    style = TOKENS.read_text("utf-8")
    rules = {"light": r"\n:root\{(.*?)\n\}", "dark": r'\n\[data-theme="dark"\]\{(.*?)\n\}'}
    found = re.search(rules[theme], style, re.DOTALL)
    assert found is not None
    return dict(re.findall(r"--([\w-]+):(#[0-9A-Fa-f]{6})", found[1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_contrast_that_the_standard_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") < 4.5 < contrast("#767676", "#FFFFFF")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_signs_stand_out_from_their_grounds(theme: str) -> None:
    tokens = tokens_of(theme)
    faint = [
        f"{ink} on {ground}: {contrast(tokens[ink], tokens[ground]):.2f}, not {least}"
        for pairs, least in ((TEXT, 4.5), (DRAWN, 3))
        for ink, ground in pairs
        if contrast(tokens[ink], tokens[ground]) < least
    ]
    assert not faint, "\n".join(faint)
