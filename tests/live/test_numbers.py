"""Phones in a large hall hear of a live tally less often than the screens, and miss nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from polls.domain.polls import GRACE_SECONDS
from polls.live.numbers import TALLY_EVERY_SECONDS_MOST, tally_interval
from tests.factories import a_poll, make_room
from tests.live.test_stage import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    room = make_room(tmp_path, a_poll())
    made = Hall(room)
    room.open()
    made.tick()
    made.forget()
    yield made
    room.context.database.close()


def fill(hall: Hall, phones: int) -> None:
    presence = hall.room.context.stage.presence(hall.room.panel_id)
    for number in range(phones):
        presence.connect(f"{number:032x}", hall.room.clock())


def turnouts(hall: Hall, role: str) -> list[int]:
    return [frame["turnout"] for frame in hall.events("poll.tally", role)]


@pytest.mark.parametrize(
    ("phones", "seconds"), [(0, 0), (100, 0), (101, 0.101), (1000, 1), (2000, 2), (100_000, 2)]
)
def test_the_interval_grows_with_the_phones_up_to_two_seconds(phones: int, seconds: float) -> None:
    assert tally_interval(phones) == pytest.approx(seconds)
    assert tally_interval(phones) <= TALLY_EVERY_SECONDS_MOST


def test_a_small_hall_hears_as_often_as_the_projector(hall: Hall) -> None:
    fill(hall, 90)
    for _ in range(4):
        hall.room.cast(hall.room.join(), "a")
        hall.tick()
    assert turnouts(hall, "participant") == turnouts(hall, "projector") == [1, 2, 3, 4]


def test_a_large_hall_hears_once_in_an_interval_and_of_the_newest(hall: Hall) -> None:
    fill(hall, 1000)
    for _ in range(8):
        hall.room.cast(hall.room.join(), "a")
        hall.tick(0.25)
    assert turnouts(hall, "projector") == turnouts(hall, "moderator") == list(range(1, 9))
    heard = turnouts(hall, "participant")
    assert len(heard) in (2, 3)
    assert heard[0] == 1, "the first after a pause goes out at once"


def test_phones_are_told_what_they_have_not_heard_though_nobody_votes_any_more(hall: Hall) -> None:
    fill(hall, 1000)
    for _ in range(2):
        hall.room.cast(hall.room.join(), "a")
        hall.tick(0.25)
    assert turnouts(hall, "participant") == [1]
    hall.tick(1)
    assert turnouts(hall, "participant") == [1, 2]
    hall.tick(1)
    assert turnouts(hall, "participant") == [1, 2], "and nothing twice"


def test_the_last_tally_of_a_round_waits_for_nothing(hall: Hall) -> None:
    fill(hall, 5000)
    for _ in range(2):
        hall.room.cast(hall.room.join(), "a")
        hall.tick(0.25)
    assert turnouts(hall, "participant") == [1]
    hall.room.direct("poll.close", poll=hall.room.poll().id)
    hall.tick(GRACE_SECONDS)
    hall.tick(0.01)
    assert turnouts(hall, "participant")[-1] == 2


def test_those_who_voted_hear_as_seldom_where_only_they_may_see(hall: Hall) -> None:
    hall.room.direct("poll.visibility", poll=hall.room.poll().id, visibility="voted")
    fill(hall, 1000)
    hall.forget()
    for _ in range(5):
        hall.room.cast(hall.room.join(), "a")
        hall.tick(0.25)
    to_voters = [p for e, p, room in hall.heard if e == "poll.tally" and room.endswith("/voted")]
    assert 1 <= len(to_voters) <= 2
    assert turnouts(hall, "participant") == []
