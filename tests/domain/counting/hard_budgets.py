"""Budgets that are hard to count: much is nearly or exactly level, and many voters run out."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from tests.domain.counting.plain_equal_shares import bought_with

IDS = "abcdef"
FEW = (1, 2, 3)
WEIGHTS = (FEW, FEW, (1, 10**6, 10**6 + 1), (1, 10**12 - 1, 10**12))
STEPS = (3, 9, 30)
CLOSE = (0, Fraction(1, 10**9), Fraction(-1, 10**9), Fraction(1, 10**15), Fraction(-1, 10**15))
SCALES = (Fraction(1), Fraction(1), Fraction(1, 10), Fraction(1, 3), Fraction(10**15))


@dataclass(frozen=True)
class HardBudget:
    """`costs` are in the order that breaks ties; each step of the completion adds `unit`."""

    amount: Fraction
    costs: dict[str, Fraction]
    ballots: dict[frozenset[str], int]
    unit: Fraction

    @property
    def share(self) -> Fraction:
        return self.amount / sum(self.ballots.values())


def budget_of(
    amount: str, costs: dict[str, str], ballots: dict[str, int], unit: str = "1"
) -> HardBudget:
    """Return a budget as it is written down: ids of one letter, amounts as texts."""
    return HardBudget(
        Fraction(amount),
        {id_: Fraction(cost) for id_, cost in costs.items()},
        {frozenset(approved): voters for approved, voters in ballots.items()},
        Fraction(unit),
    )


def hard_budget(chance: random.Random) -> HardBudget:
    """Draw groups that share projects, costs near what whole groups pay, and nearly empty purses.

    Some cost more than there is. The last step is at most some thirty steps away.
    """
    ids = IDS[: chance.randint(2, len(IDS))]
    ballots = _ballots(chance, ids)
    voters, scale = sum(ballots.values()), chance.choice(SCALES)
    amounts = [_near_votes(chance, ballots) * scale for _ in range(chance.randint(1, 4))]
    costs = {id_: chance.choice(amounts) for id_ in ids}
    amount = chance.choice(
        (
            sum(chance.sample(list(costs.values()), chance.randint(1, len(ids))), Fraction(0)),
            voters * chance.randint(1, 9) * scale,
            sum(costs.values(), Fraction(0)) * Fraction(chance.randint(1, 9), 10),
        )
    )
    unit = _unit(chance, costs, ballots, amount)
    for id_ in chance.sample(ids, chance.randint(0, 2)):
        money = amount / voters + chance.randint(0, 3) * unit
        costs[id_] = _cost_at_an_edge(chance, id_, money, _in_order(costs), ballots)
    return HardBudget(amount, _in_order(costs), ballots, _unit(chance, costs, ballots, amount))


def _ballots(chance: random.Random, ids: str) -> dict[frozenset[str], int]:
    weights = chance.choice(WEIGHTS)
    ballots: Counter[frozenset[str]] = Counter()
    for _ in range(chance.choice((2, 3, 4, 5, 6, 12))):
        approved = frozenset(id_ for id_ in ids if chance.randint(0, 2))
        ballots[approved] += chance.choice(weights)
    return dict(ballots)


def _near_votes(chance: random.Random, ballots: dict[frozenset[str], int]) -> int:
    votes = sum(chance.choice(list(ballots.values())) for _ in range(chance.randint(1, 3)))
    return max(votes * chance.randint(1, 6) + chance.choice((0, 0, 0, 1, -1)), 0)


def _cost_at_an_edge(
    chance: random.Random,
    id_: str,
    money: Fraction,
    costs: dict[str, Fraction],
    ballots: dict[frozenset[str], int],
) -> Fraction:
    """Return what supporters pay when one of them, after others are bought, just can or cannot."""
    others = {other: cost for other, cost in costs.items() if other != id_}
    budget = sum(ballots.values()) * money
    purses = bought_with(money, others, ballots, budget).purses
    backers = [who for who in ballots if id_ in who]
    if not backers:
        return costs[id_]
    price = purses[chance.choice(backers)]
    cost = sum((min(purses[who], price) * ballots[who] for who in backers), Fraction(0))
    return cost * (1 + chance.choice(CLOSE))


def _unit(
    chance: random.Random,
    costs: dict[str, Fraction],
    ballots: dict[frozenset[str], int],
    amount: Fraction,
) -> Fraction:
    """Return a step of which some thirty are enough for all that costs at most `amount`."""
    support = {id_: sum(n for who, n in ballots.items() if id_ in who) for id_ in costs}
    prices = [costs[id_] / support[id_] for id_ in costs if support[id_] if costs[id_] <= amount]
    enough = sum(prices, Fraction(0)) or Fraction(1)
    unit = chance.choice((enough, enough, amount / sum(ballots.values()))) / chance.choice(STEPS)
    return max(unit, enough / STEPS[-1])


def _in_order(costs: dict[str, Fraction]) -> dict[str, Fraction]:
    return dict(sorted(costs.items(), key=lambda item: (item[1], item[0])))
