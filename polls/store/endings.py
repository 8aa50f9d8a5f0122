"""What becomes of a panel's rows once it has ended: they stay counted and lead to nobody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from random import SystemRandom
from typing import Any

from sqlalchemy import Connection, delete, select, update

from polls.domain.comments import CommentState
from polls.store import agenda, comments, schema

BALLOTS_AT_A_TIME = 1000
SHOWN = "shown"


def unlink_panel(connection: Connection, panel_id: str) -> int:
    """Destroy a panel's hashing key and all that joins what one person did; return the number of
    ballots. Counts, receipts and what the room has read stay as they are.
    """
    key, people, action = schema.hashing_key, schema.participant, schema.action
    connection.execute(delete(key).where(key.c.panel_id == panel_id))
    connection.execute(delete(people).where(people.c.panel_id == panel_id))
    _forget_unread_comments(connection, panel_id)
    comments.unlink_comments(connection, panel_id)
    comments.unlink_upvotes(connection, panel_id)
    # Nothing can be taken back any more, and rows have other numbers now.
    connection.execute(update(action).where(action.c.panel_id == panel_id).values(before=None))
    return sum(
        _scatter_ballots(connection, found.id, is_text=poll.kind == "text")
        for poll in agenda.polls_of(connection, panel_id).values()
        for found in agenda.rounds_of(connection, poll.id)
    )


def _forget_unread_comments(connection: Connection, panel_id: str) -> None:
    """Delete what the room never saw: it waited, or was hidden for naming or insulting someone."""
    table = schema.comment
    connection.execute(
        delete(table).where(table.c.panel_id == panel_id, table.c.state != CommentState.SHOWN.value)
    )


def _scatter_ballots(connection: Connection, round_id: str, *, is_text: bool) -> int:
    """Write a round's ballots anew in a random order, each under a fresh random name.

    The numbers of rows tell the order of arrival and `sequence` the time, by either of which
    somebody's ballots in several rounds could be guessed to belong together.
    """
    table = schema.ballot
    query = select(*(column for column in table.c if column.name != "id"))
    found = connection.execute(query.where(table.c.round_id == round_id)).all()
    rows = [row._asdict() for row in found]
    for row in rows:
        row.update(participant=secrets.token_hex(16), sequence=0)
        if is_text and row["state"] != SHOWN and row["answer"] is not None:
            row["answer"] = ""
    SystemRandom().shuffle(rows)
    connection.execute(delete(table).where(table.c.round_id == round_id))
    for start in range(0, len(rows), BALLOTS_AT_A_TIME):
        _insert(connection, rows[start : start + BALLOTS_AT_A_TIME])
    return len(rows)


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    connection.execute(schema.ballot.insert(), list(rows))


def delete_panel(connection: Connection, panel_id: str) -> None:
    """Delete a panel; the constraints take along what belongs to it."""
    connection.execute(delete(schema.panel).where(schema.panel.c.id == panel_id))
