"""The middle of a group is told only as far as the numbers that are shown tell it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from polls.domain.histogram import quantile
from polls.domain.split_middle import median_in, middle_half_in

rows = st.lists(st.integers(0, 6), min_size=1, max_size=4).filter(any)


def fillings(counts: Sequence[int | None], people: int) -> Iterator[list[int]]:
    """Every way in which the people who are not shown can be in the hidden categories."""
    if None not in counts:
        if sum(count or 0 for count in counts) == people:
            yield [count or 0 for count in counts]
        return
    place = list(counts).index(None)
    for count in range(people + 1):
        yield from fillings([*counts[:place], count, *counts[place + 1 :]], people)


@given(rows)
def test_with_all_numbers_shown_the_median_is_the_usual_one(counts: list[int]) -> None:
    found = median_in(counts, sum(counts))
    assert found is not None
    value = quantile([(Decimal(n), t) for n, t in enumerate(counts) if t], Fraction(1, 2))
    assert found[0] <= value <= found[1]
    assert counts[found[0]] > 0
    assert counts[found[1]] > 0


@given(rows, st.data())
def test_what_is_told_is_all_that_follows_from_the_numbers_that_are_shown(
    counts: list[int], data: st.DataObject
) -> None:
    mask = data.draw(st.lists(st.booleans(), min_size=len(counts), max_size=len(counts)))
    people = sum(counts)
    shown = [None if hide else count for count, hide in zip(counts, mask, strict=True)]
    for told in (median_in, middle_half_in):
        spans = [told(filled, people) for filled in fillings(shown, people)]
        possible = [span for span in spans if span is not None]
        widest = (min(first for first, _ in possible), max(last for _, last in possible))
        says_nothing = None in shown and widest == (0, len(counts) - 1)
        assert told(shown, people) == (None if says_nothing else widest)


def test_the_middle_half_goes_from_the_lower_to_the_upper_quartile() -> None:
    assert middle_half_in([5, 5, 5, 5], 20) == (0, 3)
    assert middle_half_in([4, 6, 6, 4], 20) == (1, 2)


def test_nothing_is_told_of_a_group_whose_number_is_kept_back() -> None:
    assert median_in([6, None, 8], None) is None
    assert median_in([], 0) is None
