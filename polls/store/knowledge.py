"""Who knew how many answers of knowledge checks, summed up by the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Text, and_, case, func, or_, select, type_coerce
from sqlalchemy import cast as as_type
from sqlalchemy.sql.elements import ColumnElement

from polls.store import schema


def known_by_participant(
    connection: Connection, panel_id: str, right: Mapping[str, Sequence[Any]]
) -> dict[str, int]:
    """Return how often each participant gave one of the right answers; `right` has them by round,
    in canonical form. Who answered in none of the rounds is not there, nor who has left: ballots
    of those who erased themselves lead to nobody, so they are not people to be counted."""
    if not right:
        return {}
    table, people = schema.ballot, schema.participant
    is_known = or_(*(_is_one_of(round_id, answers) for round_id, answers in right.items()))
    query = (
        select(table.c.participant, func.sum(case((is_known, 1), else_=0)))
        .join(people, and_(people.c.panel_id == panel_id, people.c.id == table.c.participant))
        .where(table.c.round_id.in_(list(right)), table.c.answer.is_not(None))
        .group_by(table.c.participant)
    )
    return {participant: int(known) for participant, known in connection.execute(query)}


def _is_one_of(round_id: str, answers: Sequence[Any]) -> ColumnElement[bool]:
    """Answers are compared as the texts that they are stored as."""
    table = schema.ballot
    texts = [orjson.dumps(answer).decode() for answer in answers]
    stored = type_coerce(as_type(table.c.answer, Text), Text)
    return and_(table.c.round_id == round_id, stored.in_(texts))
