"""What results pages and recounts read: many rounds at once, never one query for each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from polls.domain.comments import CommentState
from polls.domain.polls import Round
from polls.store import schema
from polls.store.ballots import BallotRecord


def closed_rounds(connection: Connection, poll_ids: Sequence[str]) -> dict[str, list[Round]]:
    table = schema.round_
    query = (
        select(table)
        .where(table.c.poll_id.in_(poll_ids), table.c.closed_at.is_not(None))
        .order_by(table.c.poll_id, table.c.number)
    )
    found: dict[str, list[Round]] = {}
    for row in connection.execute(query):
        found.setdefault(row.poll_id, []).append(Round(**row._asdict()))
    return found


def ballots_of(connection: Connection, round_ids: Sequence[str]) -> dict[str, list[BallotRecord]]:
    """Return the ballots of many rounds by round, each in the order of the receipts."""
    table = schema.ballot
    query = (
        select(
            table.c.round_id,
            table.c.answer,
            table.c.sequence,
            table.c.receipt,
            table.c.state,
            table.c.option_order,
        )
        .where(table.c.round_id.in_(round_ids), table.c.answer.is_not(None))
        .order_by(table.c.round_id, table.c.receipt)
    )
    found: dict[str, list[BallotRecord]] = {}
    for row in connection.execute(query):
        found.setdefault(row.round_id, []).append(BallotRecord(*row))
    return found


def hidden_comments(connection: Connection, panel_id: str) -> list[tuple[str, int]]:
    """Return the reasons for which comments were hidden, each with how often."""
    table = schema.comment
    query = (
        select(table.c.reason, func.count())
        .where(table.c.panel_id == panel_id, table.c.state == CommentState.HIDDEN.value)
        .group_by(table.c.reason)
        .order_by(table.c.reason)
    )
    return [(reason, count) for reason, count in connection.execute(query)]


def ballots_with_receipt(
    connection: Connection, round_ids: Sequence[str], receipt: str
) -> list[BallotRecord]:
    """Return the ballots of these rounds that have this receipt; a round has at most one."""
    table = schema.ballot
    query = select(
        table.c.round_id, table.c.answer, table.c.sequence, table.c.receipt, table.c.state
    ).where(
        table.c.round_id.in_(round_ids),
        table.c.receipt == receipt,
        table.c.answer.is_not(None),
    )
    return [BallotRecord(*row) for row in connection.execute(query)]
