"""Where ballots lie: what a batch of casts asks of the database.

`sqlite_shelf.py` and `postgres_shelf.py` tell how each is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from polls.domain.polls import GRACE_SECONDS

NO_SEQUENCE = -1
"""The sequence of a ballot that was made to be locked, and not cast."""

Place = tuple[str, str]
"""A round and a participant: where a ballot lies."""

Deltas = dict[tuple[str, str], int]
"""What to add to counters, by round and key."""

NewReceipt = Callable[[], str]


@dataclass(slots=True)
class Stored:
    """A ballot as it lies in the database, or is about to."""

    id: int
    answer: Any
    sequence: int
    receipt: str
    state: str
    channel: str = ""
    is_changed: bool = False
    option_order: str | None = None
    """The order of the options that its voter saw, to be kept; None where all saw the same."""


class Shelf(Protocol):
    """The ballots and counters of one transaction."""

    def open_rounds(self, round_ids: Iterable[str]) -> dict[str, float]:
        """Return until when each round that is not closed takes ballots; none closes now."""

    def take(self, channels: Mapping[Place, str]) -> dict[Place, Stored]:
        """Return the ballots at these places, which nobody else changes now.

        Where there is none yet, one without an answer is returned, with the channel given.
        """

    def put_back(self, stored: Mapping[Place, Stored]) -> None:
        """Keep those that were changed, and nothing of new ones that were not."""

    def count(self, changes: Deltas) -> None:
        """Add to counters, in the order given."""


def takes_until(closes_at: float | None) -> float:
    return float("inf") if closes_at is None else closes_at + GRACE_SECONDS
