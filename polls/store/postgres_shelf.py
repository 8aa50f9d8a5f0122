"""Where ballots lie in PostgreSQL, asked on the driver's own cursor, a batch at a time.

Each statement is sent as it is and takes its batch whole, as JSON: building it anew, or asking
once for each ballot, costs the worker several times what it costs the database.

Several workers write at once, so rows are made first, then locked, then changed, each in key
order: no worker that holds a locked ballot ever waits for one that another is about to make.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from polls.store.shelves import NO_SEQUENCE, Deltas, NewReceipt, Place, Stored, takes_until

OPEN_ROUNDS = (
    "SELECT id, closes_at FROM round WHERE closed_at IS NULL"
    " AND id IN (SELECT json_array_elements_text(%s::json)) ORDER BY id FOR SHARE"
)
MADE = (
    "SELECT ballot.round_id, ballot.participant"
    " FROM json_to_recordset(%s::json) AS wanted(r text, p text)"
    " JOIN ballot ON ballot.round_id = wanted.r AND ballot.participant = wanted.p"
)
MAKE = (
    "INSERT INTO ballot (round_id, participant, receipt, channel, sequence, state)"
    " SELECT r, p, receipt, channel, sequence, 'shown'"
    " FROM json_to_recordset(%s::json) AS wanted"
    "(r text, p text, receipt text, channel text, sequence bigint)"
    " ORDER BY r, p ON CONFLICT DO NOTHING RETURNING round_id, participant"
)
LOCK = (
    "SELECT ballot.round_id, ballot.participant, ballot.id, ballot.answer::text, ballot.sequence,"
    " ballot.receipt, ballot.state, ballot.channel"
    " FROM json_to_recordset(%s::json) AS wanted(r text, p text)"
    " JOIN ballot ON ballot.round_id = wanted.r AND ballot.participant = wanted.p"
    " ORDER BY ballot.round_id, ballot.participant FOR UPDATE OF ballot"
)
PUT_BACK = (
    "UPDATE ballot SET answer = changed.answer::json, sequence = changed.sequence,"
    " state = changed.state,"
    " option_order = coalesce(changed.option_order, ballot.option_order)"
    " FROM json_to_recordset(%s::json)"
    " AS changed(id bigint, answer text, sequence bigint, state text, option_order text)"
    " WHERE ballot.id = changed.id"
)
TAKE_AWAY = "DELETE FROM ballot WHERE id IN (SELECT json_array_elements_text(%s::json)::bigint)"
COUNT = (
    "INSERT INTO counter (round_id, key, shard, value) SELECT r, k, shard, change"
    " FROM json_to_recordset(%s::json) AS changes(r text, k text, shard int, change bigint)"
    " ORDER BY r, k"
    " ON CONFLICT (round_id, key, shard) DO UPDATE SET value = counter.value + excluded.value"
)


class PostgresShelf:
    """For a database with many writers."""

    def __init__(self, connection: Connection, new_receipt: NewReceipt, shard: int) -> None:
        if not connection.in_transaction():
            connection.begin()
        self._cursor: Any = connection.connection.cursor()
        self._new_receipt = new_receipt
        self._shard = shard

    def __enter__(self) -> PostgresShelf:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _where: object) -> None:
        """Errors leave here as SQLAlchemy's, which everybody above knows."""
        self._cursor.close()
        if isinstance(error, psycopg.OperationalError):
            raise OperationalError("a ballot's statement", {}, error) from error
        if isinstance(error, psycopg.IntegrityError):
            raise IntegrityError("a ballot's statement", {}, error) from error
        if isinstance(error, psycopg.Error):
            raise DBAPIError("a ballot's statement", {}, error) from error

    def _ask(self, statement: str, rows: Iterable[Any]) -> Any:
        return self._cursor.execute(statement, (orjson.dumps(list(rows)).decode(),))

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        found = self._ask(OPEN_ROUNDS, round_ids)
        return {round_id: takes_until(closes_at) for round_id, closes_at in found}

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        wanted = [{"r": round_id, "p": participant} for round_id, participant in channels]
        made = set(self._ask(MADE, wanted))
        while True:
            missing = [place for place in channels if place not in made]
            while missing:
                made.update(self._make(missing, channels))
                if any(place not in made for place in missing):
                    made.update(self._ask(MADE, wanted))
                # A receipt that is taken leaves its row out; the next turn draws another.
                missing = [place for place in missing if place not in made]
            found = {
                (round_id, participant): Stored(
                    number, None if answer is None else orjson.loads(answer), *rest
                )
                for round_id, participant, number, answer, *rest in self._ask(LOCK, wanted)
            }
            if len(found) == len(channels):
                return found
            made = set(found)

    def _make(self, places: Sequence[Place], channels: Mapping[Place, str]) -> Any:
        return self._ask(
            MAKE,
            [
                {
                    "r": place[0],
                    "p": place[1],
                    "receipt": self._new_receipt(),
                    "channel": channels[place],
                    "sequence": NO_SEQUENCE,
                }
                for place in places
            ],
        )

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        changed = [
            {
                "id": row.id,
                "answer": None if row.answer is None else orjson.dumps(row.answer).decode(),
                "sequence": row.sequence,
                "state": row.state,
                "option_order": row.option_order,
            }
            for row in stored.values()
            if row.is_changed
        ]
        if changed:
            self._ask(PUT_BACK, changed)
        unused = [row.id for row in stored.values() if row.sequence == NO_SEQUENCE]
        if unused:
            self._ask(TAKE_AWAY, unused)

    def count(self, changes: Deltas) -> None:
        if changes:
            self._ask(
                COUNT,
                [
                    {"r": round_id, "k": key, "shard": self._shard, "change": value}
                    for (round_id, key), value in changes.items()
                ],
            )
