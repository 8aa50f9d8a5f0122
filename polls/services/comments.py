"""Comments: write, support, moderate."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.comments import (
    COMMENT_LENGTH_MOST,
    Comment,
    CommentKind,
    CommentState,
    Moderation,
    first_state,
    guard_upvote,
    parse_reason,
)
from polls.domain.errors import Refusal
from polls.domain.kinds.opinion import STATEMENT_LENGTH_MOST
from polls.domain.polls import Role
from polls.domain.reasons import REASON_TEXT_LENGTH_MOST, guard_reason
from polls.domain.statements import guard_proposal
from polls.domain.texts import parse_text
from polls.domain.written_language import written_language
from polls.live.rooms import participant_room, role_room
from polls.services.context import Actor, Context
from polls.services.history import note, row_before
from polls.store import agenda, ballots, comments, panels
from polls.store.panels import new_id

_LENGTHS = {
    CommentKind.REASON: REASON_TEXT_LENGTH_MOST,
    CommentKind.STATEMENT: STATEMENT_LENGTH_MOST,
}
_ID = re.compile(r"[0-9a-z]{8,32}")


def post(context: Context, actor: Actor, command: protocol.CommentPost) -> dict[str, Any]:
    """Write to the room. The same id twice is one comment."""
    participant = actor.require_participant()
    comment_id = _parse_id(command.id)
    kind = CommentKind(command.kind)
    is_reason = kind is CommentKind.REASON
    text = parse_text(command.text, _LENGTHS.get(kind, COMMENT_LENGTH_MOST))
    if (known := _own_comment(context, actor, comment_id)) is not None:
        return _ack(known)
    context.limits.spend("comments", participant)
    state = context.stage.state(actor.panel_id)
    panel = state.panel
    if not panel.comments_open:
        raise Refusal("comments.closed")
    item_id = command.about or panel.current_item_id
    item = next((item for item in state.items if item.id == item_id), None)
    if command.about and item is None:
        raise Refusal("item.unknown")
    poll = state.polls.get(item.poll_id) if item and item.poll_id else None
    first = first_state(Moderation(panel.moderation))
    if kind is CommentKind.STATEMENT:
        guard_proposal(poll, context.clock())
        first = CommentState.WAITING
    comment = Comment(
        id=comment_id,
        participant=participant,
        kind=kind,
        text=text,
        state=first,
        posted_at=context.clock(),
        language=written_language(text, actor.language),
        item_id=item_id,
        option_id=command.option if is_reason else None,
        round_id=poll.round.id if is_reason and poll and poll.round else None,
    )

    def work(connection: Connection) -> bool:
        if is_reason:
            guard_reason(poll, comment.option_id, _answer_of(connection, comment))
            if comments.has_reason(connection, comment):
                raise Refusal("reason.given")
        is_new = comments.insert_comment(connection, actor.panel_id, comment)
        if not is_new and is_reason and comments.has_reason(connection, comment):
            raise Refusal("reason.given")
        return is_new

    if not context.database.write(work):
        known = _own_comment(context, actor, comment_id)
        if known is None:
            raise Refusal("comment.id_taken")
        return _ack(known)
    tell(context, actor.panel_id, comment, "comment.posted")
    return _ack(comment)


def _answer_of(connection: Connection, comment: Comment) -> Any:
    """Return the author's answer in the round that a reason is about, None without one."""
    if comment.round_id is None or comment.participant is None:
        return None
    ballot = ballots.ballot_of(connection, comment.round_id, comment.participant)
    return None if ballot is None else ballot.answer


def _parse_id(raw: str | None) -> str:
    if not raw:
        return new_id()
    comment_id = raw.replace("-", "").lower()
    if not _ID.fullmatch(comment_id):
        raise Refusal("comment.id_refused")
    return comment_id


def _own_comment(context: Context, actor: Actor, comment_id: str) -> Comment | None:
    def work(connection: Connection) -> Comment | None:
        try:
            return comments.comment_of(connection, actor.panel_id, comment_id)
        except Refusal:
            return None

    known = context.database.read(work)
    if known is not None and known.participant != actor.participant:
        raise Refusal("comment.id_taken")
    return known


def _ack(comment: Comment) -> dict[str, Any]:
    return {"comment": comment.id, "state": comment.state.value}


def tell(context: Context, panel_id: str, comment: Comment, event: str) -> None:
    """Tell an author and the moderators of a comment; of one under a seal, its author alone."""
    payload = {
        "comment": comment.id,
        "state": comment.state.value,
        "upvotes": comment.upvotes,
        "answered": comment.is_answered,
        "reason": comment.reason,
    }
    sealed = context.database.read(lambda reading: agenda.sealed_rounds(reading, panel_id))
    told = [] if comment.round_id in sealed else [role_room(panel_id, Role.MODERATOR.value)]
    if comment.participant is not None:
        told.append(participant_room(panel_id, comment.participant))
    context.stage.comment_changed(told, event, payload)
    context.stage.comments_changed(panel_id)


def upvote(context: Context, actor: Actor, command: protocol.CommentUpvote) -> dict[str, Any]:
    """Support a comment, or no longer."""
    participant = actor.require_participant()

    def work(connection: Connection) -> tuple[bool, int]:
        comment = comments.comment_of(connection, actor.panel_id, command.comment, for_update=True)
        guard_upvote(comment, participant)
        return comments.set_upvote(
            connection, comment.id, participant, command.on, command.sequence
        )

    is_on, upvotes = context.database.write(work)
    context.stage.comments_changed(actor.panel_id)
    return {"on": is_on, "upvotes": upvotes}


def approve(context: Context, actor: Actor, command: protocol.CommentApprove) -> dict[str, Any]:
    """Let the room see a comment. A proposed statement that is not admitted becomes one."""
    return _moderate(
        context,
        actor,
        command.comment,
        "comment.approve",
        {"state": CommentState.SHOWN.value, "reason": ""},
    )


def hide(context: Context, actor: Actor, command: protocol.CommentHide) -> dict[str, Any]:
    """Keep a comment from the room; its author reads why."""
    values = {"state": CommentState.HIDDEN.value, "reason": parse_reason(command.reason)}
    return _moderate(context, actor, command.comment, "comment.hide", values)


def answer(context: Context, actor: Actor, command: protocol.CommentAnswer) -> dict[str, Any]:
    """Mark a comment as answered on stage, or not."""
    values = {"is_answered": command.on}
    return _moderate(context, actor, command.comment, "comment.answer", values)


def _moderate(
    context: Context, actor: Actor, comment_id: str, name: str, values: dict[str, Any]
) -> dict[str, Any]:
    now = context.clock()

    def work(connection: Connection) -> Comment:
        comment = comments.comment_to_moderate(
            connection, actor.panel_id, comment_id, for_update=True
        )
        written = values | _as_comment(comment, values.get("state", comment.state))
        before = [row_before(connection, "comment", comment.id, *written)]
        comments.change_comment(connection, comment.id, **written)
        panel = panels.panel_by_id(connection, actor.panel_id)
        hides = values.get("state") == CommentState.HIDDEN.value
        if hides and panel.spotlight_comment_id == comment.id:
            before.append(row_before(connection, "panel", panel.id, "spotlight_comment_id"))
            panels.change_panel(connection, panel.id, spotlight_comment_id=None)
        else:
            panels.change_panel(connection, panel.id)
        note(connection, actor, name, comment.id, before, now)
        return comments.comment_of(connection, actor.panel_id, comment.id)

    comment = context.database.write(work)
    tell(context, actor.panel_id, comment, "comment.changed")
    context.stage.structure_changed(actor.panel_id)
    return _ack(comment)


def _as_comment(comment: Comment, state: str) -> dict[str, str]:
    """A proposed statement that the room reads without its being admitted is a comment."""
    is_read = comment.kind is CommentKind.STATEMENT and state == CommentState.SHOWN.value
    return {"kind": CommentKind.COMMENT.value} if is_read else {}


def spotlight(context: Context, actor: Actor, command: protocol.CommentSpotlight) -> dict[str, Any]:
    """Put a comment on the projector, which approves it, or take it away."""
    now = context.clock()

    def work(connection: Connection) -> Comment | None:
        before = [
            row_before(
                connection, "panel", actor.panel_id, "spotlight_comment_id", "projector_view"
            )
        ]
        comment = None
        if command.comment is not None:
            comment = comments.comment_to_moderate(connection, actor.panel_id, command.comment)
            before.append(row_before(connection, "comment", comment.id, "state", "reason", "kind"))
            shown = CommentState.SHOWN.value
            values = {"state": shown, "reason": "", **_as_comment(comment, shown)}
            comments.change_comment(connection, comment.id, **values)
            comment = comments.comment_of(connection, actor.panel_id, comment.id)
        panels.change_panel(
            connection,
            actor.panel_id,
            spotlight_comment_id=command.comment,
            **({} if comment is None else {"projector_view": "item"}),
        )
        note(connection, actor, "comment.spotlight", command.comment or "", before, now)
        return comment

    comment = context.database.write(work)
    if comment is not None:
        tell(context, actor.panel_id, comment, "comment.changed")
    context.stage.structure_changed(actor.panel_id)
    return {}
