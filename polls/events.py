"""Every event on the wire, typed: what the server says. `docs/protocol.md` follows this file."""

from __future__ import annotations

from typing import Any

import msgspec


class PanelViewEvent(msgspec.Struct, tag_field="event", tag="panel.view"):
    """A part of the page, as HTML in the language of its readers."""

    region: str
    version: int
    html: str
    title: str = ""
    announcement: str = ""
    """One sentence for screen readers, when something new is on."""


class PollEvent(msgspec.Struct):
    """`poll.opened` and `poll.closed`."""

    poll: str
    round: int
    closes_at: float | None = None


class TallyEvent(msgspec.Struct):
    """`poll.tally`: the whole state of a tally, never a difference."""

    poll: str
    round: int
    version: int
    turnout: int
    present: int
    counts: dict[str, int]
    percents: dict[str, int]
    details: dict[str, Any]


class TurnoutEvent(msgspec.Struct):
    """`poll.turnout`: how many voted, for screens that may not see the tally."""

    poll: str
    round: int
    turnout: int
    present: int


class PresenceEvent(msgspec.Struct):
    present: int


class PaceEvent(msgspec.Struct):
    """`panel.pace`: how far the room has come through polls that are open together."""

    finished: int
    present: int


class CommentEvent(msgspec.Struct):
    """`comment.posted` and `comment.changed`: sent to its author and the moderators."""

    comment: str
    state: str
    upvotes: int = 0
    answered: bool = False
    reason: str = ""


EVENTS: tuple[str, ...] = (
    "panel.snapshot",
    "panel.view",
    "panel.presence",
    "panel.pace",
    "poll.opened",
    "poll.closed",
    "poll.tally",
    "poll.turnout",
    "comment.posted",
    "comment.changed",
)
