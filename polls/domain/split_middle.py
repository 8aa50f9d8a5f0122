"""Where the middle of a group lies, as far as the numbers that are shown tell it.

What is read off shown numbers gives nothing away that they do not; a median worked out from the
answers could tell what a hidden cell holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Span = tuple[int, int]
"""The first and the last of some categories, by their places."""

HALF = Fraction(1, 2)
LOWER, UPPER = Fraction(1, 4), Fraction(3, 4)


def median_in(counts: Sequence[int | None], people: int | None) -> Span | None:
    """Return in which categories the median of so many people lies; None if that is not certain.

    `counts` go by ordered categories, None where a number is hidden. The median is that of
    `polls.domain.histogram`: between two people in different categories it is in either.
    """
    return _between(counts, people, HALF, HALF)


def middle_half_in(counts: Sequence[int | None], people: int | None) -> Span | None:
    """Return in which categories the middle half lies, from the lower to the upper quartile."""
    return _between(counts, people, LOWER, UPPER)


def _between(
    counts: Sequence[int | None], people: int | None, lower: Fraction, upper: Fraction
) -> Span | None:
    if not people:
        return None
    first = _category_of(
        counts, people, -(-(people * lower).numerator // (people * lower).denominator)
    )
    last = _category_of(counts, people, int(people * upper) + 1)
    return None if first is None or last is None else (first, last)


def _category_of(counts: Sequence[int | None], people: int, rank: int) -> int | None:
    """Return the category of the person at a rank, counted from 1, if it is the same however
    those who are not shown are distributed over the hidden categories."""
    hidden = people - sum(count or 0 for count in counts)
    for place in range(len(counts)):
        before, after = counts[:place], counts[place + 1 :]
        below_most = sum(count or 0 for count in before) + (hidden if None in before else 0)
        above_most = sum(count or 0 for count in after) + (hidden if None in after else 0)
        if below_most < rank <= people - above_most:
            return place
    return None
