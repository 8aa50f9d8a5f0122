"""Who answered what: the table that an opinion map is drawn from.

The order of people and of statements in a table is an accident of ids. Sums of floating point
numbers depend on it in their last digits, and those may decide a tie, so a table is first brought
into an order that its content alone gives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

AGREE: Final = 1
PASS: Final = 0
DISAGREE: Final = -1
MISSING: Final = -128
"""Not answered; a pass is an answer."""

CODES: Final[Mapping[str, int]] = {"agree": AGREE, "disagree": DISAGREE, "pass": PASS}

_MOST_ROUNDS = 8


@dataclass(frozen=True, eq=False, slots=True)
class VoteMatrix:
    """What each participant said of each statement.

    `votes` has a row for each of `participants` and a column for each of `statements`; a cell is
    AGREE, DISAGREE, PASS or MISSING. `hidden` are the statements that were taken out after some
    had answered them: they shape nothing, but the answers still show who takes part.
    """

    participants: tuple[str, ...]
    statements: tuple[str, ...]
    votes: NDArray[np.int8]
    hidden: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        expected = (len(self.participants), len(self.statements))
        if self.votes.shape != expected:
            raise ValueError(f"votes have the shape {self.votes.shape}, not {expected}")
        if len(set(self.participants)) != expected[0] or len(set(self.statements)) != expected[1]:
            raise ValueError("a participant or statement is there twice")

    @classmethod
    def from_answers(
        cls,
        answers: Mapping[str, Mapping[str, str]],
        statements: Iterable[str],
        hidden: Collection[str] = (),
    ) -> VoteMatrix:
        """Return the table of answers such as `{"s12": "agree", "s13": "pass"}` by participant.

        What was said of anything but `statements` is left out.
        """
        order = tuple(statements)
        places = {statement: place for place, statement in enumerate(order)}
        votes = np.full((len(answers), len(order)), MISSING, dtype=np.int8)
        for row, answer in zip(votes, answers.values(), strict=True):
            known = [(places[key], CODES[word]) for key, word in answer.items() if key in places]
            if known:
                columns, codes = zip(*known, strict=True)
                row[list(columns)] = codes
        return cls(tuple(answers), order, votes, frozenset(hidden) & frozenset(order))

    @property
    def answered(self) -> NDArray[np.int64]:
        """How many statements each participant answered, hidden ones too."""
        counts: NDArray[np.int64] = (self.votes != MISSING).sum(axis=1, dtype=np.int64)
        return counts

    @property
    def hidden_columns(self) -> NDArray[np.bool_]:
        return np.fromiter((s in self.hidden for s in self.statements), bool, len(self.statements))


@dataclass(frozen=True, eq=False, slots=True)
class DistinctVotes:
    """A vote table in the order of its content, each different row once.

    `rows` (distinct rows × statements) are weighted by `weights`, the people who answered so,
    divided by what all of these have in common: the same room twice over is the same table.
    Everyone has passed on hidden statements, as in Pol.is.
    `row_of` gives each participant's row, `columns` the statement of each column.
    """

    rows: NDArray[np.int8]
    weights: NDArray[np.int64]
    row_of: NDArray[np.int64]
    columns: NDArray[np.int64]


def distinct_votes(matrix: VoteMatrix) -> DistinctVotes:
    """Return the rows of the table that differ, ordered by content alone."""
    told = np.where(matrix.hidden_columns, np.int8(PASS), matrix.votes)
    rows, row_of, counts = np.unique(told, axis=0, return_inverse=True, return_counts=True)
    weights = counts // np.gcd.reduce(counts) if len(counts) else counts
    row_colours, column_colours = colours(rows, weights)
    row_order = np.argsort(row_colours, kind="stable")
    columns = np.argsort(column_colours, kind="stable")
    rank = np.empty_like(row_order)
    rank[row_order] = np.arange(len(row_order))
    return DistinctVotes(
        rows[np.ix_(row_order, columns)],
        weights[row_order],
        rank[row_of.reshape(-1)],
        columns,
    )


def colours(
    rows: NDArray[np.int8], weights: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return colours of rows and columns that refine each other (Weisfeiler and Leman 1968).

    A row's colour is made of the colours of the columns it agrees, disagrees and passes with,
    and the other way round, until no more rows or columns are told apart. Sums of integers do
    not depend on their order, so neither do colours. What keeps one colour is a mirror image of
    each other in practice, and nothing but its name could tell it apart.
    """
    row_colours = _mixed(weights.astype(np.uint64))
    column_colours = np.zeros(rows.shape[1], dtype=np.uint64)
    answers = [rows == code for code in (AGREE, DISAGREE, PASS)]
    told_apart = (0, 0)
    for _ in range(_MOST_ROUNDS):
        row_colours = _recoloured(row_colours, answers, column_colours)
        column_colours = _recoloured(column_colours, [a.T for a in answers], row_colours)
        now = (len(np.unique(row_colours)), len(np.unique(column_colours)))
        if now == told_apart:
            break
        told_apart = now
    return row_colours, column_colours


def _recoloured(
    colours: NDArray[np.uint64],
    answers: list[NDArray[np.bool_]],
    others: NDArray[np.uint64],
) -> NDArray[np.uint64]:
    total = colours.copy()
    for number, answered in enumerate(answers, start=1):
        total += answered.astype(np.uint64) @ _mixed(others + np.uint64(number))
    return _mixed(total)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit numbers (the finalizer of SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
