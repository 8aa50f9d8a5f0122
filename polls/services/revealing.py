"""The true value of an estimate: told when the moderator says so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import PollState
from polls.services.context import Actor, Context
from polls.services.history import note, row_before
from polls.store import agenda, panels


def show_truth(context: Context, actor: Actor, command: protocol.TruthShow) -> dict[str, Any]:
    """Reveal the true value of a closed estimate to all who see its result, or hide it again."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        if kind_named(poll.kind).revelation({}, poll.question) is None:
            raise Refusal("poll.wrong_kind")
        if poll.state not in (PollState.CLOSED, PollState.PUBLISHED) or poll.round is None:
            raise Refusal("poll.not_closed", state=poll.state.value)
        before = [row_before(connection, "poll", poll.id, "revealed_round_id")]
        shown = poll.round.id if command.on else None
        agenda.change_poll(connection, poll.id, revealed_round_id=shown)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "truth.show", poll.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}
