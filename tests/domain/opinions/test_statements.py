"""What is said of a group is what its people said, and no more than chance allows."""

from __future__ import annotations

import numpy as np
import pytest

from polls.domain.opinions.map import draw_map
from polls.domain.opinions.statements import (
    Counts,
    StatementCounts,
    consensus,
    divisive,
    representative,
    share_test,
    two_share_test,
)
from tests.domain.opinions.rooms import camps, conversation


def counted(*groups: tuple[int, int, int], statement: str = "s") -> StatementCounts:
    room = Counts(*(sum(column) for column in zip(*groups, strict=True)))
    return StatementCounts(statement, room, tuple(Counts(*group) for group in groups))


def test_the_tests_give_what_the_formulas_give_by_hand() -> None:
    # 2 · √17 · (16/17 − ½), and with 6 of 6 against 3 of 17: 7/7 against 4/18.
    assert share_test(np.array([15.0]), np.array([16.0]))[0] == pytest.approx(3.638034375544)
    z = two_share_test(*(np.array([n]) for n in (6.0, 6.0, 3.0, 17.0)))[0]
    pooled = 11 / 25
    by_hand = (1 - 4 / 18) / (pooled * (1 - pooled) * (1 / 7 + 1 / 18)) ** 0.5
    assert z == pytest.approx(by_hand)


def test_where_all_agree_no_two_shares_differ() -> None:
    assert two_share_test(*(np.array([n]) for n in (4.0, 4.0, 9.0, 9.0)))[0] == 0.0


def test_a_group_is_told_by_what_it_says_more_than_others() -> None:
    counts = [
        counted((18, 1, 1), (2, 17, 1), statement="tells"),
        counted((19, 0, 1), (19, 1, 0), statement="all agree"),
        counted((8, 8, 4), (9, 9, 2), statement="split"),
    ]
    first, second = representative(counts, 2)
    assert [(c.statement, c.side, c.percent) for c in first] == [("tells", "agree", 90)]
    assert ("tells", "disagree", 85) in [(c.statement, c.side, c.percent) for c in second]
    assert "split" not in {c.statement for c in (*first, *second)}


def test_what_a_group_agrees_with_comes_before_what_it_rejects() -> None:
    counts = [
        counted((1, 19, 0), (18, 1, 1), statement="rejected"),
        counted((15, 3, 2), (9, 9, 2), statement="agreed"),
    ]
    assert [c.side for c in representative(counts, 2)[0]] == ["agree", "disagree"]


def test_a_group_without_a_clear_voice_still_gets_one_statement() -> None:
    counts = [counted((3, 4, 3), (4, 3, 3), statement=f"s{i}") for i in range(4)]
    assert [len(chosen) for chosen in representative(counts, 2)] == [1, 1]


def test_a_group_that_only_passed_is_not_spoken_for() -> None:
    counts = [counted((0, 0, 10), (9, 1, 0))]
    assert representative(counts, 2)[0] == ()


def test_a_group_alone_has_nobody_to_differ_from() -> None:
    assert representative([counted((9, 1, 0))], 1) == [()]


def test_at_most_five_statements_stand_for_a_group() -> None:
    drawn = draw_map(camps(40, 30, 20, statements=40))
    assert all(1 <= len(group.representative) <= 5 for group in drawn.groups)


def test_consensus_needs_most_people_and_more_than_chance() -> None:
    counts = [
        counted((30, 2, 1), statement="agreed"),
        counted((2, 30, 1), statement="rejected"),
        counted((16, 14, 2), statement="open"),
        counted((1, 0, 0), statement="one voice"),
    ]
    found = [(c.statement, c.side) for c in consensus(counts)]
    assert found[0] == ("agreed", "agree")
    assert ("rejected", "disagree") in found
    assert "open" not in {statement for statement, _ in found}


def test_one_voice_alone_is_weaker_than_many() -> None:
    counts = [counted((2, 0, 0), statement="few"), counted((50, 1, 0), statement="many")]
    assert [c.statement for c in consensus(counts)] == ["many", "few"]


def test_divisive_is_where_two_groups_differ_and_not_by_chance() -> None:
    counts = [
        counted((18, 1, 1), (10, 9, 1), (1, 18, 1), statement="divides"),
        counted((12, 6, 2), (10, 8, 2), (11, 7, 2), statement="shared"),
        counted((1, 0, 0), (0, 1, 0), (0, 0, 0), statement="two voices"),
    ]
    found = divisive(counts, 3)
    assert [(d.statement, d.for_it, d.against_it) for d in found] == [("divides", 0, 2)]
    assert found[0].strength == pytest.approx(19 / 22 - 2 / 22)


def test_without_groups_nothing_divides() -> None:
    assert divisive([counted((10, 10, 0))], 1) == ()


def test_the_counts_of_groups_and_of_those_near_add_up_to_the_room() -> None:
    votes, _ = conversation("15-per-hour-seattle")
    drawn = draw_map(votes)
    near = {i for group in drawn.groups for i in group.near}
    for each in drawn.statements:
        column = votes.votes[:, votes.statements.index(each.statement)]
        outside = sum(1 for i in near if column[i] == 1)
        assert each.room.agree == sum(g.agree for g in each.groups) + outside
