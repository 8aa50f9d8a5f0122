"""How people did in knowledge checks, without anyone's name.

Each person is told their own score and how many knew more. The room is told how many people knew
so many; nothing is told of fewer than five people, nor can it be reckoned from what is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

PEOPLE_LEAST = 5


@dataclass(frozen=True, slots=True)
class Band:
    """How many people knew from `least` to `most` answers."""

    least: int
    most: int
    people: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What one person is told."""

    knew: int
    questions: int
    better: int | None
    """How many people knew more; None where that would be fewer than five, but not nobody."""


@dataclass(frozen=True, slots=True)
class Board:
    questions: int
    """Knowledge checks that are over."""
    knew: Mapping[str, int]
    """How many of them each participant knew; only who answered at least one is there."""

    @property
    def people(self) -> int:
        return len(self.knew)

    @property
    def is_shown(self) -> bool:
        return self.people >= PEOPLE_LEAST

    def bands(self) -> list[Band]:
        """Return how many people knew how many, the best first; scores that too few people have
        are joined with the scores next to them. Empty where the board is not shown."""
        if not self.is_shown:
            return []
        scores = Counter(self.knew.values())
        bands: list[Band] = []
        least = most = self.questions
        people = 0
        for score in range(self.questions, -1, -1):
            least, people = score, people + scores[score]
            if people >= PEOPLE_LEAST:
                bands.append(Band(least, most, people))
                most, people = score - 1, 0
        if most >= 0:
            last = bands.pop()
            bands.append(Band(0, last.most, last.people + people))
        return bands

    def standing(self, participant: str) -> Standing | None:
        """Return what a participant is told; None where they answered nothing or too few did."""
        own = self.knew.get(participant)
        if own is None or not self.is_shown:
            return None
        better = sum(score > own for score in self.knew.values())
        is_told = better == 0 or better >= PEOPLE_LEAST
        return Standing(own, self.questions, better if is_told else None)
