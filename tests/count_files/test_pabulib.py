"""Participatory budgets of Pabulib: what is read, and on which line a broken file is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.count_files.pabulib import read_pabulib
from polls.count_files.problems import CountFileProblem
from polls.domain.counting.funding import Project

GOOD = """META
key;value
description;"A town; and its ""river""
over two lines"
budget;100000.50
vote_type;approval
num_projects;3
num_votes;4
PROJECTS
cost;name;project_id
75000.0;"Trees; many";7
1234.56;Benches;12
0;Greetings;p
VOTES
vote;age;voter_id
7,12;34;a
 12 , 7 ;;b
;18;c
p;;d
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_columns_are_found_by_their_names_and_amounts_are_exact() -> None:
    found = read_pabulib(GOOD)
    assert found.projects == [
        Project("7", Fraction(75000)),
        Project("12", Fraction(123456, 100)),
        Project("p", Fraction(0)),
    ]
    assert found.budget == Fraction(1000005, 10)
    assert found.ballots == {frozenset({"7", "12"}): 2, frozenset(): 1, frozenset({"p"}): 1}
    assert found.warnings == []


def test_a_project_that_a_ballot_names_twice_is_approved_once() -> None:
    assert read_pabulib(changed("7,12;34;a", "7,7;34;a")).ballots[frozenset({"7"})] == 1


def test_where_ballots_carry_points_those_above_zero_count() -> None:
    text = changed("approval", "cumulative").replace("vote;age;voter_id", "vote;points;voter_id")
    text = (
        text.replace("7,12;34;a", "7,12;3,0;a")
        .replace("12 , 7 ;;b", "12,7;0.5,-1;b")
        .replace(";18;c", ";;c")
    )
    found = read_pabulib(text)
    assert found.ballots == {
        frozenset({"7"}): 1,
        frozenset({"12"}): 1,
        frozenset(): 1,
        frozenset({"p"}): 1,
    }


def test_what_is_odd_and_takes_no_vote_is_told() -> None:
    found = read_pabulib(changed("num_votes;4", "num_votes;5").replace("p;;d", "p;;a"))
    assert found.warnings == [
        "line 8: num_votes is 5, but the file has 4",
        "a voter_id stands on several votes; each is counted",
    ]
    assert sum(found.ballots.values()) == 4


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("7,12;34;a", "7,99;34;a", 16, "there is no project '99'"),
        ("7,12;34;a", "7,,12;34;a", 16, "there is no project ''"),
        ("7,12;34;a", "7;12;34;a", 16, "4 cells, but there are 3 columns"),
        ("75000.0;", "lots;", 11, "the cost must be a number"),
        ("75000.0;", "-5;", 11, "the cost must be a number"),
        ("75000.0;", "75 000;", 11, "the cost must be a number"),
        ("75000.0;", "1e999;", 11, "the cost must be a number"),
        ("75000.0;", "inf;", 11, "the cost must be a number"),
        ("75000.0;", ";", 11, "the cost must be a number"),
        ("Benches;12", "Benches;7", 12, "project '7' is there twice"),
        ("Benches;12", "Benches", 12, "ends before the column project_id"),
        ("Benches;12", "Benches;", 12, "project_id must be a text"),
        ("budget;100000.50", "budget;1,5", 5, "the budget must be a number"),
        ("budget;100000.50", "money;5", 1, "META does not say the budget"),
        ("vote_type;approval", "vote_type;veto", 6, "vote_type is 'veto'"),
        ("cost;name;", "price;name;", 10, "PROJECTS needs the column cost"),
        ("vote;age;voter_id", "votes;age;voter_id", 15, "VOTES needs the column vote"),
        ("META\n", "META\nMETA\n", 2, "META is there twice"),
        ("META\n", "hello\n", 1, "begins with a line META"),
        ("VOTES\n", "", None, "there is no section VOTES"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    old: str, new: str, line: int | None, reason: str
) -> None:
    with pytest.raises(CountFileProblem) as caught:
        read_pabulib(changed(old, new))
    assert (caught.value.line, reason in caught.value.reason) == (line, True), caught.value.reason


def test_a_quote_that_is_never_closed_is_found_where_it_opens() -> None:
    with pytest.raises(CountFileProblem, match="begins on line 11"):
        read_pabulib(changed('"Trees; many"', '"Trees; many'))


def test_points_that_do_not_match_their_projects_are_refused() -> None:
    text = changed("approval", "scoring").replace("vote;age;voter_id", "vote;points;voter_id")
    with pytest.raises(CountFileProblem, match="2 projects, but 1 points") as caught:
        read_pabulib(text)
    assert caught.value.line == 16
    with pytest.raises(CountFileProblem, match="points must be numbers"):
        read_pabulib(text.replace("7,12;34;a", "7,12;1,many;a"))


@pytest.mark.parametrize("section", ["PROJECTS", "VOTES"])
def test_a_section_without_rows_is_refused(section: str) -> None:
    start = GOOD.index(section)
    end = GOOD.index("VOTES") if section == "PROJECTS" else len(GOOD)
    header = "\n".join(GOOD[start:end].split("\n")[:2]) + "\n"
    with pytest.raises(CountFileProblem, match="there are no"):
        read_pabulib(GOOD[:start] + header + GOOD[end:])


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_refused_or_read_but_never_breaks_the_reader(data: st.DataObject) -> None:
    text = GOOD
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = (
            text[:at]
            + data.draw(st.text(max_size=3) | st.sampled_from(list(',;:{}"\n#-0')))
            + text[at + cut :]
        )
    try:
        found = read_pabulib(text)
    except CountFileProblem as problem:
        line = problem.line
    else:
        line = None
        assert sum(found.ballots.values()) > 0
    assert line is None or 1 <= line <= text.count("\n") + 1
