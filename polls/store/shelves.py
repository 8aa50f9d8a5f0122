"""Where ballots lie: what a batch of casts asks of the database, and how servers are asked it.

SQLite is asked in another way, see `sqlite_shelf.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql

from polls.domain.polls import GRACE_SECONDS
from polls.store import schema
from polls.store.panels import insert_or_leave

NO_SEQUENCE = -1
"""The sequence of a ballot that was made to be locked, and not cast."""

Place = tuple[str, str]
"""A round and a participant: where a ballot lies."""

Deltas = dict[tuple[str, str], int]
"""What to add to counters, by round and key."""

NewReceipt = Callable[[], str]


@dataclass(slots=True)
class Stored:
    """A ballot as it lies in the database, or is about to."""

    id: int
    answer: Any
    sequence: int
    receipt: str
    state: str
    channel: str = ""
    is_changed: bool = False
    option_order: str | None = None
    """The order of the options that its voter saw, to be kept; None where all saw the same."""


class Shelf(Protocol):
    """The ballots and counters of one transaction."""

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        """Return until when each round that is not closed takes ballots; none closes now."""

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        """Return the ballots at these places, which nobody else changes now.

        Where there is none yet, one without an answer is returned, with the channel given.
        """

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        """Keep those that were changed, and nothing of new ones that were not."""

    def count(self, changes: Deltas) -> None:
        """Add to counters, in the order given."""


def takes_until(closes_at: float | None) -> float:
    return float("inf") if closes_at is None else closes_at + GRACE_SECONDS


class SharedShelf:
    """For a database with many writers: rows are made, then locked, then changed."""

    def __init__(self, connection: Connection, new_receipt: NewReceipt, shard: int) -> None:
        self._connection = connection
        self._new_receipt = new_receipt
        self._shard = shard

    def __enter__(self) -> SharedShelf:
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        table = schema.round_
        query = (
            select(table.c.id, table.c.closes_at)
            .where(table.c.id.in_(list(round_ids)), table.c.closed_at.is_(None))
            .order_by(table.c.id)
            .with_for_update(read=True)
        )
        return {row.id: takes_until(row.closes_at) for row in self._connection.execute(query)}

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        """All rows are made before the first is locked, both in key order: so no worker that
        holds a locked ballot ever waits for one that another worker is about to make.
        """
        places = list(channels)
        found = self._select(places, lock=False)
        while True:
            missing = [place for place in places if place not in found]
            while missing:
                self._make(missing, channels)
                found.update(self._select(missing, lock=False))
                # A receipt that is taken leaves its row out; the next turn draws another.
                missing = [place for place in missing if place not in found]
            found = self._select(places, lock=True)
            if len(found) == len(places):
                return found

    def _make(self, places: list[Place], channels: Mapping[Place, str]) -> None:
        rows = [
            {
                "round_id": place[0],
                "participant": place[1],
                "answer": None,
                "sequence": NO_SEQUENCE,
                "receipt": self._new_receipt(),
                "channel": channels[place],
                "state": "shown",
            }
            for place in places
        ]
        statement = insert_or_leave(self._connection, schema.ballot, None)
        self._connection.execute(statement, rows)

    def _select(self, places: list[Place], *, lock: bool) -> dict[Place, Stored]:
        table = schema.ballot
        by_round: dict[str, list[str]] = {}
        for round_id, participant in places:
            by_round.setdefault(round_id, []).append(participant)
        found: dict[Place, Stored] = {}
        for round_id, participants in sorted(by_round.items()):
            query = (
                select(table)
                .where(table.c.round_id == round_id, table.c.participant.in_(participants))
                .order_by(table.c.participant)
            )
            for row in self._connection.execute(query.with_for_update() if lock else query):
                found[(round_id, row.participant)] = Stored(
                    row.id, row.answer, row.sequence, row.receipt, row.state, row.channel
                )
        return found

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        changed = [
            {
                "ballot_id": row.id,
                "new_answer": row.answer,
                "new_sequence": row.sequence,
                "new_state": row.state,
            }
            for row in stored.values()
            if row.is_changed
        ]
        table = schema.ballot
        self._keep_orders(stored)
        if changed:
            statement = (
                update(table)
                .where(table.c.id == bindparam("ballot_id"))
                .values(
                    answer=bindparam("new_answer", type_=table.c.answer.type),
                    sequence=bindparam("new_sequence"),
                    state=bindparam("new_state"),
                )
            )
            self._connection.execute(statement, changed)
        unused = [row.id for row in stored.values() if row.sequence == NO_SEQUENCE]
        if unused:
            self._connection.execute(delete(table).where(table.c.id.in_(unused)))

    def _keep_orders(self, stored: Mapping[Place, Stored]) -> None:
        orders = [
            {"ballot_id": row.id, "seen": row.option_order}
            for row in stored.values()
            if row.is_changed and row.option_order is not None
        ]
        if orders:
            table = schema.ballot
            statement = update(table).where(table.c.id == bindparam("ballot_id"))
            self._connection.execute(statement.values(option_order=bindparam("seen")), orders)

    def count(self, changes: Deltas) -> None:
        if not changes:
            return
        table = schema.counter
        insert = postgresql.insert(table)
        statement = insert.on_conflict_do_update(
            index_elements=["round_id", "key", "shard"],
            set_={"value": table.c.value + insert.excluded.value},
        )
        rows = [
            {"round_id": place[0], "key": place[1], "shard": self._shard, "value": value}
            for place, value in changes.items()
        ]
        self._connection.execute(statement, rows)
