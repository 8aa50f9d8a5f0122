"""The board tells people how they did, and the room nothing about fewer than five of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from polls.domain.boards import PEOPLE_LEAST, Band, Board, Standing


def board(questions: int, *scores: int) -> Board:
    return Board(questions, {f"p{number}": score for number, score in enumerate(scores)})


def test_a_person_is_told_their_score_and_how_many_knew_more() -> None:
    found = board(5, 4, 5, 5, 5, 5, 5, 1)
    assert found.standing("p0") == Standing(4, 5, 5)
    assert found.standing("p1") == Standing(5, 5, 0)
    assert found.standing("p6") == Standing(1, 5, 6)


def test_a_few_who_knew_more_are_not_counted_out() -> None:
    assert board(3, 2, 3, 2, 2, 2).standing("p0") == Standing(2, 3, None)


def test_nobody_is_told_anything_before_five_took_part() -> None:
    found = board(3, 1, 2, 3, 3)
    assert found.standing("p0") is None
    assert found.bands() == []


def test_who_answered_nothing_has_no_standing() -> None:
    assert board(1, 1, 1, 1, 1, 1).standing("somebody else") is None


def test_scores_of_too_few_people_are_joined_with_their_neighbours() -> None:
    found = board(4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 2, 0)
    assert found.bands() == [Band(3, 4, 5), Band(0, 2, 6)]


def test_without_checks_there_is_nothing_to_show() -> None:
    assert Board(0, {}).bands() == []


@given(st.integers(0, 6).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n)))))
def test_no_band_holds_fewer_than_five_and_together_they_hold_all(
    drawn: tuple[int, list[int]],
) -> None:
    questions, scores = drawn
    bands = board(questions, *scores).bands()
    if len(scores) < PEOPLE_LEAST:
        assert bands == []
        return
    assert sum(band.people for band in bands) == len(scores)
    assert all(band.people >= PEOPLE_LEAST for band in bands)
    edges = [(band.least, band.most) for band in reversed(bands)]
    assert edges[0][0] == 0
    assert edges[-1][1] == questions
    assert all(before[1] + 1 == after[0] for before, after in pairwise(edges))
