"""Values counted by size: nothing is lost, and a bound belongs to the class below it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from polls.store.distribution import BATCHES, SECONDS, Distribution

VALUES = st.lists(st.one_of(st.floats(0, 10), st.sampled_from(SECONDS)))


def test_a_value_at_a_bound_is_at_most_that_bound() -> None:
    found = Distribution((1, 2))
    for value in (1, 2, 3):
        found.add(value)
    assert found.cumulative() == [("1", 1), ("2", 2), ("+Inf", 3)]
    assert found.total == 6


def test_nothing_counted_is_nothing() -> None:
    assert {count for _, count in Distribution(BATCHES).cumulative()} == {0}


@given(VALUES)
def test_each_class_holds_what_is_at_most_its_bound(values: list[float]) -> None:
    found = Distribution(SECONDS)
    for value in values:
        found.add(value)
    for bound, count in found.cumulative():
        assert count == sum(value <= float(bound) for value in values)
