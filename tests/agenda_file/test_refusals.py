"""A faulty agenda file is refused with every fault and its place."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polls.agenda_file import (
    AgendaFileError,
    Problem,
    read_agenda,
)
from polls.agenda_file.problems import SHOWN_MOST
from tests.agenda_file.faults import REFUSED
from tests.agenda_file.files import ROOT, SMALL, found_by, problems_of


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_faulty_file_is_refused_with_line_field_and_what_was_expected(
    text: str, expected: list[str]
) -> None:
    assert problems_of(text) == expected


def test_all_problems_of_a_file_are_named_at_once() -> None:
    text = SMALL.replace("single_choice", "single").replace("A small panel", "")
    found = problems_of(text + "moderation: never\n")
    assert [line.split(":")[0] for line in found] == ["line 1", "line 3", "line 10"]


def test_a_thousand_problems_are_told_briefly() -> None:
    text = "title: x\n" + "".join(f"zz{number}: 1\n" for number in range(1000))
    found = problems_of(text)
    assert len(found) == SHOWN_MOST + 1
    assert found[-1] == "and 950 more"


def test_a_file_over_a_megabyte_is_refused_unread() -> None:
    assert problems_of("title: " + "x" * 1024 * 1024) == ["line 1: expected a file of at most 1 MB"]


def test_a_deeply_nested_file_is_refused_without_recursion() -> None:
    assert "less deeply nested" in problems_of("title: " + "[" * 200_000)[0]


def test_a_bomb_of_aliases_is_refused_without_expanding() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)} '] * 9)}]\n"
        for n in range(20)
    )
    assert "*names are not used here" in problems_of(bomb)[0]


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_is_read_or_refused_in_order(text: str) -> None:
    assert all(problem.line >= 1 and problem.expected for problem in found_by(read_agenda, text))


@given(st.data())
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_to_a_file_is_read_or_refused_in_order(data: st.DataObject) -> None:
    text = (ROOT / "polls" / "demo" / "panel.yaml").read_text("utf-8")[:3000]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + data.draw(st.text(":[]{}-\n\t &*!#'\"abc", max_size=8)) + text[end:]
    assert all(problem.line >= 1 and problem.expected for problem in found_by(read_agenda, damaged))


def test_problems_are_told_to_every_door_in_the_same_words() -> None:
    with pytest.raises(AgendaFileError) as caught:
        read_agenda("title: x\nitems: 3\n")
    assert caught.value.code == "agenda.refused"
    assert caught.value.details["problems"] == [
        {"line": 2, "field": "items", "expected": "a list, each entry beginning with a dash"}
    ]
    assert caught.value.problems == [
        Problem(2, "items", "a list, each entry beginning with a dash")
    ]
