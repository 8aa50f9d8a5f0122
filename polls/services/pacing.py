"""Self-paced: several polls are open at once, and everyone answers them in their own time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.errors import Refusal
from polls.domain.pace import polls_to_pace
from polls.domain.polls import GRACE_SECONDS, Poll, PollState, parse_countdown
from polls.services.context import Actor, Context
from polls.services.history import Before, note, row_absent, row_before
from polls.services.polls import end_voting, open_round
from polls.store import agenda, panels

_SHOWN = ("current_item_id", "projector_view", "spotlight_comment_id", "paced")


def open_together(context: Context, actor: Actor, command: protocol.AgendaOpen) -> dict[str, Any]:
    """Start a round of each chosen poll in one transaction; those that are open just join."""
    now = context.clock()
    countdown = parse_countdown(command.countdown_seconds)
    chosen = None if command.items is None else [item for item in command.items if item]

    def work(connection: Connection) -> list[str]:
        agenda.lock_polls(connection, actor.panel_id)
        panel = panels.panel_by_id(connection, actor.panel_id)
        items = agenda.items_of(connection, actor.panel_id)
        polls = agenda.polls_of(connection, actor.panel_id)
        wanted = polls_to_pace([(item.id, item.poll_id) for item in items], polls, chosen)
        before: Before = [row_before(connection, "panel", panel.id, *_SHOWN)]
        opened = [poll for poll in wanted if poll.state is not PollState.OPEN]
        if not opened and {poll.id for poll in wanted} <= set(panel.paced or ()):
            raise Refusal("poll.already_open")
        for poll in opened:
            before.append(row_before(connection, "poll", poll.id, "state"))
            started = open_round(connection, actor, poll.id, countdown, now)
            before.insert(0, row_absent("round", started.id))
        on = {poll.id for poll in wanted} | _still_open(panel.paced, polls)
        listed = [item for item in items if item.poll_id in on]
        current = next((item.id for item in listed if item.id == panel.current_item_id), None)
        panels.change_panel(
            connection,
            panel.id,
            paced=[item.poll_id for item in listed],
            current_item_id=current or listed[0].id,
            projector_view="item",
            spotlight_comment_id=None,
        )
        note(connection, actor, "agenda.open", "", before, now)
        return [poll.id for poll in opened]

    opened = context.database.write(work)
    return {"polls": _tell_opened(context, actor.panel_id, opened)}


def _still_open(paced: list[str] | None, polls: dict[str, Poll]) -> set[str]:
    return {
        poll_id
        for poll_id in paced or ()
        if poll_id in polls and polls[poll_id].state is PollState.OPEN
    }


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
        polls = agenda.polls_of(connection, actor.panel_id)
        on = [polls[poll_id] for poll_id in sorted(_still_open(panel.paced, polls))]
        if not on:
            raise Refusal("pace.not_open")
        closing = [poll for poll in on if poll.round and not poll.round.is_counting(now)]
        if not closing:
            raise Refusal("poll.counting")
        before: Before = [row_before(connection, "panel", panel.id, "paced")]
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
