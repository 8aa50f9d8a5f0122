"""Buys projects from the voters' equal money, fast and exactly.

Floating point finds what is clearly cheapest; whole numbers decide wherever it is not clear. What
keeps this honest is that each price is computed exactly before it is paid, so that the error of
a voter's approximate money is that of a few subtractions and never grows beyond `_slack`.

Approximate amounts are parts of the money that a voter starts with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf

import numpy as np
from numpy.typing import NDArray

from polls.domain.counting.market import Groups, Market

_ROUNDING = 2.0**-53
"""The largest relative error of one operation on floating-point numbers."""

_GONE = -1.0
"""As an upper bound of effective votes: bought, or never to be paid for again."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A project, by its place, that is bought.

    `least` is a lower bound of its effective votes, `most` upper bounds of those of all projects.
    `level` are the projects that had exactly as many, at the same cost or a higher one.
    """

    project: int
    least: float
    most: NDArray[np.float64]
    level: frozenset[int]

    def rivals(self, floor: float) -> frozenset[int]:
        """Return the other projects that may have `floor` effective votes or more."""
        return frozenset(np.flatnonzero(self.most >= floor).tolist()) - {self.project}


@dataclass(frozen=True, slots=True)
class _Bill:
    """Who pays for a project: the `rich` the full price each, the `poor` all that they have.

    `amount` is what the rich pay together, over the common denominator.
    """

    amount: int
    payers: int
    rich: Groups
    poor: Groups


class Run:
    """Purchases from one amount of money for each voter.

    `bought` maps places of projects to the exact price, a numerator over the common
    denominator that all prices so far share.
    """

    def __init__(self, market: Market, steps: int) -> None:
        self.market = market
        self.steps = steps
        self.money = market.money_after(steps)
        self.picks: list[Pick] = []
        self.bought: dict[int, int] = {}
        self.spent = 0
        self._denominator = 1
        # Whoever paid all that was left has exactly nothing.
        self._is_broke = np.zeros(len(market.voters), dtype=np.bool_)
        self._broke = 0
        # Approximations, in parts of `money`.
        self._costs = [_ratio(cost, self.money) for cost in market.costs]
        self._purse = np.ones(len(market.voters))
        # For each project: supporters who may have anything, how many voters these are, and how
        # many groups were broke then; bounds of the effective votes, which only fall, and of the
        # price, which only rises.
        self._alive = [
            (groups, weights, 0)
            for groups, weights in zip(market.supporters, market.weights, strict=True)
        ]
        self._most = np.array(market.support, dtype=np.float64)
        self._least: dict[int, float] = {}
        self._guess = [0.0] * len(market.costs)

    # What is bought.

    def buy_all(self, below: Run | None = None, above: Run | None = None) -> None:
        """Buy until nothing can be paid or the budget is overspent.

        Runs with less and with more money are looked at as long as they bought the same: no
        project has more votes here than `above`, and bounds are tight enough to compare `below`.
        """
        while not self.is_overspent():
            before, after = self._counterpart(below), self._counterpart(above)
            if after:
                np.minimum(self._most, after.most, out=self._most)
            level = self._best(before.least if before else inf, after.project if after else None)
            if not level:
                break
            self._buy(level)
            below = below if before and before.project == level[0] else None
            above = above if after and after.project == level[0] else None

    def _counterpart(self, other: Run | None) -> Pick | None:
        """Return what another run bought at this point, if anything."""
        return (
            other.picks[len(self.picks)] if other and len(self.picks) < len(other.picks) else None
        )

    def is_overspent(self) -> bool:
        return self.spent > self.market.budget

    def is_exhausted(self) -> bool:
        """Return whether no project that is not bought fits into what is left of the budget."""
        left = self.market.budget - self.spent
        return all(cost > left for n, cost in enumerate(self.market.costs) if n not in self.bought)

    def ties(self) -> set[tuple[int, ...]]:
        """Return the projects of each purchase that had a claim as good, at the same cost."""
        costs = self.market.costs
        found = set()
        for pick in self.picks:
            same = sorted(n for n in pick.level if costs[n] == costs[pick.project])
            if same:
                found.add((pick.project, *same))
        return found

    # Who is next, approximately.

    def _best(self, floor: float, likely: int | None) -> list[int]:
        """Return the projects with the most effective votes, the next one to buy first.

        Empty if no project can be paid. Bounds become tight for all that may have `floor` votes;
        it is fast if the `likely` one is first.
        """
        if not len(self._most):
            return []
        first = int(self._most.argmax()) if likely is None else likely
        found, lead = [], 0.0
        if self._evaluate(first, 0.0):
            found, lead = [first], self._least[first]
        for project in self._in_reach(min(lead, floor)):
            if self._most[project] < min(lead, floor):
                break
            if project != first and self._evaluate(project, min(lead, floor)):
                found.append(project)
                lead = max(lead, self._least[project])
        close = sorted(number for number in found if self._most[number] >= lead)
        if len(close) < 2:
            return close
        votes = {number: self._exact_votes(number) for number in close}
        most = max(votes.values())
        return [number for number in close if votes[number] == most]

    def _in_reach(self, votes: float) -> list[int]:
        """Return the projects that may have as many votes, the likeliest first."""
        reach = np.flatnonzero(self._most >= votes)
        order: list[int] = reach[np.argsort(-self._most[reach], kind="stable")].tolist()
        return order

    def _evaluate(self, project: int, lead: float) -> bool:
        """Bound a project's effective votes; return whether they may reach `lead`.

        A project that its supporters cannot pay is for sale no more.
        """
        if self._most[project] < lead:
            return False
        groups, weights = self._backers(project)
        purse = self._purse[groups]
        cost, slack = self._costs[project], self._slack(project)
        total = float(purse @ weights)
        if total < cost + slack and (total < cost - slack or not self._is_affordable(project)):
            self._most[project] = _GONE
            return False
        # Newton's method: what they pay at a price is concave, so it comes from below.
        price, payers = self._guess[project] - slack, 0.0
        while True:
            before, payers = payers, float((purse >= price) @ weights)
            # None remain, or more again, only where rounding hides who can just pay.
            if not payers or 0.0 < before <= payers:
                break
            price += (cost - float(np.minimum(purse, price) @ weights)) / payers
            if price > slack:
                self._most[project] = min(self._most[project], cost / (price - slack))
            if self._most[project] < lead:
                return False
        self._guess[project] = price
        # The error of the sum is shared by all who surely pay the full price.
        sure = max(1.0, float((purse >= price + 2 * slack) @ weights))
        tight = slack / sure + 8 * _ROUNDING * price
        if price > tight:
            self._most[project] = min(self._most[project], cost / (price - tight))
        self._least[project] = cost / (price + tight)
        return bool(self._most[project] >= lead)

    def _backers(self, project: int) -> tuple[Groups, NDArray[np.float64]]:
        """Return the supporters and how many voters each group is; some of the broke left out."""
        groups, weights, broke = self._alive[project]
        if 8 * (self._broke - broke) > len(self._is_broke):
            has_any = ~self._is_broke[groups]
            groups, weights = groups[has_any], weights[has_any]
            self._alive[project] = groups, weights, self._broke
        return groups, weights

    def _slack(self, project: int) -> float:
        """Return how far an approximate price may be off.

        Each purchase adds two roundings to a purse, and a sum over the supporters one for each
        group and a few; a price moves at most by the error of the sum, as at least one supporter
        shares in it.
        """
        roundings = len(self.picks) + 4 + len(self.market.supporters[project])
        return 4 * roundings * self.market.support[project] * _ROUNDING

    # Exactly.

    def _exact_money(self, groups: Groups) -> int:
        """Return what these groups have left together, over the common denominator.

        A group that has anything left paid the full price of all that it approves so far.
        """
        payers = groups[~self._is_broke[groups]]
        if not len(payers):
            return 0
        times: list[int] = self.market.approvals_of(payers).tolist()
        money = int(self.market.voters[payers].sum()) * self.money * self._denominator
        for project, price in self.bought.items():
            money -= times[project] * price
        return money

    def _is_affordable(self, project: int) -> bool:
        has = self._exact_money(self.market.supporters[project])
        return has >= self.market.costs[project] * self._denominator

    def _exact_votes(self, project: int) -> Fraction:
        bill = self._bill(project)
        cost = self.market.costs[project] * self._denominator
        return Fraction(cost * bill.payers, bill.amount)

    def _bill(self, project: int) -> _Bill:
        """Return exactly who pays how much for a project that was evaluated last now."""
        backers, guess = self._backers(project)[0], self._guess[project]
        purse, near = self._purse[backers], 2 * self._slack(project)
        is_poor = purse < guess - near
        rich, poor = backers[~is_poor], backers[is_poor]
        doubtful = rich[purse[~is_poor] <= guess + near]
        voters, amount = self.market.voters, self.market.costs[project] * self._denominator
        amount -= self._exact_money(poor)
        while True:
            payers = int(voters[rich].sum())
            pay_all = [
                group
                for group in doubtful
                if self._exact_money(group[None]) * payers < amount * int(voters[group])
            ]
            if not pay_all:
                return _Bill(amount, payers, rich, poor)
            more = np.array(pay_all, dtype=np.intp)
            amount -= self._exact_money(more)
            poor = np.concatenate([poor, more])
            rich = np.setdiff1d(rich, more, assume_unique=True)
            doubtful = np.setdiff1d(doubtful, more, assume_unique=True)

    def _buy(self, level: Sequence[int]) -> None:
        """Buy the first; every supporter pays the price, or all that is left."""
        project, bill = level[0], self._bill(level[0])
        common = gcd(bill.amount, bill.payers)
        price, factor = bill.amount // common, bill.payers // common
        if factor > 1:
            self._denominator *= factor
            self.bought = {earlier: paid * factor for earlier, paid in self.bought.items()}
        approximate = _ratio(price, self.money * self._denominator)
        self._purse[bill.rich] -= approximate
        self._purse[bill.poor] = 0.0
        self._broke += len(bill.poor) - int(np.count_nonzero(self._is_broke[bill.poor]))
        self._is_broke[bill.poor] = True
        least = self._costs[project] / approximate * (1 - 8 * _ROUNDING)
        self.picks.append(Pick(project, least, self._most.copy(), frozenset(level[1:])))
        self.bought[project] = price
        self.spent += self.market.costs[project]
        self._most[project] = _GONE

    # What came of it, in the currency.

    def effective_votes(self, pick: Pick) -> Fraction:
        return Fraction(
            self.market.costs[pick.project] * self._denominator, self.bought[pick.project]
        )

    def price(self, pick: Pick) -> Fraction:
        return Fraction(self.bought[pick.project], self._denominator * self.market.scale)

    def money_left(self, groups: Groups) -> Fraction:
        """Return what the voters of these groups have left together."""
        return Fraction(self._exact_money(groups), self._denominator * self.market.scale)

    def left_over(self) -> dict[str, Fraction]:
        """Return what the supporters of each project that is not bought have left together."""
        return {
            id_: self.money_left(self.market.supporters[number])
            for number, id_ in enumerate(self.market.ids)
            if number not in self.bought
        }


def _ratio(amount: int, of: int) -> float:
    """Return the quotient as a float, rounded once; endless where it is too large for one."""
    try:
        return amount / of
    except (OverflowError, ZeroDivisionError):
        return float("inf")
