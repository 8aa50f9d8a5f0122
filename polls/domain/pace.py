"""Opening several polls at once: which of them, and what is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from polls.domain.errors import Refusal
from polls.domain.polls import Poll, PollState


def polls_to_pace(
    agenda: Sequence[tuple[str, str | None]],
    polls: Mapping[str, Poll],
    chosen: Collection[str] | None,
) -> list[Poll]:
    """Return the polls that are to be open together, in the order of the agenda.

    `agenda` holds the ids of each item and of its poll. `chosen` are item ids; None means all
    questions that were never asked, and those that are open already.
    """
    if chosen is None:
        listed = [polls[poll_id] for _, poll_id in agenda if poll_id]
        found = [poll for poll in listed if poll.state in (PollState.DRAFT, PollState.OPEN)]
    else:
        found = _chosen_polls(agenda, polls, chosen)
    if not found:
        raise Refusal("pace.nothing")
    return found


def _chosen_polls(
    agenda: Sequence[tuple[str, str | None]], polls: Mapping[str, Poll], chosen: Collection[str]
) -> list[Poll]:
    known = dict(agenda)
    for item_id in chosen:
        if item_id not in known:
            raise Refusal("item.unknown")
        if known[item_id] is None:
            raise Refusal("pace.only_questions")
    return [polls[poll_id] for item_id, poll_id in agenda if item_id in chosen and poll_id]
