"""What every use case needs, and who asks for it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from polls.config import Config
from polls.domain.codes import Choose
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.live.stage import Stage
from polls.store.ballot_box import BallotBox
from polls.store.database import Database
from polls.store.worker_numbers import WorkerNumber

MINUTE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who acts in a panel, in one role."""

    role: Role
    panel_id: str
    language: str = "en"
    participant: str | None = None
    """Under which name a participant's ballots are kept; None for the other roles."""

    def require_participant(self) -> str:
        if self.participant is None:
            raise Refusal("permission.denied")
        return self.participant


WRONG_PINS_PER_MINUTE = 30
"""In one panel: enough for a hall that mistypes, too few to try them all."""


class RateLimits:
    """Budgets for each participant, never for an address: a hall sits behind one address.

    Every budget is full again at each full minute, when all that was spent is forgotten.
    """

    def __init__(
        self,
        commands_per_minute: int,
        comments_per_minute: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._budgets = {
            "commands": max(1, commands_per_minute),
            "comments": max(1, comments_per_minute),
            "wrong PINs": WRONG_PINS_PER_MINUTE,
        }
        self._clock = clock
        self._minute = 0
        self._spent: dict[tuple[str, str], int] = {}

    def check(self, budget: str, whose: str) -> None:
        """Refuse if a budget is spent, but take nothing from it."""
        self.spend(budget, whose, units=0)

    def spend(self, budget: str, participant: str, units: int = 1) -> None:
        """Take from a participant's budget, or refuse and say when to come back."""
        now = self._clock()
        minute = int(now // MINUTE_SECONDS)
        if minute != self._minute:
            self._minute = minute
            self._spent.clear()
        place = (budget, participant)
        spent = self._spent.get(place, 0)
        if spent >= self._budgets[budget]:
            left = (minute + 1) * MINUTE_SECONDS - now
            raise Refusal("rate.limited", retry_after=max(1, math.ceil(left)))
        self._spent[place] = spent + units

    def spent_by(self, participant: str) -> dict[str, int]:
        """Return what a participant has taken from each budget in this minute."""
        if int(self._clock() // MINUTE_SECONDS) != self._minute:
            return {}
        spent = {budget: self._spent.get((budget, participant), 0) for budget in self._budgets}
        return {budget: units for budget, units in spent.items() if units}

    def forget(self, participant: str) -> None:
        """Erase what is known of a participant."""
        for budget in self._budgets:
            self._spent.pop((budget, participant), None)


@dataclass(slots=True)
class Counts:
    """What happened since this process began, for whoever watches over it; nobody's name."""

    joins: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    """Commands and requests that were refused, by the code of the refusal."""


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of a running server that use cases work with."""

    config: Config
    database: Database
    ballot_box: BallotBox
    stage: Stage
    limits: RateLimits
    clock: Callable[[], float]
    choose: Choose
    secret: bytes
    worker_number: WorkerNumber | None = None
    """Held as long as this worker runs, so that no other takes it."""
    counts: Counts = field(default_factory=Counts)
