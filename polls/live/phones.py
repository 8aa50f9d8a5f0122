"""What phones are sent of an open poll: less than the screens are, because there are so many."""

from __future__ import annotations

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll, PollState, Role, Visibility, may_see_results
from polls.domain.tally import Results

COUNTS_ON_PHONES_MOST = 60
"""A tally with more counts is too much for every phone in a hall, four times a second."""


def phones_follow(poll: Poll, results: Results) -> bool:
    """Say whether phones that may see a tally are sent it now, not only how many take part."""
    return poll.state is not PollState.OPEN or len(results.counts) <= COUNTS_ON_PHONES_MOST


def phones_wait(poll: Poll, results: Results) -> bool:
    """Say whether phones show a result that is theirs to see only once voting is over.

    Pictures such as opinion maps are drawn anew every few seconds, and each is a page of its own.
    """
    if poll.state is not PollState.OPEN:
        return False
    is_theirs = poll.visibility in (Visibility.LIVE, Visibility.VOTED)
    return is_theirs and (kind_named(poll.kind).has_picture or not phones_follow(poll, results))


def screens_with_pictures(poll: Poll) -> list[Role]:
    """Return who is sent every new picture of an open round."""
    screens = (Role.MODERATOR, Role.PROJECTOR)
    return [role for role in screens if may_see_results(role, poll.visibility, poll.state)]
