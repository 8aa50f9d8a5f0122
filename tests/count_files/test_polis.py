"""Exported conversations of Pol.is are read as they are, and refused where they are broken."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from polls.count_files.polis import count_opinion, count_polis_folder
from polls.count_files.problems import CountFileProblem
from tests.domain.opinions.rooms import POLIS, adjusted_rand_index

COMMENTS = "comment-id,moderated,comment-body\n" + "".join(f"{i},1,Text {i}\n" for i in range(4))
HEADER = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2,3\n"
VOTES = HEADER + "".join(
    f"{person},0,0,4,2,2,{'1,1,-1,-1' if person < 5 else '-1,-1,1,1'}\n" for person in range(9)
)


def folder_of(path: Path, *, votes: str = VOTES, comments: str = COMMENTS) -> Path:
    (path / "participants-votes.csv").write_bytes(votes.encode())
    (path / "comments.csv").write_bytes(comments.encode())
    return path


def problem_of(path: Path, **files: str) -> CountFileProblem:
    with pytest.raises(CountFileProblem) as caught:
        count_polis_folder(folder_of(path, **files))
    return caught.value


def test_a_small_conversation_is_told_with_ids_and_texts(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path))
    assert (told["kind"], told["participants"], told["statements"]) == ("opinion", 9, 4)
    assert [group["members"] for group in told["groups"]] == [[0, 1, 2, 3, 4], [5, 6, 7, 8]]
    first = told["divisive"][0]
    assert first["text"] == f"Text {first['statement']}"
    assert sorted(group["agree"] for group in first["groups"]) in ([0, 4], [0, 5])
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize(
    ("name", "statements"), [("brexit-consensus", (50, 0)), ("15-per-hour-seattle", (54, 23))]
)
def test_published_conversations_have_the_published_groups(
    name: str, statements: tuple[int, int]
) -> None:
    folder = POLIS / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not there")
    told = count_polis_folder(folder)
    assert (told["statements"], told["kept_out"]) == statements
    group_of = {
        member: number for number, group in enumerate(told["groups"]) for member in group["members"]
    }
    with (folder / "participants-votes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group-id"]]
    assert all(int(row["participant"]) in group_of for row in rows)
    ours = [group_of[int(row["participant"])] for row in rows]
    assert adjusted_rand_index([row["group-id"] for row in rows], ours) > 0.85
    sizes = [len(group["members"]) for group in told["groups"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(each["text"] for each in (*told["consensus"], *told["divisive"]))


def test_the_groups_in_the_file_are_never_looked_at(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path))
    rows = VOTES.splitlines()
    other = "\n".join(
        [rows[0], *(r.replace(",0,", f",{i % 3},", 1) for i, r in enumerate(rows[1:]))]
    )
    assert count_polis_folder(folder_of(tmp_path, votes=other)) == told
    without = "\n".join(",".join(row.split(",")[:1] + row.split(",")[2:]) for row in rows)
    assert count_polis_folder(folder_of(tmp_path, votes=without)) == told


def test_columns_may_stand_in_any_order_with_marks_and_returns(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path))
    rows = [row.split(",") for row in VOTES.splitlines()]
    order = [8, 0, 6, 9, 1, 7]
    turned = "\ufeff" + "\r\n".join(",".join(row[i] for i in order) for row in rows) + "\r\n\r\n"
    comments = "comment-body,extra,moderated,comment-id\r\n" + "".join(
        f"Text {i},x,{'' if i else 0},{i}\r\n" for i in range(4)
    )
    again = count_polis_folder(folder_of(tmp_path, votes=turned, comments=comments))
    assert [g["members"] for g in again["groups"]] == [g["members"] for g in told["groups"]]


def test_who_voted_on_nothing_is_no_participant(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path, votes=VOTES + "9,,0,0,0,0,,,,\n"))
    assert told["participants"] == 9
    assert all(9 not in group["members"] for group in told["groups"])


@pytest.mark.parametrize("column", ["moderated", "is-meta"])
def test_statements_that_were_taken_out_shape_no_group(tmp_path: Path, column: str) -> None:
    told = count_polis_folder(folder_of(tmp_path))
    votes = "".join(
        f"{line},{'99' if not i else (1 if i % 2 else -1)}\n"
        for i, line in enumerate(VOTES.splitlines())
    )
    head = "comment-id,moderated,is-meta,comment-body\n"
    rows = "".join(f"{i},1,false,Text {i}\n" for i in range(4))
    out = "99,-1,false,Spam\n" if column == "moderated" else "99,1,true,I am under 30\n"
    again = count_polis_folder(folder_of(tmp_path, votes=votes, comments=head + rows + out))
    assert [g["members"] for g in again["groups"]] == [g["members"] for g in told["groups"]]
    assert (again["statements"], again["kept_out"]) == (5, 1)
    chosen = [*again["consensus"], *again["divisive"]]
    assert 99 not in {each["statement"] for each in chosen}


def test_statements_without_votes_may_stand_in_the_comments(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path, comments=COMMENTS + "7,-1,Never shown\n"))
    assert told["statements"] == 4


def test_names_of_people_may_be_words(tmp_path: Path) -> None:
    lines = VOTES.splitlines()
    named = "\n".join([lines[0], *(f"p{line}" for line in lines[1:])])
    told = count_polis_folder(folder_of(tmp_path, votes=named))
    assert told["groups"][0]["members"] == ["p0", "p1", "p2", "p3", "p4"]


def test_few_people_have_no_groups(tmp_path: Path) -> None:
    told = count_polis_folder(folder_of(tmp_path, votes=HEADER + "0,,0,2,1,0,1,0,,\n"))
    assert (told["participants"], told["groups"], told["divisive"]) == (1, [], [])


@pytest.mark.parametrize(
    ("votes", "line", "word"),
    [
        (VOTES + "9,0,0,4,2,2,1,1,-1\n", 11, "9 cells"),
        (VOTES + "9,0,0,4,2,2,1,1,-1,-1,0\n", 11, "11 cells"),
        (VOTES + "9,0,0,4,2,2,1,1,-1,2\n", 11, "“2”"),
        (VOTES + "9,0,0,4,2,2,1,yes,-1,1\n", 11, "statement 1"),
        (VOTES + "9,0,0,4,2,2,1,0.5,-1,1\n", 11, "“0.5”"),
        (VOTES + "3,0,0,4,2,2,1,1,-1,1\n", 11, "first in line 5"),
        (VOTES + ",0,0,4,2,2,1,1,-1,1\n", 11, "participant is missing"),
        (VOTES.replace("participant", "person"), 1, "“participant”"),
        (VOTES.replace(",2,3\n", ",2,2\n"), 1, "twice"),
        (VOTES.replace(",2,3\n", ",2,8\n"), 1, "statement 8"),
        (VOTES + '9,0,0,4,2,2,"1,1,-1,1\n', 11, "not CSV"),
        ("", 1, "“participant”"),
    ],
)
def test_broken_votes_are_refused_where_they_are(
    tmp_path: Path, votes: str, line: int, word: str
) -> None:
    problem = problem_of(tmp_path, votes=votes)
    assert (problem.file, problem.line) == ("participants-votes.csv", line)
    assert word in problem.reason


@pytest.mark.parametrize(
    ("comments", "line", "word"),
    [
        (COMMENTS.replace("comment-id", "id"), 1, "“comment-id”"),
        (COMMENTS.replace("moderated", "mod"), 1, "“moderated”"),
        (COMMENTS + "3,1,Again\n", 6, "twice"),
        (COMMENTS + "4,2,Text\n", 6, "“2”"),
        (COMMENTS + "x,1,Text\n", 6, "“x”"),
        (COMMENTS + '4,1,"Two\nlines"\n5,1\n', 8, "2 cells"),
    ],
)
def test_broken_comments_are_refused_where_they_are(
    tmp_path: Path, comments: str, line: int, word: str
) -> None:
    problem = problem_of(tmp_path, comments=comments)
    assert (problem.file, problem.line) == ("comments.csv", line)
    assert word in problem.reason


@pytest.mark.parametrize("name", ["participants-votes.csv", "comments.csv"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (folder_of(tmp_path) / name).unlink()
    with pytest.raises(CountFileProblem) as caught:
        count_polis_folder(tmp_path)
    assert caught.value.in_words("export") == f"export/{name}: the file is missing"


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (folder_of(tmp_path) / "comments.csv").write_bytes(b"comment-id,moderated\n\xff\xfe,1\n")
    with pytest.raises(CountFileProblem) as caught:
        count_polis_folder(tmp_path)
    assert "UTF-8" in caught.value.reason


def test_answers_of_our_own_are_counted_alike() -> None:
    yes, no = {"s1": "agree", "s2": "disagree"}, {"s1": "disagree", "s2": "pass"}
    answers = {f"r{i}": yes if i < 5 else no for i in range(9)}
    told = count_opinion(answers, {"s1": "Trams", "s2": "Cars"})
    assert [group["members"] for group in told["groups"]] == [
        ["r0", "r1", "r2", "r3", "r4"],
        ["r5", "r6", "r7", "r8"],
    ]
    assert told["divisive"][0]["text"] in {"Trams", "Cars"}
    numbered = count_opinion({str(i): each for i, each in enumerate(answers.values())}, ["s1"])
    assert numbered["groups"][0]["members"] == ["0", "1", "2", "3", "4"]
    plain = count_opinion(answers, ["s1", "s2"])
    assert plain["groups"][0]["members"] == told["groups"][0]["members"]
