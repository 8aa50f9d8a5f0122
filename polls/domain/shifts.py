"""Who changed their answer between two rounds: numbers of people, never persons.

A person counts as having moved when the category of their answer changed (`Kind.category`: an
option, a step, a band, a first place); where a kind has no categories, when the answer changed at
all (`Kind.differs`). Where people write (`Kind.compares_rounds`), nobody is said to have moved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from polls.domain.kinds.base import Answer, Kind
from polls.domain.polls import Question

PEOPLE_LEAST = 10
"""With fewer people in both rounds a move could be traced: only totals are kept."""

LEADING_LEAST = 3
"""A sentence names where most moved only if so many went there."""

AnswerPair = tuple[Answer | None, Answer | None]
"""One person's answers in the round before and in this one; None for no ballot."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The table of moves between the categories of two rounds."""

    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    """People by category before (row) and category after (column)."""
    newcomers: tuple[int, ...]
    """People who have a ballot only in the later round, by category."""
    leavers: tuple[int, ...]
    """People who have a ballot only in the earlier round, by category."""

    @property
    def before(self) -> tuple[int, ...]:
        """Ballots of the earlier round by category."""
        return tuple(sum(row) + left for row, left in zip(self.table, self.leavers, strict=True))

    @property
    def after(self) -> tuple[int, ...]:
        """Ballots of the later round by category."""
        columns = zip(*self.table, strict=True)
        return tuple(sum(column) + new for column, new in zip(columns, self.newcomers, strict=True))

    def flows(self) -> list[Flow]:
        """Return the moves from one category to another, largest first."""
        found = [
            Flow(before, after, count)
            for before, row in zip(self.categories, self.table, strict=True)
            for after, count in zip(self.categories, row, strict=True)
            if before != after and count
        ]
        return sorted(found, key=lambda flow: -flow.count)


@dataclass(frozen=True, slots=True)
class Flow:
    """So many people went from one category to another."""

    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True)
class Shift:
    """What became of a round's answers in the next one."""

    from_round: int
    """The number of the earlier round."""
    both: int
    """People with a ballot in both rounds."""
    moved: int
    newcomers: int
    leavers: int
    moves: Moves | None = None
    """None where a table could lead to a person, or where answers have no categories."""
    is_compared: bool = True
    """Not so where people write: then nobody knows who moved, and `moved` is 0."""

    @property
    def stayed(self) -> int:
        return self.both - self.moved

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a round; without moves there is nothing but totals."""
        stored: dict[str, Any] = {
            "from": self.from_round,
            "both": self.both,
            "moved": self.moved if self.is_compared else None,
            "newcomers": self.newcomers,
            "leavers": self.leavers,
        }
        if self.moves is not None:
            stored["moves"] = {
                "categories": list(self.moves.categories),
                "table": [list(row) for row in self.moves.table],
                "newcomers": list(self.moves.newcomers),
                "leavers": list(self.moves.leavers),
            }
        return stored


def shift_from_json(stored: Mapping[str, Any]) -> Shift:
    """Return a stored shift."""
    moves = stored.get("moves")
    return Shift(
        from_round=stored["from"],
        both=stored["both"],
        moved=stored["moved"] or 0,
        newcomers=stored["newcomers"],
        leavers=stored["leavers"],
        moves=None
        if moves is None
        else Moves(
            tuple(moves["categories"]),
            tuple(tuple(row) for row in moves["table"]),
            tuple(moves["newcomers"]),
            tuple(moves["leavers"]),
        ),
        is_compared=stored["moved"] is not None,
    )


def count_shift(
    from_round: int, pairs: Iterable[AnswerPair], kind: Kind, question: Question
) -> Shift:
    """Return the shift between two rounds from everyone's two answers.

    A table is kept only if enough people were there both times, so that what could lead to a
    person is not even stored. An answer that stands for no category counts as no ballot.
    """
    categories = kind.categories(question)
    counted: Counter[tuple[str | None, str | None]] = Counter()
    both = moved = 0
    for before, after in pairs:
        place = (
            _category(kind, before, question, categories),
            _category(kind, after, question, categories),
        )
        counted[place] += 1
        if None not in place:
            both += 1
            moved += (place[0] != place[1]) if categories else kind.differs(before, after)
    newcomers = sum(n for (before, after), n in counted.items() if before is None and after)
    leavers = sum(n for (before, after), n in counted.items() if after is None and before)
    moves = None
    if categories and both >= PEOPLE_LEAST:
        moves = Moves(
            categories,
            tuple(tuple(counted[before, after] for after in categories) for before in categories),
            tuple(counted[None, category] for category in categories),
            tuple(counted[category, None] for category in categories),
        )
    if not kind.compares_rounds:
        moved = 0
    return Shift(from_round, both, moved, newcomers, leavers, moves, kind.compares_rounds)


def _category(
    kind: Kind, answer: Answer | None, question: Question, categories: Sequence[str]
) -> str | None:
    """Return what an answer counts as; all answers of a kind without categories are one."""
    if answer is None:
        return None
    if not categories:
        return "answered"
    category = kind.category(answer, question)
    return category if category in categories else None


class SentenceCase(StrEnum):
    """Which sentence says a shift; each is one whole sentence to translate."""

    NOBODY_TWICE = "nobody_twice"
    AGAIN = "again"
    """Answers are not compared: so many gave one both times."""
    NONE = "none"
    ONE = "one"
    MOST = "most"
    """More than half of those who moved made the same move."""
    LARGEST = "largest"
    """One move was made by more people than any other."""
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class SentenceFacts:
    """What the sentence about a shift says."""

    case: SentenceCase
    moved: int
    both: int
    before: str = ""
    """The category that the named move leads away from, where one is named."""
    after: str = ""


def sentence_facts(shift: Shift, flows: Sequence[Flow] | None = None) -> SentenceFacts:
    """Return what one sentence can say of a shift.

    `flows` are the moves that may be named, largest first; all of them if none are given.
    """
    if flows is None:
        flows = shift.moves.flows() if shift.moves else ()
    if not shift.both:
        return SentenceFacts(SentenceCase.NOBODY_TWICE, 0, 0)
    if not shift.is_compared:
        return SentenceFacts(SentenceCase.AGAIN, 0, shift.both)
    if shift.moved < 2:
        case = SentenceCase.ONE if shift.moved else SentenceCase.NONE
        return SentenceFacts(case, shift.moved, shift.both)
    is_single = len(flows) == 1 or (len(flows) > 1 and flows[0].count > flows[1].count)
    if not is_single or flows[0].count < LEADING_LEAST:
        return SentenceFacts(SentenceCase.SEVERAL, shift.moved, shift.both)
    largest = flows[0]
    case = SentenceCase.MOST if 2 * largest.count > shift.moved else SentenceCase.LARGEST
    return SentenceFacts(case, shift.moved, shift.both, largest.before, largest.after)
