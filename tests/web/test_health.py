"""Whoever watches over the server learns whether it lives and takes votes, and no secret."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import Connection, select

from polls.store.database import Database
from polls.store.probe import HOLDS_SECONDS, OK, Readiness
from polls.store.schema import instance_setting
from tests.factories import Clock
from tests.support.postgres import PostgresServer
from tests.support.server import MakeServer, RunningServer
from tests.support.waiting import eventually


def ask(server: RunningServer, path: str) -> requests.Response:
    return requests.get(server.url + path, timeout=30)


def test_a_server_that_answers_lives(shared_server: RunningServer) -> None:
    answer = ask(shared_server, "/health/live")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_a_server_whose_database_takes_what_is_written_is_ready(
    shared_server: RunningServer,
) -> None:
    answer = ask(shared_server, "/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "worker": 0, "database": "ok", "redis": "not used"}


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_asking_leaves_no_trace(shared_server: RunningServer, path: str) -> None:
    before = shared_server.log
    answer = ask(shared_server, path)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert shared_server.log == before


def test_a_database_that_is_held_by_another_is_not_ready(make_server: MakeServer) -> None:
    server = make_server()
    path = Path(server.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = ask(server, "/health/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["database"] == "no answer"
    eventually(lambda: ask(server, "/health/ready").ok, 20, message="it is ready again")


def test_a_database_that_went_away_is_not_ready_and_nothing_is_told_of_it(
    make_server: MakeServer, postgres_server: PostgresServer
) -> None:
    url = postgres_server.create_database()
    server = make_server(database_url=url)
    assert ask(server, "/health/ready").ok
    postgres_server.drop_database(url)
    eventually(lambda: ask(server, "/health/ready").status_code == 503, 20)
    answer = ask(server, "/health/ready")
    assert answer.json() == {
        "ready": False,
        "worker": 0,
        "database": "cannot be written to",
        "redis": "not used",
    }
    assert ask(server, "/health/live").ok
    for secret in (url, "hemicycle@", str(postgres_server.port), "psycopg", "Error"):
        assert secret not in answer.text


# The probe


class Watched(Database):
    """Counts how often it was written to."""

    written = 0

    def write(self, work: Any) -> Any:
        self.written += 1
        return super().write(work)


@pytest.fixture
def database(tmp_path: Path) -> Watched:
    made = Watched(f"sqlite:///{tmp_path / 'probe.db'}")
    made.migrate()
    return made


def test_many_who_ask_are_one_look_at_the_database(database: Watched) -> None:
    clock = Clock()
    readiness = Readiness(database, 3, clock)
    assert {readiness.database() for _ in range(50)} == {OK}
    assert database.written == 1
    clock.advance(HOLDS_SECONDS)
    assert readiness.database() == OK
    assert database.written == 2


def test_a_look_leaves_nothing_behind(database: Watched) -> None:
    def names(connection: Connection) -> list[str]:
        return list(connection.execute(select(instance_setting.c.name)).scalars())

    before = database.read(names)
    Readiness(database, 3, Clock()).database()
    assert database.read(names) == before


def test_a_database_that_recovers_is_ready_again(database: Watched, tmp_path: Path) -> None:
    clock = Clock()
    readiness = Readiness(database, 0, clock)
    file = tmp_path / "probe.db"
    kept = file.read_bytes()
    file.write_bytes(b"not a database at all" * 500)
    assert readiness.database() == "cannot be written to"
    for rest in tmp_path.glob("probe.db-*"):
        rest.unlink()
    file.write_bytes(kept)
    clock.advance(HOLDS_SECONDS)
    assert readiness.database() == OK


@pytest.mark.postgres
def test_a_replica_can_be_read_and_is_not_ready(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    made = Database(postgres_url)
    made.migrate()
    name = postgres_url.rpartition("/")[2]
    with made.engine.connect() as connection:
        connection.exec_driver_sql(
            f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
        )
        connection.commit()
    made.close()
    replica = Database(postgres_url)
    assert replica.read(lambda connection: connection.execute(select(1)).scalar()) == 1
    assert Readiness(replica, 0).database() == "cannot be written to"
    replica.close()
