"""What the ballots of a round say beside what the same people said of their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select, update

from polls.store import schema


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


def keep_splits(connection: Connection, round_id: str, splits: Mapping[str, Any]) -> None:
    table = schema.round_
    connection.execute(
        update(table).where(table.c.id == round_id).values(splits=dict(splits) or None)
    )


def closed_rounds_of(connection: Connection, panel_id: str) -> list[tuple[str, str]]:
    """Return (poll id, round id) of all closed rounds of a panel, in the order they opened."""
    rounds, polls = schema.round_, schema.poll
    query = (
        select(rounds.c.poll_id, rounds.c.id)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, rounds.c.closed_at.is_not(None))
        .order_by(rounds.c.opened_at, rounds.c.id)
    )
    return [(poll_id, round_id) for poll_id, round_id in connection.execute(query)]


def forget_splits_by(connection: Connection, panel_id: str, poll_id: str) -> None:
    """Drop the splits by a grouping question whose votes are thrown away."""
    for _, round_id in closed_rounds_of(connection, panel_id):
        splits = splits_of(connection, round_id)
        if splits.pop(poll_id, None) is not None:
            keep_splits(connection, round_id, splits)
