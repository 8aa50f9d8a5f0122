"""What all ballots of a round come to is worked out once it closes, kept, and told to anyone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select, update

from polls.count_files.own import count_results
from polls.domain.counting.exact import fraction_of
from polls.services import panels
from polls.services.closing import conclude_all
from polls.services.recounting import recount_file
from polls.services.result_files import as_json, receipts_table
from polls.services.results import load_results
from polls.store import schema
from tests.factories import ANSWERS, Room, a_poll, make_room

KINDS = ("ranking", "budget")


def file_of(room: Room) -> dict[str, Any]:
    """The downloaded results.json of a room, as a program reads it."""
    found = room.context.database.read(
        lambda connection: load_results(connection, room.panel_id, everything=True)
    )
    body: dict[str, Any] = json.loads(orjson.dumps(as_json(found)))
    return body


def outcome_of(room: Room, place: int = 0) -> Any:
    with room.context.database.engine.connect() as connection:
        query = select(schema.round_.c.outcome).where(schema.round_.c.id == room.round_id(place))
        return connection.execute(query).scalar()


def forget_outcomes(room: Room) -> None:
    with room.context.database.engine.begin() as connection:
        connection.execute(update(schema.round_).values(outcome=None))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = make_room(tmp_path, *(a_poll(kind, visibility="live") for kind in KINDS))
    for place, kind in enumerate(KINDS):
        room.hold(place, *ANSWERS[kind], ANSWERS[kind][0])
    return room


def test_an_outcome_is_kept_when_the_round_closes_and_not_before(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("ranking"))
    room.open()
    room.cast(room.join(), ["b", "a"])
    assert outcome_of(room) is None
    room.close()
    assert outcome_of(room)["irv"]["winners"] == ["b"]


def test_a_file_of_results_is_counted_to_the_outcome_that_was_kept(room: Room) -> None:
    file = file_of(room)
    ranking, budget = count_results(json.dumps(file))["polls"]
    kept = [poll["rounds"][0]["outcome"] for poll in file["polls"]]
    labels = {o["id"]: o["label"]["en"] for o in file["polls"][0]["options"]}

    def names(ids: list[str]) -> Any:
        return labels[ids[0]] if len(ids) == 1 else [labels[id_] for id_ in ids]

    assert ranking["ballots"] == kept[0]["ballots"]
    for rule in ("plurality", "irv", "borda"):
        assert ranking[rule]["winner"] == names(kept[0][rule]["winners"])
    assert len(ranking["irv"]["rounds"]) == len(kept[0]["irv"]["rounds"])
    assert ranking["borda"]["scores"] == {
        labels[id_]: pytest.approx(float(fraction_of(score)))
        for id_, score in kept[0]["borda"]["scores"].items()
    }
    assert sorted(budget["greedy"]) == sorted(kept[1]["greedy"]["funded"])
    assert sorted(budget["equal_shares"]) == sorted(kept[1]["equal_shares"]["funded"])


def test_receipts_alone_lead_to_the_same_outcome(room: Room) -> None:
    assert [line.differences for line in recount_file(file_of(room))] == [{}, {}]


@pytest.mark.parametrize(("place", "part"), [(0, "irv"), (1, "greedy")])
def test_an_outcome_that_its_receipts_do_not_bear_is_told(
    room: Room, place: int, part: str
) -> None:
    file = file_of(room)
    outcome = file["polls"][place]["rounds"][0]["outcome"]
    outcome[part].update({"winners": ["c"], "funded": ["c"]})
    assert set(recount_file(file)[place].differences) == {f"outcome.{part}"}


def test_a_receipt_shows_an_order_with_its_places(room: Room) -> None:
    found = room.context.database.read(
        lambda connection: load_results(connection, room.panel_id, everything=True)
    )
    labels = [row[5] for row in receipts_table(found, "en")]
    assert "1. Trees, 2. Trams, 3. Lamps, 4. Benches" in labels


def test_what_a_server_left_open_when_it_died_is_concluded_at_the_next_start(room: Room) -> None:
    kept = [outcome_of(room, place) for place in range(2)]
    forget_outcomes(room)
    assert conclude_all(room.context) == 2
    assert [outcome_of(room, place) for place in range(2)] == kept
    assert conclude_all(room.context) == 0


def test_a_round_that_the_end_of_its_panel_closed_has_an_outcome_too(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("budget"))
    room.open()
    room.cast(room.join(), ["a"])
    panels.end(room.context, room.panel_id)
    kept = outcome_of(room)
    assert kept["greedy"]["funded"] == ["a"]
    forget_outcomes(room)
    conclude_all(room.context)
    assert outcome_of(room) == kept


def test_an_open_round_is_left_alone(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll("ranking"))
    room.open()
    room.cast(room.join(), ["a"])
    assert conclude_all(room.context) == 0
    assert outcome_of(room) is None
