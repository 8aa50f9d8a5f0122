"""Rounds are finished beside the clock, screens always hear of it, and taking back wins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gevent
import pytest

from polls.domain.polls import GRACE_SECONDS, PollState
from polls.services import closing, finishing
from polls.services.finishing import Finisher
from polls.store import agenda
from tests.factories import Room, a_poll, make_room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = make_room(tmp_path, a_poll("ranking"), a_poll())
    room.open()
    room.cast(room.join(), ["a"])
    room.direct("poll.close", poll=room.poll().id)
    room.clock.advance(GRACE_SECONDS + 0.1)
    return room


def closings(room: Room) -> list[Any]:
    heard: list[Any] = []
    room.context.stage.connect_to(
        emit=lambda event, payload, _room: (
            heard.append(payload) if event == "poll.closed" else None
        ),
        has_members=lambda _room: False,
        render=lambda *_: {},
    )
    return heard


def test_asking_returns_before_the_round_is_closed_and_asking_twice_closes_once(
    room: Room,
) -> None:
    heard = closings(room)
    finisher = Finisher(room.context)
    for _ in range(2):
        finisher.finish_soon(room.panel_id, room.poll().id, room.round_id())
    assert room.poll().state is PollState.OPEN
    gevent.wait(timeout=5)
    assert room.poll().state is PollState.CLOSED
    assert len(heard) == 3, "one for each role"


def test_screens_go_on_where_a_conclusion_fails(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no memory")

    heard = closings(room)
    monkeypatch.setattr(finishing, "conclude", fail)
    finishing.finish_rounds(room.context, room.panel_id, [(room.poll().id, room.round_id())])
    assert len(heard) == 3
    assert closing.conclude_all(room.context) == 1, "and it is worked out at the next start"


def test_a_closing_taken_back_while_it_is_counted_leaves_no_trace(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, outcome = closings(room), closing._outcome

    def outcome_meanwhile(*given: Any) -> Any:
        room.direct("panel.undo")
        return outcome(*given)

    monkeypatch.setattr(closing, "_outcome", outcome_meanwhile)
    finishing.finish_rounds(room.context, room.panel_id, [(room.poll().id, room.round_id())])
    latest = room.poll().round
    assert latest is not None
    assert (room.poll().state, latest.outcome, heard) == (PollState.OPEN, None, [])


def test_conclusions_of_another_closing_are_not_kept(room: Room) -> None:
    room.context.database.write(
        lambda connection: agenda.finish_round(connection, room.round_id(), room.clock(), 50.0, 1)
    )
    assert not room.context.database.write(
        lambda connection: agenda.keep_conclusions(connection, room.round_id(), 49.0, outcome={})
    )


def test_who_finishes_a_round_that_is_being_finished_returns_when_that_is_done(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def conclude_slowly(*given: Any) -> None:
        for _ in range(3):
            gevent.sleep(0)
        closing.conclude(*given)

    monkeypatch.setattr(finishing, "conclude", conclude_slowly)
    heard = closings(room)
    Finisher(room.context).finish_soon(room.panel_id, room.poll().id, room.round_id())
    gevent.sleep(0)
    assert heard == []
    finishing.finish_rounds(room.context, room.panel_id, [(room.poll().id, room.round_id())])
    assert len(heard) == 3
