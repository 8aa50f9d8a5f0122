"""Statements of an opinion poll: admitted, written by the moderator, taken out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.agenda import parse_texts
from polls.domain.comments import Comment, CommentKind, CommentState
from polls.domain.kinds.opinion import STATEMENT_LENGTH_MOST
from polls.domain.polls import Option, Poll
from polls.domain.statements import add_statement, guard_growing, withdraw_statement
from polls.domain.texts import Texts, clean_line, parse_text
from polls.services.comments import tell
from polls.services.context import Actor, Context
from polls.services.history import Before, note, row_before
from polls.store import agenda, comments, panels

Options = tuple[Option, ...]


def add(context: Context, actor: Actor, command: protocol.StatementAdd) -> dict[str, Any]:
    """Put a statement of the moderator's own to the vote."""
    label = _label(command.text, actor.language)
    return {"statement": _change(context, actor, command, lambda poll: add_statement(poll, label))}


def withdraw(context: Context, actor: Actor, command: protocol.StatementWithdraw) -> dict[str, Any]:
    """Take a statement out of voting, or back in. Its answers stay counted."""

    def change(poll: Poll) -> tuple[Options, str]:
        found = withdraw_statement(poll, command.statement, withdrawn=command.on)
        return found, command.statement

    _change(context, actor, command, change)
    return {}


def admit(context: Context, actor: Actor, command: protocol.StatementAdmit) -> dict[str, Any]:
    """Put what a participant wrote to the vote, as it is or as the moderator words it."""
    now = context.clock()

    def work(connection: Connection) -> tuple[str, Comment]:
        comment = comments.comment_to_moderate(
            connection, actor.panel_id, command.comment, for_update=True
        )
        label = _label(command.text or comment.text, comment.language or actor.language)
        before = [row_before(connection, "comment", comment.id, *_ADMITTED)]
        statement = _write(
            connection, actor, command, lambda poll: add_statement(poll, label), before, now
        )
        comments.change_comment(connection, comment.id, **_as_admitted(comment))
        return statement, comments.comment_of(connection, actor.panel_id, comment.id)

    statement, comment = context.database.write(work)
    tell(context, actor.panel_id, comment, "comment.changed")
    context.stage.structure_changed(actor.panel_id)
    return {"statement": statement}


_ADMITTED = ("kind", "state", "reason", "is_answered")


def _as_admitted(comment: Comment) -> dict[str, Any]:
    """What the room reads from now on is the statement: a comment that it has not read yet
    leaves the queue without being shown beside it."""
    if comment.state is CommentState.SHOWN:
        return {"is_answered": True}
    return {
        "kind": CommentKind.STATEMENT.value,
        "state": CommentState.SHOWN.value,
        "reason": "",
        "is_answered": True,
    }


def _label(text: str | dict[str, str], language: str) -> Texts:
    if isinstance(text, str):
        return Texts({language: clean_line(parse_text(text, STATEMENT_LENGTH_MOST))})
    return parse_texts(text, "text", STATEMENT_LENGTH_MOST, language)


StatementCommand = protocol.StatementAdd | protocol.StatementAdmit | protocol.StatementWithdraw


def _change(
    context: Context,
    actor: Actor,
    command: StatementCommand,
    change: Callable[[Poll], tuple[Options, str]],
) -> str:
    now = context.clock()
    statement = context.database.write(
        lambda connection: _write(connection, actor, command, change, [], now)
    )
    context.stage.structure_changed(actor.panel_id)
    return statement


def _write(
    connection: Connection,
    actor: Actor,
    command: StatementCommand,
    change: Callable[[Poll], tuple[Options, str]],
    before: Before,
    now: float,
) -> str:
    """Change a poll's statements, and note how that is taken back."""
    poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
    guard_growing(poll, now)
    options, statement = change(poll)
    values = {"options": agenda.options_as_json(_taken_back(poll, options))}
    before = [*before, {"table": "poll", "id": poll.id, "values": values}]
    agenda.change_poll(connection, poll.id, options=agenda.options_as_json(options))
    panels.change_panel(connection, actor.panel_id)
    name = next(name for name, kind in protocol.COMMANDS.items() if isinstance(command, kind))
    note(connection, actor, name, poll.id, before, now)
    return statement


def _taken_back(poll: Poll, options: Options) -> Options:
    """Return the options after an undo. A new statement stays as one that was withdrawn: phones
    may have answered it, and what they send must still be understood."""
    added = [option for option in options if option.id not in poll.question.option_ids]
    if poll.round is None or not added:
        return poll.question.options
    whole = (*poll.question.options, *added)
    return tuple(
        Option(option.id, option.label, {**option.facts, "withdrawn": True})
        if option in added
        else option
        for option in whole
    )
