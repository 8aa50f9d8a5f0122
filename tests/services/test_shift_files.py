"""Who moved, as it leaves the house: merged, and never with more than may be known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from polls.domain.polls import Role
from polls.services.result_files import as_json
from polls.services.results import PanelResults, load_results
from polls.services.shift_files import FLOW_COLUMNS, flows_table, has_flows
from tests.factories import Room, a_poll, make_room
from tests.services.test_shifts import vote_again, vote_twice

LARGE = [("a", "a")] * 9 + [("b", "b")] * 8 + [("a", "b")] * 7 + [("b", "a")] * 6


def results_of(room: Room) -> PanelResults:
    return room.context.database.read(
        lambda connection: load_results(connection, room.panel_id, everything=True)
    )


def shifts_in(room: Room) -> list[Any]:
    return [round_["shift"] for round_ in as_json(results_of(room))["polls"][0]["rounds"]]


def test_large_moves_leave_one_by_one(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [*LARGE, (None, "c"), ("d", None)])
    assert shifts_in(room) == [
        None,
        {
            "from": 1,
            "both": 30,
            "moved": 13,
            "newcomers": 1,
            "leavers": 1,
            "flows": [{"from": "a", "to": "b", "count": 7}, {"from": "b", "to": "a", "count": 6}],
            "other_moves": 0,
        },
    ]
    table = flows_table(results_of(room), "en")
    assert table[0] == list(FLOW_COLUMNS)
    assert [row[2:9] for row in table[1:]] == [
        [1, 2, "a", "Yes", "b", "No", 7],
        [1, 2, "b", "No", "a", "Yes", 6],
    ]


def test_small_moves_leave_as_one_number(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [*LARGE, ("b", "c")])
    assert shifts_in(room)[1]["flows"] == []
    assert shifts_in(room)[1]["other_moves"] == 14
    assert [row[4:9] for row in flows_table(results_of(room), "en")[1:]] == [["", "", "", "", 14]]


def test_of_few_people_only_totals_leave_by_any_door(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [("a", "a")] * 4 + [("a", "b")] * 5)
    assert shifts_in(room)[1] == {
        "from": 1,
        "both": 9,
        "moved": 5,
        "newcomers": 0,
        "leavers": 0,
        "flows": [],
        "other_moves": 5,
    }
    for role in Role:
        view = room.context.stage.view(room.panel_id, role, "en")
        assert view.item is not None
        assert view.item.poll is not None
        shift = view.item.poll.shift
        assert shift is not None
        assert (shift.moved, shift.flows, shift.steps, shift.columns) == (5, (), (), ())
        assert shift.named is None
        wire = orjson.dumps(room.context.stage.snapshot(room.panel_id, role, "en", None))
        assert b'"flows"' not in wire
        assert b'"steps"' not in wire


def test_a_shift_is_seen_only_by_those_who_see_the_result(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(visibility="published"))
    people = vote_twice(room, LARGE)

    def seen() -> dict[Role, bool]:
        views = {role: room.context.stage.view(room.panel_id, role, "en") for role in Role}
        return {
            role: bool(view.item and view.item.poll and view.item.poll.shift)
            for role, view in views.items()
        }

    assert seen() == {Role.PARTICIPANT: False, Role.MODERATOR: True, Role.PROJECTOR: False}
    room.direct("poll.publish", poll=room.poll().id)
    assert all(seen().values())
    vote_again(room, people, [ballot for _, ballot in LARGE])
    assert seen()[Role.MODERATOR]
    assert not seen()[Role.PROJECTOR]
    room.open()
    assert not any(seen().values()), "an open round is compared with nothing"


def test_the_picture_has_the_last_four_rounds_and_files_have_all(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, LARGE)
    for letter in "cab":
        vote_again(room, people, [letter] * len(people))
    view = room.context.stage.view(room.panel_id, Role.PROJECTOR, "en")
    assert view.item is not None
    assert view.item.poll is not None
    shift = view.item.poll.shift
    assert shift is not None
    assert [column.vote for column in shift.columns] == [2, 3, 4, 5]
    assert [column.counts[:3] for column in shift.columns][1:] == [
        (0, 0, 30),
        (30, 0, 0),
        (0, 30, 0),
    ]
    assert len(shift.steps) == 3
    assert [shift["from"] for shift in shifts_in(room)[1:]] == [1, 2, 3, 4]


def test_rounds_that_a_rehearsal_took_are_not_counted_as_votes(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.hold(0, "a")
    room.direct("poll.clear", poll=room.poll().id)
    vote_twice(room, LARGE)
    view = room.context.stage.view(room.panel_id, Role.PROJECTOR, "en")
    assert view.item is not None
    assert view.item.poll is not None
    assert view.item.poll.shift is not None
    assert (view.item.poll.shift.earlier_vote, view.item.poll.shift.vote) == (1, 2)
    assert shifts_in(room)[1]["from"] == 2


def test_the_ends_of_a_rating_have_names_and_its_steps_signs(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("rating", settings={"low": "never", "high": "always"}))
    vote_twice(room, [(1, 5)] * 6 + [(2, 2)] * 6)
    rows = flows_table(results_of(room), "en")
    assert rows[1][4:9] == ["1", "never", "5", "always", 6]
    view = room.context.stage.view(room.panel_id, Role.PROJECTOR, "en")
    assert view.item is not None
    assert view.item.poll is not None
    assert view.item.poll.shift is not None
    assert [category.name for category in view.item.poll.shift.categories] == list("12345")


def test_polls_asked_once_have_no_flows_to_download(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.hold(0, "a")
    assert not has_flows(results_of(room))
    assert flows_table(results_of(room), "en") == [list(FLOW_COLUMNS)]
