"""Points are shared out down to the last one, and what they come to is exact."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.agenda import define_poll
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import Option, Question
from polls.domain.tally import change_of
from tests.factories import a_poll, question_of

POINTS = kind_named("points")
QUESTION = question_of(a_poll("points"))


@st.composite
def ballots(draw: st.DrawFn) -> list[dict[str, int]]:
    def one() -> dict[str, int]:
        cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=3, max_size=3)))
        ends = zip([0, *cuts], [*cuts, 100], strict=True)
        return dict(zip("abcd", (end - start for start, end in ends), strict=True))

    return [one() for _ in range(draw(st.integers(0, 6)))]


def counters_of(answers: list[dict[str, int]], question: Question = QUESTION) -> Counter[str]:
    found: Counter[str] = Counter()
    for answer in answers:
        found.update(change_of(None, POINTS.contributions(POINTS.parse(answer, question))))
    return found


def refusal(answer: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        POINTS.parse(answer, QUESTION)
    return caught.value


def test_zeros_may_be_left_out_and_are_not_kept() -> None:
    assert POINTS.parse({"d": 40, "a": 60, "b": 0}, QUESTION) == {"a": 60, "d": 40}
    assert list(POINTS.parse({"d": 40, "a": 60}, QUESTION)) == ["a", "d"], "in the options' order"


def test_points_that_are_left_are_refused_with_their_number() -> None:
    found = refusal({"a": 60})
    assert (found.code, found.details) == ("answer.points_left", {"left": 40, "points": 100})
    assert refusal({}).details["left"] == 100


def test_points_too_many_are_refused_with_their_number() -> None:
    found = refusal({"a": 60, "b": 60})
    assert (found.code, found.details) == ("answer.points_over", {"over": 20, "points": 100})


@pytest.mark.parametrize(
    "answer",
    [
        {"a": 100.0},
        {"a": "100"},
        {"a": True, "b": 99},
        {"a": -1, "b": 101},
        {"a": None},
        [100],
        100,
    ],
)
def test_points_are_whole_numbers_and_none_is_owed(answer: Any) -> None:
    assert refusal(answer).code == "answer.not_points"


def test_an_option_that_is_not_there_gets_nothing() -> None:
    assert refusal({"z": 100}).code == "answer.unknown_option"


def test_a_form_gives_numbers_by_option_and_blank_ones_are_left_out() -> None:
    form = {"points.a": ["60"], "points.b": [" "], "points.c": ["40 "], "poll": ["x"]}
    assert POINTS.answer_from_form(form) == {"a": 60, "c": 40}


def test_a_form_with_words_in_it_is_refused_and_not_guessed() -> None:
    answer = POINTS.answer_from_form({"points.a": ["lots"]})
    assert refusal(answer).code == "answer.not_points"


@pytest.mark.parametrize("points", [1, 1001, 0, -5, "many", 2.5, True])
def test_a_person_shares_out_from_2_to_1000_points(points: Any) -> None:
    with pytest.raises(FieldRefusal) as caught:
        define_poll("points", "Q?", ["A", "B"], {"points": points})
    assert caught.value.field == "settings.points"


def test_the_mean_is_what_a_person_gave_to_one_decimal() -> None:
    results = POINTS.summarise(counters_of([{"a": 100}, {"b": 100}, {"b": 100}]), QUESTION)
    assert results.counts == {"a": 100, "b": 200, "c": 0, "d": 0}
    assert results.percents == {"a": 33, "b": 67, "c": 0, "d": 0}
    assert results.details == {"mean:a": 33.3, "mean:b": 66.7, "mean:c": 0.0, "mean:d": 0.0}


@given(ballots())
def test_all_points_that_were_given_are_there(answers: list[dict[str, int]]) -> None:
    results = POINTS.summarise(counters_of(answers), QUESTION)
    assert sum(results.counts.values()) == 100 * len(answers)
    assert sum(results.percents.values()) == (100 if answers else 0)


@given(ballots(), st.integers(2, 5))
def test_the_same_ballots_several_times_change_no_share_and_no_mean(
    answers: list[dict[str, int]], times: int
) -> None:
    once = POINTS.summarise(counters_of(answers), QUESTION)
    again = POINTS.summarise(counters_of(answers * times), QUESTION)
    assert again.percents == once.percents
    assert again.details == once.details


@given(ballots(), st.permutations("abcd"))
def test_other_ids_for_the_same_options_change_nothing(
    answers: list[dict[str, int]], ids: list[str]
) -> None:
    new = dict(zip("abcd", ids, strict=True))
    options = tuple(Option(new[option.id], option.label) for option in QUESTION.options)
    renamed = Question(options, QUESTION.settings)
    then = [{new[option]: points for option, points in answer.items()} for answer in answers]
    before = POINTS.summarise(counters_of(answers), QUESTION)
    after = POINTS.summarise(counters_of(then, renamed), renamed)
    assert after.counts == {new[option]: count for option, count in before.counts.items()}
    assert after.percents == {new[option]: share for option, share in before.percents.items()}
