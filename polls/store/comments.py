"""Comments, upvotes and the list of what moderators did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Text,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.sql.elements import ColumnElement

from polls.domain.comments import Comment, CommentKind, CommentState
from polls.domain.errors import Refusal
from polls.store import agenda, schema
from polls.store.panels import insert_or_leave


def _comment(row: Row[Any]) -> Comment:
    return Comment(
        id=row.id,
        participant=row.participant,
        kind=CommentKind(row.kind),
        text=row.text,
        state=CommentState(row.state),
        posted_at=row.posted_at,
        language=row.language,
        upvotes=row.upvotes,
        is_answered=row.is_answered,
        reason=row.reason,
        item_id=row.item_id,
        option_id=row.option_id,
        round_id=row.round_id,
    )


def insert_comment(connection: Connection, panel_id: str, comment: Comment) -> bool:
    """Store a comment; False if one with this id is there already."""
    values = {
        "id": comment.id,
        "panel_id": panel_id,
        "item_id": comment.item_id,
        "participant": comment.participant,
        "kind": comment.kind.value,
        "text": comment.text,
        "language": comment.language,
        "state": comment.state.value,
        "reason": comment.reason,
        "is_answered": comment.is_answered,
        "upvotes": comment.upvotes,
        "posted_at": comment.posted_at,
        "option_id": comment.option_id,
        "round_id": comment.round_id,
    }
    done = connection.execute(insert_or_leave(connection, schema.comment, values))
    return done.rowcount == 1


def comment_of(
    connection: Connection, panel_id: str, comment_id: str, *, for_update: bool = False
) -> Comment:
    table = schema.comment
    query = select(table).where(table.c.panel_id == panel_id, table.c.id == comment_id)
    if for_update:
        query = query.with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise Refusal("comment.unknown")
    return _comment(row)


def comment_to_moderate(
    connection: Connection, panel_id: str, comment_id: str, *, for_update: bool = False
) -> Comment:
    """Return a comment that the moderator may read; a reason under a seal waits with the results,
    since a reason for an answer tells an answer."""
    comment = comment_of(connection, panel_id, comment_id, for_update=for_update)
    if comment.round_id in agenda.sealed_rounds(connection, panel_id):
        raise Refusal("comment.sealed")
    return comment


def find_comment(connection: Connection, panel_id: str, comment_id: str) -> Comment | None:
    """Return a comment, or None if its author has erased it, or no longer gives the answer that
    it is a reason for."""
    table = schema.comment
    query = select(table).where(
        table.c.panel_id == panel_id, table.c.id == comment_id, _still_holds()
    )
    row = connection.execute(query).first()
    return None if row is None else _comment(row)


def _still_holds() -> ColumnElement[bool]:
    """Say of a reason whether its author's ballot in that round still chooses the option.

    Once a panel has ended nothing leads to authors, and those that did not hold were deleted.
    """
    table, ballot = schema.comment, schema.ballot
    answer = type_coerce(as_type(ballot.c.answer, Text), Text)
    without_option = func.replace(answer, '"' + table.c.option_id + '"', "")
    return or_(
        table.c.kind != CommentKind.REASON.value,
        table.c.participant.is_(None),
        exists().where(
            ballot.c.round_id == table.c.round_id,
            ballot.c.participant == table.c.participant,
            ballot.c.answer.is_not(None),
            without_option != answer,
        ),
    )


def comments_of(
    connection: Connection, panel_id: str, state: CommentState, most: int
) -> list[Comment]:
    """Return comments in a state: shown ones by upvotes, others latest first.

    Shown reasons and statements are not among them, since they stand in their polls.
    """
    table = schema.comment
    order = [table.c.posted_at.desc(), table.c.id]
    where = [table.c.panel_id == panel_id, table.c.state == state.value]
    if state is CommentState.SHOWN:
        order.insert(0, table.c.upvotes.desc())
        where.append(table.c.kind.not_in((CommentKind.REASON.value, CommentKind.STATEMENT.value)))
    query = select(table).where(*where).order_by(*order).limit(most)
    return [_comment(row) for row in connection.execute(query)]


def comments_by(connection: Connection, panel_id: str, participant: str) -> list[Comment]:
    """Return all that one participant wrote, latest first."""
    table = schema.comment
    query = (
        select(table)
        .where(table.c.panel_id == panel_id, table.c.participant == participant)
        .order_by(table.c.posted_at.desc())
    )
    return [_comment(row) for row in connection.execute(query)]


def shown_reasons(
    connection: Connection, round_ids: Iterable[str], most: int | None = None
) -> dict[str, list[Comment]]:
    """Return the shown reasons of rounds, by round: those with most upvotes first, at most so
    many for each option. A reason whose author has changed their mind is left out, until they
    change it back."""
    table = schema.comment
    order = (table.c.upvotes.desc(), table.c.posted_at, table.c.id)
    within = func.row_number().over(
        partition_by=(table.c.round_id, table.c.option_id), order_by=order
    )
    ranked = (
        select(table, within.label("place"))
        .where(
            table.c.round_id.in_(list(round_ids)),
            table.c.kind == CommentKind.REASON.value,
            table.c.state == CommentState.SHOWN.value,
            _still_holds(),
        )
        .subquery()
    )
    query = select(ranked).order_by(ranked.c.place)
    if most is not None:
        query = query.where(ranked.c.place <= most)
    found: dict[str, list[Comment]] = {}
    for row in connection.execute(query):
        found.setdefault(row.round_id, []).append(_comment(row))
    return found


def latest_reasons(connection: Connection, panel_id: str, most: int) -> list[Comment]:
    """Return the shown reasons of a panel, latest first, for the moderator."""
    table = schema.comment
    query = (
        select(table)
        .where(
            table.c.panel_id == panel_id,
            table.c.kind == CommentKind.REASON.value,
            table.c.state == CommentState.SHOWN.value,
            _still_holds(),
        )
        .order_by(table.c.posted_at.desc(), table.c.id)
        .limit(most)
    )
    return [_comment(row) for row in connection.execute(query)]


def has_reason(connection: Connection, reason: Comment) -> bool:
    """Say whether its author has given another reason for this option in this round."""
    table = schema.comment
    query = select(table.c.id).where(
        table.c.round_id == reason.round_id,
        table.c.participant == reason.participant,
        table.c.option_id == reason.option_id,
        table.c.id != reason.id,
    )
    return connection.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class Counts:
    waiting: int = 0
    shown: int = 0
    """Reasons among them."""
    hidden: int = 0
    answered: int = 0
    reasons: int = 0
    """Shown reasons."""


def comment_counts(connection: Connection, panel_id: str) -> Counts:
    table = schema.comment
    query = (
        select(table.c.state, table.c.is_answered, table.c.kind, func.count())
        .where(table.c.panel_id == panel_id)
        .group_by(table.c.state, table.c.is_answered, table.c.kind)
    )
    states: dict[str, int] = {}
    answered = reasons = 0
    for state, is_answered, kind, count in connection.execute(query):
        if kind == CommentKind.STATEMENT.value and state == CommentState.SHOWN.value:
            continue
        states[state] = states.get(state, 0) + count
        if kind == CommentKind.REASON.value and state == CommentState.SHOWN.value:
            reasons += count
        if is_answered and state == CommentState.SHOWN.value:
            answered += count
    return Counts(
        states.get("waiting", 0),
        states.get("shown", 0),
        states.get("hidden", 0),
        answered,
        reasons,
    )


def change_comment(connection: Connection, comment_id: str, **values: Any) -> None:
    table = schema.comment
    connection.execute(update(table).where(table.c.id == comment_id).values(**values))


def set_upvote(
    connection: Connection, comment_id: str, participant: str, is_on: bool, sequence: int | None
) -> tuple[bool, int]:
    """Turn an upvote on or off; return whether it is on now and the comment's upvotes."""
    votes, comments = schema.upvote, schema.comment
    place = (votes.c.comment_id == comment_id, votes.c.participant == participant)
    connection.execute(
        insert_or_leave(
            connection,
            votes,
            {
                "comment_id": comment_id,
                "participant": participant,
                "is_on": False,
                "sequence": -1,
            },
        )
    )
    row = connection.execute(select(votes).where(*place).with_for_update()).one()
    if sequence is None or sequence > row.sequence:
        new_sequence = row.sequence + 1 if sequence is None else sequence
        connection.execute(update(votes).where(*place).values(is_on=is_on, sequence=new_sequence))
        step = int(is_on) - int(row.is_on)
        if step:
            connection.execute(
                update(comments)
                .where(comments.c.id == comment_id)
                .values(upvotes=comments.c.upvotes + step)
            )
    else:
        is_on = row.is_on
    upvotes = connection.execute(
        select(comments.c.upvotes).where(comments.c.id == comment_id)
    ).scalar_one()
    return is_on, upvotes


def upvoted_by(connection: Connection, panel_id: str, participant: str) -> list[str]:
    votes, comments = schema.upvote, schema.comment
    query = (
        select(votes.c.comment_id)
        .join(comments, comments.c.id == votes.c.comment_id)
        .where(
            comments.c.panel_id == panel_id,
            votes.c.participant == participant,
            votes.c.is_on.is_(True),
        )
    )
    return list(connection.execute(query).scalars())


def erase_comments_of(connection: Connection, panel_id: str, participant: str) -> None:
    """Delete what a participant wrote and take their upvotes back."""
    votes, comments = schema.upvote, schema.comment
    for comment_id in upvoted_by(connection, panel_id, participant):
        connection.execute(
            update(comments)
            .where(comments.c.id == comment_id)
            .values(upvotes=comments.c.upvotes - 1)
        )
    own = select(comments.c.id).where(comments.c.panel_id == panel_id)
    connection.execute(
        delete(votes).where(votes.c.participant == participant, votes.c.comment_id.in_(own))
    )
    connection.execute(
        delete(comments).where(
            comments.c.panel_id == panel_id, comments.c.participant == participant
        )
    )


def unlink_comments(connection: Connection, panel_id: str) -> None:
    """Forget who wrote what. Reasons for answers that their authors gave up go, since nothing
    can tell them from the others afterwards."""
    table = schema.comment
    connection.execute(delete(table).where(table.c.panel_id == panel_id, not_(_still_holds())))
    connection.execute(update(table).where(table.c.panel_id == panel_id).values(participant=None))


def unlink_upvotes(connection: Connection, panel_id: str) -> None:
    """Forget who supported what; the comments keep their counts."""
    votes, comments = schema.upvote, schema.comment
    own = select(comments.c.id).where(comments.c.panel_id == panel_id)
    connection.execute(delete(votes).where(votes.c.comment_id.in_(own)))


def clear_comments(connection: Connection, panel_id: str) -> None:
    connection.execute(delete(schema.comment).where(schema.comment.c.panel_id == panel_id))


# What moderators did


@dataclass(frozen=True, slots=True)
class Action:
    id: int
    name: str
    subject: str
    before: Any
    at: float


def insert_action(
    connection: Connection, panel_id: str, name: str, subject: str, before: Any, now: float
) -> None:
    """Note an action; `before` holds what is needed to take it back, None if nothing can."""
    connection.execute(
        schema.action.insert().values(
            panel_id=panel_id, name=name, subject=subject, before=before, at=now
        )
    )


def latest_action(connection: Connection, panel_id: str) -> Action | None:
    """Return the latest action that was not taken back."""
    table = schema.action
    query = (
        select(table)
        .where(table.c.panel_id == panel_id, table.c.undone_at.is_(None))
        .order_by(table.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else Action(row.id, row.name, row.subject, row.before, row.at)


def has_actions(connection: Connection, panel_id: str) -> bool:
    """Say whether a moderator has ever done anything, taken back or not."""
    table = schema.action
    query = select(table.c.id).where(table.c.panel_id == panel_id).limit(1)
    return connection.execute(query).first() is not None


def mark_undone(connection: Connection, action_id: int, now: float) -> None:
    table = schema.action
    connection.execute(update(table).where(table.c.id == action_id).values(undone_at=now))


def clear_actions(connection: Connection, panel_id: str) -> None:
    connection.execute(delete(schema.action).where(schema.action.c.panel_id == panel_id))
