"""What a hall of phones is sent of an open poll: no more than it can take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polls.domain.agenda import define_poll
from polls.domain.polls import GRACE_SECONDS, PollState, Role, Visibility
from polls.domain.tally import Results
from polls.live.numbers import PHONES_EVERY_SECONDS
from polls.live.phones import COUNTS_ON_PHONES_MOST, phones_follow, phones_wait
from polls.live.rooms import voted_room
from polls.store.ballots import ballot_of
from tests.factories import Room, a_poll, make_room
from tests.live.test_stage import Hall

WORDS = 3
"""Each statement has three counts: agree, disagree and pass."""
SCREENS = {"moderator", "projector"}


def a_hall(folder: Path, statements: int, visibility: str = "live") -> Hall:
    room = make_room(
        folder,
        define_poll("opinion", "Q?", [f"Statement {n}." for n in range(statements)]),
        a_poll(),
    )
    room.direct("poll.visibility", poll=room.poll().id, visibility=visibility)
    room.open()
    hall = Hall(room)
    hall.tick(PHONES_EVERY_SECONDS)
    hall.forget()
    return hall


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Hall]:
    """An open poll with more counts than phones are sent."""
    hall = a_hall(tmp_path, COUNTS_ON_PHONES_MOST // WORDS + 1)
    yield hall
    hall.room.context.database.close()


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Hall]:
    """An open poll with as many counts as phones are sent."""
    hall = a_hall(tmp_path, COUNTS_ON_PHONES_MOST // WORDS)
    yield hall
    hall.room.context.database.close()


def told(hall: Hall, event: str) -> set[str]:
    return {role.value for role in Role if hall.events(event, role.value)}


def close(hall: Hall) -> None:
    hall.room.close()
    hall.tick()


def snapshot(hall: Hall, role: Role, ballot: Any = None) -> dict[str, Any]:
    hall.room.context.stage.fresh_state(hall.room.panel_id)
    return hall.room.context.stage.snapshot(hall.room.panel_id, role, "en", ballot)


def test_of_a_long_tally_phones_hear_how_many_take_part(long: Hall) -> None:
    long.room.cast(long.room.join(), {"s1": "agree"})
    long.tick(PHONES_EVERY_SECONDS)
    assert told(long, "poll.tally") == SCREENS
    (frame,) = long.events("poll.turnout", "participant")
    assert frame["turnout"] == 1
    assert "counts" not in frame
    assert told(long, "poll.turnout") == {"participant"}


def test_a_rush_of_long_tallies_reaches_phones_as_seldom_as_any_turnout(long: Hall) -> None:
    for _ in range(8):
        long.room.cast(long.room.join(), {"s1": "agree"})
        long.tick(PHONES_EVERY_SECONDS / 4)
    assert len(long.events("poll.tally", "projector")) == 8
    assert len(long.events("poll.turnout", "participant")) <= 3


def test_when_voting_is_over_phones_are_sent_the_long_tally_once(long: Hall) -> None:
    long.room.cast(long.room.join(), {"s1": "agree"})
    long.tick(PHONES_EVERY_SECONDS)
    long.forget()
    close(long)
    (frame,) = long.events("poll.tally", "participant")
    assert frame["counts"]["s1:agree"] == 1
    for _ in range(3):
        long.tick(PHONES_EVERY_SECONDS)
    assert len(long.events("poll.tally", "participant")) == 1
    assert long.events("poll.turnout", "participant") == []


def test_the_last_votes_are_in_the_tally_that_phones_are_sent(long: Hall) -> None:
    long.room.cast(long.room.join(), {"s1": "agree"})
    long.tick(PHONES_EVERY_SECONDS)
    long.room.direct("poll.close", poll=long.room.poll().id)
    long.room.cast(long.room.join(), {"s1": "pass"})
    long.tick(GRACE_SECONDS / 2)
    assert told(long, "poll.tally") == SCREENS, "still counting"
    long.tick(GRACE_SECONDS)
    long.tick()
    (frame,) = long.events("poll.tally", "participant")
    assert (frame["counts"]["s1:agree"], frame["counts"]["s1:pass"]) == (1, 1)


def test_a_tally_as_long_as_phones_take_stays_live(short: Hall) -> None:
    short.room.cast(short.room.join(), {"s1": "agree"})
    short.tick(PHONES_EVERY_SECONDS)
    assert told(short, "poll.tally") == SCREENS | {"participant"}
    assert told(short, "poll.turnout") == set()
    short.forget()
    close(short)
    assert short.events("poll.tally", "participant") == [], "phones have it already"


@pytest.mark.parametrize(("statements", "tallies"), [(20, 1), (21, 0)])
def test_voters_who_see_results_are_sent_no_more_than_others(
    tmp_path: Path, statements: int, tallies: int
) -> None:
    hall = a_hall(tmp_path, statements, "voted")
    hall.room.cast(hall.room.join(), {"s1": "agree"})
    hall.tick(PHONES_EVERY_SECONDS)
    place = voted_room(hall.room.round_id())
    heard = [event for event, _, sent_to in hall.heard if sent_to == place]
    assert heard == ["poll.tally"] * tallies
    assert hall.events("poll.turnout", "participant")
    hall.forget()
    close(hall)
    after = [event for event, _, sent_to in hall.heard if sent_to == place]
    assert after == ["poll.tally"] * (1 - tallies), "whoever has it is not sent it again"
    assert hall.events("poll.tally", "participant") == [], "others never voted"
    hall.room.context.database.close()


@pytest.mark.parametrize("visibility", ["projector", "published"])
def test_closing_sends_phones_no_result_that_is_not_theirs(tmp_path: Path, visibility: str) -> None:
    hall = a_hall(tmp_path, 21, visibility)
    hall.room.cast(hall.room.join(), {"s1": "agree"})
    hall.tick(PHONES_EVERY_SECONDS)
    close(hall)
    hall.tick(PHONES_EVERY_SECONDS)
    assert hall.events("poll.tally", "participant") == []
    hall.room.context.database.close()


def test_who_comes_late_is_told_no_more_than_the_others(long: Hall) -> None:
    long.room.cast(long.room.join(), {"s1": "agree"})
    seen = snapshot(long, Role.PARTICIPANT)
    assert seen["tally"] is None
    assert seen["turnout"] == 1
    assert seen["poll"]["results_visible"] is False
    assert snapshot(long, Role.PROJECTOR)["tally"]["counts"]["s1:agree"] == 1
    close(long)
    assert snapshot(long, Role.PARTICIPANT)["tally"]["counts"]["s1:agree"] == 1


def test_who_comes_late_is_told_a_short_tally(short: Hall) -> None:
    short.room.cast(short.room.join(), {"s1": "agree"})
    assert snapshot(short, Role.PARTICIPANT)["tally"]["counts"]["s1:agree"] == 1


def test_a_voter_who_comes_back_is_told_no_more(tmp_path: Path) -> None:
    hall = a_hall(tmp_path, 21, "voted")
    anna = hall.room.join()
    hall.room.cast(anna, {"s1": "agree"})
    ballot = hall.room.context.database.read(
        lambda reading: ballot_of(reading, hall.room.round_id(), anna.require_participant())
    )
    assert ballot is not None
    assert snapshot(hall, Role.PARTICIPANT, ballot)["tally"] is None
    close(hall)
    assert snapshot(hall, Role.PARTICIPANT, ballot)["tally"]["turnout"] == 1
    assert snapshot(hall, Role.PARTICIPANT)["tally"] is None, "they did not vote"
    hall.room.context.database.close()


def counted(counts: int) -> Results:
    return Results(1, {f"c{n}": 0 for n in range(counts)}, {})


def room_poll(room: Room, visibility: Visibility, state: PollState, place: int = 1) -> Any:
    return replace(room.poll(place), visibility=visibility, state=state)


def test_one_count_more_is_too_many(long: Hall) -> None:
    poll = room_poll(long.room, Visibility.LIVE, PollState.OPEN)
    assert phones_follow(poll, counted(60))
    assert not phones_follow(poll, counted(61))
    assert phones_follow(replace(poll, state=PollState.CLOSED), counted(61))


@pytest.mark.parametrize("visibility", list(Visibility))
def test_only_a_result_that_comes_when_voting_is_over_is_announced(
    visibility: Visibility, long: Hall
) -> None:
    """Other results come when the moderator shows them, which nobody can promise."""
    is_theirs = visibility in (Visibility.LIVE, Visibility.VOTED)
    choice = room_poll(long.room, visibility, PollState.OPEN)
    opinion = room_poll(long.room, visibility, PollState.OPEN, place=0)
    assert phones_wait(choice, counted(61)) is is_theirs
    assert phones_wait(opinion, counted(3)) is is_theirs, "its map is long, however few counts"
    assert not phones_wait(choice, counted(60))
    for over in (PollState.CLOSED, PollState.PUBLISHED):
        assert not phones_wait(replace(opinion, state=over), counted(63))
