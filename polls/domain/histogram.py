"""Many numbers as a few columns, and what stands in their middle. Exact, by decimals.

Quartiles follow definition 2 of Hyndman and Fan, "Sample quantiles in statistical packages",
The American Statistician 50 (1996): of n ordered values the quantile p is the value number
n·p, rounded up; where n·p is whole, the mean of that value and the next. For the half this is
the usual median. Saying everything k times changes none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from polls.domain.decimals import DECIMALS_MOST, WHOLE_DIGITS_MOST, text_of

COLUMNS_MOST = 20
BANDS_MOST = 6
ENOUGH_NOT_TO_SHOW = 5
"""A last column of at least so many numbers takes one more in, so that from 0 to 100 there is
no column for 100 alone."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers that may be given: from `least` to `most` in steps."""

    least: Decimal
    most: Decimal
    step: Decimal

    @property
    def steps(self) -> Decimal:
        return (self.most - self.least) / self.step

    def holds(self, value: Decimal) -> bool:
        return self.least <= value <= self.most and (value - self.least) % self.step == 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a histogram: all numbers of the scale from `first` to `last`."""

    first: Decimal
    last: Decimal

    @property
    def key(self) -> str:
        first = text_of(self.first)
        return first if self.first == self.last else f"{first}..{text_of(self.last)}"


@dataclass(frozen=True, slots=True)
class Axis:
    """Columns side by side. Every number of the scale has the same room, half a step to either
    side of it, so that a column of single numbers stands in the middle of its place."""

    columns: tuple[Column, ...]
    start: Decimal
    """Where the first column begins."""
    width: Decimal
    """Of one column."""

    def column_of(self, value: Decimal) -> Column:
        place = int((value - self.start) // self.width)
        return self.columns[min(max(place, 0), len(self.columns) - 1)]

    def place_of(self, value: Decimal) -> float:
        """Return where a number stands, from 0 at the left end to 1 at the right one."""
        share = (value - self.start) / (self.width * len(self.columns))
        return round(float(min(max(share, Decimal(0)), Decimal(1))), 4)


def axis_of(scale: Scale) -> Axis:
    """Return the columns of a scale: each number its own while there are few, else ranges of a
    width that people count in (1, 2 or 5 and so on), beginning where they would begin."""
    width = next(width for width in _widths(scale) if _columns(scale, width) <= COLUMNS_MOST)
    first = _first(scale, width)
    edges = [first + width * place for place in range(_columns(scale, width))]
    columns = [Column(max(edge, scale.least), edge + width - scale.step) for edge in edges]
    columns[-1] = Column(columns[-1].first, scale.most)
    return Axis(tuple(columns), first - scale.step / 2, width)


def bands_of(axis: Axis) -> tuple[Column, ...]:
    """Return a few bands, each made of as many neighbouring columns but for the last."""
    columns = axis.columns
    width = -(-len(columns) // BANDS_MOST)
    return tuple(
        Column(columns[place].first, columns[min(place + width, len(columns)) - 1].last)
        for place in range(0, len(columns), width)
    )


def _widths(scale: Scale) -> list[Decimal]:
    """Return widths that hold whole steps, rising: round numbers, and round numbers of steps."""
    found = {scale.step}
    for power in range(-DECIMALS_MOST, WHOLE_DIGITS_MOST + 1):
        for digit in (1, 2, 5):
            unit = Decimal(digit).scaleb(power)
            found |= {unit, unit * scale.step}
    return sorted(width for width in found if width >= scale.step and width % scale.step == 0)


def _first(scale: Scale, width: Decimal) -> Decimal:
    """Return where the first column begins: at a round number if the scale has round numbers."""
    if width == scale.step or scale.least % scale.step != 0:
        return scale.least
    return (scale.least / width).to_integral_value(ROUND_FLOOR) * width


def _columns(scale: Scale, width: Decimal) -> int:
    whole, rest = divmod(scale.most - _first(scale, width), width)
    takes_the_end_in = rest == 0 and width >= ENOUGH_NOT_TO_SHOW * scale.step
    return int(whole) + (0 if takes_the_end_in else 1)


def quantile(counted: Sequence[tuple[Decimal, int]], share: Fraction) -> Decimal:
    """Return a quantile of numbers that come in order, each with how often it was given."""
    wanted = sum(times for _, times in counted) * share
    is_between = wanted.denominator == 1
    place = wanted.numerator if is_between else -(-wanted.numerator // wanted.denominator)
    value = _number_at(counted, place)
    return (value + _number_at(counted, place + 1)) / 2 if is_between else value


def _number_at(counted: Sequence[tuple[Decimal, int]], place: int) -> Decimal:
    """Return the number at a place, counted from 1."""
    for value, times in counted:
        place -= times
        if place <= 0:
            return value
    return counted[-1][0]


def in_order(counts: Mapping[Decimal, int]) -> list[tuple[Decimal, int]]:
    return sorted((value, times) for value, times in counts.items() if times > 0)
