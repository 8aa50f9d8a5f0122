"""Who may do what, in one table that a layperson can read."""

from __future__ import annotations

from polls.domain.errors import Refusal
from polls.domain.polls import Role

ANYONE = frozenset(Role)
PARTICIPANT = frozenset({Role.PARTICIPANT})
MODERATOR = frozenset({Role.MODERATOR})

WHO_MAY: dict[str, frozenset[Role]] = {
    "panel.snapshot": ANYONE,
    "panel.watch": ANYONE,
    "ballot.cast": PARTICIPANT,
    "ballot.withdraw": PARTICIPANT,
    "comment.post": PARTICIPANT,
    "comment.upvote": PARTICIPANT,
    "poll.create": MODERATOR,
    "poll.update": MODERATOR,
    "poll.open": MODERATOR,
    "poll.close": MODERATOR,
    "poll.publish": MODERATOR,
    "poll.extend": MODERATOR,
    "poll.visibility": MODERATOR,
    "poll.clear": MODERATOR,
    "word.hide": MODERATOR,
    "truth.show": MODERATOR,
    "answer.approve": MODERATOR,
    "answer.hide": MODERATOR,
    "statement.add": MODERATOR,
    "statement.admit": MODERATOR,
    "statement.withdraw": MODERATOR,
    "agenda.show": MODERATOR,
    "agenda.open": MODERATOR,
    "agenda.close": MODERATOR,
    "agenda.publish": MODERATOR,
    "agenda.add": MODERATOR,
    "agenda.update": MODERATOR,
    "agenda.duplicate": MODERATOR,
    "agenda.move": MODERATOR,
    "agenda.delete": MODERATOR,
    "agenda.paste": MODERATOR,
    "comment.approve": MODERATOR,
    "comment.hide": MODERATOR,
    "comment.spotlight": MODERATOR,
    "comment.answer": MODERATOR,
    "panel.update": MODERATOR,
    "panel.clear": MODERATOR,
    "panel.reveal": MODERATOR,
    "panel.undo": MODERATOR,
    "projector.show": MODERATOR,
    "link.reissue": MODERATOR,
}
"""Every command, and the roles that may give it."""

AFTER_THE_END = frozenset({"panel.snapshot", "panel.watch", "panel.reveal"})
"""What is still possible once a panel has ended; else a sealed result would be lost for good."""


def check_permission(role: Role, command: str, *, is_ended: bool = False) -> None:
    """Refuse a command that this role may not give, or not any more."""
    if role not in WHO_MAY.get(command, frozenset()):
        raise Refusal("permission.denied")
    if is_ended and command not in AFTER_THE_END:
        raise Refusal("panel.ended")
