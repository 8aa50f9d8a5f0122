"""What goes to whom and when: one whole frame a tick, structure at once, nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from polls.domain.polls import GRACE_SECONDS, Role
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.live.numbers import PHONES_EVERY_SECONDS
from polls.live.stage import COMMENTS_EVERY_SECONDS
from polls.live.views import RoomView
from polls.services import polls
from tests.factories import Room, a_poll, make_room

UNREAD = tuple(f"/{language}" for language in INTERFACE_LANGUAGES if language != "en")
"""Ends of the rooms of languages that nobody in this hall reads."""


@dataclass
class Hall:
    """Hears everything that the stage sends, in place of sockets."""

    room: Room
    heard: list[tuple[str, Any, str]] = field(default_factory=list)
    empty: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.room.context.stage.connect_to(
            emit=lambda event, payload, room: self.heard.append((event, payload, room)),
            has_members=lambda room: room not in self.empty and not room.endswith(UNREAD),
            render=self.render,
        )
        self.room.context.stage._finish_round = lambda panel, poll, round_id: polls.finish_round(
            self.room.context, panel, poll, round_id
        )

    def render(self, view: RoomView, region: str, news: str) -> dict[str, Any]:
        html = f"{view.role} {region} {news} {view.item.title if view.item else ''}"
        return {"region": region, "version": view.version, "html": html}

    def tick(self, seconds: float = 0.25) -> None:
        self.room.clock.advance(seconds)
        self.room.context.stage.tick()

    def events(self, name: str, role: str = "") -> list[Any]:
        """Payloads of an event, of those sent to a role's room if one is named."""
        wanted = f"{self.room.panel_id}/{role}" if role else ""
        return [
            payload
            for event, payload, place in self.heard
            if event == name and (not wanted or place == wanted or place.startswith(wanted + "/"))
        ]

    def forget(self) -> None:
        self.heard.clear()


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    room = make_room(tmp_path, a_poll(), a_poll("words"), a_poll("text"))
    yield Hall(room)
    room.context.database.close()


def test_a_rush_of_votes_is_one_whole_frame_a_tick(hall: Hall) -> None:
    hall.room.open()
    for answer in "aabca":
        hall.room.cast(hall.room.join(), answer)
    assert hall.events("poll.tally") == [], "nothing before the tick"
    hall.tick()
    (frame,) = hall.events("poll.tally", "projector")
    assert frame["counts"] == {"a": 3, "b": 1, "c": 1, "d": 0}
    assert frame["turnout"] == frame["present"] == 5
    assert [len(hall.events("poll.tally", role)) for role in ("participant", "moderator")] == [1, 1]
    hall.forget()
    hall.tick()
    assert hall.events("poll.tally") == [], "nothing twice"


def test_versions_rise_with_every_frame(hall: Hall) -> None:
    hall.room.open()
    for _ in range(4):
        hall.room.cast(hall.room.join(), "a")
        hall.tick()
    versions = [frame["version"] for frame in hall.events("poll.tally", "projector")]
    assert versions == sorted(set(versions))
    assert len(versions) == 4


@pytest.mark.parametrize(
    ("visibility", "tally"),
    [
        ("live", {"participant", "moderator", "projector"}),
        ("projector", {"moderator", "projector"}),
        ("voted", {"moderator"}),
        ("published", {"moderator"}),
    ],
)
def test_a_tally_goes_to_those_who_may_see_it_and_the_turnout_to_the_others(
    hall: Hall, visibility: str, tally: set[str]
) -> None:
    hall.room.direct("poll.visibility", poll=hall.room.poll().id, visibility=visibility)
    hall.room.open()
    hall.tick(PHONES_EVERY_SECONDS)
    hall.forget()
    hall.room.cast(hall.room.join(), "a")
    hall.tick(PHONES_EVERY_SECONDS)
    hall.tick(PHONES_EVERY_SECONDS)
    roles = {str(role) for role in Role}
    assert {role for role in roles if hall.events("poll.tally", role)} == tally
    assert {role for role in roles if hall.events("poll.turnout", role)} == roles - tally
    voted = [place for event, _, place in hall.heard if event == "poll.tally" and "voted" in place]
    assert len(voted) == (1 if visibility == "voted" else 0)


def test_phones_hear_of_the_turnout_less_often_than_the_projector(hall: Hall) -> None:
    hall.room.direct("poll.visibility", poll=hall.room.poll().id, visibility="published")
    hall.room.open()
    for _ in range(8):
        hall.room.cast(hall.room.join(), "a")
        hall.tick(PHONES_EVERY_SECONDS / 4)
    assert len(hall.events("poll.turnout", "projector")) == 8
    assert len(hall.events("poll.turnout", "participant")) <= 3
    hall.tick(PHONES_EVERY_SECONDS)
    assert hall.events("poll.turnout", "participant")[-1]["turnout"] == 8, "the last one is true"


def test_a_change_of_structure_is_sent_at_once_to_every_role(hall: Hall) -> None:
    hall.room.open()
    for role in Role:
        assert hall.events("panel.view", role.value), role
    assert [event["round"] for event in hall.events("poll.opened", "participant")] == [1]


def test_nothing_is_drawn_for_a_language_that_nobody_reads(hall: Hall) -> None:
    hall.room.open()
    places = {place for event, _, place in hall.heard if event == "panel.view"}
    assert places
    assert not any(place.endswith(UNREAD) for place in places)


def test_a_fragment_is_drawn_once_for_all_its_readers(hall: Hall) -> None:
    stage, panel = hall.room.context.stage, hall.room.panel_id
    first = stage.fragment(panel, Role.PARTICIPANT, "en", "now")
    assert stage.fragment(panel, Role.PARTICIPANT, "en", "now") is stage.fragment(
        panel, Role.PARTICIPANT, "en", "now"
    )
    hall.room.open()
    assert stage.fragment(panel, Role.PARTICIPANT, "en", "now")["version"] > first["version"]


def test_a_drawing_that_fails_does_not_fail_what_was_done(hall: Hall) -> None:
    hall.render = lambda *_: 1 / 0  # type: ignore[method-assign,assignment]
    hall.__post_init__()
    assert hall.room.open() == 1
    hall.room.cast(hall.room.join(), "a")
    hall.tick()
    assert hall.events("poll.tally", "projector")


def test_comments_are_sent_at_most_once_a_second(hall: Hall) -> None:
    hall.tick(COMMENTS_EVERY_SECONDS)
    hall.forget()
    for number in range(5):
        hall.room.comment(f"Thought {number}")
        hall.tick(COMMENTS_EVERY_SECONDS / 5)
    views = [
        view for view in hall.events("panel.view", "moderator") if view["region"] == "comments"
    ]
    assert 1 <= len(views) <= 2
    assert len(hall.events("comment.posted", "moderator")) == 5


def test_a_comments_fate_is_told_to_its_author_and_the_moderators_only(hall: Hall) -> None:
    anna = hall.room.join()
    comment = hall.room.comment("Hello", anna)
    hall.forget()
    hall.room.direct("comment.hide", comment=comment, reason="off_topic")
    places = {place for event, _, place in hall.heard if event == "comment.changed"}
    panel = hall.room.panel_id
    assert places == {f"{panel}/moderator", f"{panel}/person/{anna.participant}"}


def test_a_round_is_counted_after_its_grace_and_closed_once(hall: Hall) -> None:
    poll = hall.room.poll()
    hall.room.direct("poll.open", poll=poll.id, countdown_seconds=30)
    hall.tick(29.9)
    assert hall.room.state.polls[poll.id].state == "open"
    hall.forget()
    hall.tick(0.2)
    assert any("counting" in view["html"] for view in hall.events("panel.view", "participant"))
    hall.room.cast(hall.room.join(), "b")
    hall.tick(GRACE_SECONDS)
    assert hall.room.state.polls[poll.id].state == "closed"
    for _ in range(3):
        hall.tick()
    (closed,) = hall.events("poll.closed", "participant")
    assert (closed["poll"], closed["round"]) == (poll.id, 1)
    frame = hall.events("poll.tally", "projector")[-1]
    assert frame["counts"]["b"] == 1


def test_a_store_in_trouble_costs_no_tally(hall: Hall) -> None:
    """A frame that could not be read is sent with a later tick."""
    hall.room.open()
    hall.room.cast(hall.room.join(), "a")
    database = hall.room.context.stage._database
    read = database.read

    def fail(_work: Any) -> Any:
        raise OSError("no such luck")

    database.read = fail  # type: ignore[method-assign]
    hall.tick()
    database.read = read  # type: ignore[method-assign]
    assert hall.events("poll.tally") == []
    hall.tick()
    assert hall.events("poll.tally", "projector")[-1]["turnout"] == 1


def test_a_second_rounds_first_frame_is_not_held_back_by_the_first_rounds_version(
    hall: Hall,
) -> None:
    hall.room.hold(0, "a", "b", "a")
    hall.tick()
    hall.room.open()
    hall.forget()
    hall.room.cast(hall.room.join(), "c")
    hall.tick()
    frame = hall.events("poll.tally", "projector")[-1]
    assert (frame["round"], frame["turnout"], frame["counts"]["c"]) == (2, 1, 1)


def test_presence_is_told_when_it_changes_and_not_else(hall: Hall) -> None:
    presence = hall.room.context.stage.presence(hall.room.panel_id)
    anna = hall.room.join()
    hall.room.context.stage.state(hall.room.panel_id)
    presence.connect(str(anna.participant), hall.room.clock.now)
    hall.tick(PHONES_EVERY_SECONDS)
    assert hall.events("panel.presence", "projector")[-1] == {"present": 1}
    hall.forget()
    hall.tick(PHONES_EVERY_SECONDS)
    assert hall.events("panel.presence") == []
