"""Points, estimates and knowledge checks on pages without a script, and in the editor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polls.domain.kinds import all_kinds
from tests.support.pages import Reader, elements
from tests.support.wire import WireRoom

ROOT = Path(__file__).resolve().parents[2]

CHECK: dict[str, Any] = {
    "kind": "knowledge",
    "options": [{"label": "Tide", "right": True}, "Wind", {"label": "Moon", "right": True}],
    "settings": {"several": True, "explanation": "Both pull at the sea."},
}


def take_seat(room: WireRoom) -> Reader:
    reader = Reader(room.server.url, "en")
    return reader.open(f"/p/{room.code}").send(f"/p/{room.code}/join")


def vote(reader: Reader, room: WireRoom, **fields: Any) -> Reader:
    return reader.open(f"/p/{room.code}").send(f"/p/{room.code}/vote", **fields)


def values_of(reader: Reader, name: str) -> list[str]:
    return [
        str(field.get("value", ""))
        for field in elements(reader.tree, "input")
        if field.get("name") == name
    ]


def own_answer(reader: Reader, room: WireRoom) -> Any:
    return reader.session.get(f"{reader.url}/p/{room.code}/traces.json", timeout=30).json()[
        "ballots"
    ][0]


# Answering


def test_points_that_do_not_add_up_say_how_far_off_they_are_and_stay(wire_room: WireRoom) -> None:
    wire_room.ask_room(kind="points", options=["Trees", "Benches"])
    reader = vote(take_seat(wire_room), wire_room, **{"points.a": "60", "points.b": ""})
    assert reader.status == 400
    assert "Please give all 100 points: 40 are left." in reader.text
    assert values_of(reader, "points.a") == ["60"]
    reader.send(f"/p/{wire_room.code}/vote", **{"points.b": "55"})
    assert "Please give 100 points: these are 15 too many." in reader.text
    assert values_of(reader, "points.b") == ["55"]
    reader.send(f"/p/{wire_room.code}/vote", **{"points.b": "40"})
    assert reader.status == 200
    ballot = own_answer(reader, wire_room)
    assert ballot["answer"] == {"a": 60, "b": 40}
    assert ballot["answer_text"] == ["Trees: 60", "Benches: 40"]


def test_an_estimate_takes_a_comma_and_refuses_what_is_off_the_scale(wire_room: WireRoom) -> None:
    settings = {"least": 0, "most": 20, "step": 0.5, "unit": {"en": "km"}, "truth": 18.25}
    wire_room.ask_room(kind="numeric", options=None, settings=settings)
    reader = vote(take_seat(wire_room), wire_room, answer="about 12")
    assert reader.status == 400
    assert "Please give a number from 0 to 20 in steps of 0.5." in reader.text
    assert values_of(reader, "answer") == ["about 12"]
    vote(reader, wire_room, answer="12,5")
    assert reader.status == 200
    assert own_answer(reader, wire_room)["answer"] == 12.5
    assert own_answer(reader, wire_room)["answer_text"] == ["12.5 km"]
    assert "18.25" not in reader.html


def test_whether_an_answer_was_right_is_told_to_its_author_after_voting(
    wire_room: WireRoom,
) -> None:
    poll = wire_room.ask_room(**CHECK)
    anna, ben = take_seat(wire_room), take_seat(wire_room)
    vote(anna, wire_room, answer=["a", "c"])
    vote(ben, wire_room, answer=["a", "b"])
    for reader in (anna, ben):
        assert "pull at the sea" not in reader.html
        assert "Right answer" not in reader.html
    wire_room.close_poll(poll)
    for reader, verdict, other in (
        (anna, "You knew it.", "You chose another answer."),
        (ben, "You chose another answer.", "You knew it."),
    ):
        page = reader.open(f"/p/{wire_room.code}")
        assert "1 of 2 knew it" in page.text
        assert "Both pull at the sea." in page.text
        shown = {
            element.get("data-own")
            for element in elements(page.tree)
            if element.get("data-own") and element.get("hidden") is None
        }
        assert shown == ({"yes"} if verdict == "You knew it." else {"no"}), other


def test_a_standing_is_on_ones_own_page_and_in_no_fragment(wire_room: WireRoom) -> None:
    phone = wire_room.phone()
    readers = [take_seat(wire_room) for _ in range(5)]
    wire_room.moderator.done("panel.update", board=True)
    poll = wire_room.ask_room(**CHECK)
    for number, reader in enumerate(readers):
        vote(reader, wire_room, answer=["a", "c"] if number else ["b"])
    phone.forget()
    wire_room.close_poll(poll)
    page = readers[1].open(f"/p/{wire_room.code}")
    assert "You knew 1 of 1. Nobody knew more." in page.text
    page = readers[0].open(f"/p/{wire_room.code}")
    assert "You knew 0 of 1. Fewer than 5 people knew more." in page.text
    view = phone.hear("panel.view", lambda event: "data-own-part" in event["html"], 8)
    assert "data-own-part></div>" in view["html"]
    assert "You knew 0 of 1" not in view["html"]


# The editor


@pytest.mark.parametrize("kind", all_kinds())
def test_the_editor_shows_the_fields_of_the_chosen_kind_alone(kind: str) -> None:
    rule = f".edit:has([name=kind][value={kind}]:checked) .for:not(.for-{kind})"
    assert rule in (ROOT / "static" / "pages.css").read_text("utf-8")


def moderator_of(room: WireRoom) -> Reader:
    reader = Reader(room.server.url, "en")
    return reader.open(f"/p/{room.code}/moderate?key={room.moderator_key}")


def add(reader: Reader, room: WireRoom, **fields: str) -> Reader:
    headers = {"Origin": reader.url, "Sec-Fetch-Site": "same-origin"}
    posted = reader.session.post(
        f"{reader.url}/p/{room.code}/moderate/add",
        data={"title.en": "Q?", **fields},
        headers=headers,
        timeout=30,
    )
    return reader._took(posted)


TWO = {"option.0.en": "Tide", "option.1.en": "Wind"}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"kind": "points", **TWO, "settings.points.points": "1"},
            "Please give a whole number from 2 to 1000.",
        ),
        (
            {"kind": "numeric", "settings.numeric.least": "a few"},
            "Please give a number under a billion, such as 20 or 0.5.",
        ),
        (
            {"kind": "numeric", "settings.numeric.least": "5", "settings.numeric.most": "5"},
            "The highest number must be above the lowest.",
        ),
        (
            {"kind": "numeric", "settings.numeric.step": "7"},
            "Please give a step by which the highest number is reached from the lowest",
        ),
        (
            {"kind": "numeric", "settings.numeric.truth": "101"},
            "Please give a true value between the lowest and the highest number, or nothing.",
        ),
        (
            {"kind": "numeric", "settings.numeric.unit.en": "x" * 121},
            "Please give a unit of at most 120 characters.",
        ),
        (
            {"kind": "knowledge", **TWO},
            "Please mark at least one answer as right, and leave at least one unmarked.",
        ),
        (
            {
                "kind": "knowledge",
                **TWO,
                "option.0.fact.right": "true",
                "settings.knowledge.explanation.en": "x" * 501,
            },
            "Please explain it in at most 500 characters.",
        ),
    ],
)
def test_a_refused_field_is_told_in_plain_words_on_top_and_beside_it(
    wire_room: WireRoom, fields: dict[str, str], sentence: str
) -> None:
    reader = add(moderator_of(wire_room), wire_room, **fields)
    assert reader.status == 400
    assert reader.text.count(sentence) == 2
    assert "expected" not in reader.text
    for name, value in fields.items():
        assert value in reader.html, name


def test_a_check_is_made_in_the_editor_and_opened_there_again(wire_room: WireRoom) -> None:
    fields = {
        "kind": "knowledge",
        **TWO,
        "option.1.fact.right": "true",
        "settings.knowledge.explanation.en": "Wind makes waves.",
    }
    reader = add(moderator_of(wire_room), wire_room, **fields)
    assert reader.status == 200
    query = """
        select a.id, p.options, p.settings from agenda_item a
        join poll p on p.id = a.poll_id join panel on panel.id = a.panel_id where panel.code = ?
    """
    item, options, settings = next(
        row for row in wire_room.rows(query, wire_room.code) if "Wind makes waves." in row[2]
    )
    assert '"right":true' in options
    assert '"several":false' in settings
    page = reader.open(f"/p/{wire_room.code}/moderate/edit/{item}")
    checked = [
        field.get("name")
        for field in elements(page.tree, "input")
        if (field.get("name") or "").endswith("fact.right") and field.get("checked") is not None
    ]
    assert checked == ["option.1.fact.right"]
    assert "Wind makes waves." in page.html
