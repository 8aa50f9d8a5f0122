"""An order and a budget, given and refused with plain forms, and their results as a page."""

from __future__ import annotations

from typing import Any

from tests.support.pages import Reader
from tests.support.wire import WireRoom
from tests.web.test_no_script import take_seat, traces_of

PROJECTS = [
    {"label": "Park", "cost": 40000},
    {"label": "Tram", "cost": 60000},
    {"label": "Trees", "cost": "12500.50"},
]
BUDGET = {"kind": "budget", "options": PROJECTS, "settings": {"budget": 100000, "unit": "EUR"}}


def fill_in(reader: Reader, room: WireRoom, **values: Any) -> Reader:
    reader.open(f"/p/{room.code}")
    return reader.send(f"/p/{room.code}/vote", **values)


def order(reader: Reader, room: WireRoom, **places: str) -> Reader:
    return fill_in(reader, room, **{f"place.{option}": place for option, place in places.items()})


def test_an_order_is_given_by_places_and_gaps_are_closed_up(wire_room: WireRoom) -> None:
    wire_room.ask_room(kind="ranking", options=["Zebra", "Quagga", "Okapi"])
    reader = take_seat(wire_room)
    order(reader, wire_room, a="", b="1", c="3")
    ballot = traces_of(reader, wire_room)["ballots"][0]
    assert ballot["answer"] == ["b", "c"]
    assert "1. Quagga, 2. Okapi" in reader.open(f"/p/{wire_room.code}/traces").text


def test_a_place_given_twice_is_refused_and_the_places_stay_on_the_page(
    wire_room: WireRoom,
) -> None:
    wire_room.ask_room(kind="ranking", options=["Zebra", "Quagga", "Okapi"])
    reader = order(take_seat(wire_room), wire_room, a="2", b="1", c="2")
    assert reader.status == 400
    assert "Place 2 is given twice." in reader.text
    chosen = dict(reader.find_form(f"/p/{wire_room.code}/vote", has={"place.a"}).fields)
    assert (chosen["place.a"], chosen["place.b"], chosen["place.c"]) == ("2", "1", "2")


def test_an_order_that_nobody_chose_is_not_sent(wire_room: WireRoom) -> None:
    wire_room.ask_room(kind="ranking", options=["Zebra", "Quagga"])
    reader = fill_in(take_seat(wire_room), wire_room)
    assert reader.status == 400
    assert "Please put at least one answer in your order." in reader.text


def test_a_choice_over_the_budget_is_told_by_how_much_and_stays_on_the_page(
    wire_room: WireRoom,
) -> None:
    wire_room.ask_room(**BUDGET)
    reader = fill_in(take_seat(wire_room), wire_room, answer=["a", "b", "c"])
    assert reader.status == 400
    assert "This is €12,500.50 over the budget of €100,000." in reader.text
    form = reader.find_form(f"/p/{wire_room.code}/vote", has={"answer"})
    assert [value for name, value in form.fields if name == "answer"] == ["a", "b", "c"]


def test_amounts_are_written_as_the_readers_language_writes_them(wire_room: WireRoom) -> None:
    wire_room.ask_room(**BUDGET)
    reader = fill_in(take_seat(wire_room, "nl"), wire_room, answer=["a", "b", "c"])
    assert "€ 12.500,50" in reader.text.replace("\u00a0", " ")


def test_what_is_funded_and_why_is_on_the_results_page(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(**BUDGET)
    wire_room.cast(wire_room.phone(), poll, ["a", "b"])
    wire_room.cast(wire_room.phone(), poll, ["a", "c"])
    wire_room.close_poll(poll)
    text = Reader(wire_room.server.url).open(f"/p/{wire_room.code}/results").text
    assert "Most votes first €52,500.50 of €100,000 spent" in text
    assert "It costs more than the €47,499.50 that were left at its turn." in text


def test_four_ways_of_counting_are_on_the_results_page_and_ties_are_named(
    wire_room: WireRoom,
) -> None:
    poll = wire_room.ask_room(kind="ranking", options=["Zebra", "Quagga", "Okapi"])
    wire_room.cast(wire_room.phone(), poll, ["a", "b"])
    wire_room.cast(wire_room.phone(), poll, ["b", "a"])
    wire_room.close_poll(poll)
    text = Reader(wire_room.server.url).open(f"/p/{wire_room.code}/results").text
    assert text.count("A and B are level.") == 4
    for heading in ("First places", "Instant run-off", "Duels (Condorcet)", "Points (Borda)"):
        assert heading in text
    assert "Only what each person put first counts." in text
