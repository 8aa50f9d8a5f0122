"""What every use case needs, and who asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from polls.config import Config
from polls.domain.codes import Choose
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.live.stage import Stage
from polls.store.ballot_box import BallotBox
from polls.store.database import Database


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


class RateLimits:
    """Budgets for each participant, never for an address: a hall sits behind one address."""

    def __init__(self, commands_per_minute: int, comments_per_minute: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._budgets = {
            "commands": RateLimitItemPerMinute(max(1, commands_per_minute)),
            "comments": RateLimitItemPerMinute(max(1, comments_per_minute)),
        }

    def spend(self, budget: str, participant: str) -> None:
        """Take one from a participant's budget, or refuse and say when to come back."""
        item = self._budgets[budget]
        if self._limiter.hit(item, budget, participant):
            return
        resets_at = self._limiter.get_window_stats(item, budget, participant).reset_time
        raise Refusal("rate.limited", retry_after=max(1, round(resets_at - time.time())))


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
