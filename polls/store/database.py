"""One way into the database for every part: a transaction to read in, a transaction to write in.

SQLite has one writer and blocks the thread that calls it, which would stop every socket of a
gevent server; there its work runs in threads. PostgreSQL is cooperative and runs in place.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson
from alembic import command as alembic_command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from polls.domain.errors import Refusal
from polls.store import schema
from polls.store.distribution import SECONDS, Distribution
from polls.store.panels import insert_or_leave

T = TypeVar("T")
Work = Callable[[Connection], T]

BUSY_MILLISECONDS = 5000
RETRY_AFTER_SECONDS = 2
MIGRATION_LOCK = 0x68656D69_00000000
"""The advisory lock of whoever brings the schema up to date."""


class Database:
    """The database, and where its blocking work runs."""

    def __init__(self, url: str, *, threaded: bool = False) -> None:
        """`threaded` moves SQLite's work out of the gevent hub's thread."""
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database in (None, "", ":memory:"):
            raise ValueError("an SQLite database needs a file")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _server_engine(url)
        self._threads: Any = None
        self.reads = Distribution(SECONDS)
        self.writes = Distribution(SECONDS)
        if threaded and self.is_sqlite:
            from polls.store.threads import Threads

            self._threads = Threads(self.engine.connect, self._connect_to_write)

    def read(self, work: Work[T]) -> T:
        """Run `work` in a transaction that only reads."""
        run: Callable[[Work[T]], T] = self._read if self._threads is None else self._threads.read
        return _in_words(partial(run, work), self.reads)

    def write(self, work: Work[T]) -> T:
        """Run `work` in a transaction; it is durable once this returns."""
        run: Callable[[Work[T]], T] = self._write if self._threads is None else self._threads.write
        return _in_words(partial(run, work), self.writes)

    def _read(self, work: Work[T]) -> T:
        with self.engine.connect() as connection:
            return work(connection)

    def _write(self, work: Work[T]) -> T:
        with self._connect_to_write() as connection:
            result = work(connection)
            connection.commit()
            return result

    def _connect_to_write(self) -> Connection:
        return self._begin_writing(self.engine.connect())

    @staticmethod
    def _begin_writing(connection: Connection) -> Connection:
        return connection.execution_options(hemicycle_writes=True)

    def migrate(self, version: str = "head") -> None:
        """Bring the schema to its newest version, or to an older one that it has not reached."""
        config = AlembicConfig()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self.engine.connect() as connection:
            self._begin_writing(connection)
            self._wait_for_my_turn(connection)
            config.attributes["connection"] = connection
            alembic_command.upgrade(config, version)
            connection.commit()
            # Whoever else starts now may go on; a connection of the pool lives longer than this.
            connection.invalidate()

    def _wait_for_my_turn(self, connection: Connection) -> None:
        """Several workers may start at once; SQLite's writer has waited already."""
        if not self.is_sqlite:
            connection.execute(select(func.pg_advisory_lock(MIGRATION_LOCK)))

    def close(self) -> None:
        if self._threads is not None:
            self._threads.close()
        self.engine.dispose()


def _in_words(run: Callable[[], T], took: Distribution) -> T:
    """Turn trouble of the database into a refusal that people can be told; note the time."""
    began = time.perf_counter()
    try:
        return run()
    except OperationalError as error:
        raise Refusal("store.unavailable", retry_after=RETRY_AFTER_SECONDS) from error
    finally:
        took.add(time.perf_counter() - began)


def instance_secret(database: Database, configured: str) -> bytes:
    """Return the secret of this instance; the first start makes one and keeps it."""
    if configured:
        return configured.encode()
    table = schema.instance_setting
    query = select(table.c.value).where(table.c.name == "secret")

    def read_or_make(connection: Connection) -> bytes:
        found = connection.execute(query).scalar()
        if found is None:
            found = secrets.token_bytes(32)
            made = {"name": "secret", "value": found}
            connection.execute(insert_or_leave(connection, table, made))
            # Another worker may have been first.
            found = connection.execute(query).scalar()
        return bytes(found or b"")

    return database.write(read_or_make)


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _server_engine(url: str) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=8,
        pool_pre_ping=True,
        json_serializer=_to_json,
        hide_parameters=True,
    )


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=NullPool,
        connect_args={"check_same_thread": False},
        json_serializer=_to_json,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that writes takes the lock at once, so that it never has to give way."""
    writes = connection.get_execution_options().get("hemicycle_writes", False)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    try:
        connection.connection.cursor().execute(statement)
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, {}, error) from error
