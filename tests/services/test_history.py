"""Taking back: the latest action, whole or not at all, by whichever moderator."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.domain.errors import Refusal
from polls.domain.polls import PollState
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, a_poll(), a_poll("words"))


def undo_refused(room: Room) -> str:
    with pytest.raises(Refusal) as caught:
        room.direct("panel.undo")
    return caught.value.code


def test_there_is_nothing_to_take_back_at_first_nor_after_everything_was(room: Room) -> None:
    assert undo_refused(room) == "undo.nothing"
    room.direct("projector.show", view="join")
    assert room.direct("panel.undo") == {"undone": "projector.show"}
    assert undo_refused(room) == "undo.nothing"


def test_actions_are_taken_back_latest_first(room: Room) -> None:
    for view in ("join", "idle", "blank"):
        room.direct("projector.show", view=view)
    views = []
    for _ in range(3):
        room.direct("panel.undo")
        views.append(room.state.panel.projector_view)
    assert views == ["idle", "join", "item"]


@pytest.mark.parametrize("name", ["poll.clear", "panel.clear", "link.reissue"])
def test_what_cannot_be_taken_back_stops_what_came_before(room: Room, name: str) -> None:
    room.direct("projector.show", view="join")
    fields = {"poll.clear": {"poll": room.poll().id}, "link.reissue": {"role": "projector"}}
    room.direct(name, **fields.get(name, {}))
    assert undo_refused(room) == "undo.nothing"


def test_an_opening_with_votes_stays_and_nothing_of_it_is_undone(room: Room) -> None:
    room.direct("projector.show", view="join")
    room.open()
    anna = room.join()
    room.cast(anna, "a")
    assert undo_refused(room) == "undo.has_ballots"
    assert room.poll().state is PollState.OPEN
    assert room.state.panel.projector_view == "item"
    room.withdraw(anna)
    room.direct("panel.undo")
    assert (room.poll().state, room.poll().round) == (PollState.DRAFT, None)
    assert room.state.panel.projector_view == "join"


def test_a_second_opening_taken_back_leaves_the_first_round_closed(room: Room) -> None:
    room.hold(0, "a", "b")
    room.open()
    room.direct("panel.undo")
    latest = room.poll().round
    assert latest is not None
    assert (room.poll().state, latest.number, latest.is_closed) == (PollState.CLOSED, 1, True)
    assert room.open() == 2


def test_a_closing_taken_back_lets_people_vote_on_without_a_limit(room: Room) -> None:
    room.open()
    room.cast(room.join(), "a")
    room.close()
    room.direct("panel.undo")
    latest = room.poll().round
    assert latest is not None
    assert (room.poll().state, latest.closes_at, latest.closed_at) == (PollState.OPEN, None, None)
    room.clock.advance(1000)
    room.cast(room.join(), "b")
    assert room.state.counters[latest.id]["b"] == 1


def test_a_closing_that_is_being_counted_can_be_taken_back(room: Room) -> None:
    room.open()
    room.direct("poll.close", poll=room.poll().id)
    room.direct("panel.undo")
    room.clock.advance(1000)
    room.context.stage.tick()
    assert room.poll().state is PollState.OPEN


def test_a_deleted_item_comes_back_to_its_place(room: Room) -> None:
    order = [item.id for item in room.state.items]
    room.direct("agenda.show", item=order[0])
    room.direct("agenda.delete", item=order[0])
    assert room.state.panel.current_item_id is None
    room.direct("panel.undo")
    assert [item.id for item in room.state.items] == order
    assert room.state.panel.current_item_id == order[0]


def test_the_last_action_names_what_was_done_and_to_what(room: Room) -> None:
    room.open()
    action = room.state.last_action
    assert action is not None
    assert (action.name, action.subject) == ("poll.open", room.poll().id)
    assert action.before


def test_an_action_that_was_refused_is_not_noted(room: Room) -> None:
    with pytest.raises(Refusal):
        room.direct("poll.close", poll=room.poll().id)
    assert room.state.last_action is None
