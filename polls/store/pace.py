"""Items that are open together: who has answered them all, and when the last poll is closed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, func, select

from polls.domain.polls import Poll, PollState
from polls.store import agenda, panels, schema
from polls.store.agenda import ItemRecord
from polls.store.panels import PanelRecord


def polls_of_steps(
    steps: Collection[str] | None, items: Sequence[ItemRecord], polls: Mapping[str, Poll]
) -> list[Poll]:
    """Return the polls among some items of an agenda, in its order."""
    return [polls[item.poll_id] for item in items if item.poll_id and item.id in (steps or ())]


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
    item = agenda.item_of_poll(connection, poll_id)
    if item is not None and item.id in (panel.paced or ()):
        left = [other for other in panel.paced or () if other != item.id]
        panels.change_panel(connection, panel_id, paced=left)
        end_pace_if_over(connection, panel_id)


def end_pace_if_over(connection: Connection, panel_id: str) -> None:
    """Go back to one item at a time once no poll opened together is open any more; where a slide
    or a comment round stood for all of them, the first poll does so now."""
    panel = panels.panel_by_id(connection, panel_id)
    if panel.paced is None:
        return
    items = agenda.items_of(connection, panel_id)
    polls = polls_of_steps(panel.paced, items, agenda.polls_of(connection, panel_id))
    if any(poll.state is PollState.OPEN for poll in polls):
        return
    current = next((item for item in items if item.id == panel.current_item_id), None)
    if current is not None and current.poll_id is None and current.id in panel.paced:
        first = next((item for item in items if polls and item.poll_id == polls[0].id), current)
        panels.change_panel(connection, panel_id, current_item_id=first.id)
    panels.change_panel(connection, panel_id, paced=None, paced_last=panel.paced)


def step_beside(connection: Connection, panel: PanelRecord, item_id: str) -> str | None:
    """Return the step that is shown once this one leaves the agenda: the next, or the one before;
    None if it was no step."""
    order = [item.id for item in agenda.items_of(connection, panel.id)]
    steps = [found for found in order if found in (panel.paced or ())]
    if item_id not in steps:
        return None
    place = steps.index(item_id)
    return next(iter((*steps[place + 1 :], *reversed(steps[:place]))), None)
