"""Opinion maps while people vote: drawn beside the loop, seldom, one at a time, and steady."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import gevent
import pytest

from polls.domain.agenda import define_poll
from polls.domain.polls import Poll, Role
from polls.live.maps import (
    DRAW_EVERY_SECONDS,
    REST_FOR_DRAWING,
    TAKEN_REST_SECONDS,
    Easel,
    Maps,
)
from tests.factories import Room, a_poll, make_room

STATEMENTS = 12
PATIENCE_SECONDS = 20.0


@dataclass
class Studio:
    """A room with an opinion poll, and the maps that are drawn of it."""

    room: Room
    shown: list[str] = field(default_factory=list)
    easel: Easel = field(default_factory=Easel)

    def __post_init__(self) -> None:
        self.maps = Maps(self.room.context.database, self.room.clock, self.show)

    def show(self, panel_id: str, poll: Poll) -> None:
        assert panel_id == self.room.panel_id
        self.shown.append(poll.kind)

    def vote(self, people: int, first: int = 0) -> None:
        for person in range(first, first + people):
            said = {
                f"s{n}": "agree" if n == 1 or (n + person) % 2 else "disagree"
                for n in range(1, STATEMENTS + 1)
            }
            self.room.cast(self.room.join(), said)

    def watch(self) -> None:
        self.maps.watch(self.room.panel_id, self.easel, self.room.state)

    def finish(self) -> None:
        with gevent.Timeout(PATIENCE_SECONDS):
            while self.easel.is_drawing:
                gevent.sleep(0.005)

    def draw(self) -> None:
        self.room.clock.advance(DRAW_EVERY_SECONDS)
        self.watch()
        self.finish()

    @property
    def picture(self) -> dict[str, object]:
        state = self.room.state
        self.maps.lend(self.easel, state)
        return dict(state.pictures[self.room.round_id()])


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    poll = define_poll("opinion", "Q?", [f"Statement {n}." for n in range(STATEMENTS)])
    room = make_room(tmp_path, poll, a_poll())
    room.open()
    yield Studio(room)
    room.context.database.close()


def test_a_map_is_drawn_of_what_people_said(studio: Studio) -> None:
    studio.vote(14)
    studio.draw()
    assert studio.shown == ["opinion"]
    assert studio.picture["participants"] == 14
    assert studio.picture["is_map"] is True
    assert studio.picture["shared"] == ["s1"]


def test_the_loop_goes_on_while_a_map_is_drawn(studio: Studio) -> None:
    studio.vote(30)
    studio.watch()
    assert studio.shown == [], "watching itself does not wait"
    turns = 0
    with gevent.Timeout(PATIENCE_SECONDS):
        while studio.easel.is_drawing:
            turns += 1
            gevent.sleep(0)
    assert studio.shown == ["opinion"]
    assert turns > 3


def test_two_maps_of_a_panel_are_never_drawn_at_once(studio: Studio) -> None:
    studio.vote(9)
    studio.watch()
    studio.room.clock.advance(DRAW_EVERY_SECONDS)
    studio.watch()
    studio.finish()
    assert studio.shown == ["opinion"]
    studio.vote(1, first=9)
    studio.room.clock.advance(REST_FOR_DRAWING * DRAW_EVERY_SECONDS)
    studio.draw()
    assert studio.picture["participants"] == 10, "what came in meanwhile is not forgotten"


def test_a_map_is_not_drawn_more_often_than_people_can_look(studio: Studio) -> None:
    studio.vote(8)
    studio.draw()
    studio.vote(1, first=8)
    studio.room.clock.advance(DRAW_EVERY_SECONDS / 2)
    studio.watch()
    assert not studio.easel.is_drawing
    studio.draw()
    assert len(studio.shown) == 2


def test_a_map_of_the_same_ballots_is_not_drawn_again(studio: Studio) -> None:
    studio.vote(8)
    studio.draw()
    studio.draw()
    assert len(studio.shown) == 1


def test_ballots_of_another_poll_draw_no_map(studio: Studio) -> None:
    studio.draw()
    studio.room.open(1)
    studio.room.cast(studio.room.join(), "a", 1)
    studio.draw()
    assert len(studio.shown) == 1, "the empty picture, once"


def test_a_withdrawn_statement_leaves_the_map(studio: Studio) -> None:
    studio.vote(14)
    studio.draw()
    studio.room.direct("statement.withdraw", poll=studio.room.poll().id, statement="s1")
    studio.draw()
    assert studio.picture["shared"] == []


def test_one_vote_more_moves_nobody_far(studio: Studio) -> None:
    studio.vote(30)
    studio.draw()
    before = studio.picture["groups"]
    studio.vote(1, first=30)
    studio.draw()
    after = studio.picture["groups"]
    assert [group["number"] for group in before] == [group["number"] for group in after]  # type: ignore[attr-defined]
    for old, new in zip(before, after, strict=True):  # type: ignore[call-overload]
        assert abs(old["centre"][0] - new["centre"][0]) < 0.1


def test_a_closed_round_leaves_no_memory_of_its_ballots(studio: Studio) -> None:
    studio.vote(8)
    studio.draw()
    studio.room.close()
    state = studio.room.state
    studio.maps.lend(studio.easel, state)
    assert studio.easel.drawings == {}
    assert state.pictures == {}
    latest = studio.room.poll().round
    assert latest is not None
    assert latest.outcome is not None
    assert latest.outcome["participants"] == 8


@pytest.mark.parametrize(
    ("visibility", "roles"),
    [
        ("live", {"projector", "moderator"}),
        ("projector", {"projector", "moderator"}),
        ("published", {"moderator"}),
    ],
)
def test_a_new_map_is_drawn_on_the_screens_that_may_show_it(
    studio: Studio, visibility: str, roles: set[str]
) -> None:
    room, stage = studio.room, studio.room.context.stage
    room.direct("poll.visibility", poll=room.poll().id, visibility=visibility)
    heard: list[str] = []
    stage.connect_to(
        emit=lambda event, _payload, place: heard.append(place) if event == "panel.view" else None,
        has_members=lambda place: place.endswith("/en"),
        render=lambda view, region, news: {"region": region, "version": view.version},
    )
    studio.vote(4)
    stage.fresh_state(room.panel_id)
    heard.clear()
    room.clock.advance(DRAW_EVERY_SECONDS)
    stage.tick()
    with gevent.Timeout(PATIENCE_SECONDS):
        while not heard:
            gevent.sleep(0.005)
    assert {place.split("/")[1] for place in heard} == roles
    poll = stage.view(room.panel_id, Role.MODERATOR, "en").items[0].poll
    assert poll is not None
    assert poll.picture is not None
    assert poll.picture["participants"] == 4


def test_after_a_long_drawing_the_room_has_longer_without_one(studio: Studio) -> None:
    studio.vote(8)
    studio.watch()
    studio.room.clock.advance(4.0)
    studio.finish()
    studio.vote(1, first=8)
    studio.room.clock.advance(REST_FOR_DRAWING * 4.0 - 0.1)
    studio.watch()
    assert not studio.easel.is_drawing
    studio.room.clock.advance(0.2)
    studio.watch()
    studio.finish()
    assert len(studio.shown) == 2


def test_a_map_that_another_worker_drew_is_shown_and_not_drawn_again(studio: Studio) -> None:
    studio.vote(9)
    drawn = {"is_map": True, "participants": 9}
    poll = studio.maps.take(studio.easel, studio.room.state, studio.room.round_id(), drawn)
    assert poll is not None
    assert studio.picture == drawn
    studio.vote(1, first=9)
    studio.draw()
    assert studio.shown == [], "the other one draws what is new, too"


def test_maps_are_drawn_here_once_the_other_worker_sends_no_more(studio: Studio) -> None:
    studio.vote(9)
    studio.maps.take(studio.easel, studio.room.state, studio.room.round_id(), {"participants": 9})
    studio.vote(1, first=9)
    studio.room.clock.advance(TAKEN_REST_SECONDS)
    studio.draw()
    assert studio.shown == ["opinion"]
    assert studio.picture["participants"] == 10


def test_a_map_of_a_round_that_is_over_is_not_taken(studio: Studio) -> None:
    studio.vote(9)
    round_id = studio.room.round_id()
    studio.room.close()
    assert studio.maps.take(studio.easel, studio.room.state, round_id, {"is_map": True}) is None
    assert studio.easel.drawings == {}
