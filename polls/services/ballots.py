"""The way of a vote: from what a phone sent to what the box keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.orders import as_places, order_of
from polls.domain.polls import Poll
from polls.services.context import Actor, Context
from polls.store import agenda
from polls.store.ballot_box import refusal_of
from polls.store.ballots import Cast, CastResult

Told = Callable[[dict[str, Any] | Refusal], None]
"""Hears what became of a ballot: what its acknowledgement says, or why it was refused."""


def is_at_hand(context: Context, actor: Actor, payload: Any) -> bool:
    """Tell whether a cast that says this can be taken without asking the database first."""
    state = context.stage.state_at_hand(actor.panel_id)
    if state is None or not isinstance(payload, dict):
        return False
    poll_id = payload.get("poll")
    poll = state.polls.get(poll_id) if isinstance(poll_id, str) else None
    return poll is not None and poll.round is not None and poll.round.number == payload.get("round")


def cast(context: Context, actor: Actor, command: protocol.BallotCast) -> dict[str, Any]:
    """Cast or change a ballot; returns its receipt once it is durable."""
    return _told(context.ballot_box.cast(_ballot(context, actor, command)))


def cast_soon(context: Context, actor: Actor, command: Any, told: Told) -> None:
    """Cast or change a ballot without waiting; the commit itself tells what became of it."""

    def done(result: CastResult) -> None:
        told(refusal_of(result) or _told(result))

    context.ballot_box.submit(_ballot(context, actor, command), done)


def withdraw(context: Context, actor: Actor, command: protocol.BallotWithdraw) -> dict[str, Any]:
    """Take a ballot back while its round is open."""
    poll, round_id = _find_round(context, actor, command.poll, command.round)
    taken_back = _cast(context, actor, poll, round_id, None, command.sequence)
    return _told(context.ballot_box.cast(taken_back))


def _told(result: CastResult) -> dict[str, Any]:
    return {"receipt": result.receipt, "sequence": result.sequence}


def _ballot(context: Context, actor: Actor, command: protocol.BallotCast) -> Cast:
    poll, round_id = _find_round(context, actor, command.poll, command.round)
    answer = kind_named(poll.kind).parse(command.answer, poll.question)
    return _cast(context, actor, poll, round_id, answer, command.sequence)


def _cast(
    context: Context, actor: Actor, poll: Poll, round_id: str, answer: Any, sequence: int | None
) -> Cast:
    moderation = context.stage.state(actor.panel_id).panel.moderation
    return Cast(
        round_id=round_id,
        participant=actor.require_participant(),
        kind=kind_named(poll.kind),
        answer=answer,
        sequence=sequence,
        received_at=context.clock(),
        text_state="waiting" if moderation == "pre" else "shown",
        option_order=_order_seen(actor.require_participant(), poll, round_id),
    )


def _order_seen(participant: str, poll: Poll, round_id: str) -> str | None:
    order = order_of(participant, poll.question, round_id)
    return None if order is None else as_places(order, poll.question.option_ids)


def _find_round(context: Context, actor: Actor, poll_id: str, number: int) -> tuple[Poll, str]:
    """Return the poll and the id of the round meant; the box judges whether it is open."""
    poll = context.stage.state(actor.panel_id).polls.get(poll_id)
    if poll is None:
        raise Refusal("poll.unknown")
    if poll.round is None:
        raise Refusal("poll.not_open", state=poll.state.value)
    if poll.round.number == number:
        return poll, poll.round.id

    def earlier(connection: Connection) -> str | None:
        rounds = agenda.rounds_of(connection, poll_id)
        return next((found.id for found in rounds if found.number == number), None)

    round_id = context.database.read(earlier)
    if round_id is None:
        raise Refusal("poll.wrong_round", round=poll.round.number)
    return poll, round_id
