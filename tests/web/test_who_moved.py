"""Who moved, on every page that tells it, without a script."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from polls.app import create_app
from polls.domain.polls import Role
from polls.services.context import Context
from polls.web.identity import cookie_name
from tests.factories import Clock, Room, a_panel, a_poll, make_config, room_in
from tests.services.test_shifts import vote_again, vote_twice

LARGE = [("a", "a")] * 9 + [("b", "b")] * 8 + [("a", "b")] * 8 + [("b", "a")] * 6


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[FlaskClient, Room]]:
    """A client, and a room with one question whose result everyone sees."""
    clock = Clock()
    app = create_app(make_config(tmp_path), clock=clock)
    context: Context = app.extensions["hemicycle"].context
    yield app.test_client(), room_in(context, a_panel(a_poll()), clock)
    context.stage.stop()
    context.database.close()


def screens(client: FlaskClient, room: Room) -> dict[str, str]:
    """What each page says, as it comes from the server."""
    client.set_cookie(cookie_name(Role.MODERATOR, room.code), room.links.moderator_key)
    client.set_cookie(cookie_name(Role.PROJECTOR, room.code), room.links.projector_key)
    client.post(f"/p/{room.code}/join", headers={"Origin": "http://localhost"})
    paths = {"phone": "", "moderator": "/moderate", "projector": "/screen", "results": "/results"}
    return {
        name: unescape(client.get(f"/p/{room.code}{path}").text) for name, path in paths.items()
    }


def flows(client: FlaskClient, room: Room) -> list[dict[str, Any]]:
    text = client.get(f"/p/{room.code}/flows.csv").data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_screen_says_it_in_one_sentence(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    vote_twice(room, LARGE)
    for name, page in screens(client, room).items():
        assert "14 of 31 moved; most from Yes to No" in page, name


@pytest.mark.parametrize(
    ("pairs", "sentence"),
    [
        ([("a", "a")] * 12, "None of 12 moved"),
        ([("a", "a")] * 12 + [("a", "b")], "1 of 13 moved"),
        ([("a", "a")] * 12 + [("a", "b"), ("b", "a")], "2 of 14 moved"),
        ([("a", None)] * 12 + [(None, "b")] * 12, "Nobody voted both times"),
    ],
)
def test_each_case_has_its_sentence(
    made: tuple[FlaskClient, Room], pairs: list[Any], sentence: str
) -> None:
    client, room = made
    vote_twice(room, pairs)
    pages = screens(client, room)
    for name in ("phone", "moderator", "projector", "results"):
        assert sentence in pages[name], name


def test_the_projector_draws_moves_and_shows_the_plain_result_when_asked(
    made: tuple[FlaskClient, Room],
) -> None:
    client, room = made
    vote_twice(room, LARGE)
    page = screens(client, room)["projector"]
    assert 'data-drawn="shift"' in page
    assert "data-tally=" not in page
    room.direct("projector.show", view="result")
    page = screens(client, room)["projector"]
    assert 'data-drawn="shift"' not in page
    assert "data-tally=" in page
    vote_again(room, room.people[: len(LARGE)], ["c"] * len(LARGE))
    assert 'data-drawn="shift"' in screens(client, room)["projector"], "a new vote, a new picture"


def test_of_few_people_no_page_has_more_than_totals(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    vote_twice(room, [("a", "a")] * 4 + [("a", "b")] * 5)
    for name, page in screens(client, room).items():
        assert "5 of 9 moved" in page, name
        assert "most from" not in page, name
        assert "data-shift" not in page, name
        assert 'class="flows"' not in page, name
    assert [(row["from"], row["count"]) for row in flows(client, room)] == [("", "5")]


def test_small_moves_are_merged_on_the_page_for_everyone(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    vote_twice(room, [*LARGE, ("b", "c")])
    page = screens(client, room)["results"]
    assert "15 of 32 moved" in page
    assert 'class="flows"' not in page
    assert "most from" not in page
    assert [(row["from"], row["count"]) for row in flows(client, room)] == [("", "15")]


def test_what_is_not_public_is_not_told_by_its_moves(made: tuple[FlaskClient, Room]) -> None:
    client, room = made
    room.direct("poll.visibility", poll=room.poll().id, visibility="published")
    vote_twice(room, LARGE)
    assert flows(client, room) == []
    assert client.get(f"/p/{room.code}/flows.csv?all=1").status_code == 403
    pages = screens(client, room)
    for name in ("phone", "projector", "results"):
        assert "moved" not in pages[name], name
    everything = client.get(f"/p/{room.code}/flows.csv?all=1")
    assert everything.text.count("A question of kind single_choice?") == 2


def test_a_question_asked_five_times_has_all_its_votes_on_the_page(
    made: tuple[FlaskClient, Room],
) -> None:
    client, room = made
    people = vote_twice(room, LARGE)
    for letter in "cab":
        vote_again(room, people, [letter] * len(people))
    pages = screens(client, room)
    assert "Asked 5 times." in pages["results"]
    for vote in range(1, 5):
        assert f"Who moved since vote {vote}" in pages["results"]
    assert "31 of 31 moved; most from Yes to No" in pages["projector"]
    assert '"heads": ["Vote 2", "Vote 3", "Vote 4", "Vote 5"]' in pages["projector"]
