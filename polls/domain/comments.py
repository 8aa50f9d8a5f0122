"""What a participant may write to the room, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from polls.domain.errors import Refusal
from polls.domain.texts import clean_line

COMMENT_LENGTH_MOST = 500
REASON_LENGTH_MOST = 200


class CommentState(StrEnum):
    WAITING = "waiting"
    SHOWN = "shown"
    HIDDEN = "hidden"


class CommentKind(StrEnum):
    COMMENT = "comment"
    QUESTION = "question"
    PROPOSAL = "proposal"
    STATEMENT = "statement"
    """Proposed for an opinion poll; the room reads it only if it is admitted there."""
    REASON = "reason"
    """Why its author voted for an option; shown under that option, with the results."""


class Moderation(StrEnum):
    """When the moderator reads: before the room sees a comment, or after."""

    PRE = "pre"
    POST = "post"


HIDE_REASONS = ("names_person", "insults", "off_topic", "repeats")
"""Reasons offered as one tap; a moderator may also write one."""


@dataclass(frozen=True, slots=True)
class Comment:
    id: str
    participant: str | None
    kind: CommentKind
    text: str
    state: CommentState
    posted_at: float
    language: str = ""
    upvotes: int = 0
    is_answered: bool = False
    reason: str = ""
    item_id: str | None = None
    option_id: str | None = None
    """The option that a reason is given for."""
    round_id: str | None = None
    """The round in which its author voted for that option."""


def first_state(moderation: Moderation) -> CommentState:
    return CommentState.WAITING if moderation is Moderation.PRE else CommentState.SHOWN


def guard_upvote(comment: Comment, participant: str) -> None:
    if comment.state is not CommentState.SHOWN:
        raise Refusal("comment.not_shown")
    if comment.participant == participant:
        raise Refusal("comment.own")


def parse_reason(reason: str) -> str:
    """Return the reason the author will read, or refuse an empty one."""
    reason = clean_line(reason)
    if not reason:
        raise Refusal("comment.reason_missing")
    if len(reason) > REASON_LENGTH_MOST:
        raise Refusal("text.too_long", field="reason", most=REASON_LENGTH_MOST, length=len(reason))
    return reason
