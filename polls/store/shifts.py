"""What people answered in two rounds: pairs of answers, without whose they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, select

from polls.domain.shifts import AnswerPair
from polls.store import schema


def answer_pairs(connection: Connection, earlier: str, later: str) -> list[AnswerPair]:
    """Return everyone's answers in two rounds (by id); None where one has no ballot.

    Must be asked before the panel ends: then nothing joins a person's ballots any more.
    """
    before, after = schema.ballot.alias(), schema.ballot.alias()

    def joined(left: Any, right: Any, round_left: str, round_right: str) -> Any:
        same_person = and_(
            right.c.participant == left.c.participant,
            right.c.round_id == round_right,
            right.c.answer.is_not(None),
        )
        return (
            select(before.c.answer, after.c.answer)
            .select_from(left.outerjoin(right, same_person))
            .where(left.c.round_id == round_left, left.c.answer.is_not(None))
        )

    of_earlier = connection.execute(joined(before, after, earlier, later))
    pairs = [(answer_before, answer_after) for answer_before, answer_after in of_earlier]
    newcomers = joined(after, before, later, earlier).where(before.c.id.is_(None))
    return [*pairs, *((None, answer) for _, answer in connection.execute(newcomers))]
