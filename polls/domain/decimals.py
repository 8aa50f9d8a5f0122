"""Decimal numbers that people type, kept exactly, on the wire as plain JSON numbers."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

DECIMALS_MOST = 6
WHOLE_DIGITS_MOST = 9
"""Together at most 15 digits: a double keeps that many, so JSON and JavaScript lose none."""

_BOUND = 10**WHOLE_DIGITS_MOST

_NUMBER = re.compile(
    rf"([+-]?)([0-9]{{1,{WHOLE_DIGITS_MOST}}})(?:[.,]([0-9]{{1,{DECIMALS_MOST}}}))?", re.ASCII
)
_SPACES = re.compile(r"(?<=[0-9])[\s\u00a0\u202f'’](?=[0-9]{3}(?![0-9]))")


def decimal_of(value: Any) -> Decimal | None:
    """Return a JSON number, or a number that somebody typed, exactly; None if it is none.

    A comma is a decimal sign as a point is; spaces may part thousands: `12,5`, `1 000`.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        text = _SPACES.sub("", value.strip().replace("\u2212", "-"))
    elif -_BOUND < value < _BOUND:
        text = _plain(value)
    else:
        return None
    found = _NUMBER.fullmatch(text)
    if not found:
        return None
    sign, whole, part = found.groups()
    return Decimal(f"{sign}{whole}.{part or '0'}")


def _plain(value: float) -> str:
    """Return a number without an exponent."""
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def json_number(value: Decimal) -> int | float:
    """Return a decimal as the number that JSON carries: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def text_of(value: Decimal) -> str:
    """Return the one way in which a decimal is written: no zeros at its end, no exponent."""
    if value == value.to_integral_value():
        return str(int(value))
    return format(value.normalize(), "f")
