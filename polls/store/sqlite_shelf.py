"""Where ballots lie in SQLite, asked on the driver's own cursor, a batch at a time.

SQLAlchemy builds, looks up and wraps each statement for longer than SQLite takes to run it. And
every statement lets go of Python's lock and has to get it back from the event loop's thread, so a
batch is handed over whole, as JSON: five statements, however many ballots it has. SQLite has one
writer, so nothing needs to be made beforehand or locked.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, OperationalError

from polls.store.shelves import NO_SEQUENCE, Deltas, NewReceipt, Place, Stored, takes_until

OPEN_ROUNDS = (
    "SELECT id, closes_at FROM round"
    " WHERE id IN (SELECT value FROM json_each(?)) AND closed_at IS NULL"
)
BALLOTS = (
    "SELECT ballot.round_id, ballot.participant, ballot.id, answer, sequence, receipt, state,"
    " channel FROM json_each(?) AS wanted CROSS JOIN ballot"
    " ON ballot.round_id = json_extract(wanted.value, '$[0]')"
    " AND ballot.participant = json_extract(wanted.value, '$[1]')"
)
RECEIPTS = (
    "SELECT ballot.round_id, receipt FROM json_each(?) AS wanted CROSS JOIN ballot"
    " ON ballot.round_id = json_extract(wanted.value, '$[0]')"
    " AND receipt = json_extract(wanted.value, '$[1]')"
)
PUT_BACK = (
    "INSERT INTO ballot (round_id, participant, answer, sequence, receipt, channel, state,"
    " option_order) SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'),"
    " json_extract(value, '$[2]'), json_extract(value, '$[3]'), json_extract(value, '$[4]'),"
    " json_extract(value, '$[5]'), json_extract(value, '$[6]'), json_extract(value, '$[7]')"
    " FROM json_each(?) WHERE true"
    " ON CONFLICT (round_id, participant) DO UPDATE SET answer = excluded.answer,"
    " sequence = excluded.sequence, state = excluded.state,"
    " option_order = coalesce(excluded.option_order, option_order)"
)
COUNTERS = (
    "INSERT INTO counter (round_id, key, shard, value) SELECT json_extract(value, '$[0]'),"
    " json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')"
    " FROM json_each(?) WHERE true"
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

    def __enter__(self) -> SqliteShelf:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        """Errors leave here as SQLAlchemy's, which everybody above knows."""
        self._cursor.close()
        if isinstance(error, sqlite3.OperationalError):
            raise OperationalError("a ballot's statement", {}, error) from error
        if isinstance(error, sqlite3.IntegrityError):
            raise IntegrityError("a ballot's statement", {}, error) from error

    def _ask(self, statement: str, rows: Iterable[Any]) -> Any:
        return self._cursor.execute(statement, (orjson.dumps(list(rows)).decode(),))

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        found = self._ask(OPEN_ROUNDS, round_ids)
        return {round_id: takes_until(closes_at) for round_id, closes_at in found}

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        found = {}
        for round_id, participant, number, answer, *rest in self._ask(BALLOTS, channels):
            # A column of JSON has numeric affinity, so a bare number comes back as one.
            read = orjson.loads(answer) if isinstance(answer, str) else answer
            found[(round_id, participant)] = Stored(number, read, *rest)
        missing = [place for place in channels if place not in found]
        for place, receipt in zip(missing, self._draw_receipts(missing), strict=True):
            found[place] = Stored(NOT_MADE, None, NO_SEQUENCE, receipt, "shown", channels[place])
        return {place: found[place] for place in channels}

    def _draw_receipts(self, places: Sequence[Place]) -> list[str]:
        """Return a receipt for each place that no ballot of its round has, here or stored."""
        drawn: dict[Place, None] = {}
        while len(drawn) < len(places):
            fresh = dict.fromkeys(
                (round_id, self._new_receipt()) for round_id, _ in places[len(drawn) :]
            )
            taken = set(self._ask(RECEIPTS, fresh))
            for (round_id, _), place in zip(places[len(drawn) :], fresh, strict=False):
                if place[0] != round_id or place in taken or place in drawn:
                    break
                drawn[place] = None
        return [receipt for _, receipt in drawn]

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        changed = [
            (
                *place,
                None if row.answer is None else orjson.dumps(row.answer).decode(),
                row.sequence,
                row.receipt,
                row.channel,
                row.state,
                row.option_order,
            )
            for place, row in stored.items()
            if row.is_changed
        ]
        if changed:
            self._ask(PUT_BACK, changed)

    def count(self, changes: Deltas) -> None:
        if changes:
            self._ask(COUNTERS, [(*place, self._shard, value) for place, value in changes.items()])
