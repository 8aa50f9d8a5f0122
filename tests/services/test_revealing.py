"""What is kept back until it is told: right answers, explanations and the true value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from polls.domain.boards import Board
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.live.snapshots import room_view
from polls.live.views import PollView
from polls.services import participants
from polls.services.agenda_files import export_agenda
from polls.services.result_files import as_json
from polls.services.results import load_results
from tests.factories import Clock, Room, a_panel, a_poll, make_context, make_room, room_in

SECRET = "because of the moon"
OTHERS = (Role.PARTICIPANT, Role.PROJECTOR)


def a_check(**fields: Any) -> Any:
    options = [{"label": "Tide", "right": True}, "Wind"]
    fields["settings"] = {"explanation": SECRET} | fields.get("settings", {})
    return a_poll("knowledge", options=options, **fields)


def an_estimate(**fields: Any) -> Any:
    return a_poll("numeric", settings={"truth": 77.5, "most": 90}, **fields)


def seen(room: Room, role: Role, place: int = 0) -> PollView:
    state = room.state
    people = room.context.stage.people(room.panel_id)
    view = room_view(state, role, "en", people, room.clock())
    poll = view.item.poll if view.item else None
    assert poll is not None
    assert poll.id == room.poll(place).id
    return poll


def told(room: Room, role: Role) -> str:
    """All that a role can read: the snapshot, the view, and the results for programs."""
    context = room.context
    context.stage.structure_changed(room.panel_id)
    snapshot = context.stage.snapshot(room.panel_id, role, "en", None)
    found = context.database.read(lambda connection: load_results(connection, room.panel_id))
    return f"{orjson.dumps(snapshot)!r}{seen(room, role)!r}{orjson.dumps(as_json(found))!r}"


@pytest.mark.parametrize("role", OTHERS)
def test_what_is_right_is_told_only_once_voting_is_over(tmp_path: Path, role: Role) -> None:
    room = make_room(tmp_path, a_check())
    room.direct("agenda.show", item=room.state.items[0].id)
    drafts = seen(room, role)
    assert SECRET not in repr(drafts)
    assert not any(option.facts for option in drafts.options)
    room.open()
    room.cast(room.join(), "a")
    text = told(room, role)
    assert SECRET not in text
    assert "right" not in text
    assert seen(room, role).results is not None, "counts are live all the same"
    room.close()
    assert SECRET in told(room, role)
    assert seen(room, role).options[0].facts == {"right": True}
    assert seen(room, role).outcome == {"knew": 1}


def test_while_nobody_may_see_the_result_nobody_hears_what_is_right(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_check(visibility="published"))
    room.hold(0, "a", "b")
    for role in OTHERS:
        assert SECRET not in told(room, role)
        assert seen(room, role).outcome is None
    room.direct("poll.publish", poll=room.poll().id)
    assert SECRET in told(room, Role.PARTICIPANT)


def test_asked_again_it_is_kept_back_again(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_check())
    room.hold(0, "a")
    room.open()
    assert SECRET not in told(room, Role.PARTICIPANT)
    assert SECRET not in told(room, Role.PROJECTOR)


def test_the_moderator_always_knows(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_check())
    room.direct("agenda.show", item=room.state.items[0].id)
    assert seen(room, Role.MODERATOR).settings["explanation"] == SECRET
    assert seen(room, Role.MODERATOR).options[0].facts == {"right": True}


def test_the_true_value_is_told_when_the_moderator_says_so(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate())
    room.hold(0, 70, 80, 10, publish=True)
    for role in OTHERS:
        assert "77.5" not in told(room, role)
    room.direct("truth.show", poll=room.poll().id)
    for role in OTHERS:
        assert "77.5" in told(room, role)
        revelation = seen(room, role).revelation
        assert revelation is not None
        assert (revelation["truth"], revelation["near"]) == (77.5, 2)
    room.direct("truth.show", poll=room.poll().id, on=False)
    assert "77.5" not in told(room, Role.PARTICIPANT)


def test_revealing_can_be_taken_back(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate())
    room.hold(0, 70, publish=True)
    room.direct("truth.show", poll=room.poll().id)
    assert room.direct("panel.undo")["undone"] == "truth.show"
    assert "77.5" not in told(room, Role.PARTICIPANT)


def test_nothing_is_revealed_while_people_vote(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate(), a_poll())
    for attempt in (lambda: None, room.open):
        attempt()
        with pytest.raises(Refusal) as caught:
            room.direct("truth.show", poll=room.poll().id)
        assert caught.value.code == "poll.not_closed"


def test_where_there_is_no_true_value_there_is_nothing_to_reveal(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(), a_poll("numeric"))
    for place, answer in ((0, "a"), (1, 5)):
        room.hold(place, answer)
        with pytest.raises(Refusal) as caught:
            room.direct("truth.show", poll=room.poll(place).id)
        assert caught.value.code == "poll.wrong_kind"


def test_the_next_round_keeps_the_true_value_back_again(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate())
    room.hold(0, 70)
    room.direct("truth.show", poll=room.poll().id)
    room.open()
    assert seen(room, Role.PROJECTOR).revelation is None
    room.close()
    assert seen(room, Role.PROJECTOR).revelation is None


def test_a_copy_and_an_exported_agenda_do_not_reveal_it(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate())
    room.hold(0, 70)
    room.direct("truth.show", poll=room.poll().id)
    room.direct("agenda.duplicate", item=room.state.items[0].id)
    room.hold(1, 80)
    assert seen(room, Role.PROJECTOR, 1).revelation is None
    assert "reveal" not in export_agenda(room.context, room.panel_id)


def test_a_participant_reveals_nothing(tmp_path: Path) -> None:
    room = make_room(tmp_path, an_estimate())
    room.hold(0, 70)
    with pytest.raises(Refusal) as caught:
        room.give(room.join(), "truth.show", poll=room.poll().id)
    assert caught.value.code == "permission.denied"


# The board


def with_checks(tmp_path: Path, *visibilities: str) -> Room:
    checks = [a_check(title=f"Check {name}?", visibility=name) for name in visibilities]
    return make_room(tmp_path, *checks)


def answer_all(room: Room, place: int, answers: str) -> None:
    room.open(place)
    for person, answer in zip(room.people, answers, strict=False):
        room.cast(person, answer, place)
    room.close(place)


def has_board(room: Room) -> bool:
    return room.state.board is not None


def board_of(room: Room) -> Board:
    board = room.state.board
    assert board is not None
    return board


def test_the_board_is_off_unless_the_moderator_turns_it_on(tmp_path: Path) -> None:
    room = with_checks(tmp_path, "live")
    for _ in range(6):
        room.join()
    answer_all(room, 0, "aaaaab")
    assert not has_board(room)
    room.direct("panel.update", board=True)
    assert [band.people for band in board_of(room).bands()] == [6]
    assert room.direct("panel.undo")["undone"] == "panel.update"
    assert not has_board(room)


def test_only_checks_whose_answers_everyone_may_know_count(tmp_path: Path) -> None:
    room = with_checks(tmp_path, "live", "projector", "published")
    room.direct("panel.update", board=True)
    for _ in range(6):
        room.join()
    for place in range(3):
        answer_all(room, place, "aaaaaa")
    assert board_of(room).questions == 1
    room.direct("poll.publish", poll=room.poll(2).id)
    assert board_of(room).questions == 2
    room.open(0)
    assert board_of(room).questions == 1, "a check that is open again says nothing"


def test_a_person_is_counted_with_what_they_knew_in_all_checks(tmp_path: Path) -> None:
    several = a_check(settings={"several": True}, title="Several?")
    room = make_room(tmp_path, a_check(), several)
    room.direct("panel.update", board=True)
    anna, ben, cleo = (room.join() for _ in range(3))
    answers: list[tuple[Any, Any]] = [("a", ["a"]), ("b", ["a"]), ("a", ["a", "b"])]
    for place in range(2):
        room.open(place)
        for person, given in zip((anna, ben, cleo), answers, strict=True):
            room.cast(person, given[place], place)
        room.close(place)
    board = board_of(room)
    people = [person.require_participant() for person in (anna, ben, cleo)]
    assert [board.knew[person] for person in people] == [2, 1, 1]


@pytest.mark.postgres
def test_postgresql_counts_what_people_knew_the_same(tmp_path: Path, postgres_url: str) -> None:
    clock = Clock()
    context = make_context(tmp_path, clock, database_url=postgres_url)
    definition = a_panel(a_check(), a_check(settings={"several": True}, title="Several?"))
    room = room_in(context, definition, clock)
    room.direct("panel.update", board=True)
    room.hold(0, "a", "b")
    room.hold(1, ["a"], ["a", "b"])
    assert sorted(board_of(room).knew.values()) == [0, 0, 1, 1]
    context.database.close()


def test_views_hold_numbers_of_people_and_nobody(tmp_path: Path) -> None:
    room = with_checks(tmp_path, "live")
    room.direct("panel.update", board=True)
    for _ in range(6):
        room.join()
    answer_all(room, 0, "aabbbb")
    people = room.context.stage.people(room.panel_id)
    for role in Role:
        view = room_view(room.state, role, "en", people, room.clock())
        assert view.board is not None
        assert view.board.people == 6
        for person in room.people:
            assert person.require_participant() not in repr(view)


def test_who_erased_themselves_is_not_counted_on_the_board(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("knowledge"))
    room.direct("panel.update", board=True)
    room.hold(0, "a", "a", "a", "b", "b", publish=True)
    assert board_of(room).is_shown
    participants.erase(room.context, room.people[0])
    assert board_of(room).people == 4
    assert not board_of(room).is_shown
