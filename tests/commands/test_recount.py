"""`recount`: by the database, and by nothing but a downloaded file."""

from __future__ import annotations

from pathlib import Path

import orjson
from sqlalchemy import update

from polls.domain.kinds import kind_named
from polls.store import schema
from tests.commands.conftest import Run
from tests.factories import ANSWERS, Room


def fill(room: Room) -> None:
    for place, answers in enumerate(ANSWERS.values()):
        room.hold(place, *answers)


def test_every_round_is_a_line(run: Run, room: Room) -> None:
    fill(room)
    room.hold(0, "a")
    room.open(1)
    done = run("recount", room.code)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert len(lines) == len(ANSWERS) + 2
    title = "A question of kind single_choice?"
    assert f"TEST42 '{title}' round 1: 4 ballots, counters equal" in lines
    assert f"TEST42 '{title}' round 2: 1 ballot, counters equal" in lines
    assert run("recount").stdout == done.stdout


def test_nothing_to_count_is_no_failure(run: Run, room: Room) -> None:
    done = run("recount")
    assert (done.exit_code, done.stdout) == (0, "There are no rounds to count yet.\n")


def test_a_counter_that_was_tampered_with_is_found(run: Run, room: Room) -> None:
    fill(room)
    table = schema.counter
    room.context.database.write(
        lambda connection: connection.execute(
            update(table)
            .where(table.c.round_id == room.round_id(0), table.c.key == "b")
            .values(value=7)
        )
    )
    done = run("recount")
    assert done.exit_code == 1
    assert "counters differ: b is 7, ballots say 1" in done.stdout
    assert done.stdout.count("counters equal") == len(ANSWERS) - 1


def test_a_ballot_that_was_tampered_with_is_found(run: Run, room: Room) -> None:
    fill(room)
    table = schema.ballot
    room.context.database.write(
        lambda connection: connection.execute(
            table.delete().where(table.c.round_id == room.round_id(2), table.c.answer == 5)
        )
    )
    done = run("recount")
    assert done.exit_code == 1
    assert "5 is 1, ballots say 0; " in done.stdout or "; 5 is 1, ballots say 0" in done.stdout


def test_a_file_is_counted_without_a_database(run: Run, room: Room, tmp_path: Path) -> None:
    fill(room)
    path = tmp_path / "results.json"
    assert run("export", room.code, "-o", str(path)).exit_code == 0
    nowhere = "sqlite:////nowhere/at/all.db"
    done = run("recount", "--receipts", str(path), HEMICYCLE_DATABASE_URL=nowhere)
    assert done.exit_code == 0
    listed = [name for name in ANSWERS if kind_named(name).is_closed_answer]
    assert done.stdout.count("counts equal") == len(listed)
    assert done.stdout.count("answers in people's own words are not listed") == 2
    body = orjson.loads(path.read_bytes())
    body["polls"][0]["rounds"][0]["receipts"].pop()
    path.write_bytes(orjson.dumps(body))
    done = run("recount", "--receipts", str(path))
    assert done.exit_code == 1
    assert "counts differ" in done.stdout


def test_what_is_no_file_of_results_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    for text, reason in (("{}", "not a results.json"), ("{", "not JSON")):
        path.write_text(text)
        done = run("recount", "--receipts", str(path))
        assert done.exit_code == 2
        assert reason in done.stderr
