"""What the rows of one participant hold beside what a screen needs, so that all of it can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from polls.store import schema


@dataclass(frozen=True, slots=True)
class Seat:
    language: str
    joined_at: float


@dataclass(frozen=True, slots=True)
class Support:
    """A comment that is supported, or was and is no longer."""

    comment: str
    text: str
    is_on: bool
    sequence: int


def seat_of(connection: Connection, panel_id: str, participant: str) -> Seat | None:
    table = schema.participant
    query = select(table).where(table.c.panel_id == panel_id, table.c.id == participant)
    row = connection.execute(query).first()
    return None if row is None else Seat(row.language, row.joined_at)


def channels_of(connection: Connection, panel_id: str, participant: str) -> dict[str, str]:
    """Return by which channel each ballot of a participant came in, by round."""
    ballots, rounds, polls = schema.ballot, schema.round_, schema.poll
    query = (
        select(ballots.c.round_id, ballots.c.channel)
        .join(rounds, rounds.c.id == ballots.c.round_id)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, ballots.c.participant == participant)
    )
    return {row.round_id: row.channel for row in connection.execute(query)}


def support_by(connection: Connection, panel_id: str, participant: str) -> list[Support]:
    votes, comments = schema.upvote, schema.comment
    query = (
        select(votes.c.comment_id, comments.c.text, votes.c.is_on, votes.c.sequence)
        .join(comments, comments.c.id == votes.c.comment_id)
        .where(comments.c.panel_id == panel_id, votes.c.participant == participant)
        .order_by(comments.c.posted_at)
    )
    return [
        Support(row.comment_id, row.text, row.is_on, row.sequence)
        for row in connection.execute(query)
    ]
