"""Questions pasted as lines or as a table are understood, or refused as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.agenda_file import (
    AgendaFileError,
    parse_pasted_questions,
)
from polls.domain.texts import Texts
from tests.agenda_file.files import found_by


def summary(text: str, language: str = "en") -> list[tuple[str, str, list[str]]]:
    return [
        (
            poll.kind,
            poll.title.in_language(language),
            [option.label.in_language(language) for option in poll.options],
        )
        for poll in parse_pasted_questions(text, language)
    ]


def pasting_problems(text: str) -> list[str]:
    with pytest.raises(AgendaFileError) as caught:
        parse_pasted_questions(text, "en")
    return [str(problem) for problem in caught.value.problems]


def test_plain_lines_are_questions_and_bullets_their_options() -> None:
    pasted = "1. Tea or coffee?\r\n- Tea\r\n* Coffee\r\n\r\n2) What else, if anything?\r\n"
    assert summary(pasted) == [
        ("single_choice", "Tea or coffee?", ["Tea", "Coffee"]),
        ("text", "What else, if anything?", []),
    ]


def test_typographic_bullets_count_too() -> None:
    assert summary("Tea?\n• Yes\n– No") == [("single_choice", "Tea?", ["Yes", "No"])]


def test_pasted_texts_are_in_the_given_language() -> None:
    poll = parse_pasted_questions("Thé ou café ?\n- Thé\n- Café", "fr")[0]
    assert poll.title == Texts({"fr": "Thé ou café ?"})
    assert poll.options[1].label == Texts({"fr": "Café"})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_of_a_table_are_questions_with_their_options(separator: str) -> None:
    rows = [["Tea or coffee?", "Tea", "Coffee"], ["And why?", "", ""]]
    pasted = "\n".join(separator.join(row) for row in rows)
    assert summary(pasted) == [
        ("single_choice", "Tea or coffee?", ["Tea", "Coffee"]),
        ("text", "And why?", []),
    ]


def test_a_heading_row_is_left_out() -> None:
    assert summary("Question;Option 1;Option 2\nTea or coffee;Tea;Coffee") == [
        ("single_choice", "Tea or coffee", ["Tea", "Coffee"])
    ]


def test_quoted_cells_may_hold_separators_and_line_breaks() -> None:
    assert summary('"Tea, or\ncoffee?",Tea,"Coffee, ""black"""') == [
        ("single_choice", "Tea, or coffee?", ["Tea", 'Coffee, "black"'])
    ]


def test_commas_in_a_plain_question_separate_nothing() -> None:
    assert summary("Should we, the citizens, decide?") == [
        ("text", "Should we, the citizens, decide?", [])
    ]
    assert summary("Who pays; who decides?") == [("text", "Who pays; who decides?", [])]


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("", "line 1: expected at least one question, one a line"),
        ("- Tea\nWhat?", "line 1: expected a question before its first option"),
        ("What?\n- Tea", "line 1: options: expected at least 2 options"),
        ("Tea?\n\nWhat?\n- x\n- x", "line 3: options[2].label: expected a label that no other option has"),
        ("x" * 301, "line 1: title: expected at most 300 characters, not 301"),
        ('Tea?;a;"b\nc', "line 1: expected a closing quotation mark, or none at all"),
        ("x\n" * 101, "line 101: expected at most 100 questions"),
        ("x" * 60_001, "line 1: expected at most 60000 characters"),
    ],
)  # fmt: skip
def test_a_faulty_paste_is_refused_as_a_whole(pasted: str, expected: str) -> None:
    assert pasting_problems(pasted) == [expected]


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_paste_is_understood_or_refused_in_order(pasted: str) -> None:
    assert all(problem.expected for problem in found_by(parse_pasted_questions, pasted))
