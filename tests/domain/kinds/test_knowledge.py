"""A knowledge check keeps what is right to itself until voting is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.agenda import define_poll
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import kind_named
from polls.domain.kinds.knowledge import knows, right_ballots
from polls.domain.polls import Option, Poll, PollState, Question, Visibility
from polls.domain.tally import change_of
from polls.domain.texts import Texts
from tests.factories import a_poll, question_of

KNOWLEDGE = kind_named("knowledge")
ONE = question_of(a_poll("knowledge"))
SEVERAL_OPTIONS = [
    {"label": "A", "right": True},
    "B",
    {"label": "C", "right": True},
    {"label": "D", "right": False},
]
SEVERAL = question_of(a_poll("knowledge", options=SEVERAL_OPTIONS, settings={"several": True}))


def test_a_check_asks_for_one_answer_or_for_several() -> None:
    assert KNOWLEDGE.shape_of(ONE) == "one"
    assert KNOWLEDGE.shape_of(SEVERAL) == "many"
    assert KNOWLEDGE.parse("b", ONE) == "b"
    assert KNOWLEDGE.parse(["c", "a", "c"], SEVERAL) == ["a", "c"]


@pytest.mark.parametrize(
    ("question", "answer", "code"),
    [
        (ONE, ["a"], "answer.unknown_option"),
        (ONE, "z", "answer.unknown_option"),
        (SEVERAL, "a", "answer.not_a_list"),
        (SEVERAL, [], "answer.too_few"),
        (SEVERAL, ["a", "z"], "answer.unknown_option"),
    ],
)
def test_an_answer_of_the_other_shape_is_refused(
    question: Question, answer: Any, code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        KNOWLEDGE.parse(answer, question)
    assert caught.value.code == code


def test_a_check_without_a_right_or_without_a_wrong_answer_is_refused() -> None:
    for options in (["A", "B"], [{"label": "A", "right": True}, {"label": "B", "right": "yes"}]):
        with pytest.raises(FieldRefusal) as caught:
            define_poll("knowledge", "Q?", options)
        assert caught.value.field == "options.right"


def test_right_is_yes_or_no() -> None:
    with pytest.raises(FieldRefusal) as caught:
        define_poll("knowledge", "Q?", ["A", {"label": "B", "right": "perhaps"}])
    assert caught.value.field == "options[2].right"


def test_an_explanation_may_be_longer_than_a_label_and_has_its_own_end() -> None:
    options = [{"label": "A", "right": True}, "B"]
    found = define_poll("knowledge", "Q?", options, {"explanation": "x" * 500 + "\n"})
    assert len(found.settings["explanation"]["en"]) == 500
    with pytest.raises(FieldRefusal) as caught:
        define_poll("knowledge", "Q?", options, {"explanation": {"fr": "x" * 501}})
    assert caught.value.field == "settings.explanation.fr"


def test_who_chose_all_right_answers_and_no_other_knew_it() -> None:
    assert knows("a", ONE)
    assert not knows("b", ONE)
    assert knows(["a", "c"], SEVERAL)
    for answer in (["a"], ["a", "b", "c"], ["b"]):
        assert not knows(answer, SEVERAL)
    assert KNOWLEDGE.outcome([["a", "c"], ["a"], ["a", "c"]], SEVERAL) == {"knew": 2}


@given(st.lists(st.sampled_from("abcd"), min_size=1), st.booleans())
def test_who_knew_it_gave_one_of_the_right_ballots(chosen: list[str], is_several: bool) -> None:
    question = replace(SEVERAL, settings={"several": is_several})
    answer = KNOWLEDGE.parse(chosen if is_several else chosen[0], question)
    assert knows(answer, question) is (answer in right_ballots(question))


def test_any_of_several_right_answers_is_right_where_one_is_chosen() -> None:
    either = replace(SEVERAL, settings={"several": False})
    assert knows("a", either)
    assert knows("c", either)
    assert not knows("b", either)


@pytest.mark.parametrize("state", PollState)
@pytest.mark.parametrize("sees_results", [True, False])
def test_what_is_right_is_told_after_voting_to_who_sees_the_result(
    state: PollState, sees_results: bool
) -> None:
    poll = Poll("p", "q", "knowledge", Texts(), ONE, state, Visibility.LIVE)
    kept = KNOWLEDGE.keeps_back(poll, sees_results=sees_results)
    is_told = sees_results and state in (PollState.CLOSED, PollState.PUBLISHED)
    assert kept == (frozenset() if is_told else {"right", "explanation"})


ballots = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4), max_size=12)


@given(ballots, st.integers(1, 4), st.permutations("abcd"))
def test_other_ids_and_more_of_the_same_change_no_share(
    answers: list[list[str]], times: int, ids: list[str]
) -> None:
    new = dict(zip("abcd", ids, strict=True))
    renamed = Question(
        tuple(Option(new[o.id], o.label, o.facts) for o in SEVERAL.options), SEVERAL.settings
    )
    then = [[new[option] for option in answer] for answer in answers * times]
    before, after = summary(answers, SEVERAL), summary(then, renamed)
    assert after.percents == {new[option]: share for option, share in before.percents.items()}
    knew = KNOWLEDGE.outcome([KNOWLEDGE.parse(answer, SEVERAL) for answer in answers], SEVERAL)
    again = KNOWLEDGE.outcome([KNOWLEDGE.parse(answer, renamed) for answer in then], renamed)
    assert knew is not None
    assert again == {"knew": knew["knew"] * times}


def summary(answers: list[list[str]], question: Question) -> Any:
    counters: Counter[str] = Counter()
    for answer in answers:
        parsed = KNOWLEDGE.parse(answer, question)
        counters.update(change_of(None, KNOWLEDGE.contributions(parsed)))
    return KNOWLEDGE.summarise(counters, question)


def test_shares_of_single_answers_make_a_whole() -> None:
    counters = Counter({"a": 1, "b": 1, "c": 1, "=ballots": 3})
    assert sum(KNOWLEDGE.summarise(counters, ONE).percents.values()) == 100
