"""SQLite beside sockets: its work runs in threads, and what arrives together is committed together.

SQLite blocks the thread that calls it, which would stop every socket of a gevent server. A hall
that joins at once then costs a few flushes of the disk, not one for each phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gevent
from gevent.event import AsyncResult
from gevent.threadpool import ThreadPool
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

READING_THREADS = 4

Work = Callable[[Connection], Any]
Outcome = tuple[Any, BaseException | None]
"""What work returned, or what it raised. An error travels as a value: the thread pool would
print one that it sees, and a refusal is nothing to print."""


class Threads:
    """Runs work that reads in any of several threads, and work that writes in one of its own."""

    def __init__(
        self, connect: Callable[[], Connection], connect_to_write: Callable[[], Connection]
    ) -> None:
        self._connect = connect
        self._connect_to_write = connect_to_write
        self._readers = ThreadPool(READING_THREADS)
        self._writer = ThreadPool(1)
        self._idle: list[Connection] = []
        self._writing: Connection | None = None
        self._waiting: list[tuple[Work, AsyncResult]] = []
        self._is_committing = False

    def read(self, work: Work) -> Any:
        return _result_of(self._readers.apply(self._read, (work,)))

    def write(self, work: Work) -> Any:
        """Run work that writes; what waits while a commit is under way shares the next one."""
        answer = AsyncResult()
        self._waiting.append((work, answer))
        if not self._is_committing:
            self._is_committing = True
            self._commit_what_waits()
        return _result_of(answer.get())

    def close(self) -> None:
        self._readers.kill()
        self._writer.kill()
        for connection in (*self._idle, self._writing):
            if connection is not None:
                connection.close()

    def _commit_what_waits(self) -> None:
        """Commit for all who wait now; who came meanwhile is served by another greenlet."""
        batch, self._waiting = self._waiting, []
        outcomes: Sequence[Outcome]
        try:
            outcomes = self._writer.apply(self._write, ([work for work, _ in batch],))
        except Exception as error:  # noqa: BLE001
            outcomes = [(None, error)] * len(batch)
        finally:
            if self._waiting:
                gevent.spawn(self._commit_what_waits)
            else:
                self._is_committing = False
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            answer.set(outcome)

    # In threads

    def _read(self, work: Work) -> Outcome:
        connection: Connection | None = None
        try:
            connection = self._idle.pop() if self._idle else self._connect()
            return work(connection), None
        except OperationalError as error:
            if connection is not None:
                connection.invalidate()
            return None, error
        except BaseException as error:  # noqa: BLE001
            return None, error
        finally:
            self._give_back(connection)

    def _give_back(self, connection: Connection | None) -> None:
        """End the transaction, so that no reader holds an old state of the database."""
        if connection is None:
            return
        if connection.invalidated or len(self._idle) >= READING_THREADS:
            connection.close()
        else:
            connection.rollback()
            self._idle.append(connection)

    def _write(self, batch: Sequence[Work]) -> list[Outcome]:
        """Commit a batch; work that fails is undone alone, unless the database itself fails."""
        try:
            if self._writing is None:
                self._writing = self._connect_to_write()
            attempt = _attempt if len(batch) > 1 else _attempt_alone
            outcomes = [attempt(self._writing, work) for work in batch]
            self._writing.commit()
        except BaseException as error:  # noqa: BLE001
            self._drop_writing()
            return [(None, error)] * len(batch)
        return outcomes

    def _drop_writing(self) -> None:
        connection, self._writing = self._writing, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _attempt(connection: Connection, work: Work) -> Outcome:
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
    except OperationalError:
        raise
    except BaseException as error:  # noqa: BLE001
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return result, None


def _attempt_alone(connection: Connection, work: Work) -> Outcome:
    """Without company there is no one to be spared, and the transaction itself is undone."""
    try:
        return work(connection), None
    except OperationalError:
        raise
    except BaseException as error:  # noqa: BLE001
        connection.rollback()
        return None, error


def _result_of(outcome: Outcome) -> Any:
    result, error = outcome
    if error is not None:
        raise error
    return result
