"""Ranked ballots of PrefLib: what is read, and on which line a broken file is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.count_files.preflib import read_preflib
from polls.count_files.problems import CountFileProblem

HEADER = """# FILE NAME: test.toi
# NUMBER ALTERNATIVES: 4
# ALTERNATIVE NAME 1: Anna: the first
# ALTERNATIVE NAME 2: Béla
# ALTERNATIVE NAME 3: Béla
"""


def test_ballots_are_groups_best_first_and_equal_ones_are_added_up() -> None:
    found = read_preflib(HEADER + "3: 2,{1,3},4\n\n 2 : 1 , {3, 4} \n4: 2,{1,3},4\n1: \n", ".toi")
    assert found.ballots == {
        (("2",), ("1", "3"), ("4",)): 7,
        (("1",), ("3", "4")): 2,
        (): 1,
    }


def test_equal_names_are_told_apart_and_missing_ones_are_numbers() -> None:
    found = read_preflib(HEADER + "1: 1\n", ".soi")
    assert found.names == {"1": "Anna: the first", "2": "Béla (2)", "3": "Béla (3)", "4": "4"}


def test_names_that_look_like_told_apart_ones_stay_distinct() -> None:
    header = "# NUMBER ALTERNATIVES: 3\n" + "".join(
        f"# ALTERNATIVE NAME {number}: {name}\n"
        for number, name in ((1, "x"), (2, "x"), (3, "x (1)"))
    )
    names = read_preflib(header + "1: 1\n", ".soi").names
    assert len(set(names.values())) == 3


@pytest.mark.parametrize(
    ("line", "extension", "reason"),
    [
        ("3: 1,5", ".soi", "there is no alternative '5'"),
        ("3: 1 2,3", ".soi", "there is no alternative '1 2'"),
        ("3: 1,x", ".soi", "there is no alternative 'x'"),
        ("3: 01", ".soi", "there is no alternative '01'"),
        ("3: 1,2,1", ".soi", "alternative 1 stands twice"),
        ("3: 1,{2,1}", ".toi", "alternative 1 stands twice"),
        ("0: 1,2", ".soi", "not '0'"),
        ("-2: 1,2", ".soi", "not '-2'"),
        ("2.5: 1,2", ".soi", "not '2.5'"),
        ("two: 1,2", ".soi", "not 'two'"),
        ("٣: 1,2", ".soi", "not '٣'"),
        ("9999999999999999999: 1", ".soi", "above 0"),
        ("1,2,3", ".soi", "expected 'how many: order'"),
        ("3: 1,{2,3", ".toi", "a brace is not closed"),
        ("3: 1,2}", ".toi", "a brace is not closed"),
        ("3: {1,{2},3}", ".toi", "must stand alone"),
        ("3: {1,2}3", ".toi", "must stand alone"),
        ("3: 1{2,3}", ".toi", "must stand alone"),
        ("3: 1,{}", ".toi", "an empty group"),
        ("3: 1,{2,}", ".toi", "missing between two commas"),
        ("3: 1,,2", ".soi", "missing between two commas"),
        ("3: 1,2,", ".toi", "missing between two commas"),
        ("3: {1,2},", ".toi", "missing between two commas"),
        ("3: 1,{2,3}", ".soi", "holds a tie"),
        ("3: 1,{2,3},4", ".soc", "holds a tie"),
        ("3: 1,2,3", ".soc", "leaves alternatives out"),
        ("3: 1,{2,3}", ".toc", "leaves alternatives out"),
    ],
)
def test_a_broken_ballot_is_refused_with_its_line(line: str, extension: str, reason: str) -> None:
    whole = "1: 1,2,3,4\n"
    with pytest.raises(CountFileProblem) as caught:
        read_preflib(f"{HEADER}{whole}{line}\n{whole}", extension)
    assert caught.value.line == 7
    assert reason in caught.value.reason


@pytest.mark.parametrize(("line", "extension"), [("3: 1,{2,3},4", ".toc"), ("1: 4,3,2,1", ".soc")])
def test_a_complete_ballot_is_taken_where_it_must_be_complete(line: str, extension: str) -> None:
    assert len(read_preflib(f"{HEADER}{line}\n", extension).ballots) == 1


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1: 1\n", None, "NUMBER ALTERNATIVES"),
        ("", None, "NUMBER ALTERNATIVES"),
        (HEADER, None, "there are no ballots"),
        ("# NUMBER ALTERNATIVES: many\n1: 1\n", 1, "a number from 1"),
        ("# NUMBER ALTERNATIVES: 999999999\n1: 1\n", 1, "a number from 1"),
        ("# NUMBER ALTERNATIVES: 0\n1: 1\n", 1, "a number from 1"),
        (HEADER + "# ALTERNATIVE NAME 5: Eve\n1: 1\n", 6, "there are 4 alternatives"),
    ],
)
def test_a_broken_header_is_refused(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(CountFileProblem) as caught:
        read_preflib(text, ".soi")
    assert caught.value.line == line
    assert reason in caught.value.reason


def test_a_file_that_was_cut_off_is_refused_and_one_with_more_ballots_is_not() -> None:
    with pytest.raises(CountFileProblem, match="missing") as caught:
        read_preflib(f"# NUMBER VOTERS: 9\n{HEADER}8: 1\n", ".soi")
    assert caught.value.line == 1
    assert read_preflib(f"# NUMBER VOTERS: 7\n{HEADER}8: 1\n", ".soi").ballots == {(("1",),): 8}


@settings(deadline=None)
@given(st.data())
def test_any_damage_is_refused_or_read_but_never_breaks_the_reader(data: st.DataObject) -> None:
    text = HEADER + "3: 2,{1,3},4\n2: 1\n5: 4,{2,3}\n"
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text = (
            text[:at]
            + data.draw(st.text(max_size=3) | st.sampled_from(list(',;:{}"\n#-0')))
            + text[at + cut :]
        )
    try:
        found = read_preflib(text, ".toi")
    except CountFileProblem as problem:
        line = problem.line
    else:
        line = None
        assert sum(found.ballots.values()) > 0
    assert line is None or 1 <= line <= text.count("\n") + 1
