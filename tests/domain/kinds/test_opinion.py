"""Opinions: a ballot that grows statement by statement, and the picture drawn from all of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.agenda import define_poll
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds import kind_named
from polls.domain.opinions.common_ground import SMALLEST_PUBLISHED, without_small_groups
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, change_of
from tests.factories import a_poll, question_of

KIND = kind_named("opinion")
QUESTION = question_of(a_poll("opinion"))
IDS = QUESTION.option_ids

answers = st.dictionaries(
    st.sampled_from(IDS), st.sampled_from(["agree", "disagree", "pass"]), min_size=1
)


def refuse(answer: Any) -> str:
    with pytest.raises(Refusal) as caught:
        KIND.parse(answer, QUESTION)
    return caught.value.code


def statements(count: int) -> Question:
    return question_of(define_poll("opinion", "Q?", [f"Statement {n}." for n in range(count)]))


def camps(people: int, question: Question) -> list[dict[str, str]]:
    """A room of two camps that share the first statement and nothing else."""
    first, *others = question.option_ids
    return [
        {
            first: "agree",
            **{
                s: "agree" if (place + person) % 2 else "disagree" for place, s in enumerate(others)
            },
        }
        for person in range(people)
    ]


def test_statements_without_an_id_are_numbered() -> None:
    assert IDS == ("s1", "s2", "s3", "s4")


def test_a_statement_may_be_longer_than_an_answer_but_not_endless() -> None:
    assert define_poll("opinion", "Q?", ["a" * 200]).options[0].id == "s1"
    with pytest.raises(FieldRefusal):
        define_poll("opinion", "Q?", ["a" * 201])
    with pytest.raises(FieldRefusal):
        define_poll("single_choice", "Q?", ["a" * 121, "b"])


def test_a_poll_may_begin_without_a_statement_and_ends_at_two_hundred() -> None:
    assert define_poll("opinion", "Q?").options == ()
    with pytest.raises(FieldRefusal):
        statements(201)


@pytest.mark.parametrize(
    "answer", [{}, [], "agree", None, {"s1": "yes"}, {"s1": ["agree"]}, {"s1": None}]
)
def test_what_is_no_opinion_is_refused(answer: Any) -> None:
    assert refuse(answer) == "answer.not_opinions"


def test_an_opinion_on_what_was_not_asked_is_refused() -> None:
    assert refuse({"s1": "agree", "s9": "agree"}) == "answer.unknown_option"


def test_a_withdrawn_statement_is_still_understood() -> None:
    question = question_of(
        define_poll("opinion", "Q?", [{"label": "One", "withdrawn": True}, "Two"])
    )
    assert KIND.parse({"s1": "pass"}, question) == {"s1": "pass"}


@given(old=answers, new=answers)
def test_giving_the_same_answers_twice_is_giving_them_once(
    old: dict[str, str], new: dict[str, str]
) -> None:
    once = KIND.merge(old, new)
    assert KIND.merge(once, new) == once
    assert KIND.merge(None, new) == new


@given(one=answers, other=answers)
def test_the_order_of_answers_to_different_statements_does_not_matter(
    one: dict[str, str], other: dict[str, str]
) -> None:
    apart = {statement: word for statement, word in other.items() if statement not in one}
    assert KIND.merge(one, apart) == KIND.merge(apart, one)


@given(path=st.lists(answers, min_size=1, max_size=6))
def test_the_last_word_on_each_statement_counts(path: list[dict[str, str]]) -> None:
    ballot: Any = None
    for answer in path:
        ballot = KIND.merge(ballot, answer)
    last = {statement: word for answer in path for statement, word in answer.items()}
    assert ballot == last
    assert KIND.contributions(ballot) == Counter(f"{s}:{word}" for s, word in last.items())


@given(room=st.lists(answers, max_size=12))
def test_percents_are_of_those_who_answered_a_statement(room: list[dict[str, str]]) -> None:
    counters: Counter[str] = Counter()
    for answer in room:
        counters.update(change_of(None, KIND.contributions(answer)))
    results = KIND.summarise(counters, QUESTION)
    coverage = KIND.coverage(counters, QUESTION)
    for statement in IDS:
        keys = [f"{statement}:{word}" for word in ("agree", "disagree", "pass")]
        answered = sum(results.counts[key] for key in keys)
        assert results.details[f"{statement}:answered"] == coverage[statement] == answered
        assert sum(results.percents[key] for key in keys) == (100 if answered else 0)


def test_coverage_says_how_often_and_never_how() -> None:
    agreed = KIND.coverage({"s1:agree": 3, BALLOTS: 3}, QUESTION)
    assert agreed == KIND.coverage({"s1:disagree": 2, "s1:pass": 1, BALLOTS: 3}, QUESTION)
    assert agreed == {"s1": 3, "s2": 0, "s3": 0, "s4": 0}


@given(seed=st.text(), coverage=st.dictionaries(st.sampled_from(IDS), st.integers(0, 3)))
def test_the_least_answered_come_first_and_none_is_left_out(
    seed: str, coverage: dict[str, int]
) -> None:
    order = KIND.order_for(seed, IDS, coverage)  # type: ignore[attr-defined]
    assert sorted(order) == sorted(IDS)
    asked = [coverage.get(statement, 0) for statement in order]
    assert asked == sorted(asked)
    assert order == KIND.order_for(seed, IDS, coverage)  # type: ignore[attr-defined]


def test_equals_come_in_an_order_of_each_persons_own() -> None:
    orders = {tuple(KIND.order_for(f"person {n}", IDS, {})) for n in range(40)}  # type: ignore[attr-defined]
    assert len(orders) > 5


def test_an_answer_reads_as_its_statements() -> None:
    assert KIND.answer_parts({"s2": "pass"}, QUESTION, "en") == [("Cars must go", "pass")]
    assert KIND.answer_parts("s1:agree", QUESTION, "en") == [("Trees come first", "agree")]


def test_a_form_without_a_script_answers_the_statement_it_shows() -> None:
    assert KIND.answer_from_form({"statement": ["s3"], "answer": ["agree"]}) == {"s3": "agree"}
    assert KIND.answer_from_form({"answer": ["agree"]}) is None


@pytest.mark.parametrize(
    ("raw", "expected"), [({}, True), ({"propose": False}, False), ({"propose": "false"}, False)]
)
def test_proposals_are_welcome_unless_told_otherwise(raw: dict[str, Any], expected: bool) -> None:
    assert KIND.parse_settings(raw, 0) == {"propose": expected}


def test_a_setting_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(FieldRefusal) as caught:
        KIND.parse_settings({"propose": "perhaps"}, 0)
    assert caught.value.field == "settings.propose"


# The picture


def test_the_picture_grows_with_the_room() -> None:
    question = statements(8)
    outcomes = [KIND.outcome(camps(people, question), question) for people in (0, 2, 3, 6, 7)]
    assert [found and found["is_map"] for found in outcomes] == [False, False, False, False, True]
    assert [bool(found and found["statements"]) for found in outcomes] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_two_camps_are_seen_with_what_they_share_and_where_they_differ() -> None:
    question = statements(8)
    found = KIND.outcome(camps(40, question), question)
    assert found is not None
    assert [group["people"] for group in found["groups"]] == [20, 20]
    assert [group["number"] for group in found["groups"]] == [1, 2]
    assert found["shared"] == ["s1"]
    assert "s1" not in {each["statement"] for each in found["divisive"]}
    assert len(found["dots"]) == 40
    assert found["counts"]["s1"] == {"room": [40, 0, 0], "groups": [[20, 0, 0], [20, 0, 0]]}


def test_a_withdrawn_statement_shapes_no_map_and_is_told_nowhere() -> None:
    question = statements(8)
    options = [
        {"id": o.id, "label": o.label, **({"withdrawn": True} if o.id == "s2" else {})}
        for o in question.options
    ]
    withdrawn = question_of(define_poll("opinion", "Q?", options))
    found = KIND.outcome(camps(40, question), withdrawn)
    assert found is not None
    assert "s2" not in str(found)


@given(order=st.permutations(range(14)))
def test_the_final_map_does_not_depend_on_the_order_of_ballots(order: list[int]) -> None:
    question = statements(7)
    room = camps(14, question)
    room[3]["s4"] = "pass"
    assert KIND.outcome([room[n] for n in order], question) == KIND.outcome(room, question)


def test_nobody_is_named_in_a_picture() -> None:
    question = statements(8)
    named = {f"receipt-{n}": answer for n, answer in enumerate(camps(12, question))}
    picture, memory = KIND.draw(named, question)
    assert "receipt-" not in str(picture)
    again, _ = KIND.draw(named, question, memory)
    assert again["dots"] == picture["dots"], "nothing moves while nothing changes"


def a_map(*sizes: int) -> dict[str, Any]:
    return {
        "groups": [
            {"number": n + 1, "size": size, "representative": ["x"]} for n, size in enumerate(sizes)
        ],
        "divisive": [{"statement": "s1", "percents": [[n, n] for n in sizes]}],
        "counts": {"s1": {"room": [sum(sizes), 0, 0], "groups": [[n, 0, 0] for n in sizes]}},
        "withheld": 0,
    }


def numbers_shown(published: dict[str, Any]) -> list[bool]:
    return [counts is not None for counts in published["counts"]["s1"]["groups"]]


def test_a_small_group_is_published_without_its_numbers() -> None:
    published = without_small_groups(a_map(20, 4, 3, 9))
    assert numbers_shown(published) == [True, False, False, True]
    assert [bool(group["representative"]) for group in published["groups"]] == [
        True,
        False,
        False,
        True,
    ]
    assert published["divisive"][0]["percents"][1:3] == [None, None]
    assert published["withheld"] == 2


def test_a_small_group_is_not_found_by_taking_the_others_from_the_room() -> None:
    published = without_small_groups(a_map(20, 4, 9))
    assert numbers_shown(published) == [True, False, False]


def test_groups_of_five_are_published_whole() -> None:
    whole = a_map(SMALLEST_PUBLISHED, 20)
    assert without_small_groups(whole) == whole
