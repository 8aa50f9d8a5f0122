"""What groups say: the statements that stand for a group, unite the room or divide it.

The tests and their order are those of Pol.is (`repness.clj`), described in Small et al. (2021):
a share with one agreeing and one disagreeing voice added, a test of that share against one half,
a test of two shares against each other, both one-sided at 90 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from polls.domain.opinions.votes import AGREE, DISAGREE, PASS, VoteMatrix
from polls.domain.tally import percent_of

Floats = NDArray[np.float64]
Side = Literal["agree", "disagree"]

SIGNIFICANT: Final = 1.2816
"""The one-sided 90 % point of the normal distribution."""
MOST_STATEMENTS: Final = 5


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people answered a statement in which way."""

    agree: int
    disagree: int
    passed: int

    @property
    def answered(self) -> int:
        return self.agree + self.disagree + self.passed

    def percent(self, side: Side) -> int:
        return percent_of(self.agree if side == "agree" else self.disagree, self.answered)


@dataclass(frozen=True, slots=True)
class StatementCounts:
    """The counts of a statement: the room's, and each group's in the order of the groups."""

    statement: str
    room: Counts
    groups: tuple[Counts, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A statement that was chosen for what people say of it.

    `side` is what they say, `counts` who said it (a group's or the room's), `strength` what the
    choice is ordered by, the highest first.
    """

    statement: str
    side: Side
    counts: Counts
    strength: float

    @property
    def percent(self) -> int:
        return self.counts.percent(self.side)


@dataclass(frozen=True, slots=True)
class Divisive:
    """A statement on which two groups differ most.

    `for_it` and `against_it` are indexes of groups, the first agreeing more; `strength` is the
    difference of their shares of agreement, 0 to 1.
    """

    statement: str
    for_it: int
    against_it: int
    strength: float


@dataclass(frozen=True, eq=False, slots=True)
class _Numbers:
    """The counts as arrays (groups × statements), agreeing, disagreeing and answering."""

    agree: Floats
    disagree: Floats
    answered: Floats


def count_statements(
    matrix: VoteMatrix, groups: Sequence[NDArray[np.int64]]
) -> tuple[StatementCounts, ...]:
    """Count every statement that is not hidden, for the room and for each group of rows."""
    everyone = np.arange(len(matrix.participants))
    counted = [
        [np.count_nonzero(matrix.votes[rows] == code, axis=0) for code in (AGREE, DISAGREE, PASS)]
        for rows in (everyone, *groups)
    ]
    return tuple(
        StatementCounts(
            statement,
            Counts(*(int(code[column]) for code in counted[0])),
            tuple(Counts(*(int(code[column]) for code in group)) for group in counted[1:]),
        )
        for column, statement in enumerate(matrix.statements)
        if statement not in matrix.hidden
    )


def share_test(successes: Floats, trials: Floats) -> Floats:
    """Return the z value of a share against one half, one success added."""
    tested: Floats = 2 * np.sqrt(trials + 1) * ((successes + 1) / (trials + 1) - 0.5)
    return tested


def two_share_test(
    inside: Floats, trials_inside: Floats, outside: Floats, trials_outside: Floats
) -> Floats:
    """Return the z value of a share against another, one success added to each."""
    inside, outside = inside + 1, outside + 1
    trials_inside, trials_outside = trials_inside + 1, trials_outside + 1
    pooled = (inside + outside) / (trials_inside + trials_outside)
    error = np.sqrt(pooled * (1 - pooled) * (1 / trials_inside + 1 / trials_outside))
    difference = inside / trials_inside - outside / trials_outside
    tested: Floats = np.where(pooled < 1, difference / np.where(error > 0, error, 1), 0.0)
    return tested


def representative(counts: Sequence[StatementCounts], groups: int) -> list[tuple[Chosen, ...]]:
    """Return for each group the statements that tell it from the others, at most five.

    A statement qualifies where the group says one thing mostly and more than the others do. One
    that the group agrees with comes first where there is any, so that a group is not described
    by what it rejects alone; where nothing qualifies the nearest to it is taken.
    """
    if groups < 2 or not counts:
        return [() for _ in range(groups)]
    numbers = _numbers(counts)
    return [_representative_of(counts, numbers, group) for group in range(groups)]


def consensus(counts: Sequence[StatementCounts]) -> tuple[Chosen, ...]:
    """Return what most of the room agrees with, then what it rejects: at most five of each."""
    agree = np.array([float(c.room.agree) for c in counts])
    disagree = np.array([float(c.room.disagree) for c in counts])
    answered = np.array([float(c.room.answered) for c in counts])
    chosen: list[Chosen] = []
    sides: tuple[tuple[Side, Floats], ...] = (("agree", agree), ("disagree", disagree))
    for side, successes in sides:
        share, test = _share(successes, answered), share_test(successes, answered)
        strength = share * test
        fits = [int(i) for i in np.flatnonzero((share > 0.5) & (test > SIGNIFICANT))]
        for place in sorted(fits, key=lambda i: -strength[i])[:MOST_STATEMENTS]:
            found = counts[place]
            chosen.append(Chosen(found.statement, side, found.room, float(strength[place])))
    return tuple(chosen)


def divisive(counts: Sequence[StatementCounts], groups: int) -> tuple[Divisive, ...]:
    """Return the statements on which two groups differ most and beyond chance, at most five.

    The two shares of agreement are compared with one voice added on either side, and only where
    `two_share_test` finds the higher one significantly higher.
    """
    found: list[Divisive] = []
    for each in counts:
        best: Divisive | None = None
        for pair in combinations(range(groups), 2):
            shares = [(c.agree + 1) / (c.answered + 2) for c in (each.groups[g] for g in pair)]
            high, low = pair if shares[0] >= shares[1] else pair[::-1]
            strength = abs(shares[0] - shares[1])
            if (best is None or strength > best.strength) and _differ(
                each.groups[high], each.groups[low]
            ):
                best = Divisive(each.statement, high, low, strength)
        if best is not None:
            found.append(best)
    return tuple(sorted(found, key=lambda d: -d.strength)[:MOST_STATEMENTS])


def _differ(high: Counts, low: Counts) -> bool:
    numbers = (high.agree, high.answered, low.agree, low.answered)
    return bool(two_share_test(*(np.array([float(n)]) for n in numbers))[0] > SIGNIFICANT)


def _share(successes: Floats, trials: Floats) -> Floats:
    shares: Floats = (successes + 1) / (trials + 2)
    return shares


def _numbers(counts: Sequence[StatementCounts]) -> _Numbers:
    return _Numbers(
        np.array([[float(g.agree) for g in c.groups] for c in counts]).T,
        np.array([[float(g.disagree) for g in c.groups] for c in counts]).T,
        np.array([[float(g.answered) for g in c.groups] for c in counts]).T,
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Comparison:
    """One side of one group against all others, a value for each statement.

    `share` and `share_z` say how much of the group says so; `ratio` and `ratio_z` how much more
    than the others do.
    """

    share: Floats
    share_z: Floats
    ratio: Floats
    ratio_z: Floats

    @property
    def strength(self) -> Floats:
        return self.ratio * self.ratio_z * self.share * self.share_z

    @property
    def qualifies(self) -> NDArray[np.bool_]:
        passes: NDArray[np.bool_] = (self.share_z > SIGNIFICANT) & (self.ratio_z > SIGNIFICANT)
        return passes


def _compared(successes: Floats, answered: Floats, group: int) -> _Comparison:
    inside, trials = successes[group], answered[group]
    outside, others = successes.sum(axis=0) - inside, answered.sum(axis=0) - trials
    share = _share(inside, trials)
    return _Comparison(
        share,
        share_test(inside, trials),
        share / _share(outside, others),
        two_share_test(inside, trials, outside, others),
    )


def _representative_of(
    counts: Sequence[StatementCounts], numbers: _Numbers, group: int
) -> tuple[Chosen, ...]:
    agree = _compared(numbers.agree, numbers.answered, group)
    disagree = _compared(numbers.disagree, numbers.answered, group)
    spoken = numbers.agree[group] + numbers.disagree[group] > 0
    if not spoken.any():
        return ()
    for_it = agree.ratio_z > disagree.ratio_z
    strength = np.where(for_it, agree.strength, disagree.strength)
    first = _best_agreed(agree, spoken)
    fits = np.flatnonzero(agree.qualifies | disagree.qualifies)
    if first is not None:
        order = [first]
    elif len(fits) == 0:
        z = np.where(spoken, np.maximum(agree.ratio_z, disagree.ratio_z), -np.inf)
        order = [int(z.argmax())]
    else:
        order = []
    if len(fits):
        order += sorted((int(i) for i in fits if i != first), key=lambda i: -strength[i])
    chosen = [
        Chosen(
            counts[place].statement,
            "agree" if for_it[place] else "disagree",
            counts[place].groups[group],
            float(strength[place]),
        )
        for place in order[:MOST_STATEMENTS]
    ]
    return tuple(sorted(chosen, key=lambda c: c.side != "agree"))


def _best_agreed(agree: _Comparison, spoken: NDArray[np.bool_]) -> int | None:
    """Return the statement that the group agrees with most tellingly, or None.

    Pol.is keeps the best so far while it reads the statements in order; here all are compared
    at once, first those that the group agrees with more than others do.
    """
    telling = spoken & (agree.ratio > 1) & (agree.share > 0.5)
    likely = spoken & (agree.share_z > SIGNIFICANT)
    if (telling | likely).sum() == 0:
        return None
    candidates = np.where(telling | (likely & (agree.ratio > 1)), agree.strength, -np.inf)
    if np.isfinite(candidates).any():
        return int(candidates.argmax())
    return int(np.where(likely, agree.share * agree.share_z, -np.inf).argmax())
