"""What each role may see of a panel, in its language, and nothing more."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.domain.polls import Role
from polls.live.snapshots import People, room_view
from polls.live.views import RoomView
from polls.services import polls
from tests.factories import Room, a_poll, make_room


def view_of(room: Room, role: Role, language: str = "en", seen: int = 0) -> RoomView:
    return room_view(room.state, role, language, People(seen=seen), room.clock.now)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(
        tmp_path,
        a_poll(title={"en": "Now?", "fr": "Maintenant ?"}),  # type: ignore[arg-type]
        a_poll("text"),
    )


def test_a_reader_gets_their_language_or_the_first_there_is(room: Room) -> None:
    room.open()
    for language, title, told in (
        ("fr", "Maintenant ?", "fr"),
        ("en", "Now?", "en"),
        ("nl", "Now?", "en"),
    ):
        item = view_of(room, Role.PARTICIPANT, language).item
        assert item is not None
        assert (item.title, item.language) == (title, told)


def test_only_those_who_show_it_know_the_pin(room: Room) -> None:
    room.direct("panel.update", pin="4711")
    assert view_of(room, Role.PARTICIPANT).panel.pin is None
    assert view_of(room, Role.PARTICIPANT).panel.needs_pin
    assert view_of(room, Role.PROJECTOR).panel.pin == "4711"
    assert view_of(room, Role.MODERATOR).panel.pin == "4711"


def test_only_the_moderator_sees_what_waits_and_what_is_hidden(room: Room) -> None:
    shown, waiting, hidden = (room.comment(text) for text in ("Shown", "Waiting", "Hidden"))
    room.direct("comment.hide", comment=hidden, reason="off_topic")
    room.direct("panel.update", moderation="pre")
    waiting = room.comment("Waiting for you")
    del shown
    for role in (Role.PARTICIPANT, Role.PROJECTOR):
        assert {found.state for found in view_of(room, role).comments} == {"shown"}
    found = {comment.id: comment.state for comment in view_of(room, Role.MODERATOR).comments}
    assert (found[waiting], found[hidden]) == ("waiting", "hidden")


def test_only_the_moderator_sees_the_next_and_the_last_action(room: Room) -> None:
    room.open()
    for role in (Role.PARTICIPANT, Role.PROJECTOR):
        view = view_of(room, role)
        assert (view.next_action, view.last_action) == (None, None)
    view = view_of(room, Role.MODERATOR)
    assert view.last_action is not None
    assert view.last_action.name == "poll.open"
    assert view.last_action.can_undo


def test_a_phone_is_not_told_the_rest_of_the_agenda(room: Room) -> None:
    assert view_of(room, Role.PARTICIPANT).items == ()
    assert view_of(room, Role.PARTICIPANT).item_count == 2
    assert len(view_of(room, Role.MODERATOR).items) == 2


def test_written_answers_are_seen_as_moderated(room: Room) -> None:
    room.direct("panel.update", moderation="pre")
    (receipt, _) = room.hold(1, "Plant trees", "Somebody's name")
    room.direct("answer.approve", poll=room.poll(1).id, receipt=receipt)
    for role, texts in (
        (Role.PARTICIPANT, {"Plant trees"}),
        (Role.PROJECTOR, {"Plant trees"}),
        (Role.MODERATOR, {"Plant trees", "Somebody's name"}),
    ):
        item = view_of(room, role).item
        assert item is not None
        assert item.poll is not None
        assert {answer.text for answer in item.poll.texts} == texts


def test_the_next_step_leads_through_a_poll_and_on(room: Room) -> None:
    def step() -> str:
        action = view_of(room, Role.MODERATOR).next_action
        assert action is not None
        if action.command:
            room.direct(action.command, **action.fields)
        return action.name

    assert [step(), step(), step(), step()] == ["show", "open", "close", "wait"]
    room.clock.advance(3)
    polls.finish_round(room.context, room.panel_id, room.poll(0).id, room.round_id(0))
    assert [step(), step(), step()] == ["publish", "advance", "open"]


def test_people_are_never_fewer_than_votes(room: Room) -> None:
    room.open()
    for _ in range(3):
        room.cast(room.join(), "a")
    assert view_of(room, Role.MODERATOR, seen=1).present == 3
    room.direct("panel.update", head_count=2)
    assert view_of(room, Role.MODERATOR, seen=1).present == 3
    room.direct("panel.update", head_count=85)
    assert view_of(room, Role.MODERATOR, seen=1).present == 85
