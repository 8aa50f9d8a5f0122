"""Equal shares as one would write it down: slow, plain, in fractions, with every step taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

Costs = Mapping[str, Fraction]
"""Projects in the order that breaks ties, by rising cost."""
Ballots = Mapping[frozenset[str], int]
Purses = Mapping[frozenset[str], Fraction]
"""What each of the voters of a ballot has left."""
Pairs = frozenset[frozenset[str]]


@dataclass(frozen=True)
class Bought:
    """Projects in order with the most that one supporter pays, what is left, which were tied."""

    prices: dict[str, Fraction]
    purses: Purses
    ties: Pairs

    def cost(self, costs: Costs) -> Fraction:
        return sum((costs[id_] for id_ in self.prices), Fraction(0))


def price_of(cost: Fraction, purses: Sequence[tuple[Fraction, int]]) -> Fraction | None:
    """Return the least that supporters pay at most; None if all that they have is too little."""
    if sum(money * voters for money, voters in purses) < cost:
        return None
    to_pay, payers = cost, sum(voters for _, voters in purses)
    for money, voters in sorted(purses):
        if money * payers >= to_pay:
            return to_pay / payers
        to_pay -= money * voters
        payers -= voters
    return None


def prices_with(purses: Purses, costs: Costs, ballots: Ballots) -> dict[str, Fraction]:
    """Return the price of each project that its supporters can pay."""
    prices = {}
    for id_, cost in costs.items():
        backers = [(purses[who], voters) for who, voters in ballots.items() if id_ in who if voters]
        price = price_of(cost, backers) if backers else None
        if price is not None:
            prices[id_] = price
    return prices


def paid(purses: Purses, id_: str, price: Fraction) -> Purses:
    return {who: has - min(has, price) if id_ in who else has for who, has in purses.items()}


def bought_with(money: Fraction, costs: Costs, ballots: Ballots, budget: Fraction) -> Bought:
    """Buy what costs the supporters least for its cost, until the budget is overspent."""
    bought = Bought({}, dict.fromkeys(ballots, money), frozenset())
    while bought.cost(costs) <= budget:
        for_sale = {id_: cost for id_, cost in costs.items() if id_ not in bought.prices}
        prices = prices_with(bought.purses, for_sale, ballots)
        if not prices:
            break
        rates = {id_: prices[id_] / (costs[id_] or 1) for id_ in prices}
        first = min(rates, key=lambda id_: rates[id_])
        level = [id_ for id_ in rates if rates[id_] == rates[first] and costs[id_] == costs[first]]
        bought = Bought(
            {**bought.prices, first: prices[first]},
            paid(bought.purses, first, prices[first]),
            bought.ties | {frozenset(pair) for pair in combinations(level, 2)},
        )
    return bought


def plain_equal_shares(
    budget: Fraction, costs: Costs, ballots: Ballots, unit: Fraction
) -> tuple[Bought, int]:
    """Return what is bought and after how many steps of one `unit` more for every voter.

    The ties are those of all steps, that of a last one that overspends too.
    """
    share, steps = budget / sum(ballots.values()), 0
    wanted = {id_ for approved in ballots for id_ in approved if ballots[approved]}
    bought = bought_with(share, costs, ballots, budget)
    ties = bought.ties
    while any(costs[id_] <= budget - bought.cost(costs) for id_ in wanted - set(bought.prices)):
        more = bought_with(share + (steps + 1) * unit, costs, ballots, budget)
        ties |= more.ties
        if more.cost(costs) > budget:
            break
        bought, steps = more, steps + 1
    return Bought(bought.prices, bought.purses, ties), steps
