"""What the ballots of a round say beside what the same people said of their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select, update

from polls.store import schema
from polls.store.agenda import keep_conclusions

TAKEN_BACK = "taken_back"
"""Among the splits of a round: some were shown before its closing was taken back."""


def answers_with_groups(
    connection: Connection, round_id: str, grouping_rounds: Sequence[str]
) -> list[tuple[Any, tuple[str | None, ...]]]:
    """Return each answer of a round with its voter's answers in the grouping rounds.

    Must be asked before the panel ends: then nothing joins a person's ballots any more.
    """
    ballot = schema.ballot.alias()
    source: Any = ballot
    groups = []
    for grouping in grouping_rounds:
        group = schema.ballot.alias()
        same_person = and_(
            group.c.participant == ballot.c.participant,
            group.c.round_id == grouping,
            group.c.answer.is_not(None),
        )
        source = source.outerjoin(group, same_person)
        groups.append(group.c.answer)
    query = (
        select(ballot.c.answer, *groups)
        .select_from(source)
        .where(ballot.c.round_id == round_id, ballot.c.answer.is_not(None))
    )
    return [(answer, tuple(given)) for answer, *given in connection.execute(query)]


def splits_of(connection: Connection, round_id: str) -> dict[str, Any]:
    table = schema.round_
    found = connection.execute(select(table.c.splits).where(table.c.id == round_id)).scalar()
    return dict(found or {})


def take_back_splits(connection: Connection, round_id: str) -> None:
    """Drop the splits of a round that is opened again.

    If any showed something the round will have none any more: they could be compared.
    """
    kept = splits_of(connection, round_id)
    was_shown = TAKEN_BACK in kept or any(shows_something(split) for split in kept.values())
    table = schema.round_
    splits = {TAKEN_BACK: True} if was_shown else None
    connection.execute(update(table).where(table.c.id == round_id).values(splits=splits))


def shows_something(split: Mapping[str, Any]) -> bool:
    return any(count is not None for row in split["rows"] for count in row["counts"].values())


def keep_splits(
    connection: Connection, round_id: str, closed_at: float, splits: Mapping[str, Any]
) -> bool:
    """Keep the splits of a round as it was closed, none (`{}`) too: then it lacks nothing."""
    return keep_conclusions(connection, round_id, closed_at, splits=dict(splits))


def lacks_splits(connection: Connection, round_id: str) -> bool:
    """Say if nobody has tried yet to split a round."""
    table = schema.round_
    query = select(table.c.id).where(table.c.id == round_id, table.c.splits.is_(None))
    return connection.execute(query).scalar() is not None


def note_split(connection: Connection, round_id: str, closed_at: float) -> None:
    """Note that a round's closing split all there was to split."""
    if lacks_splits(connection, round_id):
        keep_splits(connection, round_id, closed_at, {})


def closed_rounds_of(connection: Connection, panel_id: str) -> list[tuple[str, str, float]]:
    """Return (poll id, round id, when it was closed) of all closed rounds of a panel, in the order they opened."""
    rounds, polls = schema.round_, schema.poll
    query = (
        select(rounds.c.poll_id, rounds.c.id, rounds.c.closed_at)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, rounds.c.closed_at.is_not(None))
        .order_by(rounds.c.opened_at, rounds.c.id)
    )
    return [(poll_id, round_id, at) for poll_id, round_id, at in connection.execute(query)]


def forget_splits_by(connection: Connection, panel_id: str, poll_id: str) -> None:
    """Drop the splits by a grouping question whose votes are thrown away."""
    for _, round_id, closed_at in closed_rounds_of(connection, panel_id):
        splits = splits_of(connection, round_id)
        if splits.pop(poll_id, None) is not None:
            keep_splits(connection, round_id, closed_at, splits)
