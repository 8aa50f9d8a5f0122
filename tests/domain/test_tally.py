"""Shares that add up, changes that cancel out, and never more votes than people."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from polls.domain.tally import BALLOTS, change_of, people_present, percent_of, shares

counts = st.integers(0, 1_000_000)
contributions = st.none() | st.dictionaries(st.sampled_from("abc"), st.integers(1, 100)).map(
    Counter
)


@given(st.integers(0, 1000), st.lists(counts, min_size=1, max_size=12))
def test_shares_add_up_and_keep_the_order_of_their_weights(total: int, weights: list[int]) -> None:
    parts = shares(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    rising = sorted(range(len(weights)), key=lambda place: (weights[place], -place))
    assert [parts[place] for place in rising] == sorted(parts)


@given(counts, counts)
def test_a_percentage_of_a_part_is_within_the_whole(part: int, more: int) -> None:
    assert 0 <= percent_of(part, part + more) <= 100


def test_a_percentage_of_nothing_is_nothing() -> None:
    assert percent_of(0, 0) == 0


@given(counts, counts, st.none() | counts)
def test_there_are_never_fewer_people_than_votes(
    seen: int, turnout: int, head_count: int | None
) -> None:
    present = people_present(seen, turnout, head_count)
    assert present >= turnout
    assert percent_of(turnout, present) <= 100


def test_a_head_count_replaces_the_phones_seen() -> None:
    assert people_present(40, 10, 85) == 85
    assert people_present(40, 10, 5) == 10


@given(contributions, contributions)
def test_a_change_taken_back_leaves_nothing(
    old: Counter[str] | None, new: Counter[str] | None
) -> None:
    there, back = Counter(change_of(old, new)), change_of(new, old)
    there.update(back)
    assert not any(there.values())


@given(contributions, contributions)
def test_a_change_leads_from_the_old_counts_to_the_new(
    old: Counter[str] | None, new: Counter[str] | None
) -> None:
    counters = Counter(change_of(None, old))
    counters.update(change_of(old, new))
    assert {k: v for k, v in counters.items() if v} == change_of(None, new)


def test_a_ballot_adds_one_to_the_turnout_and_a_changed_one_nothing() -> None:
    assert change_of(None, Counter({"a": 1})) == {"a": 1, BALLOTS: 1}
    assert change_of(Counter({"a": 1}), Counter({"b": 1})) == {"a": -1, "b": 1}
    assert change_of(Counter({"a": 1}), None) == {"a": -1, BALLOTS: -1}
