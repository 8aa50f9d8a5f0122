"""Polls that are open together: how far the room has come, for every screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from polls.domain.polls import Poll, PollState
from polls.domain.tally import VERSION
from polls.live.views import ItemView, PacedView
from polls.store.ballots import counters_of
from polls.store.database import Database
from polls.store.pace import voters_of_all
from polls.store.panels import PanelRecord

PACE_EVERY_SECONDS = 1.0
"""Who has finished is asked of the database, so not at every tick."""


@dataclass(slots=True)
class PaceCount:
    """How many people have answered all polls that are open together."""

    finished: int = 0
    version: int = 0
    """Of all tallies when this was counted; it need not be counted again before they change."""


class PacedPanel(Protocol):
    """The part of what the stage remembers of a panel that is about its pace."""

    pace_sent: int
    pace_sent_at: float


class PacedState(Protocol):
    """The part of a panel's state that is about its pace."""

    @property
    def panel(self) -> PanelRecord: ...
    @property
    def polls(self) -> Mapping[str, Poll]: ...
    @property
    def counters(self) -> Mapping[str, Counter[str]]: ...
    @property
    def pace(self) -> PaceCount: ...


def rounds_of_pace(paced: Collection[str] | None, polls: Mapping[str, Poll]) -> list[str]:
    """Return the ids of the rounds that are on together."""
    found = [polls[poll_id] for poll_id in paced or () if poll_id in polls]
    return [poll.round.id for poll in found if poll.round and poll.state is not PollState.DRAFT]


def load_pace(
    connection: Connection, paced: Collection[str] | None, polls: Mapping[str, Poll]
) -> PaceCount:
    """Count those who have finished."""
    rounds = rounds_of_pace(paced, polls)
    if not rounds:
        return PaceCount()
    version = _version(counters_of(connection, rounds), rounds)
    return PaceCount(voters_of_all(connection, rounds), version)


def is_news(database: Database, panel: PacedPanel, state: PacedState, now: float) -> bool:
    """Count those who have finished anew, if it is time to; say whether screens are to hear of it."""
    paced, polls = state.panel.paced, state.polls
    if not paced or now - panel.pace_sent_at < PACE_EVERY_SECONDS:
        return False
    if _version(state.counters, rounds_of_pace(paced, polls)) != state.pace.version:
        fresh = database.read(lambda connection: load_pace(connection, paced, polls))
        state.pace.finished, state.pace.version = fresh.finished, fresh.version
    if state.pace.version == panel.pace_sent:
        return False
    panel.pace_sent, panel.pace_sent_at = state.pace.version, now
    return True


def _version(counters: Mapping[str, Mapping[str, int]], rounds: list[str]) -> int:
    return sum(counters.get(round_id, {}).get(VERSION, 0) for round_id in rounds)


def paced_view(
    paced: Collection[str] | None, items: tuple[ItemView, ...], pace: PaceCount
) -> PacedView | None:
    """Return the polls that are open together, while one of them is the current item."""
    steps = tuple(
        item for item in items if item.poll and item.poll.id in (paced or ()) and item.poll.round
    )
    if not any(step.is_current for step in steps):
        return None
    return PacedView(
        steps,
        pace.finished,
        is_open=any(step.poll is not None and step.poll.takes_ballots for step in steps),
    )


def pace_frame(pace: PaceCount, present: int) -> dict[str, Any]:
    return {"finished": pace.finished, "present": max(present, pace.finished)}
