"""Several polls at once: what the screens hear of a room that goes at its own pace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from polls.domain.polls import GRACE_SECONDS, Role
from polls.live.pace import PACE_EVERY_SECONDS, step_to_show
from polls.live.reasons import PHONES_EVERY_SECONDS
from polls.live.snapshots import People, room_view
from tests.factories import a_poll, make_room
from tests.live.test_stage import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    room = make_room(tmp_path, a_poll(settings={"reasons": True}), a_poll("rating"), a_poll("text"))
    yield Hall(room)
    room.context.database.close()


def test_whoever_comes_back_is_led_to_the_first_open_poll_or_what_is_read_before_it(
    hall: Hall,
) -> None:
    room = hall.room
    for place, title in ((0, "Before"), (2, "Between"), (5, "After")):
        item = room.direct("agenda.add", kind="slide", title=title)["item"]
        room.direct("agenda.move", item=item, place=place + 1)
    room.direct("agenda.open")
    first, second, third = (room.poll(place).id for place in range(3))
    paced = room_view(room.state, Role.PARTICIPANT, "en", People(), room.clock.now).paced
    assert paced is not None
    assert [step.kind for step in paced.steps] == [
        "slide",
        "poll",
        "slide",
        "poll",
        "poll",
        "slide",
    ]
    answered = [(), (first,), (second,), (first, second), (first, second, third)]
    assert [step_to_show(paced, each) for each in answered] == [1, 3, 1, 5, 6]
    assert [step_to_show(paced, (), asked) for asked in (2, 7)] == [2, 7]
    assert [step_to_show(paced, (), asked) for asked in (0, 8, 999)] == [1, 1, 1], "nowhere"
    room.close(1)
    paced = room_view(room.state, Role.PARTICIPANT, "en", People(), room.clock.now).paced
    assert paced is not None
    assert step_to_show(paced, (first,)) == 5, "a closed poll is not waited for"


def test_who_has_finished_is_told_to_projector_and_moderator_at_most_once_a_second(
    hall: Hall,
) -> None:
    room = hall.room
    room.direct("agenda.open")
    hall.tick(PACE_EVERY_SECONDS)
    hall.forget()
    anna, ben = room.join(), room.join()
    for place, answer in enumerate(("a", 4, "More buses")):
        room.cast(anna, answer, place)
    room.cast(ben, "b", 0)
    hall.tick(PACE_EVERY_SECONDS)
    for role in ("projector", "moderator"):
        assert hall.events("panel.pace", role) == [{"finished": 1, "present": 2}]
    assert hall.events("panel.pace", "participant") == []
    room.cast(ben, 2, 1)
    hall.tick(PACE_EVERY_SECONDS / 4)
    assert len(hall.events("panel.pace", "projector")) == 1, "not yet"
    hall.tick(PACE_EVERY_SECONDS)
    hall.tick(PACE_EVERY_SECONDS)
    assert len(hall.events("panel.pace", "projector")) == 2, "once, and nothing twice"


def test_the_turnout_of_every_poll_that_is_on_reaches_the_projector(hall: Hall) -> None:
    room = hall.room
    room.direct("agenda.open")
    anna = room.join()
    room.cast(anna, "a", 0)
    room.cast(anna, 3, 1)
    hall.tick()
    told = {frame["poll"]: frame["turnout"] for frame in hall.events("poll.tally", "projector")}
    assert told == {room.poll(0).id: 1, room.poll(1).id: 1}


def test_rounds_that_end_together_are_one_change_on_every_screen(hall: Hall) -> None:
    room = hall.room
    room.direct("agenda.open", countdown_seconds=60)
    hall.tick()
    hall.forget()
    hall.tick(60)
    assert len(hall.events("panel.view", "participant")) == 1, "counting"
    hall.forget()
    hall.tick(GRACE_SECONDS)
    assert len(hall.events("panel.view", "participant")) == 1, "closed"
    assert len(hall.events("poll.closed", "participant")) == 3
    assert room.state.panel.paced is None


def test_new_reasons_reach_phones_that_show_results_and_not_all_the_time(hall: Hall) -> None:
    room = hall.room
    room.open()
    item = room.state.items[0].id
    for _ in range(2):
        actor = room.join()
        room.cast(actor, "a")
        room.comment("Because", actor, kind="reason", about=item, option="a")
        hall.forget()
        hall.tick(PHONES_EVERY_SECONDS)
        assert len(hall.events("panel.view", "participant")) == 1
        room.comment("Something else")
        hall.forget()
        hall.tick(PHONES_EVERY_SECONDS / 3)
        assert hall.events("panel.view", "participant") == []
        assert hall.events("panel.view", "projector") != []


def test_phones_that_may_not_see_results_are_not_sent_them_for_a_reason(hall: Hall) -> None:
    room = hall.room
    room.direct("poll.visibility", poll=room.poll().id, visibility="published")
    room.open()
    actor = room.join()
    room.cast(actor, "a")
    item = room.state.items[0].id
    room.comment("Because", actor, kind="reason", about=item, option="a")
    hall.forget()
    hall.tick(PHONES_EVERY_SECONDS)
    assert hall.events("panel.view", "participant") == []
