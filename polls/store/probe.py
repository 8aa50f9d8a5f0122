"""Finds out whether the database takes what is written, by writing something and taking it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import gevent
from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import SQLAlchemyError

from polls.domain.errors import Refusal
from polls.store.database import Database
from polls.store.schema import instance_setting

HOLDS_SECONDS = 2.0
"""A probe's answer holds for so long, so that nobody can keep the database busy by asking."""
PATIENCE_SECONDS = 3.0

OK = "ok"


class Readiness:
    """Whether the database takes what this worker writes."""

    def __init__(
        self, database: Database, worker: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._worker = worker
        self._clock = clock
        self._found = ""
        self._found_at = float("-inf")
        self._probe: gevent.Greenlet | None = None

    def database(self) -> str:
        """Return "ok", or in a few words what is wrong; never an address or a name."""
        if self._clock() - self._found_at < HOLDS_SECONDS:
            return self._found
        if self._probe is None:
            self._probe = gevent.spawn(self._look)
        try:
            return str(self._probe.get(timeout=PATIENCE_SECONDS))
        except gevent.Timeout:
            return "no answer"

    def _look(self) -> str:
        work = partial(write_and_take_back, worker=self._worker)
        try:
            self._database.write(work)
        except (Refusal, SQLAlchemyError, OSError):
            self._found = "cannot be written to"
        else:
            self._found = OK
        self._found_at = self._clock()
        self._probe = None
        return self._found


def write_and_take_back(connection: Connection, worker: int) -> None:
    """Leave nothing behind. The commit that follows is a real one, on a full disk too."""
    name = f"probe of worker {worker}"
    connection.execute(delete(instance_setting).where(instance_setting.c.name == name))
    connection.execute(insert(instance_setting).values(name=name, value=b""))
    connection.execute(delete(instance_setting).where(instance_setting.c.name == name))
