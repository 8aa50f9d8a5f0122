"""Opening a part of the agenda as a whole: its steps, whose results follow, what is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from polls.domain.errors import Refusal
from polls.domain.polls import Poll, PollState, Visibility

Agenda = Sequence[tuple[str, str | None]]
"""The ids of each item and of its poll, in order; slides and comment rounds have no poll."""

_ASKED_ALREADY = (PollState.CLOSED, PollState.PUBLISHED)


def steps_to_offer(agenda: Agenda, polls: Mapping[str, Poll]) -> list[str]:
    """Return the ids of the items that are opened together unless others are chosen.

    They are all polls that were never asked or are open. Slides and comment rounds go along, but
    for those that lead to a poll that was asked already.
    """
    offered: list[str] = []
    is_ahead = True
    for item_id, poll_id in reversed(agenda):
        if poll_id is not None:
            is_ahead = polls[poll_id].state not in _ASKED_ALREADY
        if is_ahead:
            offered.append(item_id)
    return offered[::-1]


def steps_to_open(
    agenda: Agenda, polls: Mapping[str, Poll], chosen: Collection[str] | None
) -> list[str]:
    """Return the ids of the items that are to be open together, in the order of the agenda.

    `chosen` are item ids; None means those of `steps_to_offer`. Without a poll among them nothing
    would ever close, so that is refused.
    """
    known = dict(agenda)
    if chosen is not None and not known.keys() >= set(chosen):
        raise Refusal("item.unknown")
    wanted = steps_to_offer(agenda, polls) if chosen is None else chosen
    steps = [item_id for item_id, _ in agenda if item_id in wanted]
    if not any(known[item_id] for item_id in steps):
        raise Refusal("pace.nothing")
    return steps


def results_to_show(polls: Sequence[Poll]) -> list[Poll]:
    """Return those of some polls whose results the moderator may publish; sealed ones come all
    together another time."""
    return [
        poll
        for poll in polls
        if poll.state is PollState.CLOSED and poll.visibility is not Visibility.SEALED
    ]
