"""Every poll kind keeps the promises on which the counting stands, whatever people answer."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import Kind, all_kinds, kind_named
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, VERSION, change_of
from tests.factories import ANSWERS, a_poll, question_of

QUESTIONS: dict[str, Question] = {kind: question_of(a_poll(kind)) for kind in ANSWERS}
KINDS = sorted(all_kinds())

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
words = st.lists(st.text(st.characters(), max_size=40), max_size=4)


def answers_of(name: str) -> st.SearchStrategy[Any]:
    """Answers that a kind takes, and some that it might."""
    ids = st.sampled_from(QUESTIONS[name].option_ids or ("a",))
    plausible = {
        "single_choice": ids,
        "multiple_choice": st.lists(ids, max_size=6),
        "rating": st.integers(0, 6),
        "words": words,
        "text": st.text(st.characters(), max_size=300),
        "ranking": st.lists(ids, max_size=5) | st.dictionaries(ids, st.integers(0, 5)),
        "budget": st.lists(ids, max_size=5),
        "opinion": st.dictionaries(ids, st.sampled_from(["agree", "disagree", "pass", "no"])),
        "points": st.dictionaries(ids, st.integers(-1, 101), max_size=4),
        "numeric": st.integers(-1, 101) | st.floats(),
        "knowledge": ids,
    }[name]
    return st.sampled_from(ANSWERS[name]) | plausible


def parsed(kind: Kind, answer: Any) -> Any:
    """The canonical answer, or None if it is refused as it should be."""
    code = "answer.taken"
    try:
        return kind.parse(answer, QUESTIONS[kind.name])
    except Refusal as refusal:
        code = refusal.code
    assert code.split(".")[0] in {"answer", "text"}
    return None


def test_every_kind_has_answers_to_be_tested_with() -> None:
    assert set(KINDS) == set(ANSWERS)


@pytest.mark.parametrize("name", KINDS)
@given(answer=junk)
def test_nonsense_is_refused_and_never_breaks_anything(name: str, answer: Any) -> None:
    parsed(kind_named(name), answer)


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_an_answer_parsed_twice_is_the_same(name: str, data: st.DataObject) -> None:
    kind = kind_named(name)
    answer = parsed(kind, data.draw(answers_of(name)))
    if answer is not None:
        assert kind.parse(answer, QUESTIONS[name]) == answer


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_a_canonical_answer_survives_being_stored(name: str, data: st.DataObject) -> None:
    answer = parsed(kind_named(name), data.draw(answers_of(name)))
    if answer is not None:
        assert json.loads(json.dumps(answer)) == answer


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_an_answer_only_ever_adds_and_never_to_the_turnout(name: str, data: st.DataObject) -> None:
    kind = kind_named(name)
    answer = parsed(kind, data.draw(answers_of(name)))
    if answer is None:
        return
    added = kind.contributions(answer)
    assert all(value > 0 for value in added.values())
    assert not {BALLOTS, VERSION} & set(added)
    assert all(len(key) <= 96 for key in added), "the database keeps 96 characters of a key"


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_any_path_of_changes_ends_where_counting_again_ends(name: str, data: st.DataObject) -> None:
    kind = kind_named(name)
    counters: Counter[str] = Counter()
    ballot = None
    for raw in data.draw(st.lists(st.none() | answers_of(name), max_size=6)):
        answer = None if raw is None else parsed(kind, raw)
        if raw is not None and answer is None:
            continue
        new = None if answer is None else kind.merge(ballot, answer)
        counters.update(
            change_of(
                None if ballot is None else kind.contributions(ballot),
                None if new is None else kind.contributions(new),
            )
        )
        ballot = new
    again: Counter[str] = Counter()
    if ballot is not None:
        again = Counter({**kind.contributions(ballot), BALLOTS: 1})
    assert {key: value for key, value in counters.items() if value} == again


@pytest.mark.parametrize("name", KINDS)
@given(data=st.data())
def test_a_summary_can_be_sent_and_its_shares_never_pass_the_whole(
    name: str, data: st.DataObject
) -> None:
    kind = kind_named(name)
    counters: Counter[str] = Counter()
    for raw in data.draw(st.lists(answers_of(name), max_size=12)):
        answer = parsed(kind, raw)
        if answer is not None:
            counters.update(change_of(None, kind.contributions(answer)))
    results = kind.summarise(counters, QUESTIONS[name])
    assert results.turnout == counters[BALLOTS]
    assert set(results.percents) == set(results.counts)
    assert all(0 <= percent <= 100 for percent in results.percents.values())
    each = QUESTIONS[name].settings.get("points", 1)
    assert all(0 <= count <= results.turnout * each for count in results.counts.values())
    assert json.dumps([dict(results.counts), dict(results.percents), dict(results.details)])


@pytest.mark.parametrize("name", KINDS)
def test_a_summary_of_nothing_is_a_summary(name: str) -> None:
    results = kind_named(name).summarise({}, QUESTIONS[name])
    assert results.turnout == 0
    assert set(results.counts.values()) <= {0}


@pytest.mark.parametrize("name", KINDS)
@given(values=st.dictionaries(st.sampled_from(["answer", "other"]), words, max_size=2))
def test_any_form_is_read_or_refused(name: str, values: dict[str, list[str]]) -> None:
    kind = kind_named(name)
    parsed(kind, kind.answer_from_form(values))


@pytest.mark.parametrize("name", KINDS)
def test_a_setting_that_nobody_knows_is_refused_by_name(name: str) -> None:
    with pytest.raises(FieldRefusal) as caught:
        kind_named(name).parse_settings({"colour": "red"}, 2)
    assert caught.value.field == "settings.colour"


def test_a_kind_that_nobody_knows_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(Refusal) as caught:
        kind_named("roulette")
    assert caught.value.code == "kind.unknown"
    assert "single_choice" in caught.value.details["known"]


# Each kind's own rules


def refuse(name: str, answer: Any, **settings: Any) -> str:
    question = question_of(a_poll(name, settings=settings))
    with pytest.raises(Refusal) as caught:
        kind_named(name).parse(answer, question)
    return caught.value.code


def test_a_single_choice_is_one_of_its_options() -> None:
    assert kind_named("single_choice").parse("b", QUESTIONS["single_choice"]) == "b"
    for answer in ("z", "", "B", ["a"], {"a": 1}, None, 1):
        assert refuse("single_choice", answer) == "answer.unknown_option"


def test_a_multiple_choice_is_put_in_order_and_without_twins() -> None:
    parse = kind_named("multiple_choice").parse
    assert parse(["c", "a", "c"], QUESTIONS["multiple_choice"]) == ["a", "c"]


def test_a_multiple_choice_keeps_to_least_and_most() -> None:
    assert refuse("multiple_choice", [], least=1) == "answer.too_few"
    assert refuse("multiple_choice", ["a"], least=2) == "answer.too_few"
    assert refuse("multiple_choice", ["a", "b", "c"], most=2) == "answer.too_many"
    assert refuse("multiple_choice", ["a", "z"]) == "answer.unknown_option"
    assert refuse("multiple_choice", "a") == "answer.not_a_list"
    assert refuse("multiple_choice", [["a"]]) == "answer.unknown_option"


@pytest.mark.parametrize("answer", [0, 6, -1, True, 2.0, "3", None, [3]])
def test_a_rating_is_a_whole_step_of_the_scale(answer: Any) -> None:
    assert refuse("rating", answer) == "answer.not_a_step"


@pytest.mark.parametrize("steps", [2, 11, 0, "many", True])
def test_a_scale_has_from_three_to_ten_steps(steps: Any) -> None:
    if not steps:
        assert kind_named("rating").parse_settings({"steps": steps}, 0)["steps"] == 5
        return
    with pytest.raises(FieldRefusal):
        kind_named("rating").parse_settings({"steps": steps}, 0)


def test_words_that_differ_in_case_or_accents_are_one_word_shown_as_most_wrote_it() -> None:
    kind = kind_named("words")
    counters: Counter[str] = Counter()
    for word in ("Privacité", "privacité", "PRIVACITE"):
        answer = kind.parse([word], QUESTIONS["words"])
        counters.update(change_of(None, kind.contributions(answer)))
    results = kind.summarise(counters, QUESTIONS["words"])
    assert results.counts == {"privacité": 3}
    assert results.details == {"distinct": 1}


def test_stop_words_and_hidden_words_are_left_out_of_the_cloud() -> None:
    kind = kind_named("words")
    question = question_of(a_poll("words", settings={"hidden": ["Spam"]}))
    counters: Counter[str] = Counter()
    for word in ("the", "spam", "trust"):
        counters.update(change_of(None, kind.contributions(kind.parse([word], question))))
    results = kind.summarise(counters, question)
    assert results.counts == {"trust": 1}
    assert results.turnout == 3


@pytest.mark.parametrize("word", ["ballots", "version", "=ballots", "=version"])
def test_a_word_named_like_a_counter_counts_as_a_word(word: str) -> None:
    kind = kind_named("words")
    added = change_of(None, kind.contributions(kind.parse([word], QUESTIONS["words"])))
    assert added == {BALLOTS: 1, word.strip("="): 1}


def test_words_are_refused_when_none_too_many_or_too_long() -> None:
    assert refuse("words", []) == "answer.no_word"
    assert refuse("words", ["  ", "!!!"]) == "answer.no_word"
    assert refuse("words", ["one", "two", "three", "four"]) == "answer.too_many"
    assert refuse("words", ["a" * 31]) == "answer.word_too_long"
    assert refuse("words", [1]) == "answer.not_words"
    assert refuse("words", {"a": 1}) == "answer.not_words"


def test_a_word_that_becomes_long_when_folded_is_too_long() -> None:
    """One Arabic ligature stands for eighteen letters; a counter's key has no room for thirty."""
    assert refuse("words", ["\ufdfa" * 30]) == "answer.word_too_long"


def test_a_cloud_holds_at_most_sixty_words() -> None:
    counters = Counter({f"word{number}": 1 for number in range(100)}) + Counter({BALLOTS: 100})
    assert len(kind_named("words").summarise(counters, QUESTIONS["words"]).counts) == 60


def test_a_text_keeps_to_the_length_its_poll_allows() -> None:
    assert refuse("text", "a" * 11, length=10) == "text.too_long"
    assert refuse("text", " \n ") == "text.empty"
    assert refuse("text", 5) == "text.not_text"
