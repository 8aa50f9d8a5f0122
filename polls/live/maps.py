"""Pictures that are drawn from all ballots of a round while people vote, such as opinion maps.

Counters cannot tell who answers alike, so every so often all ballots of a round are read and drawn
beside the sockets. A picture is as old as its drawing takes; the numbers beside it tick on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import gevent
import orjson

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll, PollState
from polls.domain.tally import VERSION
from polls.live.snapshots import PanelState
from polls.live.workbench import off_loop
from polls.store import ballots
from polls.store.database import Database

DRAW_EVERY_SECONDS = 2.0
TAKEN_REST_SECONDS = 30.0
"""Who is given pictures draws none, unless none has come for so long."""

REST_FOR_DRAWING = 3
"""After a drawing its panel rests so many times as long as that took: votes come first."""

log = logging.getLogger(__name__)

Shown = Callable[[str, Poll], None]
Wanted = tuple[int, tuple[Any, ...]]
"""What a picture is drawn of: the version of the counters, and the options with their facts."""


@dataclass(slots=True)
class Drawing:
    """The latest picture of a round."""

    drawn: Wanted
    picture: Mapping[str, Any]
    memory: Any
    """Keeps the next picture steady. It knows ballots by their receipts and never leaves."""


@dataclass(slots=True)
class Easel:
    """A panel's pictures, and whether one is being drawn."""

    drawings: dict[str, Drawing] = field(default_factory=dict)
    is_drawing: bool = False
    began_at: float = 0.0
    rests_until: float = float("-inf")


class Maps:
    """Draws pictures of open rounds anew, one at a time for a panel and never too often."""

    def __init__(self, database: Database, clock: Callable[[], float], shown: Shown) -> None:
        """`shown` hears of every new picture, once the panel's state has it."""
        self._database = database
        self._clock = clock
        self._shown = shown

    def lend(self, easel: Easel, state: PanelState) -> None:
        """Give a state that was read anew the pictures there are; forget those of the past."""
        now_open = {round_id for round_id, _ in _drawn_rounds(state)}
        for round_id in [known for known in easel.drawings if known not in now_open]:
            del easel.drawings[round_id]
        state.pictures.update({r: drawing.picture for r, drawing in easel.drawings.items()})

    def watch(self, panel_id: str, easel: Easel, state: PanelState) -> None:
        """Begin to draw if there is something new to be seen and it is time."""
        if easel.is_drawing or self._clock() < easel.rests_until:
            return
        for round_id, poll in _drawn_rounds(state):
            # What is noted here is no newer than what is read after, so nothing is missed.
            wanted = _wanted(state, round_id, poll)
            known = easel.drawings.get(round_id)
            if known is None or known.drawn != wanted:
                easel.is_drawing = True
                easel.began_at = self._clock()
                gevent.spawn(self._draw, panel_id, easel, round_id, poll, wanted)
                return

    def take(
        self, easel: Easel, state: PanelState, round_id: str, picture: Mapping[str, Any]
    ) -> Poll | None:
        """Take a picture that was drawn elsewhere; return its poll, None if it is not open now."""
        for found, poll in _drawn_rounds(state):
            if found == round_id:
                easel.drawings[round_id] = Drawing(_wanted(state, round_id, poll), picture, None)
                easel.rests_until = self._clock() + TAKEN_REST_SECONDS
                self.lend(easel, state)
                return poll
        return None

    def _draw(self, panel_id: str, easel: Easel, round_id: str, poll: Poll, wanted: Wanted) -> None:
        try:
            cast = self._database.read(lambda reading: ballots.raw_answers(reading, round_id))
            known = easel.drawings.get(round_id)
            before = known.memory if known else None
            picture, memory = off_loop(lambda: _drawn(poll, cast, before))
            easel.drawings[round_id] = Drawing(wanted, picture, memory)
        except Exception:
            log.exception("a picture could not be drawn")
        else:
            self._shown(panel_id, poll)
        finally:
            now = self._clock()
            easel.rests_until = now + max(
                DRAW_EVERY_SECONDS, REST_FOR_DRAWING * (now - easel.began_at)
            )
            easel.is_drawing = False


def _drawn_rounds(state: PanelState) -> Iterator[tuple[str, Poll]]:
    for poll in state.polls.values():
        latest = poll.round if poll.state is PollState.OPEN else None
        if latest is not None and kind_named(poll.kind).has_picture:
            yield latest.id, poll


def _wanted(state: PanelState, round_id: str, poll: Poll) -> Wanted:
    version = state.counters[round_id][VERSION] if round_id in state.counters else 0
    options = tuple((option.id, *sorted(option.facts.items())) for option in poll.question.options)
    return version, options


def _drawn(poll: Poll, cast: list[tuple[str, str]], memory: Any) -> tuple[dict[str, Any], Any]:
    answers = {receipt: orjson.loads(answer) for receipt, answer in cast}
    return kind_named(poll.kind).draw(answers, poll.question, memory)
