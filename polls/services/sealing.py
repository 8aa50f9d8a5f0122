"""Sealed polls: voted on one by one, seen by nobody, revealed all together."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.polls import PollState, polls_to_reveal
from polls.services.context import Actor, Context
from polls.services.history import note
from polls.store import agenda, panels


def reveal(context: Context, actor: Actor, _command: protocol.PanelReveal) -> dict[str, Any]:
    """Publish all sealed polls that are closed, at one moment and on one picture.

    What was seen cannot be unseen, so this cannot be taken back.
    """
    now = context.clock()

    def work(connection: Connection) -> list[str]:
        agenda.lock_polls(connection, actor.panel_id)
        polls = agenda.polls_of(connection, actor.panel_id)
        items = agenda.items_of(connection, actor.panel_id)
        listed = [polls[item.poll_id] for item in items if item.poll_id]
        revealed = [poll.id for poll in polls_to_reveal(listed, actor.language)]
        for poll_id in revealed:
            agenda.change_poll(connection, poll_id, state=PollState.PUBLISHED.value)
        panels.change_panel(
            connection,
            actor.panel_id,
            projector_view="reveal",
            spotlight_comment_id=None,
            revealed=revealed,
        )
        note(connection, actor, "panel.reveal", "", None, now)
        return revealed

    revealed = context.database.write(work)
    context.stage.structure_changed(actor.panel_id, "revealed")
    return {"polls": revealed}
