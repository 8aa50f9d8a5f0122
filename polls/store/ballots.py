"""Ballots and counters, which change in one transaction and can be counted again."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Text, bindparam, delete, func, select, update
from sqlalchemy import cast as as_type

from polls.domain.kinds import Kind
from polls.domain.tally import BALLOTS, VERSION, change_of
from polls.store import schema
from polls.store.postgres_shelf import PostgresShelf
from polls.store.shelves import NO_SEQUENCE, Deltas, NewReceipt, Place, Shelf, Stored
from polls.store.sqlite_shelf import SqliteShelf


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot on its way: an answer, or None to take the ballot back."""

    round_id: str
    participant: str
    kind: Kind
    answer: Any
    sequence: int | None
    received_at: float
    channel: str = "phone"
    text_state: str = "shown"
    """Whether a written answer is shown at once or waits for the moderator."""
    option_order: str | None = None
    """The order of the options that its voter saw; None where all see the same."""


@dataclass(frozen=True, slots=True)
class CastResult:
    """What became of a cast: a receipt, or the code of the refusal."""

    receipt: str = ""
    sequence: int = 0
    refused: str = ""


def shelf_of(
    connection: Connection, new_receipt: NewReceipt, shard: int
) -> AbstractContextManager[Shelf]:
    kind = SqliteShelf if connection.dialect.name == "sqlite" else PostgresShelf
    return kind(connection, new_receipt, shard)


def cast_batch(
    connection: Connection, casts: Sequence[Cast], new_receipt: NewReceipt, shard: int
) -> list[CastResult]:
    """Store a batch in the caller's transaction and return one result for each cast.

    A cast that comes too late is refused on its own and never fails the batch. One with a
    sequence that is not higher than the stored one is answered like the first time.
    """
    with shelf_of(connection, new_receipt, shard) as shelf:
        open_rounds = shelf.open_rounds(sorted({cast.round_id for cast in casts}))
        results: list[CastResult | None] = [None] * len(casts)
        wanted: dict[Place, list[int]] = {}
        for index, cast in enumerate(casts):
            ends = open_rounds.get(cast.round_id)
            if ends is None or cast.received_at > ends:
                results[index] = _answer_late(connection, cast)
            else:
                wanted.setdefault((cast.round_id, cast.participant), []).append(index)
        channels = {place: casts[indexes[-1]].channel for place, indexes in wanted.items()}
        stored = shelf.take(dict(sorted(channels.items())))
        deltas: Deltas = {}
        for place, indexes in wanted.items():
            row = stored[place]
            before = row.answer
            for index in indexes:
                results[index] = _apply(casts[index], row)
            if row.is_changed:
                kind = casts[indexes[-1]].kind
                _add_deltas(deltas, place[0], _change(kind, before, row.answer))
        shelf.put_back(stored)
        shelf.count(counter_changes(deltas))
    return [result for result in results if result is not None]


def _answer_late(connection: Connection, cast: Cast) -> CastResult:
    """Refuse a ballot that is too late, but repeat the answer to one that was in time."""
    stored = ballot_of(connection, cast.round_id, cast.participant)
    if stored and cast.sequence is not None and cast.sequence <= stored.sequence:
        return CastResult(stored.receipt, stored.sequence)
    return CastResult(refused="poll.not_open")


def _apply(cast: Cast, row: Stored) -> CastResult:
    if cast.sequence is not None and cast.sequence <= row.sequence:
        return CastResult(row.receipt, row.sequence)
    if cast.answer is None and row.answer is None:
        return CastResult(refused="ballot.none")
    row.sequence = row.sequence + 1 if cast.sequence is None else cast.sequence
    row.answer = None if cast.answer is None else cast.kind.merge(row.answer, cast.answer)
    if row.state != "hidden":
        row.state = cast.text_state
    row.is_changed = True
    row.option_order = cast.option_order
    return CastResult(row.receipt, row.sequence)


def _change(kind: Kind, before: Any, after: Any) -> dict[str, int]:
    return change_of(
        None if before is None else kind.contributions(before),
        None if after is None else kind.contributions(after),
    )


def _add_deltas(deltas: Deltas, round_id: str, change: Mapping[str, int]) -> None:
    for key, value in change.items():
        place = (round_id, key)
        deltas[place] = deltas.get(place, 0) + value


def counter_changes(deltas: Deltas) -> Deltas:
    """Return what to add to counters, the version of each round's tally among it, in key order.

    The order is there so that two workers never wait for each other in a ring.
    """
    changes = {place: value for place, value in deltas.items() if value}
    for round_id in {place[0] for place in deltas}:
        changes[(round_id, VERSION)] = 1
    return dict(sorted(changes.items()))


def add_to_counters(connection: Connection, deltas: Deltas, shard: int) -> None:
    """Add to counters in the caller's transaction."""
    with shelf_of(connection, str, shard) as shelf:
        shelf.count(counter_changes(deltas))


# Reading


COUNTERS = select(schema.counter.c.key, schema.counter.c.value).where(
    schema.counter.c.round_id == bindparam("wanted")
)
"""Built once, since a tick asks for it and building takes longer than asking."""

COUNTERS_ASKED_SINGLY_MOST = 3
"""From how many rounds on one large question is quicker than small ones that are built already."""


def counters_of(connection: Connection, round_ids: Iterable[str]) -> dict[str, Counter[str]]:
    """Return the counters of rounds, summed over all workers; `version` among them."""
    counters: dict[str, Counter[str]] = {round_id: Counter() for round_id in round_ids}
    if len(counters) > COUNTERS_ASKED_SINGLY_MOST:
        table = schema.counter
        query = select(table).where(table.c.round_id.in_(list(counters)))
        for row in connection.execute(query):
            counters[row.round_id][row.key] += row.value
        return counters
    for round_id, counter in counters.items():
        for key, value in connection.execute(COUNTERS, {"wanted": round_id}):
            counter[key] += value
    return counters


@dataclass(frozen=True, slots=True)
class BallotRecord:
    round_id: str
    answer: Any
    sequence: int
    receipt: str
    state: str
    option_order: str | None = None


def _record(row: Row[Any]) -> BallotRecord:
    return BallotRecord(
        row.round_id, row.answer, row.sequence, row.receipt, row.state, row.option_order
    )


def ballot_of(connection: Connection, round_id: str, participant: str) -> BallotRecord | None:
    """Return a participant's ballot in a round, also one taken back (answer None)."""
    table = schema.ballot
    query = select(table).where(table.c.round_id == round_id, table.c.participant == participant)
    row = connection.execute(query).first()
    if row is None or row.sequence == NO_SEQUENCE:
        return None
    return _record(row)


def ballots_of_participant(
    connection: Connection, panel_id: str, participant: str
) -> list[tuple[str, int, BallotRecord]]:
    """Return (poll id, round number, ballot) for all that a participant cast in a panel."""
    ballots, rounds, polls = schema.ballot, schema.round_, schema.poll
    query = (
        select(ballots, rounds.c.poll_id, rounds.c.number)
        .join(rounds, rounds.c.id == ballots.c.round_id)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, ballots.c.participant == participant)
        .order_by(rounds.c.opened_at)
    )
    return [
        (
            row.poll_id,
            row.number,
            _record(row),
        )
        for row in connection.execute(query)
        if row.sequence != NO_SEQUENCE
    ]


def ballots_of_round(connection: Connection, round_id: str) -> list[BallotRecord]:
    """Return a round's ballots ordered by receipt, which is random: no order of arrival shows."""
    table = schema.ballot
    query = (
        select(table)
        .where(table.c.round_id == round_id, table.c.answer.is_not(None))
        .order_by(table.c.receipt)
    )
    return [_record(row) for row in connection.execute(query)]


def raw_answers(connection: Connection, round_id: str) -> list[tuple[str, str]]:
    """Return (receipt, answer as JSON text) for a round's ballots, ordered by receipt.

    Answers stay text: whoever wants all of them reads thousands, and parses them elsewhere.
    """
    table = schema.ballot
    query = (
        select(table.c.receipt, as_type(table.c.answer, Text))
        .where(table.c.round_id == round_id, table.c.answer.is_not(None))
        .order_by(table.c.receipt)
    )
    return [(receipt, answer) for receipt, answer in connection.execute(query)]


def voters_of_round(connection: Connection, round_id: str) -> set[str]:
    table = schema.ballot
    query = select(table.c.participant).where(
        table.c.round_id == round_id, table.c.answer.is_not(None)
    )
    return set(connection.execute(query).scalars())


def texts_of_round(
    connection: Connection, round_id: str, states: Sequence[str], most: int = 100
) -> list[BallotRecord]:
    """Return written answers in these states, latest first."""
    table = schema.ballot
    query = (
        select(table)
        .where(
            table.c.round_id == round_id,
            table.c.answer.is_not(None),
            table.c.state.in_(states),
        )
        .order_by(table.c.id.desc())
        .limit(most)
    )
    return [_record(row) for row in connection.execute(query)]


def text_sequence(connection: Connection, round_id: str, receipt: str) -> int | None:
    """Return the sequence of a written answer, None if there is no such."""
    table = schema.ballot
    query = select(table.c.sequence).where(table.c.round_id == round_id, table.c.receipt == receipt)
    return connection.execute(query.with_for_update()).scalar()


def set_text_state(connection: Connection, round_id: str, receipt: str, state: str) -> str | None:
    """Show or hide a written answer; return the state it had, None if there is no such."""
    table = schema.ballot
    place = (table.c.round_id == round_id, table.c.receipt == receipt)
    before = connection.execute(select(table.c.state).where(*place)).scalar()
    if before is not None:
        connection.execute(update(table).where(*place).values(state=state))
    return before


def recount(connection: Connection, round_id: str, kind: Kind) -> tuple[Counter[str], Counter[str]]:
    """Return the counters as kept and as counted again from all ballots of a round."""
    kept = counters_of(connection, [round_id])[round_id]
    del kept[VERSION]
    again: Counter[str] = Counter()
    table = schema.ballot
    query = select(table.c.answer).where(table.c.round_id == round_id, table.c.answer.is_not(None))
    for answer in connection.execute(query).scalars():
        again.update(kind.contributions(answer))
        again[BALLOTS] += 1
    return Counter({k: v for k, v in kept.items() if v}), again


# Erasing


def erase_ballot(
    connection: Connection, round_id: str, participant: str, kind: Kind, shard: int
) -> None:
    """Delete a ballot and take it out of the counters."""
    table = schema.ballot
    place = (table.c.round_id == round_id, table.c.participant == participant)
    row = connection.execute(select(table.c.answer).where(*place).with_for_update()).first()
    if row is None:
        return
    connection.execute(delete(table).where(*place))
    if row.answer is not None:
        deltas: Deltas = {}
        _add_deltas(deltas, round_id, _change(kind, row.answer, None))
        add_to_counters(connection, deltas, shard)


def unlink_ballot(connection: Connection, round_id: str, participant: str) -> None:
    """Leave a ballot counted, but under a name that leads to nobody and without its time."""
    table = schema.ballot
    connection.execute(
        update(table)
        .where(table.c.round_id == round_id, table.c.participant == participant)
        .values(participant=secrets.token_hex(16), sequence=0)
    )


def ballot_count(connection: Connection, panel_id: str) -> int:
    ballots, rounds, polls = schema.ballot, schema.round_, schema.poll
    query = (
        select(func.count())
        .select_from(ballots)
        .join(rounds, rounds.c.id == ballots.c.round_id)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, ballots.c.answer.is_not(None))
    )
    return int(connection.execute(query).scalar() or 0)
