"""What a round comes to once it is closed: what only all its ballots together can tell."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll
from polls.domain.shifts import count_shift
from polls.live.workbench import off_loop
from polls.services.context import Context
from polls.services.splitting import is_to_be_split, split_after
from polls.store import agenda, ballots, panels
from polls.store.shifts import answer_pairs


def conclude(context: Context, panel_id: str, poll_id: str, round_id: str) -> None:
    """Work out and keep a closed round's conclusions. Doing it twice does no harm."""
    poll = context.database.read(lambda connection: agenda.poll_of(connection, panel_id, poll_id))
    closed_at = context.database.read(lambda connection: agenda.closed_at(connection, round_id))
    if closed_at is None:
        return
    found = _conclusions(context, poll, round_id)

    def keep(connection: Connection) -> None:
        agenda.keep_conclusions(connection, round_id, closed_at, **found)
        panels.change_panel(connection, panel_id)

    if found:
        context.database.write(keep)
    split_after(context, panel_id, poll_id, round_id)


def conclude_all(context: Context) -> int:
    """Conclude the closed rounds that a server left without conclusions; return how many.

    It may have died between closing a round and working out what it came to.
    """
    found = context.database.read(agenda.rounds_without_conclusions)
    concluded = 0
    for left in found:
        kind = kind_named(left.kind)
        needs_outcome = kind.has_outcome and left.lacks_outcome
        if left.is_linked and (needs_outcome or left.lacks_shift):
            conclude(context, left.panel_id, left.poll_id, left.round_id)
        elif needs_outcome:
            conclude_ended(context, left.panel_id, left.poll_id, left.round_id)
        elif left.is_linked and left.lacks_splits and _may_be_split(context, left):
            split_after(context, left.panel_id, left.poll_id, left.round_id)
        else:
            continue
        concluded += 1
        context.stage.structure_changed(left.panel_id)
    return concluded


def _may_be_split(context: Context, left: agenda.Unconcluded) -> bool:
    return is_to_be_split(
        context.database.read(lambda reading: agenda.poll_of(reading, left.panel_id, left.poll_id))
    )


def conclude_ended(context: Context, panel_id: str, poll_id: str, round_id: str) -> None:
    """Keep the outcome of a round that its panel's end closed; who moved cannot be told now."""
    poll = context.database.read(lambda connection: agenda.poll_of(connection, panel_id, poll_id))
    closed_at = context.database.read(lambda connection: agenda.closed_at(connection, round_id))
    if not kind_named(poll.kind).has_outcome or closed_at is None:
        return
    outcome = _outcome(context, poll, round_id)

    def keep(connection: Connection) -> None:
        agenda.keep_conclusions(connection, round_id, closed_at, outcome=outcome)
        panels.change_panel(connection, panel_id)

    context.database.write(keep)


def freeze_shifts(connection: Connection, panel_id: str) -> list[tuple[str, str]]:
    """Keep who moved in every closed round of a panel of which nobody has told it yet, while a
    person's ballots can still be joined; return the polls and rounds that lack an outcome."""
    polls = agenda.polls_of(connection, panel_id)
    lacking = [
        left for left in agenda.rounds_without_conclusions(connection) if left.panel_id == panel_id
    ]
    for left in lacking:
        closed_at = agenda.closed_at(connection, left.round_id)
        if left.lacks_shift and closed_at is not None:
            shift = _shift_of(connection, polls[left.poll_id], left.round_id)
            agenda.keep_conclusions(connection, left.round_id, closed_at, shift=shift)
    return [(left.poll_id, left.round_id) for left in lacking if left.lacks_outcome]


def _conclusions(context: Context, poll: Poll, round_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if kind_named(poll.kind).has_outcome:
        found["outcome"] = _outcome(context, poll, round_id)

    def linked_shift(connection: Connection) -> dict[str, Any] | None:
        shift = _shift_of(connection, poll, round_id)
        # Looked at afterwards: a panel that has ended froze its shifts before it unlinked ballots.
        goes_on = panels.panel_by_id(connection, poll.panel_id).ended_at is None
        return shift if goes_on else None

    shift = context.database.read(linked_shift)
    if shift is not None:
        found["shift"] = shift
    return found


def _shift_of(connection: Connection, poll: Poll, round_id: str) -> dict[str, Any] | None:
    """Return, as JSON, who moved since the round before; None for a first round."""
    kind = kind_named(poll.kind)
    numbers = {found.id: found.number for found in agenda.rounds_of(connection, poll.id)}
    earlier = [found for found, number in numbers.items() if number < numbers[round_id]]
    if not earlier:
        return None
    pairs = answer_pairs(connection, earlier[-1], round_id)
    return count_shift(numbers[earlier[-1]], pairs, kind, poll.question).as_json()


def _outcome(context: Context, poll: Poll, round_id: str) -> dict[str, Any] | None:
    def answers(connection: Connection) -> list[Any]:
        return [ballot.answer for ballot in ballots.ballots_of_round(connection, round_id)]

    cast = context.database.read(answers)
    return off_loop(lambda: kind_named(poll.kind).outcome(cast, poll.question))
