"""Equal shares as one would write it down: slow, plain, in fractions, with every step taken."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

Pairs = set[frozenset[str]]


def price_of(cost: Fraction, purses: list[tuple[Fraction, int]]) -> Fraction | None:
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


def bought_with(
    money: Fraction,
    costs: Mapping[str, Fraction],
    ballots: Mapping[frozenset[str], int],
    budget: Fraction,
) -> tuple[list[str], Pairs]:
    """Return what is bought in order until the budget is overspent, and which two were tied.

    `costs` come in the order that breaks ties.
    """
    purse = dict.fromkeys(ballots, money)
    bought: list[str] = []
    ties: Pairs = set()
    while sum(costs[id_] for id_ in bought) <= budget:
        claims = []
        for place, (id_, cost) in enumerate(costs.items()):
            backers = [approved for approved in ballots if id_ in approved and ballots[approved]]
            price = price_of(cost, [(purse[a], ballots[a]) for a in backers])
            if id_ not in bought and backers and price is not None:
                claims.append((price / cost if cost else Fraction(0), place, id_, price))
        if not claims:
            break
        rate, _, id_, price = min(claims)
        same = [
            other for claim, _, other, _ in claims if (claim, costs[other]) == (rate, costs[id_])
        ]
        ties |= {frozenset(pair) for pair in combinations(same, 2)}
        bought.append(id_)
        for approved in ballots:
            if id_ in approved:
                purse[approved] -= min(purse[approved], price)
    return bought, ties


def plain_equal_shares(
    budget: Fraction,
    costs: Mapping[str, Fraction],
    ballots: Mapping[frozenset[str], int],
    unit: Fraction,
) -> tuple[list[str], int, Pairs]:
    """Return what is bought, after how many steps of one `unit` more for every voter, all ties."""
    share, steps = budget / sum(ballots.values()), 0
    wanted = {id_ for approved in ballots for id_ in approved if ballots[approved]}
    bought, ties = bought_with(share, costs, ballots, budget)
    while True:
        left = budget - sum(costs[id_] for id_ in bought)
        if not any(costs[id_] <= left for id_ in wanted - set(bought)):
            return bought, steps, ties
        more, met = bought_with(share + (steps + 1) * unit, costs, ballots, budget)
        ties |= met
        if sum(costs[id_] for id_ in more) > budget:
            return bought, steps, ties
        bought, steps = more, steps + 1
