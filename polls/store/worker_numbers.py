"""Numbers of workers, each taken by at most one at a time: a counter has a shard for each.

Counters are right whoever adds to them. The numbers are there so that workers do not wait for
each other's rows; two with the same number, as after an outage of the database, do no harm.
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from polls.store.database import Database

NUMBERS_LOCK = 0x68656D69
"""The first half of the advisory lock of each number; it says "hemi"."""

NUMBERS_MOST = 1000

log = logging.getLogger(__name__)


class WorkerNumber:
    """The lowest number that no other worker has, kept until this process ends, however it does.

    It is an advisory lock of PostgreSQL, which goes with the connection that took it. SQLite has
    one writer, and there every number is 0.
    """

    def __init__(self, database: Database) -> None:
        self.number = 0
        self._connection: Connection | None = None
        if not database.is_sqlite:
            self._take(database)

    def _take(self, database: Database) -> None:
        connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # The connection is no longer the pool's, so it is never given to anybody else.
        connection.detach()
        query = text("SELECT pg_try_advisory_lock(:house, :number)")
        for number in range(NUMBERS_MOST):
            taken = connection.execute(query, {"house": NUMBERS_LOCK, "number": number}).scalar()
            if taken:
                self.number, self._connection = number, connection
                return
        connection.close()

    def give_back(self) -> None:
        """Let another worker have the number."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.close()
        except SQLAlchemyError:
            log.debug("the connection that held a number was closed already")
