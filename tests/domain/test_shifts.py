"""Moves between two rounds: counted once, by categories alone, and cut where they are few."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.kinds import kind_named
from polls.domain.polls import Question
from polls.domain.shifts import (
    LEADING_LEAST,
    PEOPLE_LEAST,
    AnswerPair,
    SentenceCase,
    Shift,
    count_shift,
    sentence_facts,
    shift_from_json,
)
from tests.factories import a_poll, question_of

CHOICE = question_of(a_poll("single_choice"))
RATING = question_of(a_poll("rating"))
IDS = CHOICE.option_ids
choices = st.none() | st.sampled_from(IDS)
pairs = st.lists(st.tuples(choices, choices), max_size=60)


def shift_of(*given_pairs: AnswerPair, question: Question = CHOICE) -> Shift:
    return count_shift(1, given_pairs, kind_named("single_choice"), question)


def sentence(*given_pairs: AnswerPair) -> tuple[SentenceCase, str, str]:
    facts = sentence_facts(shift_of(*given_pairs))
    return facts.case, facts.before, facts.after


@given(pairs)
def test_everyone_is_counted_once(people: list[AnswerPair]) -> None:
    shift = shift_of(*people)
    assert shift.both == sum(None not in pair for pair in people)
    assert shift.newcomers == sum(before is None and after is not None for before, after in people)
    assert shift.leavers == sum(after is None and before is not None for before, after in people)
    assert shift.moved + shift.stayed == shift.both
    if shift.moves is not None:
        table = shift.moves.table
        assert sum(map(sum, table)) == shift.both
        assert shift.stayed == sum(table[place][place] for place in range(len(table)))
        assert sum(shift.moves.before) == shift.both + shift.leavers
        assert sum(shift.moves.after) == shift.both + shift.newcomers
        assert sum(flow.count for flow in shift.moves.flows()) == shift.moved


@given(pairs)
def test_both_sides_of_the_table_are_the_counts_of_the_rounds(people: list[AnswerPair]) -> None:
    moves = shift_of(*people).moves
    if moves is not None:
        for side, counts in enumerate((moves.before, moves.after)):
            answers = [pair[side] for pair in people]
            assert counts == tuple(answers.count(option) for option in IDS)


@given(pairs, st.permutations(IDS))
def test_other_names_for_the_options_change_nothing_but_names(
    people: list[AnswerPair], names: list[str]
) -> None:
    renamed = dict(zip(IDS, names, strict=True)) | {None: None}
    shift = shift_of(*people)
    other = shift_of(*((renamed[before], renamed[after]) for before, after in people))
    assert (other.both, other.moved, other.newcomers) == (shift.both, shift.moved, shift.newcomers)
    if shift.moves is not None and other.moves is not None:
        flows = {(renamed[f.before], renamed[f.after], f.count) for f in shift.moves.flows()}
        assert flows == {(f.before, f.after, f.count) for f in other.moves.flows()}
    facts, others = sentence_facts(shift), sentence_facts(other)
    assert (others.case, others.moved) == (facts.case, facts.moved)
    if facts.before:
        assert (others.before, others.after) == (renamed[facts.before], renamed[facts.after])


@given(pairs, st.integers(2, 5))
def test_more_people_of_the_same_mind_are_as_many_times_more_moves(
    people: list[AnswerPair], times: int
) -> None:
    shift, more = shift_of(*people), shift_of(*(people * times))
    assert (more.both, more.moved) == (shift.both * times, shift.moved * times)
    assert (more.newcomers, more.leavers) == (shift.newcomers * times, shift.leavers * times)
    if shift.moves is not None:
        assert more.moves is not None
        multiplied = tuple(tuple(n * times for n in row) for row in shift.moves.table)
        assert more.moves.table == multiplied


@given(pairs)
def test_with_few_people_nothing_but_totals_is_kept(people: list[AnswerPair]) -> None:
    shift = shift_of(*people)
    assert (shift.moves is None) is (shift.both < PEOPLE_LEAST)
    stored = shift.as_json()
    assert ("moves" in stored) is (shift.both >= PEOPLE_LEAST)
    if shift.moves is None:
        assert set(stored) == {"from", "both", "moved", "newcomers", "leavers"}
        facts = sentence_facts(shift)
        assert not facts.before
        assert not facts.after


@given(pairs)
def test_what_is_stored_comes_back(people: list[AnswerPair]) -> None:
    shift = shift_of(*people)
    assert shift_from_json(orjson.loads(orjson.dumps(shift.as_json()))) == shift


def test_the_steps_of_a_rating_are_categories() -> None:
    people = [(2, 4)] * 6 + [(3, 3)] * 6
    shift = count_shift(1, people, kind_named("rating"), RATING)
    assert shift.moves is not None
    assert shift.moves.categories == ("1", "2", "3", "4", "5")
    assert [(f.before, f.after, f.count) for f in shift.moves.flows()] == [("2", "4", 6)]


def test_answers_without_categories_give_totals_whatever_their_number() -> None:
    question = question_of(a_poll("multiple_choice"))
    people = [(["a"], ["a"])] * 20 + [(["a"], ["a", "c"])] * 15 + [(None, ["a"])]
    shift = count_shift(3, people, kind_named("multiple_choice"), question)
    assert (shift.both, shift.moved, shift.newcomers) == (35, 15, 1)
    assert shift.moves is None
    assert shift.from_round == 3


def test_an_answer_that_is_no_category_any_more_counts_as_none() -> None:
    shift = shift_of(*[("a", "gone")] * 12, *[("a", "b")] * 2)
    assert (shift.both, shift.leavers, shift.newcomers) == (2, 12, 0)


# What one sentence says


def test_a_sentence_says_that_nobody_or_one_moved() -> None:
    assert sentence(("a", None), (None, "b"))[0] is SentenceCase.NOBODY_TWICE
    assert sentence(*[("a", "a")] * 12)[0] is SentenceCase.NONE
    assert sentence(*[("a", "a")] * 12, ("a", "b")) == (SentenceCase.ONE, "", "")


def test_a_sentence_names_where_most_moved_only_if_most_did() -> None:
    stay = [("c", "c")] * 20
    assert sentence(*stay, *[("a", "b")] * 5, *[("b", "a")] * 4) == (SentenceCase.MOST, "a", "b")
    spread = [("a", "b")] * 4 + [("b", "a")] * 3 + [("c", "a")] * 3
    assert sentence(*stay, *spread) == (SentenceCase.LARGEST, "a", "b")
    even = [("a", "b")] * 4 + [("b", "a")] * 4
    assert sentence(*stay, *even) == (SentenceCase.SEVERAL, "", "")


def test_a_sentence_names_no_move_of_fewer_than_a_few() -> None:
    few = [("a", "b")] * (LEADING_LEAST - 1)
    assert sentence(*[("c", "c")] * 20, *few)[0] is SentenceCase.SEVERAL
    assert sentence(*[("c", "c")] * 20, *few, ("a", "b"))[0] is SentenceCase.MOST


def test_estimates_move_between_bands_of_the_range() -> None:
    question = question_of(a_poll("numeric"))
    people = [(3, 25)] * 7 + [(3, 19)] * 5 + [(100, 100)]
    shift = count_shift(1, people, kind_named("numeric"), question)
    assert shift.moves is not None
    assert shift.moves.categories == ("0..19", "20..39", "40..59", "60..79", "80..100")
    assert shift.moved == 7, "another number in the same band is no move"
    facts = sentence_facts(shift)
    assert (facts.case, facts.before, facts.after) == (SentenceCase.MOST, "0..19", "20..39")


def test_points_move_with_where_most_of_them_went() -> None:
    question = question_of(a_poll("points"))
    people = [({"a": 60, "b": 40}, {"a": 40, "b": 60})] * 6
    people += [({"a": 60, "b": 40}, {"a": 51, "b": 49})] * 3
    people += [({"a": 50, "b": 50}, {"a": 100})] * 2
    shift = count_shift(1, people, kind_named("points"), question)
    assert shift.moves is not None
    assert shift.moved == 8
    assert [(f.before, f.after, f.count) for f in shift.moves.flows()] == [
        ("a", "b", 6),
        ("=", "a", 2),
    ]


def test_whoever_writes_again_is_counted_and_not_compared() -> None:
    people: list[AnswerPair] = [("Trees", "Trams")] * 12 + [(None, "Trees"), ("Trams", None)]
    shift = count_shift(1, people, kind_named("text"), question_of(a_poll("text")))
    assert (shift.both, shift.moved, shift.newcomers, shift.leavers) == (12, 0, 1, 1)
    assert shift.as_json()["moved"] is None
    assert shift_from_json(shift.as_json()) == shift
    assert sentence_facts(shift).case is SentenceCase.AGAIN


def test_nobody_who_writes_again_is_told_as_for_every_kind() -> None:
    shift = count_shift(1, [("Trees", None)], kind_named("text"), question_of(a_poll("text")))
    assert sentence_facts(shift).case is SentenceCase.NOBODY_TWICE


def test_an_opinion_is_another_one_only_where_a_statement_was_answered_twice() -> None:
    people = [({"s1": "agree"}, {"s2": "agree"}), ({"s1": "agree"}, {"s1": "pass"})]
    shift = count_shift(1, people, kind_named("opinion"), question_of(a_poll("opinion")))
    assert (shift.both, shift.moved) == (2, 1)
