"""The opinion map finds camps, stays where it is, and is never at a loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from polls.domain.opinions.grouping import DRAWS_TO_CHANGE
from polls.domain.opinions.map import draw_map
from polls.domain.opinions.votes import MISSING, VoteMatrix
from tests.domain.opinions.rooms import (
    adjusted_rand_index,
    camp_of_each,
    camps,
    conversation,
    groups_as_sets,
    letters,
    votes_of,
)


@pytest.mark.parametrize("sizes", [(12, 9), (30, 20), (20, 15, 12), (40, 5), (200, 80, 40)])
@pytest.mark.parametrize("answered", [1.0, 0.6])
def test_camps_are_found(sizes: tuple[int, ...], answered: float) -> None:
    votes = camps(*sizes, statements=30, answered=answered)
    found = letters(votes, draw_map(votes))
    ours = [found[person] for person in votes.participants]
    assert adjusted_rand_index(camp_of_each(*sizes), ours) > 0.9


def test_people_without_camps_are_cut_into_few_groups() -> None:
    votes = camps(120, statements=30, firm=0.0)
    assert len(draw_map(votes).groups) == 2


def test_the_largest_group_is_a() -> None:
    drawn = draw_map(camps(9, 25, 14, statements=30))
    sizes = [group.size for group in drawn.groups]
    assert [group.letter for group in drawn.groups] == ["A", "B", "C"]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("people", [0, 1, 2])
def test_one_or_two_people_give_no_picture(people: int) -> None:
    drawn = draw_map(camps(people, statements=5))
    assert (drawn.participants, drawn.is_map) == (people, False)
    assert [p for p in drawn.points if p is not None] == []
    assert drawn.consensus == ()


@pytest.mark.parametrize("people", [3, 6])
def test_from_three_people_there_is_a_picture_without_groups(people: int) -> None:
    drawn = draw_map(camps(people, statements=8, firm=0.3))
    assert not drawn.is_map
    assert drawn.groups == ()
    assert len([p for p in drawn.points if p is not None]) == people
    assert len(set(drawn.points)) > 1


def test_from_seven_people_there_is_a_map() -> None:
    drawn = draw_map(camps(4, 3, statements=8))
    assert drawn.is_map
    assert sum(group.size for group in drawn.groups) == 7


def test_who_answered_nothing_is_nowhere() -> None:
    votes = camps(8, 6, statements=10)
    cells = votes.votes.copy()
    cells[3] = MISSING
    drawn = draw_map(replace(votes, votes=cells))
    assert drawn.participants == 13
    assert drawn.points[3] is None
    assert all(3 not in (*g.members, *g.near) for g in drawn.groups)


@pytest.mark.parametrize(
    "row", [[1, -1, 1], [0, 0, 0], [1], [MISSING, 1, -1]], ids=["same", "passes", "one", "gap"]
)
def test_where_all_say_the_same_there_is_one_group(row: list[int]) -> None:
    drawn = draw_map(votes_of(*[row] * 9))
    assert [group.size for group in drawn.groups] == [9]
    assert set(drawn.points) == {(0.0, 0.0)}
    assert drawn.divisive == ()


def test_one_statement_parts_those_for_it_from_those_against_it() -> None:
    votes = votes_of(*[[1]] * 6, *[[-1]] * 4)
    drawn = draw_map(votes)
    assert groups_as_sets(votes, drawn) == {
        frozenset(votes.participants[:6]),
        frozenset(votes.participants[6:]),
    }
    assert all(y == 0.0 for point in drawn.points if point for _, y in [point])


def test_one_who_differs_is_a_group_only_where_all_others_are_one() -> None:
    votes = votes_of(*[[1, 1, 1, -1]] * 8, [-1, -1, 1, 1])
    assert sorted(g.size for g in draw_map(votes).groups) == [1, 8]
    room = camps(40, 30, statements=30)
    odd = np.vstack([room.votes, -room.votes[0] * np.array([1, -1] * 15, dtype=np.int8)])
    drawn = draw_map(replace(room, participants=(*room.participants, "odd"), votes=odd))
    assert min(group.size for group in drawn.groups) > 20


def test_without_statements_there_is_nothing_to_show() -> None:
    votes = VoteMatrix(tuple("abcdefgh"), (), np.empty((8, 0), dtype=np.int8))
    drawn = draw_map(votes)
    assert (drawn.participants, drawn.is_map, drawn.groups, drawn.statements) == (0, False, (), ())


def test_a_statement_that_nobody_answered_is_in_nobodys_way() -> None:
    votes = camps(10, 8, statements=12)
    more = np.hstack([votes.votes, np.full((18, 2), MISSING, dtype=np.int8)])
    wider = replace(votes, statements=(*votes.statements, "x", "y"), votes=more)
    assert groups_as_sets(wider, draw_map(wider)) == groups_as_sets(votes, draw_map(votes))


def test_a_hidden_statement_shapes_nothing_and_is_told_nowhere() -> None:
    votes = camps(14, 12, statements=12)
    noise = np.where(np.arange(26) % 2, 1, -1).astype(np.int8)[:, None]
    wider = replace(
        votes,
        statements=(*votes.statements, "spam"),
        votes=np.hstack([votes.votes, noise]),
        hidden=frozenset({"spam"}),
    )
    drawn = draw_map(wider)
    assert groups_as_sets(wider, drawn) == groups_as_sets(votes, draw_map(votes))
    assert "spam" not in {each.statement for each in drawn.statements}
    shown = replace(wider, votes=np.hstack([votes.votes, -noise]))
    assert draw_map(shown).points == drawn.points


def test_who_answered_little_stands_near_a_group_and_shapes_none() -> None:
    votes = camps(20, 20, statements=20)
    cells = votes.votes.copy()
    cells[0, 3:] = MISSING
    drawn = draw_map(replace(votes, votes=cells))
    assert [i for group in drawn.groups for i in group.near] == [0]
    assert all(0 not in group.members for group in drawn.groups)
    assert {sum(c.answered for c in each.groups) for each in drawn.statements[:3]} == {39}


def test_who_once_took_part_stays_when_statements_are_added() -> None:
    votes = camps(30, 25, statements=5, firm=0.3)
    drawn = draw_map(votes)
    more = np.hstack([votes.votes, np.full((55, 10), MISSING, dtype=np.int8)])
    more[2:] = np.where(more[2:] == MISSING, 1, more[2:])
    wider = replace(votes, statements=tuple(f"s{j}" for j in range(15)), votes=more)
    assert [i for g in draw_map(wider).groups for i in g.near] == [0, 1]
    assert [i for g in draw_map(wider, drawn).groups for i in g.near] == []


def test_a_map_that_is_carried_on_keeps_its_sides() -> None:
    votes = camps(18, 15, statements=24, firm=0.6)
    drawn = draw_map(votes)
    mirrored = replace(drawn, memory=replace(drawn.memory, positions=-drawn.memory.positions))
    carried = draw_map(votes, mirrored)
    for new, old in zip(carried.points, drawn.points, strict=True):
        assert new is not None
        assert old is not None
        assert new == pytest.approx((-old[0], -old[1]), abs=1e-9)


def test_letters_stay_with_their_people_when_the_other_group_grows_larger() -> None:
    votes, more = camps(12, 10, statements=20), camps(12, 30, statements=20)
    drawn = draw_map(votes)
    before = letters(votes, drawn)
    grown = draw_map(more, drawn)
    after = letters(more, grown)
    assert {after[f"p{i}"] for i in range(12)} == {before["p0"]} == {"A"}
    assert grown.groups[1].size > grown.groups[0].size


def test_another_number_of_groups_has_to_hold_for_some_draws() -> None:
    two, three = camps(20, 16, statements=30), camps(20, 16, 14, statements=30)
    drawn = draw_map(two)
    counts = []
    for _ in range(DRAWS_TO_CHANGE + 1):
        drawn = draw_map(three, drawn)
        counts.append(len(drawn.groups))
    assert counts == [2] * (DRAWS_TO_CHANGE - 1) + [3, 3]


def test_a_whim_of_some_draws_changes_nothing() -> None:
    two, three = camps(20, 16, statements=30), camps(20, 16, 14, statements=30)
    drawn = draw_map(two)
    for _ in range(4):
        for votes in (three, three, two):
            drawn = draw_map(votes, drawn)
            assert len(drawn.groups) == 2


def test_a_new_group_gets_a_letter_of_its_own() -> None:
    two, three = camps(20, 16, statements=30), camps(20, 16, 14, statements=30)
    drawn = draw_map(two)
    before = letters(two, drawn)
    for _ in range(DRAWS_TO_CHANGE):
        drawn = draw_map(three, drawn)
    after = letters(three, drawn)
    assert all(after[person] == before[person] for person in before)
    assert {after[f"p{i}"] for i in range(36, 50)} == {"C"}


def test_a_map_may_shrink_to_a_picture_and_come_back() -> None:
    votes = camps(5, 4, statements=8)
    drawn = draw_map(votes)
    fewer = replace(votes, participants=votes.participants[:4], votes=votes.votes[:4])
    smaller = draw_map(fewer, drawn)
    assert not smaller.is_map
    assert draw_map(votes, smaller).is_map


def test_a_room_of_other_people_and_statements_may_follow() -> None:
    drawn = draw_map(camps(12, 10, statements=10))
    votes = camps(12, 10, statements=10, seed=5)
    others = VoteMatrix(
        tuple(f"other {p}" for p in votes.participants),
        tuple(f"other {s}" for s in votes.statements),
        votes.votes,
    )
    assert draw_map(others, drawn).is_map


def test_outlines_hold_their_people() -> None:
    votes, _ = conversation("brexit-consensus")
    drawn = draw_map(votes)
    for group in drawn.groups:
        corners = np.array(group.outline)
        edges = np.roll(corners, -1, axis=0) - corners
        for index in group.members:
            point = drawn.points[index]
            assert point is not None
            to_point = np.array(point) - corners
            turn = edges[:, 0] * to_point[:, 1] - edges[:, 1] * to_point[:, 0]
            assert (turn >= -1e-9).all()
