"""Amounts of money as people of a language write them."""

from __future__ import annotations

from fractions import Fraction

from babel.core import Locale, get_global
from babel.numbers import format_decimal

from polls.domain.counting.exact import Exact, fraction_of

_SIGNS = {"€": "EUR", "£": "GBP"}


def currency_of(unit: str) -> str:
    """Return the currency code that a poll's unit stands for; empty where it is another thing."""
    code = _SIGNS.get(unit, unit)
    return code if code in get_global("all_currencies") else ""


def money(value: Exact | float, unit: str, locale: Locale) -> str:
    """Return an amount with its unit; cents are shown where there are any, rounded to two."""
    amount = Fraction(str(value)) if isinstance(value, float) else fraction_of(value)
    cents = round(amount * 100)
    digits = 0 if cents % 100 == 0 else 2
    number = Fraction(cents, 100)
    rounded = int(number) if digits == 0 else float(number)
    if code := currency_of(unit):
        pattern = locale.currency_formats["standard"]
        return str(pattern.apply(rounded, locale, currency=code, force_frac=(digits, digits)))
    pattern_of_number = "#,##0" + (".00" if digits else "")
    written = str(format_decimal(rounded, format=pattern_of_number, locale=locale))
    return f"{written}\u00a0{unit}" if unit else written
