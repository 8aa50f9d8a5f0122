"""Polls that are open together: who has answered them all, and when the last one is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from polls.domain.polls import PollState
from polls.store import agenda, panels, schema


def voters_of_all(connection: Connection, round_ids: Sequence[str]) -> int:
    """Return how many people have a ballot in every one of these rounds."""
    table = schema.ballot
    finished = (
        select(table.c.participant)
        .where(table.c.round_id.in_(round_ids), table.c.answer.is_not(None))
        .group_by(table.c.participant)
        .having(func.count() == len(round_ids))
        .subquery()
    )
    return int(connection.execute(select(func.count()).select_from(finished)).scalar() or 0)


def leave_pace(connection: Connection, panel_id: str, poll_id: str) -> None:
    """Take a poll that is not asked any more out of those that are open together."""
    panel = panels.panel_by_id(connection, panel_id)
    if poll_id in (panel.paced or ()):
        left = [other for other in panel.paced or () if other != poll_id]
        panels.change_panel(connection, panel_id, paced=left)
        end_pace_if_over(connection, panel_id)


def end_pace_if_over(connection: Connection, panel_id: str) -> None:
    """Go back to one poll at a time once none of those opened together is open any more."""
    panel = panels.panel_by_id(connection, panel_id)
    if panel.paced is None:
        return
    polls = agenda.polls_of(connection, panel_id)
    if not any(polls[poll_id].state is PollState.OPEN for poll_id in panel.paced):
        panels.change_panel(connection, panel_id, paced=None)
