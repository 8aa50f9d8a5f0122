"""Where ballots lie in SQLite, asked on the driver's own cursor.

SQLAlchemy builds, looks up and wraps each statement for longer than SQLite takes to run it, and
a lone vote runs six. SQLite has one writer, so nothing needs to be made beforehand or locked: a
ballot is looked up once and written once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from polls.store.shelves import NO_SEQUENCE, Deltas, NewReceipt, Place, Stored, takes_until

OPEN_ROUND = "SELECT closes_at FROM round WHERE id = ? AND closed_at IS NULL"
BALLOT = (
    "SELECT id, answer, sequence, receipt, state, channel FROM ballot"
    " WHERE round_id = ? AND participant = ?"
)
RECEIPT = "SELECT 1 FROM ballot WHERE round_id = ? AND receipt = ?"
NEW_BALLOT = (
    "INSERT INTO ballot (round_id, participant, answer, sequence, receipt, channel, state)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
OPTION_ORDER = "UPDATE ballot SET option_order = ? WHERE round_id = ? AND participant = ?"
CHANGED_BALLOT = "UPDATE ballot SET answer = ?, sequence = ?, state = ? WHERE id = ?"
COUNTER = (
    "INSERT INTO counter (round_id, key, shard, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (round_id, key, shard) DO UPDATE SET value = value + excluded.value"
)
NOT_MADE = 0
"""The id of a ballot that is not in the database yet; SQLite counts from 1."""


class SqliteShelf:
    """For the one writer that SQLite has: its transaction holds the lock already."""

    def __init__(self, connection: Connection, new_receipt: NewReceipt, shard: int) -> None:
        if not connection.in_transaction():
            connection.begin()
        self._cursor: Any = connection.connection.cursor()
        self._new_receipt = new_receipt
        self._shard = shard
        self._drawn: set[tuple[str, str]] = set()

    def __enter__(self) -> SqliteShelf:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        """Errors leave here as SQLAlchemy's, which everybody above knows."""
        self._cursor.close()
        if isinstance(error, sqlite3.OperationalError):
            raise OperationalError("a ballot's statement", {}, error) from error
        if isinstance(error, sqlite3.IntegrityError):
            raise IntegrityError("a ballot's statement", {}, error) from error

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        found = {}
        for round_id in round_ids:
            row = self._cursor.execute(OPEN_ROUND, (round_id,)).fetchone()
            if row is not None:
                found[round_id] = takes_until(row[0])
        return found

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        return {place: self._at(place, channel) for place, channel in channels.items()}

    def _at(self, place: Place, channel: str) -> Stored:
        row = self._cursor.execute(BALLOT, place).fetchone()
        if row is None:
            receipt = self._draw_receipt(place[0])
            return Stored(NOT_MADE, None, NO_SEQUENCE, receipt, "shown", channel)
        number, answer, *rest = row
        # A column of JSON has numeric affinity, so a bare number comes back as one.
        return Stored(number, orjson.loads(answer) if isinstance(answer, str) else answer, *rest)

    def _draw_receipt(self, round_id: str) -> str:
        """Return a receipt that no ballot of the round has, in the database or in this batch."""
        while True:
            place = (round_id, self._new_receipt())
            if place not in self._drawn and not self._cursor.execute(RECEIPT, place).fetchone():
                self._drawn.add(place)
                return place[1]

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        new, changed, orders = [], [], []
        for place, row in stored.items():
            if not row.is_changed:
                continue
            answer = None if row.answer is None else orjson.dumps(row.answer).decode()
            if row.id == NOT_MADE:
                new.append((*place, answer, row.sequence, row.receipt, row.channel, row.state))
            else:
                changed.append((answer, row.sequence, row.state, row.id))
            if row.option_order is not None:
                orders.append((row.option_order, *place))
        if new:
            self._cursor.executemany(NEW_BALLOT, new)
        if changed:
            self._cursor.executemany(CHANGED_BALLOT, changed)
        if orders:
            self._cursor.executemany(OPTION_ORDER, orders)

    def count(self, changes: Deltas) -> None:
        rows = [(*place, self._shard, value) for place, value in changes.items()]
        if rows:
            self._cursor.executemany(COUNTER, rows)
