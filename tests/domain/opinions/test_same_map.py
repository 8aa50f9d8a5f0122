"""The same room gives the same groups, whatever the order of its people and statements."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from polls.domain.opinions.map import FEWEST_FOR_A_MAP, draw_map
from polls.domain.opinions.votes import VoteMatrix, colours
from tests.domain.opinions.rooms import camps, conversation, groups_as_sets, votes_of

rooms = st.builds(
    camps,
    st.integers(4, 14),
    st.integers(1, 14),
    st.integers(1, 8),
    statements=st.integers(3, 16),
    answered=st.sampled_from((1.0, 0.8, 0.5)),
    firm=st.sampled_from((0.95, 0.7, 0.3)),
    seed=st.integers(0, 10_000),
)
# Most of these are full of ties: few people, few statements, the same answers over and over.
rows_of_few = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from((-128, -1, 0, 1)), min_size=width, max_size=width),
        min_size=0,
        max_size=16,
    )
)


def shuffled(votes: VoteMatrix, seed: int) -> VoteMatrix:
    """The same table with people and statements in another order and under other names."""
    chance = random.Random(seed)
    rows = chance.sample(range(len(votes.participants)), len(votes.participants))
    columns = chance.sample(range(len(votes.statements)), len(votes.statements))
    renamed = {statement: f"t{chance.random()}" for statement in votes.statements}
    return VoteMatrix(
        tuple(votes.participants[row] for row in rows),
        tuple(renamed[votes.statements[column]] for column in columns),
        votes.votes[np.ix_(rows, columns)],
        frozenset(renamed[statement] for statement in votes.hidden),
    )


def has_mirror_images(votes: VoteMatrix) -> bool:
    """Whether some people could change places with others and nobody would notice.

    Two such people may end up on either side; which one is only a question of their names.
    """
    rows, people = np.unique(votes.votes, axis=0, return_counts=True)
    row_colours, _ = colours(rows, people)
    return len(np.unique(row_colours)) < len(rows)


@settings(max_examples=40, deadline=None)
@given(rooms, st.integers(0, 1000))
def test_the_order_of_people_and_statements_changes_no_group(votes: VoteMatrix, seed: int) -> None:
    assume(not has_mirror_images(votes))
    other = shuffled(votes, seed)
    assert groups_as_sets(other, draw_map(other)) == groups_as_sets(votes, draw_map(votes))


@settings(max_examples=30, deadline=None)
@given(rooms, st.integers(0, 1000))
def test_the_order_changes_no_point(votes: VoteMatrix, seed: int) -> None:
    assume(not has_mirror_images(votes))
    other = shuffled(votes, seed)
    points = dict(zip(votes.participants, draw_map(votes).points, strict=True))
    assert dict(zip(other.participants, draw_map(other).points, strict=True)) == points


@settings(max_examples=30, deadline=None)
@given(rooms, st.integers(2, 4))
def test_a_room_several_times_over_has_the_same_groups(votes: VoteMatrix, times: int) -> None:
    # Below seven people there is no map, and doubled there is one.
    assume(np.count_nonzero(votes.answered) >= FEWEST_FOR_A_MAP)
    many = VoteMatrix(
        tuple(f"{person}/{copy}" for copy in range(times) for person in votes.participants),
        votes.statements,
        np.tile(votes.votes, (times, 1)),
    )
    once = {
        frozenset(f"{person}/{copy}" for person in group for copy in range(times))
        for group in groups_as_sets(votes, draw_map(votes))
    }
    assert groups_as_sets(many, draw_map(many)) == once


@settings(max_examples=60, deadline=None)
@given(rows_of_few)
def test_any_table_has_a_map_and_the_same_one_twice(rows: list[list[int]]) -> None:
    votes = votes_of(*rows)
    first, second = draw_map(votes), draw_map(votes)
    assert first.points == second.points
    assert first.groups == second.groups
    assert all(
        point is None or (abs(point[0]) <= 1 and abs(point[1]) <= 1) for point in first.points
    )
    again = draw_map(votes, first)
    assert [g.members for g in again.groups] == [g.members for g in first.groups]


@settings(max_examples=40, deadline=None)
@given(rows_of_few)
def test_everyone_who_answered_is_in_one_group_of_a_map(rows: list[list[int]]) -> None:
    votes = votes_of(*rows)
    drawn = draw_map(votes)
    grouped = sorted(i for g in drawn.groups for i in (*g.members, *g.near))
    answered = np.flatnonzero(votes.answered).tolist()
    assert grouped == (answered if drawn.is_map else [])


@pytest.mark.parametrize("name", ["brexit-consensus", "15-per-hour-seattle"])
def test_a_real_room_keeps_its_groups_in_any_order(name: str) -> None:
    votes, _ = conversation(name)
    groups = groups_as_sets(votes, draw_map(votes))
    for seed in range(3):
        other = shuffled(votes, seed)
        assert groups_as_sets(other, draw_map(other)) == groups


def test_a_real_room_three_times_over_keeps_its_groups() -> None:
    votes, _ = conversation("brexit-consensus")
    names = tuple(f"{p}/{copy}" for copy in range(3) for p in votes.participants)
    many = replace(votes, participants=names, votes=np.tile(votes.votes, (3, 1)))
    once = groups_as_sets(votes, draw_map(votes))
    assert groups_as_sets(many, draw_map(many)) == {
        frozenset(f"{person}/{copy}" for person in group for copy in range(3)) for group in once
    }
