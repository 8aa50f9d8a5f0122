"""Agenda items, polls and rounds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, or_, select, update

from polls.domain.errors import Refusal
from polls.domain.polls import (
    Option,
    Poll,
    PollState,
    Question,
    Role,
    Round,
    Visibility,
    may_see_results,
)
from polls.domain.texts import Texts
from polls.store import schema


@dataclass(frozen=True, slots=True)
class ItemRecord:
    id: str
    panel_id: str
    position: int
    kind: str
    title: Texts
    body: Texts
    poll_id: str | None
    deleted_at: float | None


def _item(row: Row[Any]) -> ItemRecord:
    values = row._asdict()
    values.update(title=Texts(values["title"]), body=Texts(values["body"]))
    return ItemRecord(**values)


def items_of(connection: Connection, panel_id: str) -> list[ItemRecord]:
    """Return the agenda in order, without deleted items."""
    table = schema.agenda_item
    query = (
        select(table)
        .where(table.c.panel_id == panel_id, table.c.deleted_at.is_(None))
        .order_by(table.c.position, table.c.id)
    )
    return [_item(row) for row in connection.execute(query)]


def item_of(connection: Connection, panel_id: str, item_id: str) -> ItemRecord:
    """Return an item that is on the agenda, or refuse."""
    table = schema.agenda_item
    query = select(table).where(
        table.c.panel_id == panel_id, table.c.id == item_id, table.c.deleted_at.is_(None)
    )
    row = connection.execute(query).first()
    if row is None:
        raise Refusal("item.unknown")
    return _item(row)


def item_of_poll(connection: Connection, poll_id: str) -> ItemRecord | None:
    table = schema.agenda_item
    row = connection.execute(select(table).where(table.c.poll_id == poll_id)).first()
    return None if row is None else _item(row)


def insert_item(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(schema.agenda_item.insert().values(**values))


def change_item(connection: Connection, item_id: str, **values: Any) -> None:
    table = schema.agenda_item
    connection.execute(update(table).where(table.c.id == item_id).values(**values))


def place_items(connection: Connection, item_ids: Iterable[str]) -> None:
    """Write the order of the agenda."""
    table = schema.agenda_item
    for position, item_id in enumerate(item_ids):
        connection.execute(update(table).where(table.c.id == item_id).values(position=position))


def next_position(connection: Connection, panel_id: str) -> int:
    table = schema.agenda_item
    query = select(func.max(table.c.position)).where(table.c.panel_id == panel_id)
    highest = connection.execute(query).scalar()
    return 0 if highest is None else int(highest) + 1


# Polls and rounds


def _round(row: Row[Any]) -> Round:
    return Round(
        row.id,
        row.poll_id,
        row.number,
        row.opened_at,
        row.closes_at,
        row.closed_at,
        row.present,
        row.outcome,
        row.shift,
        row.splits,
    )


def question_from(options: list[dict[str, Any]], settings: Mapping[str, Any]) -> Question:
    return Question(
        tuple(
            Option(
                option["id"],
                Texts(option["label"]),
                {name: fact for name, fact in option.items() if name not in ("id", "label")},
            )
            for option in options
        ),
        settings,
    )


def options_as_json(options: Iterable[Option]) -> list[dict[str, Any]]:
    """Return options with all their facts, as they are stored and exported."""
    return [
        {"id": option.id, "label": dict(option.label.by_language), **option.facts}
        for option in options
    ]


def _poll(row: Row[Any], rounds: Sequence[Round]) -> Poll:
    return Poll(
        id=row.id,
        panel_id=row.panel_id,
        kind=row.kind,
        title=Texts(row.title),
        question=question_from(row.options, row.settings),
        state=PollState(row.state),
        visibility=Visibility(row.visibility),
        countdown_seconds=row.countdown_seconds,
        round=rounds[-1] if rounds else None,
        earlier_shifts=tuple(found.shift for found in rounds[:-1] if found.shift is not None),
        rounds_cleared=row.rounds_cleared,
        revealed_round_id=row.revealed_round_id,
    )


def polls_of(connection: Connection, panel_id: str) -> dict[str, Poll]:
    """Return a panel's polls by id, each with its latest round."""
    rounds: dict[str, list[Round]] = {}
    query = (
        select(schema.round_)
        .join(schema.poll, schema.poll.c.id == schema.round_.c.poll_id)
        .where(schema.poll.c.panel_id == panel_id)
        .order_by(schema.round_.c.number)
    )
    for row in connection.execute(query):
        rounds.setdefault(row.poll_id, []).append(_round(row))
    polls = connection.execute(select(schema.poll).where(schema.poll.c.panel_id == panel_id))
    return {row.id: _poll(row, rounds.get(row.id, ())) for row in polls}


def poll_of(
    connection: Connection, panel_id: str, poll_id: str, *, for_update: bool = False
) -> Poll:
    table = schema.poll
    query = select(table).where(table.c.panel_id == panel_id, table.c.id == poll_id)
    if for_update:
        query = query.with_for_update()
    row = connection.execute(query).first()
    if row is None:
        raise Refusal("poll.unknown")
    return _poll(row, rounds_of(connection, poll_id))


def poll_to_change(connection: Connection, panel_id: str, poll_id: str) -> Poll:
    """Return a poll, kept as it is until this transaction ends; refuse one that was deleted."""
    poll = poll_of(connection, panel_id, poll_id, for_update=True)
    item = item_of_poll(connection, poll_id)
    if item is not None and item.deleted_at is not None:
        raise Refusal("poll.unknown")
    return poll


def poll_by_id(connection: Connection, poll_id: str) -> Poll:
    """Return a poll whose panel is beyond doubt."""
    table = schema.poll
    panel_id = connection.execute(select(table.c.panel_id).where(table.c.id == poll_id)).scalar()
    return poll_of(connection, panel_id or "", poll_id)


def lock_polls(connection: Connection, panel_id: str) -> None:
    """Keep all polls of a panel as they are until this transaction ends."""
    table = schema.poll
    query = select(table.c.id).where(table.c.panel_id == panel_id).order_by(table.c.id)
    connection.execute(query.with_for_update()).all()


def rounds_of(connection: Connection, poll_id: str) -> list[Round]:
    """Return all rounds of a poll, first one first."""
    table = schema.round_
    query = select(table).where(table.c.poll_id == poll_id).order_by(table.c.number)
    return [_round(row) for row in connection.execute(query)]


def sealed_rounds(connection: Connection, panel_id: str) -> frozenset[str]:
    """Return the rounds of which not even the moderator may know anything yet, also those of
    polls that were taken off the agenda."""
    rounds, polls = schema.round_, schema.poll
    query = (
        select(rounds.c.id, polls.c.visibility, polls.c.state)
        .join(polls, polls.c.id == rounds.c.poll_id)
        .where(polls.c.panel_id == panel_id, polls.c.visibility == Visibility.SEALED.value)
    )
    return frozenset(
        row.id
        for row in connection.execute(query)
        if not may_see_results(Role.MODERATOR, Visibility(row.visibility), PollState(row.state))
    )


def insert_poll(connection: Connection, values: Mapping[str, Any]) -> None:
    connection.execute(schema.poll.insert().values(**values))


def change_poll(connection: Connection, poll_id: str, **values: Any) -> None:
    table = schema.poll
    connection.execute(update(table).where(table.c.id == poll_id).values(**values))


def insert_round(connection: Connection, new: Round) -> None:
    connection.execute(
        schema.round_.insert().values(
            id=new.id,
            poll_id=new.poll_id,
            number=new.number,
            opened_at=new.opened_at,
            closes_at=new.closes_at,
        )
    )


def set_closing_time(connection: Connection, round_id: str, closes_at: float | None) -> None:
    table = schema.round_
    connection.execute(
        update(table)
        .where(table.c.id == round_id, table.c.closed_at.is_(None))
        .values(closes_at=closes_at)
    )


def finish_round(
    connection: Connection, round_id: str, due_by: float, now: float, present: int
) -> bool:
    """Close a round that is due; exactly one caller is told True.

    What it came to when it was closed before, and opened again by undoing that, is forgotten;
    but splits that were shown are remembered, see `polls.store.splits.take_back_splits`.
    """
    table = schema.round_
    closed = connection.execute(
        update(table)
        .where(table.c.id == round_id, table.c.closed_at.is_(None), table.c.closes_at <= due_by)
        .values(closed_at=now, present=present, outcome=None, shift=None)
    )
    return closed.rowcount == 1


def keep_conclusions(
    connection: Connection, round_id: str, closed_at: float, **values: Any
) -> bool:
    """Keep what a round came to: its `outcome`, `shift` or `splits`; say if that was done.

    It is not if the round is no longer as it was closed then, because that was taken back.
    """
    table = schema.round_
    as_closed = and_(table.c.id == round_id, table.c.closed_at == closed_at)
    kept = connection.execute(update(table).where(as_closed).values(**values))
    return kept.rowcount == 1


def closed_at(connection: Connection, round_id: str) -> float | None:
    """Return when a round was closed; None while it is open, or gone."""
    table = schema.round_
    return connection.execute(select(table.c.closed_at).where(table.c.id == round_id)).scalar()


def end_round(connection: Connection, poll: Poll, now: float) -> None:
    """Close a poll's latest round at once, as at a panel's end."""
    table = schema.round_
    if poll.round is not None:
        connection.execute(
            update(table)
            .where(table.c.id == poll.round.id)
            .values(closes_at=poll.round.closes_at or now, closed_at=now)
        )
        change_poll(connection, poll.id, state=PollState.CLOSED.value)


def clear_rounds(connection: Connection, poll: Poll) -> None:
    """Delete all rounds of a poll, which is a draft again; their numbers stay used."""
    connection.execute(delete(schema.round_).where(schema.round_.c.poll_id == poll.id))
    change_poll(
        connection,
        poll.id,
        state=PollState.DRAFT.value,
        rounds_cleared=poll.next_round_number - 1,
    )


def delete_round(connection: Connection, round_id: str) -> None:
    connection.execute(delete(schema.round_).where(schema.round_.c.id == round_id))


@dataclass(frozen=True, slots=True)
class OpenRound:
    round: Round
    panel_id: str


def rounds_with_an_end(connection: Connection) -> list[OpenRound]:
    """Return the rounds of all panels that are not closed yet but have a closing time."""
    query = (
        select(schema.round_, schema.poll.c.panel_id)
        .join(schema.poll, schema.poll.c.id == schema.round_.c.poll_id)
        .where(schema.round_.c.closed_at.is_(None), schema.round_.c.closes_at.is_not(None))
    )
    return [OpenRound(_round(row), row.panel_id) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Unconcluded:
    """A closed round whose conclusions are not all there."""

    panel_id: str
    poll_id: str
    round_id: str
    kind: str
    lacks_outcome: bool
    lacks_splits: bool
    lacks_shift: bool
    """It has a round before it, and nobody has told who moved."""
    is_linked: bool
    """The panel goes on, so a person's ballots can still be joined."""


def rounds_without_conclusions(connection: Connection) -> list[Unconcluded]:
    """Return the closed rounds of all panels that lack an outcome, a shift or splits, of any
    kind."""
    rounds, polls, panels = schema.round_, schema.poll, schema.panel
    lacks_outcome, lacks_splits = rounds.c.outcome.is_(None), rounds.c.splits.is_(None)
    lacks_shift = and_(rounds.c.shift.is_(None), rounds.c.number > polls.c.rounds_cleared + 1)
    query = (
        select(
            polls.c.panel_id,
            rounds.c.poll_id,
            rounds.c.id.label("round_id"),
            polls.c.kind,
            lacks_outcome.label("lacks_outcome"),
            lacks_splits.label("lacks_splits"),
            lacks_shift.label("lacks_shift"),
            panels.c.ended_at.is_(None).label("is_linked"),
        )
        .join(polls, polls.c.id == rounds.c.poll_id)
        .join(panels, panels.c.id == polls.c.panel_id)
        .where(rounds.c.closed_at.is_not(None), or_(lacks_outcome, lacks_shift, lacks_splits))
        .order_by(rounds.c.opened_at)
    )
    return [Unconcluded(**row._asdict()) for row in connection.execute(query)]
