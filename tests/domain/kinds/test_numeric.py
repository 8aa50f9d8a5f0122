"""Estimates are exact decimals on a scale, and the true value is nobody's before it is told."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.agenda import define_poll
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import kind_named
from polls.domain.kinds.numeric import scale_of
from polls.domain.polls import Question
from polls.domain.tally import change_of
from tests.factories import a_poll, question_of

NUMERIC = kind_named("numeric")


def question(**settings: Any) -> Question:
    return question_of(a_poll("numeric", settings=settings))


def counters_of(answers: list[Any], asked: Question) -> Counter[str]:
    found: Counter[str] = Counter()
    for answer in answers:
        found.update(change_of(None, NUMERIC.contributions(NUMERIC.parse(answer, asked))))
    return found


def details_of(answers: list[Any], **settings: Any) -> dict[str, Any]:
    asked = question(**settings)
    return dict(NUMERIC.summarise(counters_of(answers, asked), asked).details)


# Answers


def test_steps_of_a_tenth_are_steps_of_a_tenth() -> None:
    asked = question(least=0, most=1, step=0.1)
    for tenths in range(11):
        assert NUMERIC.parse(tenths / 10, asked) == tenths / 10
    for answer in (0.1 + 0.2, 0.15, 1.1, -0.1):
        with pytest.raises(Refusal) as caught:
            NUMERIC.parse(answer, asked)
        assert caught.value.code == "answer.not_in_range"
        assert caught.value.details == {"least": "0", "most": "1", "step": "0.1"}


@pytest.mark.parametrize("answer", [float("nan"), float("inf"), True, "5", None, [5], 10**40])
def test_what_is_no_number_is_refused(answer: Any) -> None:
    with pytest.raises(Refusal):
        NUMERIC.parse(answer, question())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("12,5", 12.5),
        (" 12.5 ", 12.5),
        ("12.0", 12),
        ("-3", -3),
        ("\u22123", -3),
        ("1\u202f000", 1000),
    ],
)
def test_a_number_is_understood_as_people_type_it(typed: str, meant: float) -> None:
    assert NUMERIC.answer_from_form({"answer": [typed]}) == meant


@pytest.mark.parametrize("typed", ["", "about 12", "1,2,3", "1e3", "١٢", "0x10", "1.234,5"])
def test_a_number_is_never_guessed(typed: str) -> None:
    assert NUMERIC.answer_from_form({"answer": [typed]}) is None


def test_the_same_number_counts_as_the_same_however_it_came() -> None:
    asked = question(step=0.5)
    assert counters_of([12, 12.0, 12.5], asked) == Counter({"12": 2, "12.5": 1, "=ballots": 3})


# Settings


def test_without_settings_it_is_a_number_from_0_to_100() -> None:
    assert define_poll("numeric", "Q?").settings == {
        "least": 0,
        "most": 100,
        "step": 1,
        "unit": {},
        "truth": None,
    }


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"least": "a few"}, "least"),
        ({"least": 100}, "most"),
        ({"most": 10**9}, "most"),
        ({"step": 0}, "step"),
        ({"step": -1}, "step"),
        ({"step": 7}, "step"),
        ({"step": 0.0001}, "step"),
        ({"truth": 101}, "truth"),
        ({"truth": "unknown"}, "truth"),
        ({"revealed": True}, "revealed"),
    ],
)
def test_a_scale_that_cannot_be_is_refused_by_field(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(FieldRefusal) as caught:
        define_poll("numeric", "Q?", settings=settings)
    assert caught.value.field == f"settings.{field}"


def test_settings_may_be_typed_with_a_comma() -> None:
    found = define_poll("numeric", "Q?", settings={"most": "2", "step": "0,5", "truth": "1,25"})
    assert (found.settings["step"], found.settings["truth"]) == (0.5, 1.25)


# Columns


@st.composite
def scales(draw: st.DrawFn) -> dict[str, Any]:
    decimals = draw(st.integers(0, 3))
    step = draw(st.sampled_from([1, 2, 5, 10, 3, 7, 25]))
    least = draw(st.integers(-2000, 2000))
    steps = draw(st.integers(1, 5000))
    one = 10**decimals
    return {"least": least / one, "most": (least + step * steps) / one, "step": step / one}


@given(scales(), st.data())
def test_every_number_of_a_scale_has_one_column_and_there_are_few(
    settings: dict[str, Any], data: st.DataObject
) -> None:
    asked = question(**settings)
    scale = scale_of(asked)
    places = data.draw(st.lists(st.integers(0, int(scale.steps)), min_size=1, max_size=8))
    answers = [float(scale.least + scale.step * place) for place in (0, int(scale.steps), *places)]
    results = NUMERIC.summarise(counters_of(answers, asked), asked)
    assert sum(results.counts.values()) == len(answers)
    assert len(results.counts) <= 20
    for key, count in results.counts.items():
        first, _, last = key.partition("..")
        inside = [answer for answer in answers if float(first) <= answer <= float(last or first)]
        assert len(inside) == count, key
    assert results.details["least"] == answers[0]
    assert results.details["most"] == answers[1]


def test_columns_are_as_people_count() -> None:
    def columns(**settings: Any) -> list[str]:
        return list(NUMERIC.summarise({}, question(**settings)).counts)

    assert columns(most=5) == ["0", "1", "2", "3", "4", "5"]
    assert columns()[:2] == ["0..4", "5..9"]
    assert columns()[-1] == "95..100", "the last number has no column alone"
    assert columns(least=1900, most=2025)[0] == "1900..1909"
    assert columns(least=1900, most=2025)[-1] == "2020..2025"
    assert columns(least=-1, most=1, step=0.5) == ["-1", "-0.5", "0", "0.5", "1"]


# Bands


@given(scales(), st.data())
def test_bands_are_few_and_made_of_whole_columns(
    settings: dict[str, Any], data: st.DataObject
) -> None:
    asked = question(**settings)
    scale = scale_of(asked)
    bands = NUMERIC.categories(asked)
    assert 1 <= len(bands) <= 6
    columns = NUMERIC.summarise({}, asked).counts
    made_of = [key for band in bands for key in NUMERIC.columns_of(band, asked)]
    assert made_of == list(columns), "each column is in one band, in order"
    place = data.draw(st.integers(0, int(scale.steps)))
    answer = float(scale.least + scale.step * place)
    band = NUMERIC.category(answer, asked)
    assert band in bands
    (column,) = (
        key for key, n in NUMERIC.summarise(counters_of([answer], asked), asked).counts.items() if n
    )
    assert column in NUMERIC.columns_of(band, asked)


# The middle


def test_quartiles_are_means_where_they_fall_between_two_people() -> None:
    found = details_of([1, 2, 3, 4])
    assert (found["lower"], found["median"], found["upper"]) == (1.5, 2.5, 3.5)
    found = details_of([1, 2, 3, 4, 5])
    assert (found["lower"], found["median"], found["upper"]) == (2, 3, 4)


def test_one_estimate_is_its_own_middle_and_none_has_none() -> None:
    assert details_of([7])["median"] == details_of([7])["lower"] == 7
    assert set(details_of([]).values()) == {None}


answers = st.lists(st.integers(0, 100), min_size=1, max_size=30)


@given(answers)
def test_the_median_is_the_one_everybody_knows(given_answers: list[int]) -> None:
    found = details_of(given_answers)
    assert found["median"] == median(given_answers)
    half = sum(found["lower"] <= answer <= found["upper"] for answer in given_answers)
    assert Fraction(half, len(given_answers)) >= Fraction(1, 2)


@given(answers, st.integers(2, 5))
def test_saying_everything_several_times_moves_nothing(given_answers: list[int], n: int) -> None:
    assert details_of(given_answers * n) == details_of(given_answers)


# The true value


def test_the_truth_says_how_near_people_came() -> None:
    asked = question(truth=50)
    counters = counters_of([44, 45, 50, 55, 56, 100], asked)
    found = NUMERIC.revelation(counters, asked)
    assert found is not None
    assert (found["truth"], found["near"], found["exact"]) == (50, 3, 1)
    assert found["near_percent"] == 50


def test_the_truth_is_no_part_of_what_screens_are_told_while_it_is_kept_back() -> None:
    told = NUMERIC.summarise(counters_of([33, 34], question(truth=77.5)), question(truth=77.5))
    assert "truth" not in told.details
    assert told == NUMERIC.summarise(counters_of([33, 34], question()), question())


def test_where_there_is_no_true_value_there_is_nothing_to_reveal() -> None:
    assert NUMERIC.revelation({}, question()) is None


def test_a_truth_of_zero_is_a_truth() -> None:
    asked = question(least=-5, most=5, truth=0)
    found = NUMERIC.revelation(counters_of([0, 1], asked), asked)
    assert found is not None
    assert (found["near"], found["exact"]) == (1, 1)
