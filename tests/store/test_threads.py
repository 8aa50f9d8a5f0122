"""Beside sockets, writes share commits, and none of them pays for another's failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from polls.domain.errors import Refusal
from polls.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'threads.db'}", threaded=True)
    made.write(lambda connection: connection.exec_driver_sql("CREATE TABLE note (text UNIQUE)"))
    yield made
    made.close()


def add(text: str, error: BaseException | None = None) -> Any:
    def work(connection: Connection) -> str:
        connection.exec_driver_sql("INSERT INTO note VALUES (?)", (text,))
        if error is not None:
            raise error
        return text

    return work


def notes(database: Database) -> list[str]:
    def work(connection: Connection) -> list[str]:
        return [row[0] for row in connection.exec_driver_sql("SELECT text FROM note ORDER BY 1")]

    return database.read(work)


def at_once(database: Database, *works: Any) -> list[Any]:
    """Start all writes before the first is committed; return results, errors as values."""

    def attempt(work: Any) -> Any:
        try:
            return database.write(work)
        except Exception as error:  # noqa: BLE001
            return error

    started = [gevent.spawn(attempt, work) for work in works]
    gevent.joinall(started, timeout=10)
    return [each.value for each in started]


def count_commits(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    sizes: list[int] = []
    write = database._threads._write

    def counted(batch: list[Any]) -> Any:
        sizes.append(len(batch))
        return write(batch)

    monkeypatch.setattr(database._threads, "_write", counted)
    return sizes


def test_what_arrives_together_is_committed_together(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = count_commits(database, monkeypatch)
    texts = [f"n{number:02}" for number in range(40)]
    assert at_once(database, *(add(text) for text in texts)) == texts
    assert notes(database) == texts
    assert sum(sizes) == 40
    assert len(sizes) < 10


def test_a_failure_undoes_itself_alone(database: Database) -> None:
    refusal = Refusal("panel.full")
    results = at_once(
        database, add("a"), add("b", refusal), add("c"), add("a"), add("d", KeyError("x")), add("e")
    )
    assert results[0] == "a"
    assert results[1] is refusal
    assert results[2] == "c"
    assert type(results[3]).__name__ == "IntegrityError"
    assert isinstance(results[4], KeyError)
    assert results[5] == "e"
    assert notes(database) == ["a", "c", "e"]


def test_a_failure_without_company_is_undone_too(database: Database) -> None:
    with pytest.raises(Refusal, match=r"panel\.full"):
        database.write(add("a", Refusal("panel.full")))
    assert notes(database) == []
    assert database.write(add("b")) == "b"


def test_trouble_of_the_database_is_told_to_all_and_nothing_is_kept(database: Database) -> None:
    trouble = OperationalError("INSERT", {}, Exception("disk is full"))
    results = at_once(database, add("a"), add("b", trouble), add("c"))
    told = [result for result in results if isinstance(result, Refusal)]
    assert {refusal.code for refusal in told} == {"store.unavailable"}
    kept = [result for result in results if isinstance(result, str)]
    assert notes(database) == kept, "what was told as done is there, and nothing else"
    assert database.write(add("later")) == "later"


def test_reading_again_sees_what_was_written_since(database: Database) -> None:
    assert notes(database) == []
    database.write(add("a"))
    assert notes(database) == ["a"]
    with pytest.raises(Refusal):
        database.read(lambda connection: connection.exec_driver_sql("SELECT * FROM nothing"))
    assert notes(database) == ["a"]
    assert len(database._threads._idle) <= 4


def test_writing_stays_as_durable_as_the_disk_allows(database: Database) -> None:
    def pragma(connection: Connection) -> Any:
        return connection.exec_driver_sql("PRAGMA synchronous").scalar()

    assert database.write(pragma) == 2, "FULL"
