"""PostgreSQL keeps to lengths and encodings that SQLite forgives: nothing that people type may
reach it that it refuses, for one refused ballot would take its whole batch along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polls.domain.errors import Refusal
from tests.factories import Clock, Room, a_panel, a_poll, make_context, room_in
from tests.web.test_bad_input import SAMPLE, STRINGS

LONG_WHEN_FOLDED = ["\ufdfa", "\ufdfa" * 9, "\u0130" * 30, "ŉ" * 30, "㍿" * 30, "ﬃ" * 30]


@pytest.fixture
def room(tmp_path: Path, postgres_url: str) -> Room:
    settings: dict[str, Any] = {
        "database_url": postgres_url,
        "participant_commands_per_minute": 1_000_000,
    }
    context = make_context(tmp_path, **settings)
    polls = [a_poll("words"), a_poll("text")]
    return room_in(context, a_panel(*polls), Clock())


def give(room: Room, actor: Any, name: str, **fields: Any) -> str:
    try:
        room.give(actor, name, **fields)
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.postgres
def test_any_string_is_kept_or_refused_before_the_database_sees_it(room: Room) -> None:
    anna = room.join()
    room.open(1)
    room.open(0)
    words, text = room.poll(0).id, room.poll(1).id
    comment = room.comment("A comment")
    told = set()
    for string in (*SAMPLE, *LONG_WHEN_FOLDED, *STRINGS[::6]):
        for actor, name, fields in (
            (anna, "ballot.cast", {"poll": words, "round": 1, "answer": [string]}),
            (anna, "ballot.cast", {"poll": text, "round": 1, "answer": string}),
            (anna, "comment.post", {"text": string, "about": string}),
            (anna, "comment.post", {"text": string, "id": string}),
            (anna, "comment.post", {"text": string}),
            (anna, "comment.upvote", {"comment": string, "sequence": 2**53 - 1}),
            (room.moderator, "comment.hide", {"comment": comment, "reason": string}),
            (room.moderator, "word.hide", {"poll": words, "word": string}),
            (room.moderator, "panel.update", {"pin": string}),
            (room.moderator, "answer.hide", {"poll": text, "receipt": string}),
            (room.moderator, "agenda.show", {"item": string}),
        ):
            told.add(give(room, actor, name, **fields))
    for string in (*SAMPLE, *LONG_WHEN_FOLDED):
        slide = {"kind": "slide", "title": string, "body": string}
        told.add(give(room, room.moderator, "agenda.add", **slide))
        poll = {"title": string, "options": [string, "b"]}
        told.add(give(room, room.moderator, "poll.create", **poll))
    assert not told & {"ballot.not_stored", "store.unavailable", "server.failed"}
    assert "" in told


@pytest.mark.postgres
def test_a_sequence_at_the_end_of_counting_is_stored(room: Room) -> None:
    room.open(0)
    anna = room.join()
    receipt = room.cast(anna, ["trust"], sequence=2**53 - 1)
    assert room.cast(anna, ["other"], sequence=5) == receipt
    with pytest.raises(Refusal) as caught:
        room.cast(anna, ["other"], sequence=2**53)
    assert caught.value.code == "command.malformed"
