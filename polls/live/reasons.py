"""Reasons on screen: under which option they stand, how many, and when phones hear of new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from sqlalchemy import Connection

from polls.domain.comments import Comment
from polls.domain.polls import Poll, Role, may_see_results
from polls.live.views import CommentView, OptionView
from polls.store import comments

REASONS_FOR_EACH_OPTION = {Role.PARTICIPANT: 2, Role.MODERATOR: 1, Role.PROJECTOR: 1}
"""How many a screen shows under an option; the results page shows them all."""

PHONES_EVERY_SECONDS = 5.0
"""A page for each phone is more than a number: new reasons reach them less often."""

Reasons = Mapping[str, tuple[CommentView, ...]]
"""Shown reasons by option id, those with most upvotes first."""


def load_reasons(connection: Connection, polls: Iterable[Poll]) -> dict[str, list[Comment]]:
    """Return the reasons on top, by the latest round of the polls that ask for some."""
    asked = [
        poll.round.id
        for poll in polls
        if poll.round is not None and poll.question.settings.get("reasons")
    ]
    most = max(REASONS_FOR_EACH_OPTION.values())
    return comments.shown_reasons(connection, asked, most) if asked else {}


def by_option(
    reasons: Iterable[Comment], view: Callable[[Comment], CommentView], most: int | None = None
) -> Reasons:
    """Return reasons under the option that each belongs to, at most so many for each."""
    found: dict[str, tuple[CommentView, ...]] = {}
    for reason in reasons:
        listed = found.get(reason.option_id or "", ())
        if most is None or len(listed) < most:
            found[reason.option_id or ""] = (*listed, view(reason))
    return found


class Due(Protocol):
    """The part of what the stage remembers of a panel that is about reasons."""

    reasons_due: bool
    reasons_sent_at: float

    @property
    def state(self) -> HasCurrentPoll | None: ...


class HasCurrentPoll(Protocol):
    def current_poll(self) -> Poll | None: ...


def phones_read_reasons(panel: Due, now: float) -> bool:
    """Say whether phones show reasons that may have changed, and are to be sent them now."""
    if panel.state is None or now - panel.reasons_sent_at < PHONES_EVERY_SECONDS:
        return False
    panel.reasons_due, panel.reasons_sent_at = False, now
    poll = panel.state.current_poll()
    return (
        poll is not None
        and bool(poll.question.settings.get("reasons"))
        and may_see_results(Role.PARTICIPANT, poll.visibility, poll.state)
    )


def option_meant(poll: Poll | None, option_id: str | None, language: str) -> OptionView | None:
    """Return the option that a reason is given for, if it is one and is still there."""
    if poll is None or option_id is None:
        return None
    for place, option in enumerate(poll.question.options):
        if option.id == option_id:
            label = option.label
            return OptionView(
                option.id, label.in_language(language), label.language_of(language), place
            )
    return None
