"""`export` and `backup`: what leaves the database, and what must not."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from polls.agenda_file import read_agenda
from polls.services.agenda_files import definition_of
from polls.store import schema
from tests.commands.conftest import Run
from tests.factories import ANSWERS, Room, make_context
from tests.services.test_shifts import vote_twice

KEYS = (schema.hashing_key.c.value, schema.instance_setting.c.value)


# export


def test_results_are_the_public_ones_unless_all_are_asked_for(run: Run, room: Room) -> None:
    room.direct("poll.visibility", poll=room.poll(1).id, visibility="published")
    room.hold(0, "a")
    room.hold(1, ["a", "b"])
    public = orjson.loads(run("export", room.code).stdout)
    assert [poll["kind"] for poll in public["polls"]] == ["single_choice"]
    everything = orjson.loads(run("export", room.code, "--all").stdout)
    assert [poll["public"] for poll in everything["polls"]] == [True, False]


def test_results_and_receipts_come_as_csv(run: Run, room: Room, tmp_path: Path) -> None:
    receipt = room.hold(0, "a")[0]
    counts = run("export", room.code, "--format", "csv")
    assert counts.stdout.lstrip("\ufeff").splitlines()[0] == (
        "poll,title,round,kind,key,label,count,percent,turnout,present"
    )
    path = tmp_path / "receipts.csv"
    done = run("export", room.code, "--receipts", "-o", str(path))
    assert done.stdout == f"TEST42: receipts written to {path}\n"
    assert f",1,{receipt},a,Yes" in path.read_text("utf-8-sig")


def test_who_moved_comes_as_csv_with_small_moves_merged(run: Run, room: Room) -> None:
    vote_twice(room, [("a", "a")] * 8 + [("a", "b")] * 3)
    lines = run("export", room.code, "--flows").stdout.lstrip("\ufeff").splitlines()
    assert lines[0].startswith("poll,title,from_round,round,from,")
    assert [line.partition("?,")[2] for line in lines[1:]] == ["1,2,,,,,3,11,3,0,0"]


def test_the_agenda_reads_back_as_the_same_panel(run: Run, room: Room) -> None:
    room.hold(0, "a")
    done = run("export", room.code, "--agenda")
    assert read_agenda(done.stdout) == definition_of(room.state)


@pytest.mark.parametrize("arguments", [["--agenda", "--format", "csv"], ["--format", "yaml"]])
def test_a_format_that_does_not_go_with_it_is_refused(
    run: Run, room: Room, arguments: list[str]
) -> None:
    done = run("export", room.code, *arguments)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_cannot_be_written_is_said(run: Run, room: Room, tmp_path: Path) -> None:
    done = run("export", room.code, "-o", str(tmp_path / "no" / "such" / "file.json"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


# backup


def rows_of(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def test_a_backup_has_everything_but_the_keys(run: Run, room: Room, tmp_path: Path) -> None:
    for place, answers in enumerate(ANSWERS.values()):
        room.hold(place, *answers)
    room.comment("Kept")
    copy = tmp_path / "copy.db"
    # An instance that makes its own secret keeps it in the database: that must not leave.
    run("recount", HEMICYCLE_SECRET="")
    keys = room.context.database.read(
        lambda connection: [
            bytes(value)
            for column in KEYS
            for value in connection.execute(select(column)).scalars()
        ]
    )
    assert len(keys) == 2
    done = run("backup", str(copy))
    assert done.exit_code == 0, done.stderr
    body = copy.read_bytes()
    for key in keys:
        assert key not in body
        assert key.hex().encode() not in body
    for table in schema.metadata.tables:
        expected = 0 if table in ("hashing_key", "instance_setting") else None
        kept = rows_of(copy, table)
        assert kept == (rows_of(tmp_path / "hemicycle.db", table) if expected is None else 0)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".copy.db*")) == []


def test_a_backup_can_be_used_and_counted(run: Run, room: Room, tmp_path: Path) -> None:
    room.hold(0, "a", "b")
    copy = tmp_path / "copy.db"
    run("backup", str(copy))
    restored = f"sqlite:///{copy}"
    done = run("recount", HEMICYCLE_DATABASE_URL=restored)
    assert "2 ballots, counters equal" in done.stdout
    context = make_context(tmp_path, database_url=restored)
    indexes = "SELECT count(*) FROM sqlite_master WHERE type = 'index'"
    for connection_to in (context.database, room.context.database):
        count = connection_to.read(lambda c: c.exec_driver_sql(indexes).scalar())
        assert count == room.context.database.read(lambda c: c.exec_driver_sql(indexes).scalar())


def test_a_backup_does_not_wait_for_those_who_vote(run: Run, room: Room, tmp_path: Path) -> None:
    room.open()
    writer = sqlite3.connect(tmp_path / "hemicycle.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE panel SET version = version + 1")
    try:
        assert run("backup", str(tmp_path / "copy.db")).exit_code == 0
    finally:
        writer.execute("ROLLBACK")
        writer.close()


def test_a_backup_does_not_replace_what_is_there(run: Run, room: Room, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    done = run("backup", str(copy))
    assert done.exit_code == 2
    assert "--force replaces it" in done.stderr
    assert copy.read_text() == "precious"
    assert run("backup", "--force", str(copy)).exit_code == 0
    assert copy.read_bytes().startswith(b"SQLite format 3")


def test_the_database_itself_is_never_the_target(run: Run, room: Room, tmp_path: Path) -> None:
    before = (tmp_path / "hemicycle.db").read_bytes()
    done = run("backup", "--force", str(tmp_path / "hemicycle.db"))
    assert done.exit_code == 2
    assert (tmp_path / "hemicycle.db").read_bytes() == before


def test_a_backup_that_cannot_be_written_leaves_nothing(
    run: Run, room: Room, tmp_path: Path
) -> None:
    done = run("backup", str(tmp_path / "missing" / "copy.db"))
    assert done.exit_code == 2
    assert done.stderr.startswith("hemicycle: no copy was made: ")


def test_postgresql_is_left_to_its_own_tool(run: Run) -> None:
    url = "postgresql+psycopg://city:secret@db.example/hemicycle"
    done = run("backup", "x.dump", HEMICYCLE_DATABASE_URL=url)
    assert done.exit_code == 2
    assert (
        "pg_dump --format=custom --exclude-table-data=hashing_key"
        " --exclude-table-data=instance_setting --file=x.dump"
        " postgresql://city@db.example/hemicycle"
    ) in done.stderr
    assert "secret" not in done.stderr
