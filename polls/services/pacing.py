"""Self-paced: a part of the agenda is open as a whole, and everyone goes through it in their own
time; afterwards its results may be shown in one go."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.errors import Refusal
from polls.domain.pace import results_to_show, steps_to_open
from polls.domain.polls import GRACE_SECONDS, Poll, PollState, parse_countdown
from polls.services.context import Actor, Context
from polls.services.history import Before, note, row_absent, row_before
from polls.services.polls import end_voting, open_round
from polls.store import agenda, panels
from polls.store.pace import polls_of_steps
from polls.store.panels import PanelRecord

_SHOWN = ("current_item_id", "projector_view", "spotlight_comment_id", "paced")


def open_together(context: Context, actor: Actor, command: protocol.AgendaOpen) -> dict[str, Any]:
    """Start a round of each chosen poll in one transaction; polls that are open just join, and so
    do slides and comment rounds."""
    now = context.clock()
    countdown = parse_countdown(command.countdown_seconds)
    chosen = None if command.items is None else [item for item in command.items if item]

    def work(connection: Connection) -> list[str]:
        agenda.lock_polls(connection, actor.panel_id)
        panel = panels.panel_by_id(connection, actor.panel_id)
        items = agenda.items_of(connection, actor.panel_id)
        polls = agenda.polls_of(connection, actor.panel_id)
        wanted = steps_to_open([(item.id, item.poll_id) for item in items], polls, chosen)
        before: Before = [row_before(connection, "panel", panel.id, *_SHOWN)]
        asked = polls_of_steps(wanted, items, polls)
        opened = [poll for poll in asked if poll.state is not PollState.OPEN]
        if not opened and set(wanted) <= set(panel.paced or ()):
            raise Refusal("poll.already_open")
        for poll in opened:
            before.append(row_before(connection, "poll", poll.id, "state"))
            started = open_round(connection, actor, poll.id, countdown, now)
            before.insert(0, row_absent("round", started.id))
        on = {*wanted, *(panel.paced or ())}
        steps = [item.id for item in items if item.id in on]
        current = panel.current_item_id
        panels.change_panel(
            connection,
            panel.id,
            paced=steps,
            current_item_id=current if current in steps else steps[0],
            projector_view="item",
            spotlight_comment_id=None,
        )
        note(connection, actor, "agenda.open", "", before, now)
        return [poll.id for poll in opened]

    opened = context.database.write(work)
    return {"polls": _tell_opened(context, actor.panel_id, opened)}


def _polls_of(connection: Connection, panel: PanelRecord, steps: list[str] | None) -> list[Poll]:
    items, polls = agenda.items_of(connection, panel.id), agenda.polls_of(connection, panel.id)
    return polls_of_steps(steps, items, polls)


def _tell_opened(context: Context, panel_id: str, opened: list[str]) -> list[str]:
    polls = context.database.read(lambda connection: agenda.polls_of(connection, panel_id))
    started = [polls[poll_id] for poll_id in opened]
    for poll in started:
        if poll.round is not None:
            context.stage.round_ends(panel_id, poll.id, poll.round.id, poll.round.closes_at)
    context.stage.structure_changed(panel_id, "opened")
    for poll in started:
        context.stage.poll_opened(panel_id, poll)
    return opened


def close_together(
    context: Context, actor: Actor, _command: protocol.AgendaClose
) -> dict[str, Any]:
    """End voting in all polls that are open together. Ballots under way count for the grace."""
    now = context.clock()

    def work(connection: Connection) -> list[Poll]:
        agenda.lock_polls(connection, actor.panel_id)
        panel = panels.panel_by_id(connection, actor.panel_id)
        steps = _polls_of(connection, panel, panel.paced)
        on = [poll for poll in steps if poll.state is PollState.OPEN]
        if not on:
            raise Refusal("pace.not_open")
        closing = [poll for poll in on if poll.round and not poll.round.is_counting(now)]
        if not closing:
            raise Refusal("poll.counting")
        before: Before = []
        for poll in closing:
            if poll.round is not None:
                before.extend(end_voting(connection, poll, poll.round, now))
        panels.change_panel(connection, panel.id)
        note(connection, actor, "agenda.close", "", before, now)
        return closing

    closing = context.database.write(work)
    for poll in closing:
        if poll.round is not None:
            context.stage.round_ends(actor.panel_id, poll.id, poll.round.id, now)
    context.stage.structure_changed(actor.panel_id, "counting")
    return {"polls": [poll.id for poll in closing], "counting_seconds": GRACE_SECONDS}


def publish_together(
    context: Context, actor: Actor, _command: protocol.AgendaPublish
) -> dict[str, Any]:
    """Show the results of the part that was open together last, all at once and on one picture."""
    now = context.clock()

    def work(connection: Connection) -> list[str]:
        agenda.lock_polls(connection, actor.panel_id)
        panel = panels.panel_by_id(connection, actor.panel_id)
        shown = results_to_show(_polls_of(connection, panel, panel.paced_last))
        if not shown:
            raise Refusal("pace.no_results")
        before: Before = [row_before(connection, "panel", panel.id, *_SHOWN, "revealed")]
        for poll in shown:
            before.append(row_before(connection, "poll", poll.id, "state"))
            agenda.change_poll(connection, poll.id, state=PollState.PUBLISHED.value)
        panels.change_panel(
            connection,
            panel.id,
            projector_view="reveal",
            spotlight_comment_id=None,
            revealed=[poll.id for poll in shown],
        )
        note(connection, actor, "agenda.publish", "", before, now)
        return [poll.id for poll in shown]

    published = context.database.write(work)
    context.stage.structure_changed(actor.panel_id, "all_published")
    return {"polls": published}
