"""Items that are open together: how far the room has come, for every screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from polls.domain.pace import results_to_show, steps_to_offer
from polls.domain.polls import Poll, PollState
from polls.domain.tally import VERSION
from polls.live.views import ItemView, PacedView
from polls.store.agenda import ItemRecord
from polls.store.ballots import counters_of
from polls.store.database import Database
from polls.store.pace import polls_of_steps, voters_of_all
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
    def items(self) -> Sequence[ItemRecord]: ...
    @property
    def polls(self) -> Mapping[str, Poll]: ...
    @property
    def counters(self) -> Mapping[str, Counter[str]]: ...
    @property
    def pace(self) -> PaceCount: ...


def rounds_of(polls: Sequence[Poll]) -> list[str]:
    """Return the ids of the rounds that are on together."""
    return [poll.round.id for poll in polls if poll.round and poll.state is not PollState.DRAFT]


def load_pace(connection: Connection, polls: Sequence[Poll]) -> PaceCount:
    """Count those who have answered all polls that are open together."""
    rounds = rounds_of(polls)
    if not rounds:
        return PaceCount()
    version = _version(counters_of(connection, rounds), rounds)
    return PaceCount(voters_of_all(connection, rounds), version)


def is_news(database: Database, panel: PacedPanel, state: PacedState, now: float) -> bool:
    """Count those who have finished anew, if it is time to; say whether screens are to hear of it."""
    if not state.panel.paced or now - panel.pace_sent_at < PACE_EVERY_SECONDS:
        return False
    polls = polls_of_steps(state.panel.paced, state.items, state.polls)
    if _version(state.counters, rounds_of(polls)) != state.pace.version:
        fresh = database.read(lambda connection: load_pace(connection, polls))
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
    """Return the items that are open together, while one of them is the current one."""
    steps = tuple(
        item
        for item in items
        if item.id in (paced or ()) and (item.poll is None or item.poll.round)
    )
    if not any(step.is_current for step in steps):
        return None
    return PacedView(
        steps,
        pace.finished,
        is_open=any(step.poll is not None and step.poll.takes_ballots for step in steps),
    )


def steps_offered(state: PacedState) -> frozenset[str]:
    """Return the ids of the items that are opened together unless others are chosen."""
    return frozenset(steps_to_offer([(item.id, item.poll_id) for item in state.items], state.polls))


def results_together(state: PacedState, items: tuple[ItemView, ...]) -> tuple[ItemView, ...]:
    """Return the items that were open together last and whose results can be published now."""
    asked = polls_of_steps(state.panel.paced_last, state.items, state.polls)
    found = {poll.id for poll in results_to_show(asked)}
    return tuple(item for item in items if item.poll is not None and item.poll.id in found)


def step_to_show(paced: PacedView, answered: Collection[str], asked: int = 0) -> int:
    """Return which step a page without script shows, from 1; one more is the end.

    `answered` are ids of polls; `asked` is the step that the reader went to, if any. Otherwise it
    is the first poll that can still be answered, or what stands right before it to be read.
    """
    if 1 <= asked <= len(paced.steps) + 1:
        return asked
    place = next(
        (
            place
            for place, step in enumerate(paced.steps)
            if step.poll and step.poll.takes_ballots and step.poll.id not in answered
        ),
        len(paced.steps),
    )
    while place and paced.steps[place - 1].poll is None:
        place -= 1
    return place + 1


def pace_frame(pace: PaceCount, present: int) -> dict[str, Any]:
    return {"finished": pace.finished, "present": max(present, pace.finished)}
