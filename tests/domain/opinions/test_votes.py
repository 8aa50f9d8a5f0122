"""The table of votes takes answers as they are and refuses what cannot be one."""

from __future__ import annotations

import numpy as np
import pytest

from polls.domain.opinions.votes import AGREE, DISAGREE, MISSING, PASS, VoteMatrix, distinct_votes
from tests.domain.opinions.rooms import votes_of


def test_answers_become_a_table() -> None:
    answers = {"ann": {"s2": "agree", "s1": "pass"}, "bob": {}, "cy": {"s1": "disagree"}}
    votes = VoteMatrix.from_answers(answers, ["s1", "s2"])
    assert votes.participants == ("ann", "bob", "cy")
    assert votes.votes.tolist() == [[PASS, AGREE], [MISSING, MISSING], [DISAGREE, MISSING]]
    assert votes.answered.tolist() == [2, 0, 1]


def test_what_was_said_of_other_statements_is_left_out() -> None:
    votes = VoteMatrix.from_answers({"ann": {"s1": "agree", "gone": "agree"}}, ["s1"], ["gone"])
    assert votes.votes.tolist() == [[AGREE]]
    assert votes.hidden == frozenset()


def test_an_unknown_word_is_no_vote() -> None:
    with pytest.raises(KeyError):
        VoteMatrix.from_answers({"ann": {"s1": "perhaps"}}, ["s1"])


@pytest.mark.parametrize(
    ("people", "statements"),
    [(("a",), ("s", "t")), (("a", "a"), ("s", "t")), (("a", "b"), ("s", "s"))],
)
def test_a_table_that_does_not_fit_is_refused(
    people: tuple[str, ...], statements: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError):
        VoteMatrix(people, statements, np.zeros((2, 2), dtype=np.int8))


def test_people_who_answered_the_same_are_one_row_with_their_weight() -> None:
    distinct = distinct_votes(votes_of([1, 0], [1, 0], [-1, 0], [1, 0], [-1, 0], [1, 0]))
    assert sorted(distinct.weights.tolist()) == [1, 2]
    assert len({int(row) for row in distinct.row_of[[0, 1, 3, 5]]}) == 1
    assert distinct.rows[distinct.row_of[2]].tolist() in ([-1, 0], [0, -1])


def test_every_row_and_column_is_found_again() -> None:
    votes = votes_of([1, -1, 0], [MISSING, 1, 1], [0, 0, -1], [1, 1, 1])
    distinct = distinct_votes(votes)
    back = np.empty_like(votes.votes)
    back[:, distinct.columns] = distinct.rows[distinct.row_of]
    assert back.tolist() == votes.votes.tolist()
