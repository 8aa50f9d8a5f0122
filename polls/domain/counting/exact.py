"""Exact numbers as JSON, and back."""

from __future__ import annotations

from fractions import Fraction

JsonNumber = int | str
Exact = JsonNumber | list[JsonNumber]
"""A whole number, or `[numerator, denominator]` in lowest terms.

A number that programs would round (beyond 2^53) is written as a text of its digits.
"""

_SAFE_MOST = 2**53


def exact(value: int | Fraction) -> Exact:
    """Return a number as JSON without rounding it."""
    fraction = Fraction(value)
    if fraction.denominator == 1:
        return _safe(fraction.numerator)
    return [_safe(fraction.numerator), _safe(fraction.denominator)]


def fraction_of(value: Exact) -> Fraction:
    """Return the number that `exact` wrote."""
    if isinstance(value, list):
        numerator, denominator = value
        return Fraction(int(numerator), int(denominator))
    return Fraction(int(value))


def _safe(whole: int) -> JsonNumber:
    return whole if abs(whole) <= _SAFE_MOST else str(whole)
