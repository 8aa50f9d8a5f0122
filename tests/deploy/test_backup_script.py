"""The nightly backup: of either database, without keys, and never more than a fortnight of them."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories import Clock, a_panel, make_context, make_room, room_in
from tests.support.nginx import DEPLOY
from tests.support.postgres import find_postgres_programs

SCRIPT = DEPLOY / "backup.sh"


def run(folder: Path, database_url: str) -> subprocess.CompletedProcess[str]:
    programs = find_postgres_programs()
    path = [str(Path(sys.executable).parent), str(programs or ""), os.environ["PATH"]]
    return subprocess.run(
        ["sh", str(SCRIPT), str(folder)],
        env={"PATH": ":".join(path), "HEMICYCLE_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made


def test_a_backup_of_sqlite_holds_the_panel_and_no_keys(tmp_path: Path, folder: Path) -> None:
    room = make_room(tmp_path)
    done = run(folder, f"sqlite:///{tmp_path / 'hemicycle.db'}")
    assert done.returncode == 0, done.stderr
    (file,) = folder.iterdir()
    assert file.name.startswith("hemicycle-")
    assert file.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("SELECT count(*) FROM panel").fetchone() == (1,)
        assert copy.execute("SELECT count(*) FROM hashing_key").fetchone() == (0,)
    assert room.context is not None


@pytest.mark.postgres
def test_a_backup_of_postgresql_holds_the_panel_and_no_keys(
    tmp_path: Path, folder: Path, postgres_url: str
) -> None:
    context = make_context(tmp_path, database_url=postgres_url)
    room_in(context, a_panel(), Clock())
    context.database.close()
    done = run(folder, postgres_url)
    assert done.returncode == 0, done.stderr
    (file,) = folder.iterdir()
    assert file.suffix == ".dump"
    assert file.stat().st_mode & 0o077 == 0
    programs = find_postgres_programs()
    assert programs is not None
    listed = subprocess.run(
        [str(programs / "pg_restore"), "--list", str(file)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "TABLE DATA public panel" in listed
    assert "TABLE public hashing_key" in listed
    assert "TABLE DATA public hashing_key" not in listed
    assert "TABLE DATA public instance_setting" not in listed


def test_the_newest_fourteen_stay_and_other_files_too(tmp_path: Path, folder: Path) -> None:
    make_room(tmp_path)
    for day in range(10, 28):
        (folder / f"hemicycle-2026-01-{day}T030000Z.db").touch()
    (folder / "notes.txt").touch()
    assert run(folder, f"sqlite:///{tmp_path / 'hemicycle.db'}").returncode == 0
    kept = sorted(path.name for path in folder.glob("hemicycle-*"))
    assert len(kept) == 14
    assert kept[0] == "hemicycle-2026-01-15T030000Z.db"
    assert (folder / "notes.txt").exists()


@pytest.mark.parametrize(
    "database_url", ["sqlite:///nowhere/at.db", "postgresql+psycopg://nobody@127.0.0.1:9/none"]
)
def test_a_backup_that_fails_says_so_and_takes_no_older_one(
    folder: Path, database_url: str
) -> None:
    older = [folder / f"hemicycle-2026-01-{day}T030000Z.db" for day in range(10, 28)]
    for path in older:
        path.touch()
    done = run(folder, database_url)
    assert done.returncode != 0
    assert done.stderr
    assert sorted(path for path in folder.iterdir() if path.suffix != ".unfinished") == older
