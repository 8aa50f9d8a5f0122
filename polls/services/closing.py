"""What a round comes to once it is closed: what only all its ballots together can tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll
from polls.live.workbench import off_loop
from polls.services.context import Context
from polls.store import agenda, ballots


def conclude(context: Context, panel_id: str, poll_id: str, round_id: str) -> None:
    """Work out and keep a closed round's conclusions. Doing it twice does no harm."""
    poll = context.database.read(lambda connection: agenda.poll_of(connection, panel_id, poll_id))
    found = _conclusions(context, poll, round_id)
    if found:
        context.database.write(
            lambda connection: agenda.keep_conclusions(connection, round_id, **found)
        )


def _conclusions(context: Context, poll: Poll, round_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if kind_named(poll.kind).has_outcome:
        found["outcome"] = _outcome(context, poll, round_id)
    return found


def _outcome(context: Context, poll: Poll, round_id: str) -> dict[str, Any] | None:
    def answers(connection: Connection) -> list[Any]:
        return [ballot.answer for ballot in ballots.ballots_of_round(connection, round_id)]

    cast = context.database.read(answers)
    return off_loop(lambda: kind_named(poll.kind).outcome(cast, poll.question))
