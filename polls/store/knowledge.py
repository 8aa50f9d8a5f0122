"""Who answered what in knowledge checks, for the board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from polls.store import schema


def answers_by_participant(
    connection: Connection, round_ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return, by round and participant, the answers that count."""
    found: dict[str, dict[str, Any]] = {round_id: {} for round_id in round_ids}
    table = schema.ballot
    query = select(table.c.round_id, table.c.participant, table.c.answer).where(
        table.c.round_id.in_(list(round_ids)), table.c.answer.is_not(None)
    )
    for round_id, participant, answer in connection.execute(query):
        found[round_id][participant] = answer
    return found
