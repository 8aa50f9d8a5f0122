"""Opinions for readers: the results page, the files, my traces, and what small groups keep."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from polls.app import create_app
from polls.domain.polls import Role
from polls.services.context import Context
from polls.services.recounting import recount_file
from tests.factories import Clock, Room, a_panel, a_poll, make_config, room_in

STATEMENTS = [f"Statement number {number}." for number in range(1, 9)]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[FlaskClient, Room]]:
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    context: Context = app.extensions["hemicycle"].context
    panel = a_panel(a_poll("opinion", options=STATEMENTS))
    yield app.test_client(), room_in(context, panel, clock)
    context.stage.stop()
    context.database.close()


def said_in(camp: int) -> dict[str, str]:
    return {f"s{n}": "agree" if n == 1 or (n + camp) % 2 else "disagree" for n in range(1, 9)}


def hold(room: Room, *camps: int) -> None:
    room.hold(0, *[said_in(camp) for camp, people in enumerate(camps) for _ in range(people)])


def results_of(client: FlaskClient) -> dict[str, Any]:
    found = client.get("/p/TEST42/results.json").get_json(force=True)
    return dict(found["polls"][0]["rounds"][0])


def test_the_page_shows_groups_common_ground_and_every_statement(
    made: tuple[FlaskClient, Room],
) -> None:
    client, room = made
    hold(room, 8, 7)
    page = client.get("/p/TEST42/results").get_data(as_text=True)
    for text in ("All groups agree", "Here we differ", "Group 1 · 8", "Group 2 · 7", *STATEMENTS):
        assert text in page
    assert "Shown from 5 people on." not in page


def test_a_small_group_keeps_its_numbers_on_the_page_and_in_the_file(
    made: tuple[FlaskClient, Room],
) -> None:
    client, room = made
    hold(room, 9, 3)
    assert "Shown from 5 people on." in client.get("/p/TEST42/results").get_data(as_text=True)
    outcome = results_of(client)["outcome"]
    assert outcome["withheld"] == 2, "one alone could be worked out from the room's"
    assert outcome["counts"]["s2"]["groups"] == [None, None]
    assert outcome["counts"]["s2"]["room"] == [3, 9, 0]


def test_the_files_can_be_read_and_counted_again(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    hold(room, 8, 7)
    whole = client.get("/p/TEST42/results.json").get_json(force=True)
    assert [found.differences for found in recount_file(whole)] == [{}]
    text = client.get("/p/TEST42/receipts.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 15
    assert rows[0]["answer"].startswith("s1:agree s2:")
    assert rows[0]["label"].startswith("Statement number 1.: agree")


def test_traces_list_each_statement(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    room.open()
    client.set_cookie("language", "en")
    client.post("/p/TEST42/join", data={"language": "en"})
    poll = room.poll()
    for statement, word in (("s1", "agree"), ("s3", "pass")):
        fields = {"poll": poll.id, "round": "1", "statement": statement, "answer": word}
        assert client.post("/p/TEST42/vote", data=fields).status_code == 303
    page = client.get("/p/TEST42/traces").get_data(as_text=True)
    assert '<li dir="auto">Statement number 1.: agree</li>' in page
    assert '<li dir="auto">Statement number 3.: pass</li>' in page


def test_a_phones_fragment_never_says_how_people_answered(made: tuple[FlaskClient, Room]) -> None:
    _, room = made
    room.direct("poll.visibility", poll=room.poll().id, visibility="published")
    room.open()
    room.cast(room.join(), said_in(0))
    room.context.stage.fresh_state(room.panel_id)
    sent = room.context.stage.fragment(room.panel_id, Role.PARTICIPANT, "en", "now")["html"]
    room.cast(room.join(), {f"s{n}": "pass" for n in range(1, 9)})
    room.context.stage.fresh_state(room.panel_id)
    other = room.context.stage.fragment(room.panel_id, Role.PARTICIPANT, "en", "now")["html"]
    assert 'data-answered="1"' in sent
    assert 'data-answered="2"' in other
    assert "data-count=" not in sent
    assert "data-percent=" not in sent


@pytest.mark.parametrize(
    ("visibility", "said"),
    [
        ("live", "The map comes here when voting is over."),
        ("voted", "Those who vote see the map here when voting is over."),
        ("published", "The result is shown after voting."),
        ("sealed", "Sealed: the results come together at the end."),
    ],
)
def test_a_phone_says_when_its_map_comes_and_draws_none_before(
    visibility: str, said: str, made: tuple[FlaskClient, Room]
) -> None:
    client, room = made
    room.direct("poll.visibility", poll=room.poll().id, visibility=visibility)
    room.open()
    client.post("/p/TEST42/join", data={"language": "en"})
    poll = room.poll()
    fields = {"poll": poll.id, "round": "1", "statement": "s1", "answer": "agree"}
    client.post("/p/TEST42/vote", data=fields)
    for camp in (0, 1) * 5:
        room.cast(room.join(), said_in(camp))
    page = client.get("/p/TEST42").get_data(as_text=True)
    assert said in page
    assert "11 of " in page
    for drawn in ("data-result", "data-percent=", 'class="map', "You see the result once"):
        assert drawn not in page
    room.close()
    over = client.get("/p/TEST42").get_data(as_text=True)
    assert said not in over or visibility == "sealed"
    assert ('class="map' in over) is (visibility in ("live", "voted"))
