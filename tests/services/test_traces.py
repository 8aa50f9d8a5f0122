"""My traces leave nothing out: every field of every row that leads to a participant is shown to them
or named here with its reason, and none is left when they erase it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from polls.domain.kept import KEPT
from polls.services import participants
from polls.services.context import Actor
from polls.store import schema
from tests.factories import Room, a_poll, make_room

SHOWN = {
    "participant.id": ("seat", "kept_as"),
    "participant.language": ("seat", "language"),
    "participant.joined_at": ("seat", "since"),
    "ballot.participant": ("seat", "kept_as"),
    "ballot.answer": ("ballots", "answer"),
    "ballot.sequence": ("ballots", "sequence"),
    "ballot.receipt": ("ballots", "receipt"),
    "ballot.channel": ("ballots", "channel"),
    "ballot.state": ("ballots", "state"),
    "ballot.option_order": ("ballots", "order"),
    "comment.id": ("comments", "id"),
    "comment.item_id": ("comments", "about"),
    "comment.participant": ("seat", "kept_as"),
    "comment.kind": ("comments", "kind"),
    "comment.text": ("comments", "text"),
    "comment.language": ("comments", "language"),
    "comment.state": ("comments", "state"),
    "comment.reason": ("comments", "reason"),
    "comment.is_answered": ("comments", "answered"),
    "comment.upvotes": ("comments", "upvotes"),
    "comment.posted_at": ("comments", "posted_at"),
    "comment.option_id": ("comments", "option"),
    "comment.round_id": ("comments", "round_id"),
    "upvote.comment_id": ("upvotes", "comment"),
    "upvote.participant": ("seat", "kept_as"),
    "upvote.is_on": ("upvotes", "on"),
    "upvote.sequence": ("upvotes", "sequence"),
}
NOT_SHOWN = {
    "participant.panel_id": "the panel itself, by its code",
    "hashing_key.panel_id": "of the panel, not of a participant",
    "hashing_key.value": "of the panel, and secret for everybody's sake",
    "ballot.id": "a number that a row has",
    "ballot.round_id": "the poll and the number of the round",
    "comment.panel_id": "the panel itself, by its code",
}
OF_PEOPLE = ("seat", "votes", "comments", "support")


@pytest.fixture
def room(tmp_path: Path) -> Room:
    settings = {"shuffle": True, "reasons": True}
    return make_room(tmp_path, a_poll("single_choice", settings=settings), a_poll("opinion"))


@pytest.fixture
def anna(room: Room) -> Actor:
    """Someone who has left something in every table."""
    anna, ben = room.join("fr"), room.join()
    room.direct("panel.update", moderation="pre")
    hers = room.comment("Hers", anna, kind="question")
    room.direct("comment.hide", comment=hers, reason="off_topic")
    for place, (text, is_on) in enumerate((("His first", True), ("His second", False))):
        his = room.comment(text, ben)
        room.direct("comment.approve", comment=his)
        room.give(anna, "comment.upvote", comment=his, on=True, sequence=place + 1)
        room.give(anna, "comment.upvote", comment=his, on=is_on, sequence=place + 2)
    room.open(0)
    room.cast(anna, "a", sequence=7)
    item = next(item.id for item in room.state.items if item.poll_id == room.poll().id)
    room.comment("Because", anna, kind="reason", about=item, option="a")
    room.close(0)
    room.open(1)
    statement = room.poll(1).question.options[0].id
    room.cast(anna, {statement: "agree"}, 1, sequence=8)
    return anna


def rows_of(room: Room, participant: str) -> dict[str, list[dict[str, Any]]]:
    """Every row in which a participant's name stands, by table."""

    def read(connection: Any) -> dict[str, list[dict[str, Any]]]:
        found = {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in schema.metadata.tables.items()
        }
        return {
            name: kept
            for name, rows in found.items()
            if (kept := [row for row in rows if participant in str(row)])
        }

    return room.context.database.read(read)


def test_every_field_about_people_is_shown_or_has_a_reason_not_to_be() -> None:
    about_people = {name for kind in OF_PEOPLE for name in KEPT[kind].names()}
    assert set(SHOWN) | set(NOT_SHOWN) == about_people
    assert not set(SHOWN) & set(NOT_SHOWN)


def test_nothing_that_is_kept_about_somebody_is_missing_from_their_traces(
    room: Room, anna: Actor
) -> None:
    name = anna.require_participant()
    kept = rows_of(room, name)
    assert set(kept) == {"participant", "ballot", "comment", "upvote"}
    assert {table: len(rows) for table, rows in kept.items()} == {
        "participant": 1, "ballot": 2, "comment": 2, "upvote": 2
    }  # fmt: skip
    traces = orjson.loads(orjson.dumps(participants.traces(room.context, anna)))
    for field, (part, key) in SHOWN.items():
        table, column = field.split(".")
        told = [traces[part]] if isinstance(traces[part], dict) else traces[part]
        shown = [each.get(key) for each in told]
        for row in kept[table]:
            value = row[column]
            if column == "option_order" and value is not None:
                assert any(shown), "an order that was seen"
            elif value is not None:
                assert value in shown, field
    assert traces["in_memory"]["is_here"]
    assert traces["in_memory"]["sent_this_minute"]["commands"] > 0


def test_after_erasing_no_row_and_no_memory_leads_to_anybody(room: Room, anna: Actor) -> None:
    name = anna.require_participant()
    participants.erase(room.context, anna)
    assert rows_of(room, name) == {}
    assert not room.context.stage.presence(room.panel_id).knows(name)
    assert room.context.limits.spent_by(name) == {}


def test_traces_say_nothing_of_anybody_else(room: Room, anna: Actor) -> None:
    ben = room.people[1].require_participant()
    assert ben not in orjson.dumps(participants.traces(room.context, anna)).decode()
