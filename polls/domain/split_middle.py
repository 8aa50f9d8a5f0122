"""Where the middle of a group lies, as far as the numbers that are shown tell it.

What is read off shown numbers gives nothing away that they do not; a median worked out from the
answers could tell what a hidden cell holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from math import ceil, floor

Span = tuple[int, int]
"""The first and the last of some categories, by their places."""

HALF = Fraction(1, 2)
LOWER, UPPER = Fraction(1, 4), Fraction(3, 4)


def median_in(counts: Sequence[int | None], people: int | None) -> Span | None:
    """Return from which to which category the median of so many people may lie.

    `counts` go by ordered categories, None where a number is hidden. The median is that of
    `polls.domain.histogram`: between two people in different categories it is in either. None
    where nothing can be said of it.
    """
    return _between(counts, people, HALF, HALF)


def middle_half_in(counts: Sequence[int | None], people: int | None) -> Span | None:
    """Return from which to which category the middle half may lie."""
    return _between(counts, people, LOWER, UPPER)


def _between(
    counts: Sequence[int | None], people: int | None, lower: Fraction, upper: Fraction
) -> Span | None:
    if not people:
        return None
    hidden = [place for place, count in enumerate(counts) if count is None]
    kept_back = people - sum(count or 0 for count in counts)
    lowest, highest = ([count or 0 for count in counts] for _ in range(2))
    if hidden:
        lowest[hidden[0]] = highest[hidden[-1]] = kept_back
    first = _category_of(lowest, ceil(people * lower))
    last = _category_of(highest, floor(people * upper) + 1)
    says_nothing = hidden and (first, last) == (0, len(counts) - 1)
    return None if says_nothing else (first, last)


def _category_of(counts: Sequence[int], rank: int) -> int:
    """Return the category of the person at a rank, counted from 1."""
    return next(place for place, below in enumerate(accumulate(counts)) if rank <= below)
