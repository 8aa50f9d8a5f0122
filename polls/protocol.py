"""Every command on the wire, typed; `polls/events.py` has what the server says. `docs/protocol.md`
follows both.

Commands come in, are parsed strictly and answered by an acknowledgement. Events go out and
tell state. Nothing else crosses the socket.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

import msgspec

from polls.domain.errors import Refusal

WIRE_VERSION = 1
MESSAGE_BYTES_MOST = 64 * 1024

T = TypeVar("T")

Role = Literal["participant", "moderator", "projector"]

Id = Annotated[str, msgspec.Meta(max_length=64, pattern="^[!-~]*$")]
"""The id of something; visible ASCII only, so that every database can be asked for it."""

Sequence = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""Rises with each change of mind; up to what JavaScript counts exactly."""


class Connect(msgspec.Struct, forbid_unknown_fields=True):
    """What a client says when it connects (`auth`)."""

    panel: str
    role: Role = "participant"
    key: str | None = None
    language: str | None = None
    pin: str | None = None
    watch: list[str] = []


class Command(msgspec.Struct, forbid_unknown_fields=True):
    """Base of all commands."""


# What a participant may say


class BallotCast(Command):
    poll: Id
    round: int
    answer: Any
    sequence: Sequence | None = None


class BallotWithdraw(Command):
    poll: Id
    round: int
    sequence: Sequence | None = None


class CommentPost(Command):
    text: str
    id: str | None = None
    kind: Literal["comment", "question", "proposal", "reason", "statement"] = "comment"
    about: Id | None = None
    option: Id | None = None
    """The option that a reason is given for: one that its author votes for now."""


class CommentUpvote(Command):
    comment: Id
    on: bool = True
    sequence: Sequence | None = None


class PanelSnapshot(Command):
    pass


class PanelWatch(Command):
    """Ask for the frames of a part of the page, or no longer."""

    region: Literal["comments"]
    on: bool = True


# What a moderator may say


class PollCreate(Command):
    """Ask something now: `like` takes kind, options and settings from another poll."""

    title: str | dict[str, str]
    kind: str | None = None
    options: list[str | dict[str, Any]] | None = None
    settings: dict[str, Any] | None = None
    visibility: str | None = None
    countdown_seconds: int | str | None = None
    like: Id | None = None
    comment: Id | None = None
    open: bool = False


class PollUpdate(Command):
    poll: Id
    title: str | dict[str, str] | None = None
    kind: str | None = None
    options: list[dict[str, Any]] | None = None
    settings: dict[str, Any] | None = None
    visibility: str | None = None
    countdown_seconds: int | str | None = None


class PollOpen(Command):
    poll: Id
    countdown_seconds: int | str | None = None
    """Overrides the poll's own countdown; 0 opens without one."""


class PollClose(Command):
    poll: Id


class PollPublish(Command):
    poll: Id


class PollExtend(Command):
    """Give more time; without seconds, take the limit away."""

    poll: Id
    seconds: int | None = None


class PollVisibility(Command):
    poll: Id
    visibility: Literal["live", "projector", "voted", "published", "sealed"]


class PollClear(Command):
    """Throw away all rounds of a poll: a rehearsal's votes. Cannot be undone."""

    poll: Id


class WordHide(Command):
    poll: Id
    word: str
    hidden: bool = True


class TruthShow(Command):
    """Reveal the true value of a closed estimate, or hide it again."""

    poll: Id
    on: bool = True


class AnswerApprove(Command):
    """Show a written answer of an open-text poll."""

    poll: Id
    receipt: Id
    sequence: Sequence | None = None
    """The sequence of the answer that was read; one changed since is not shown unread."""


class AnswerHide(Command):
    poll: Id
    receipt: Id


class StatementAdd(Command):
    """Put one more statement to the vote in an opinion poll."""

    poll: Id
    text: str | dict[str, str]


class StatementAdmit(Command):
    """Put what a participant wrote to the vote, in other words if `text` is given."""

    poll: Id
    comment: Id
    text: str | dict[str, str] | None = None


class StatementWithdraw(Command):
    """Take a statement out of voting; off, put it back."""

    poll: Id
    statement: Id
    on: bool = True


class AgendaShow(Command):
    """Make an item the current one; without an item, show how to join."""

    item: Id | None = None


class AgendaOpen(Command):
    """Open a part of the agenda as a whole, everyone at their own pace."""

    items: list[Id] | None = None
    """Agenda items; without them, all questions that were never asked, with what stands between
    them."""
    countdown_seconds: int | str | None = None
    """For all of them; none if left out."""


class AgendaClose(Command):
    """End voting in all polls that are open together."""


class AgendaPublish(Command):
    """Show the results of all polls that were open together last."""


class AgendaAdd(Command):
    kind: Literal["comments", "slide"]
    title: str | dict[str, str]
    body: str | dict[str, str] | None = None
    after: Id | None = None


class AgendaUpdate(Command):
    item: Id
    title: str | dict[str, str] | None = None
    body: str | dict[str, str] | None = None


class AgendaDuplicate(Command):
    item: Id


class AgendaMove(Command):
    """Move an item so that it has this place, counted from 1."""

    item: Id
    place: int


class AgendaDelete(Command):
    item: Id


class AgendaPaste(Command):
    """Add polls from plain text or CSV, one question a line."""

    text: str


class CommentApprove(Command):
    comment: Id


class CommentHide(Command):
    comment: Id
    reason: str


class CommentSpotlight(Command):
    """Put a comment on the projector; without one, take it away."""

    comment: Id | None = None


class CommentAnswer(Command):
    comment: Id
    on: bool = True


class PanelUpdate(Command):
    comments_open: bool | None = None
    moderation: Literal["pre", "post"] | None = None
    joining_locked: bool | None = None
    pin: str | None = None
    """A new PIN; an empty text takes it away."""
    head_count: int | str | None = None
    """People counted in the room; 0 or an empty text goes back to counting phones."""
    board: bool | None = None
    """Whether people see how they did in knowledge checks."""
    keep_days: int | str | None = None
    """Days from its creation until the panel ends and its ballots are unlinked."""
    projector_languages: list[str] | None = None
    """One or two languages for the projector; an empty list leaves it to its browser."""
    projector_mode: Literal["together", "turns"] | None = None
    """Whether two languages stand under each other or take turns."""


class PanelClear(Command):
    """Throw away all votes and comments of a rehearsal. Cannot be undone."""


class PanelReveal(Command):
    """Show the results of all sealed polls together. Cannot be undone."""


class PanelUndo(Command):
    """Take back the latest action that can be taken back."""

    action: int | None = None
    """The action that is meant; if another came after it, nothing is taken back."""


class ProjectorShow(Command):
    view: Literal["item", "result", "join", "idle", "blank", "split", "reveal", "board"]
    by: Id | None = None
    """The grouping question that a result is split by, where there are several."""


class LinkReissue(Command):
    """Make a new link for a role; the old one stops working at once."""

    role: Literal["moderator", "projector"]


COMMANDS: dict[str, type[Command]] = {
    "ballot.cast": BallotCast,
    "ballot.withdraw": BallotWithdraw,
    "comment.post": CommentPost,
    "comment.upvote": CommentUpvote,
    "panel.snapshot": PanelSnapshot,
    "panel.watch": PanelWatch,
    "poll.create": PollCreate,
    "poll.update": PollUpdate,
    "poll.open": PollOpen,
    "poll.close": PollClose,
    "poll.publish": PollPublish,
    "poll.extend": PollExtend,
    "poll.visibility": PollVisibility,
    "poll.clear": PollClear,
    "word.hide": WordHide,
    "truth.show": TruthShow,
    "answer.approve": AnswerApprove,
    "answer.hide": AnswerHide,
    "statement.add": StatementAdd,
    "statement.admit": StatementAdmit,
    "statement.withdraw": StatementWithdraw,
    "agenda.show": AgendaShow,
    "agenda.open": AgendaOpen,
    "agenda.close": AgendaClose,
    "agenda.publish": AgendaPublish,
    "agenda.add": AgendaAdd,
    "agenda.update": AgendaUpdate,
    "agenda.duplicate": AgendaDuplicate,
    "agenda.move": AgendaMove,
    "agenda.delete": AgendaDelete,
    "agenda.paste": AgendaPaste,
    "comment.approve": CommentApprove,
    "comment.hide": CommentHide,
    "comment.spotlight": CommentSpotlight,
    "comment.answer": CommentAnswer,
    "panel.update": PanelUpdate,
    "panel.clear": PanelClear,
    "panel.reveal": PanelReveal,
    "panel.undo": PanelUndo,
    "projector.show": ProjectorShow,
    "link.reissue": LinkReissue,
}
"""Every command by its name on the wire."""


def parse_command(name: str, payload: object) -> Command:
    """Return the typed command, or refuse it saying which field is wrong."""
    try:
        expected = COMMANDS[name]
    except KeyError:
        raise Refusal("command.unknown") from None
    return _convert({} if payload is None else payload, expected, strict=True)


def parse_form(name: str, fields: dict[str, Any]) -> Command:
    """Like `parse_command` for form fields, which are all text: `on`, `12` are understood."""
    try:
        expected = COMMANDS[name]
    except KeyError:
        raise Refusal("command.unknown") from None
    return _convert(fields, expected, strict=False)


def parse_connect(auth: object) -> Connect:
    return _convert(auth, Connect, strict=True)


def _convert(payload: object, expected: type[T], *, strict: bool) -> T:
    try:
        return msgspec.convert(payload, expected, strict=strict)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Refusal("command.malformed", problem=_problem(str(error))) from None


def _problem(text: str) -> str:
    """Keep msgspec's account of what is wrong and where; it names no value."""
    return text[:200]
