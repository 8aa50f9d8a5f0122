"""`hemicycle count`: files of ballots in, an outcome or one clear line out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.factories import ANSWERS, Room

SHARED = Path(__file__).resolve().parents[3] / "shared/data"
needs_shared = pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not there")

RANKED = """# NUMBER ALTERNATIVES: 3
# ALTERNATIVE NAME 1: Ünal
# ALTERNATIVE NAME 2: Bo
# ALTERNATIVE NAME 3: Cy
2: 1,2
1: 2,1
1: 3,2
"""
BUDGET = """META
key;value
budget;100
PROJECTS
project_id;cost
10;60
9;50
VOTES
voter_id;vote
a;10,9
b;9
c;10
d;
"""


def counted(run: Run, path: Path) -> Any:
    done = run("count", str(path))
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout_bytes.decode("utf-8"))


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_ranked_ballots_are_counted_four_ways(run: Run, tmp_path: Path) -> None:
    assert counted(run, written(tmp_path, "small.SOI", RANKED)) == {
        "kind": "ranking",
        "ballots": 4,
        "plurality": {"winner": "Ünal", "counts": {"Ünal": 2, "Bo": 1, "Cy": 1}},
        "irv": {
            "winner": ["Ünal", "Bo"],
            "rounds": [
                {
                    "counts": {"Ünal": 2, "Bo": 1, "Cy": 1},
                    "eliminated": ["Bo", "Cy"],
                    "exhausted": 0,
                },
                {"counts": {"Ünal": 3}, "eliminated": [], "exhausted": 1},
            ],
        }
        | {"winner": "Ünal"},
        "condorcet": {
            "winner": None,
            "cycle": ["Ünal", "Bo"],
            "pairwise": {
                "Ünal": {"Bo": 2, "Cy": 3},
                "Bo": {"Ünal": 2, "Cy": 3},
                "Cy": {"Ünal": 1, "Bo": 1},
            },
        },
        "borda": {"winner": ["Ünal", "Bo"], "scores": {"Ünal": 5, "Bo": 5, "Cy": 2}},
    }


def test_a_budget_is_counted_two_ways(run: Run, tmp_path: Path) -> None:
    text = "\ufeff" + BUDGET.replace("\n", "\r\n")
    found = counted(run, written(tmp_path, "town.pb", text))
    assert found["kind"] == "budget"
    assert found["greedy"] == found["equal_shares"] == ["9"]
    assert found["voters"] == 4


def test_results_of_a_panel_are_counted_as_the_panel_counted_them(
    run: Run, room: Room, tmp_path: Path
) -> None:
    for place, answers in enumerate(ANSWERS.values()):
        room.hold(place, *answers)
    path = tmp_path / "results.json"
    assert run("export", room.code, "-o", str(path)).exit_code == 0
    listed = json.loads(path.read_text("utf-8"))["polls"]
    found = counted(run, path)["polls"]
    assert "single_choice" in {each["kind"] for each in found}
    turnouts = {poll["number"]: poll["rounds"][0]["turnout"] for poll in listed}
    for each in found:
        if "ballots" in each:
            assert each["ballots"] == turnouts[each["number"]]


def test_a_broken_file_is_one_line_and_nothing_is_printed(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "broken.soi", RANKED + "1: 1,4\n")
    done = run("count", str(path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"{path}, line 8: there is no alternative '4'\n"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("ballots.txt", RANKED, "this kind of file is not known"),
        ("ballots", RANKED, "this kind of file is not known"),
        ("results.csv", "poll,title\n", "results.json of the panel does"),
        ("empty.soi", "", "NUMBER ALTERNATIVES"),
        ("empty.pb", "", "there is no section META"),
        ("empty.json", "", "line 1: this is not JSON"),
        ("wide.soi", RANKED.encode("utf-16"), "UTF-16"),
        ("zeros.pb", b"\x00" * 64, "begins with a line META"),
        ("noise.soi", bytes(range(256)), "NUMBER ALTERNATIVES"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    run: Run, tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    done = run("count", str(written(tmp_path, name, text)))
    assert (done.exit_code, done.stdout) == (2, "")
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_not_there_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("count", str(tmp_path / "none.soi"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.endswith("none.soi: there is no such file\n")


def test_a_folder_without_a_conversation_is_refused(run: Run, tmp_path: Path) -> None:
    done = run("count", str(tmp_path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{tmp_path}/" in done.stderr


def test_names_in_an_older_encoding_take_no_vote_away(run: Run, tmp_path: Path) -> None:
    done = run("count", str(written(tmp_path, "old.soi", RANKED.encode("cp1252"))))
    assert done.exit_code == 0
    assert json.loads(done.stdout)["plurality"]["winner"] == "Ünal"
    assert "not in UTF-8" in done.stderr


def test_what_is_odd_is_said_and_all_is_counted(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "town.pb", BUDGET.replace("budget;100", "budget;100\nnum_votes;5"))
    done = run("count", str(path))
    assert done.exit_code == 0
    assert done.stderr == f"{path}: line 4: num_votes is 5, but the file has 4\n"


@needs_shared
@pytest.mark.parametrize(
    ("name", "winner"),
    [
        ("debian-2010.soi", "Stefano Zacchiroli"),
        ("debian-2012.soi", "Stefano Zacchiroli"),
        ("burlington-2006.toi", "Bob Kiss"),
    ],
)
def test_real_elections_have_the_winner_that_they_had(run: Run, name: str, winner: str) -> None:
    found = counted(run, SHARED / "ranked" / name)
    assert found["irv"]["winner"] == found["condorcet"]["winner"] == winner
    rounds = found["irv"]["rounds"]
    assert all(sum(r["counts"].values()) + r["exhausted"] == found["ballots"] for r in rounds)


@needs_shared
def test_the_budget_of_assen_is_spent_as_it_was(run: Run) -> None:
    found = counted(run, SHARED / "budgets/Netherlands_Assen_2024.pb")
    assert found["equal_shares"] == ["3", "9", "2", "11", "13", "14", "5", "6", "12"]
    assert found["greedy"] == ["3", "9", "8", "2", "11", "13", "14"]


@needs_shared
def test_a_real_conversation_is_grouped(run: Run) -> None:
    found = counted(run, SHARED / "polis/15-per-hour-seattle")
    assert found["kind"] == "opinion"
    assert sum(len(group["members"]) for group in found["groups"]) <= found["participants"]
