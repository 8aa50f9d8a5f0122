"""A consistent copy of an SQLite database in which the keys that name people never were."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WITHOUT_ROWS = ("hashing_key", "instance_setting")
"""Tables that are copied empty: with their keys, ballots could be joined to phones."""


class BackupFailed(Exception):
    """The copy would not have been whole."""


def copy_without_keys(source: Path, target: Path) -> int:
    """Copy a database that may be in use; return the bytes written.

    Rows are copied table by table in one transaction, so the copy is of one moment, and what
    is left out is never written anywhere. The target appears only once it is whole.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        size = unfinished.stat().st_size
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return size


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    try:
        yield connection
    finally:
        connection.close()


def _copy(source: Path, target: Path) -> None:
    with _opened(source) as connection:
        connection.execute("ATTACH DATABASE ? AS copy", (str(target),))
        connection.execute("PRAGMA copy.journal_mode = OFF")
        connection.execute("BEGIN")
        schema = connection.execute(
            "SELECT type, name, sql FROM main.sqlite_master"
            " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type = 'table' DESC"
        ).fetchall()
        with _opened(target) as empty:
            for _, _, statement in schema:
                empty.execute(statement)
        for kind, name, _ in schema:
            if kind == "table" and name not in WITHOUT_ROWS:
                quoted = '"' + name.replace('"', '""') + '"'
                connection.execute(f"INSERT INTO copy.{quoted} SELECT * FROM main.{quoted}")  # noqa: S608
        connection.execute("COMMIT")
    with _opened(target) as copied:
        if copied.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed("the copy is damaged")
