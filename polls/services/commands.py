"""One door behind all doors: every command finds its use case here, permission first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polls.protocol import Command
from polls.services import (
    agenda,
    ballots,
    comments,
    history,
    pacing,
    panels,
    permissions,
    polls,
    revealing,
    sealing,
    statements,
)
from polls.services.context import Actor, Context

UseCase = Callable[[Context, Actor, Any], dict[str, Any]]

USE_CASES: dict[str, UseCase] = {
    "ballot.cast": ballots.cast,
    "ballot.withdraw": ballots.withdraw,
    "comment.post": comments.post,
    "comment.upvote": comments.upvote,
    "poll.create": polls.create,
    "poll.update": polls.change,
    "poll.open": polls.open_poll,
    "poll.close": polls.close,
    "poll.publish": polls.publish,
    "poll.extend": polls.extend,
    "poll.visibility": polls.set_visibility,
    "poll.clear": polls.clear,
    "word.hide": polls.hide_word,
    "truth.show": revealing.show_truth,
    "answer.approve": polls.moderate_answer,
    "answer.hide": polls.moderate_answer,
    "statement.add": statements.add,
    "statement.admit": statements.admit,
    "statement.withdraw": statements.withdraw,
    "agenda.show": agenda.show,
    "agenda.open": pacing.open_together,
    "agenda.close": pacing.close_together,
    "agenda.publish": pacing.publish_together,
    "agenda.add": agenda.add,
    "agenda.update": agenda.change,
    "agenda.duplicate": agenda.duplicate,
    "agenda.move": agenda.move,
    "agenda.delete": agenda.delete,
    "agenda.paste": agenda.paste,
    "comment.approve": comments.approve,
    "comment.hide": comments.hide,
    "comment.spotlight": comments.spotlight,
    "comment.answer": comments.answer,
    "panel.update": panels.update,
    "panel.clear": panels.clear,
    "panel.reveal": sealing.reveal,
    "panel.undo": history.undo,
    "projector.show": agenda.project,
    "link.reissue": panels.reissue_link,
}
"""All commands but those of the socket itself (`panel.snapshot`, `panel.watch`)."""


def allow(context: Context, actor: Actor, name: str) -> None:
    """Refuse a command that this actor may not give, or gives too often."""
    is_ended = context.stage.state(actor.panel_id).panel.ended_at is not None
    permissions.check_permission(actor.role, name, is_ended=is_ended)
    if actor.participant is not None:
        context.limits.spend("commands", actor.participant)


def give(context: Context, actor: Actor, name: str, command: Command) -> dict[str, Any]:
    """Carry out a command and return what its acknowledgement says beside `ok`."""
    allow(context, actor, name)
    return USE_CASES[name](context, actor, command)
