"""The counts of a round and what a screen shows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BALLOTS = "=ballots"
"""Every ballot adds one to this counter, so that turnout needs no other source. No answer
can add to it: neither an option's id nor a word begins with a sign."""

VERSION = "=version"
"""Rises with every change of a round's counters; never part of the results."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a screen shows of a tally.

    `counts` and `percents` are keyed like the answers (option ids, steps, words), in the
    order in which they are shown. `details` holds what only one kind has, such as a mean.
    """

    turnout: int
    counts: Mapping[str, int]
    percents: Mapping[str, int]
    details: Mapping[str, Any] = field(default_factory=dict)


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights` so that the parts add up (largest remainder)."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


def percent_of(part: int, whole: int) -> int:
    """Return the nearest whole percent, 0 when there is nothing to divide by."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def people_present(seen: int, turnout: int, head_count: int | None) -> int:
    """Return the people in the room; at least those who voted, so no share exceeds 100 %."""
    return max(head_count if head_count is not None else seen, turnout)


def change_of(old: Mapping[str, int] | None, new: Mapping[str, int] | None) -> dict[str, int]:
    """Return what a changed ballot adds to the counters; None stands for no ballot.

    Every vote comes through here, so it does without the arithmetic of `Counter`.
    """
    delta: dict[str, int] = {}
    if new is not None:
        delta = {**new, BALLOTS: 1}
    if old is not None:
        for key, value in (*old.items(), (BALLOTS, 1)):
            delta[key] = delta.get(key, 0) - value
    return {key: value for key, value in delta.items() if value}
