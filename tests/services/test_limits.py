"""A flood from one phone is stopped, and nobody else's."""

from __future__ import annotations

import pytest

from polls.domain.errors import Refusal
from polls.services.context import RateLimits


def test_each_participant_has_a_budget_of_their_own_that_fills_at_the_full_minute() -> None:
    now = [100 * 60.0 + 18.5]
    limits = RateLimits(3, 1, clock=lambda: now[0])
    for _ in range(3):
        limits.spend("commands", "anna")
    with pytest.raises(Refusal, match=r"rate\.limited") as refused:
        limits.spend("commands", "anna")
    assert refused.value.details == {"retry_after": 42}
    limits.spend("commands", "ben")
    limits.spend("comments", "anna")
    now[0] += 42
    limits.spend("commands", "anna")
    assert len(limits._spent) == 1, "what was spent in a minute is forgotten with it"
