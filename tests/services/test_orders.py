"""Options in an order of each participant's own: told to them alone, kept with the ballot."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.domain.orders import order_of
from polls.services import participants
from polls.services.participants import own, you
from polls.services.result_files import as_json, receipts_table
from polls.services.results import PanelResults, load_results
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, a_poll(settings={"shuffle": True}), a_poll())


def results_of(room: Room) -> PanelResults:
    return room.context.database.read(lambda c: load_results(c, room.panel_id))


def test_the_order_that_was_told_is_the_order_that_is_kept(room: Room) -> None:
    room.open()
    people = [room.join() for _ in range(12)]
    told = {}
    for person in people:
        order = you(own(room.context, person), None)["order"]
        assert sorted(order) == ["a", "b", "c", "d"]
        told[room.cast(person, "a")] = list(order)
    assert len({tuple(order) for order in told.values()}) > 1
    room.close(publish=True)
    round_ = as_json(results_of(room))["polls"][0]["rounds"][0]
    assert {line["receipt"]: line["order"] for line in round_["receipts"]} == told
    table = receipts_table(results_of(room), "en")
    column = table[0].index("order")
    assert {row[3]: str(row[column]).split(" ") for row in table[1:]} == told


def test_a_changed_vote_and_one_given_again_keep_the_order(room: Room) -> None:
    room.open()
    anna = room.join()
    first = own(room.context, anna).order
    room.cast(anna, "a")
    room.cast(anna, "b")
    room.withdraw(anna)
    room.cast(anna, "c")
    assert own(room.context, anna).order == first
    (ballot,) = participants.traces(room.context, anna)["ballots"]
    assert tuple(ballot["order"]) == first
    labels = {"a": "Yes", "b": "No", "c": "Both", "d": "Neither"}
    assert ballot["order_text"] == [labels[option_id] for option_id in first or ()]


def test_the_next_round_has_an_order_of_its_own(room: Room) -> None:
    anna = room.join()
    participant = anna.require_participant()
    rounds = []
    for _ in range(6):
        room.open()
        rounds.append((room.poll().question, room.round_id()))
        assert own(room.context, anna).order == order_of(participant, *rounds[-1])
        room.close()
    assert len({order_of(participant, *place) for place in rounds}) > 1


def test_a_poll_that_is_not_shuffled_tells_and_keeps_no_order(room: Room) -> None:
    room.open(1)
    anna = room.join()
    assert you(own(room.context, anna), None)["order"] is None
    room.cast(anna, "a", 1)
    room.close(1, publish=True)
    (round_,) = as_json(results_of(room))["polls"][0]["rounds"]
    assert "order" not in round_["receipts"][0]
    assert receipts_table(results_of(room), "en")[1][-1] == ""
    assert "order" not in participants.traces(room.context, anna)["ballots"][0]


def test_what_the_room_is_sent_holds_nobodys_order(room: Room) -> None:
    room.open()
    anna = room.join()
    snapshot = room.context.stage.snapshot(room.panel_id, anna.role, "en", None)
    assert [option["id"] for option in snapshot["poll"]["options"]] == ["a", "b", "c", "d"]
    assert "order" not in snapshot
