"""A ranking is an order that may stop early; it is counted four ways, from ballots or counters."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.counting.exact import exact, fraction_of
from polls.domain.counting.ranked import Ranking, borda_of, condorcet_of
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import Option, Question
from polls.domain.tally import change_of
from polls.domain.texts import Texts
from tests.factories import a_poll, question_of

KIND = kind_named("ranking")
IDS = ("a", "b", "c", "d")
QUESTION = question_of(a_poll("ranking"))
orders = st.permutations(IDS).flatmap(
    lambda order: st.integers(1, len(order)).map(lambda length: list(order[:length]))
)
rooms = st.lists(orders, min_size=1, max_size=12)


def counters_of(answers: list[Any]) -> Counter[str]:
    counters: Counter[str] = Counter()
    for answer in answers:
        counters.update(change_of(None, KIND.contributions(answer)))
    return counters


def refusal_of(answer: Any) -> str:
    with pytest.raises(Refusal) as caught:
        KIND.parse(answer, QUESTION)
    return caught.value.code


def renamed(value: Any, names: dict[str, str]) -> Any:
    """The same outcome with other names; lists of names in an order that says nothing."""
    if isinstance(value, dict):
        return {names.get(key, key): renamed(part, names) for key, part in value.items()}
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return sorted(names.get(part, part) for part in value)
    if isinstance(value, list):
        return [renamed(part, names) for part in value]
    return names.get(value, value) if isinstance(value, str) else value


def times(outcome: Any, factor: int) -> Any:
    """The outcome with every number multiplied."""
    if isinstance(outcome, dict):
        return {key: times(part, factor) for key, part in outcome.items()}
    if isinstance(outcome, list) and len(outcome) == 2 and isinstance(outcome[0], int):
        return exact(fraction_of(outcome) * factor)
    if isinstance(outcome, list):
        return [times(part, factor) for part in outcome]
    return outcome * factor if isinstance(outcome, int) else outcome


def test_an_order_is_kept_as_it_is_and_may_stop_early() -> None:
    assert KIND.parse(["c", "a"], QUESTION) == ["c", "a"]
    assert KIND.parse(["b"], QUESTION) == ["b"]


def test_what_is_no_order_is_refused() -> None:
    assert refusal_of([]) == "answer.nothing_ranked"
    assert refusal_of({}) == "answer.nothing_ranked"
    assert refusal_of(["a", "b", "a"]) == "answer.ranked_twice"
    assert refusal_of(["a", "z"]) == "answer.unknown_option"
    assert refusal_of([["a"]]) == "answer.unknown_option"
    assert refusal_of("a") == "answer.not_an_order"
    assert refusal_of({"a": "first"}) == "answer.not_an_order"
    assert refusal_of({"a": True}) == "answer.not_an_order"
    assert refusal_of({"z": 1}) == "answer.unknown_option"


def test_a_form_without_script_gives_places_whose_gaps_are_closed_up() -> None:
    form = {"place.a": ["7"], "place.b": [""], "place.c": ["2"], "poll": ["x"]}
    assert KIND.parse(KIND.answer_from_form(form), QUESTION) == ["c", "a"]


def test_a_place_given_twice_is_refused_and_named() -> None:
    form = {"place.a": ["2"], "place.b": ["1"], "place.c": ["2"]}
    with pytest.raises(Refusal) as caught:
        KIND.parse(KIND.answer_from_form(form), QUESTION)
    assert (caught.value.code, caught.value.details) == ("answer.place_twice", {"place": 2})


def test_a_ranked_option_beats_one_that_is_left_out() -> None:
    pairwise = KIND.outcome([["c"]], QUESTION)["condorcet"]["pairwise"]  # type: ignore[index]
    assert pairwise["c"] == {"a": 1, "b": 1, "d": 1}
    assert pairwise["a"] == {"b": 0, "c": 0, "d": 0}


def test_a_tie_is_named_and_never_hidden() -> None:
    outcome = KIND.outcome([["a", "b"], ["b", "a"]], QUESTION)
    assert outcome is not None
    assert outcome["plurality"]["winners"] == ["a", "b"]
    assert outcome["irv"]["winners"] == ["a", "b"]
    assert outcome["condorcet"]["winner"] is None
    assert outcome["condorcet"]["cycle"] == ["a", "b"]
    assert outcome["borda"]["winners"] == ["a", "b"]


def test_a_circle_is_told_as_one() -> None:
    outcome = KIND.outcome([["a", "b", "c"], ["b", "c", "a"], ["c", "a", "b"]], QUESTION)
    assert outcome is not None
    assert outcome["condorcet"]["cycle"] == ["a", "b", "c"]


def test_details_tell_points_and_duels_and_nothing_of_an_empty_room() -> None:
    details = KIND.summarise(counters_of([["c"], ["c", "a"]]), QUESTION).details
    assert (details["place:c"], details["place:a"], details["place:b"]) == (1, 2, 3)
    assert details["place:b"] == details["place:d"]
    assert (details["won:c"], details["lost:b"]) == (3, 2)
    assert details["points:c"] == 6.0
    assert KIND.summarise({}, QUESTION).details["place:c"] is None


def test_an_answer_is_read_with_its_places() -> None:
    parts = KIND.answer_parts(["c", "a"], QUESTION, "en")
    assert parts == [("1. Benches", ""), ("2. Trams", "")]
    assert KIND.answer_parts("c", QUESTION, "en") == [("Benches", "")]


def test_a_ranking_stands_for_its_first_place() -> None:
    assert KIND.category(["c", "a"], question_of(a_poll("ranking"))) == "c"
    assert KIND.categories(QUESTION) == IDS


@given(answers=rooms)
def test_counters_alone_lead_to_the_same_duels_and_points_as_the_ballots(
    answers: list[list[str]],
) -> None:
    ballots: Counter[Ranking] = Counter(tuple((option,) for option in answer) for answer in answers)
    details = KIND.summarise(counters_of(answers), QUESTION).details
    pairwise = condorcet_of(ballots, IDS).pairwise
    for option, score in borda_of(ballots, IDS).scores.items():
        assert details[f"points:{option}"] == float(score)
        won = sum(pairwise[option][b] > pairwise[b][option] for b in IDS if b != option)
        assert details[f"won:{option}"] == won


@given(answers=rooms, order=st.permutations(IDS))
def test_other_ids_in_another_order_change_no_outcome(
    answers: list[list[str]], order: list[str]
) -> None:
    names = dict(zip(IDS, order, strict=True))
    other = Question(tuple(Option(names[option], Texts({"en": option})) for option in IDS))
    outcome = KIND.outcome(answers, QUESTION)
    again = KIND.outcome([[names[option] for option in answer] for answer in answers], other)
    assert renamed(outcome, names) == renamed(again, {})


@given(answers=rooms, factor=st.integers(2, 5))
def test_the_same_ballots_many_times_over_change_no_outcome(
    answers: list[list[str]], factor: int
) -> None:
    once = KIND.outcome(answers, QUESTION)
    assert times(once, factor) == KIND.outcome(answers * factor, QUESTION)
