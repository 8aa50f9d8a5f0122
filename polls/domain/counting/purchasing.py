"""Buys projects from the voters' equal money, fast and exactly.

Floating point finds what is clearly cheapest; whole numbers decide wherever it is not clear. What
keeps this honest is that each price is computed exactly before it is paid, so that the error of
a voter's approximate money is that of a few subtractions and never grows beyond `_slack`.

Approximate amounts are parts of the money that a voter starts with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np
from numpy.typing import NDArray

from polls.domain.counting.market import Groups, Market

_ROUNDING = 2.0**-53
"""The largest relative error of one operation on floating-point numbers."""

Rivals = Mapping[int, float]
"""Projects that might overtake the one bought, with an upper bound of their effective votes."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A project, by its place, that is bought.

    `least` is a lower bound of its effective votes. `level` are the projects that had exactly as
    many, at the same cost or a higher one.
    """

    project: int
    least: float
    level: frozenset[int]


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
        # Approximations, in parts of `money`.
        self._costs = [_ratio(cost, self.money) for cost in market.costs]
        self._purse = np.ones(len(market.voters))
        # For each project still for sale: supporters who may have anything, how many voters
        # these are, and bounds of the effective votes and of the price, which only rises.
        self._alive = list(zip(market.supporters, market.weights, strict=True))
        self._high = dict(enumerate(float(support) for support in market.support))
        self._low: dict[int, float] = {}
        self._guess = [0.0] * len(market.costs)

    # What is bought.

    def buy_all(self) -> None:
        """Buy until nothing can be paid or the budget is overspent."""
        while not self.is_overspent():
            level = self._best()
            if not level:
                break
            self._buy(level[0], level[1:], self._bill(level[0]))

    def buy_again(self, project: int, rivals: Iterable[int], floor: float) -> Rivals | None:
        """Buy this project if none of these rivals comes before it, or else return None.

        Return those of them that may have `floor` effective votes or more.
        """
        if not self._evaluate(project, 0.0):
            return None
        near = [rival for rival in rivals if self._evaluate(rival, floor)]
        bill = self._bill(project)
        price = _ratio(bill.amount, bill.payers * self.money * self._denominator)
        most = self._costs[project] / price * (1 + 8 * _ROUNDING)
        level = []
        for rival in near:
            if self._high[rival] < most * (1 - 16 * _ROUNDING):
                continue
            votes = self._exact_votes(rival, self._bill(rival))
            own = self._exact_votes(project, bill)
            if (votes, -rival) > (own, -project):
                return None
            if votes == own:
                level.append(rival)
        found = {rival: self._high[rival] for rival in near}
        self._buy(project, level, bill)
        return found

    def rivals(self, project: int, floor: float) -> list[int]:
        """Return the other projects for sale that may have `floor` effective votes or more."""
        return [other for other, most in self._high.items() if most >= floor and other != project]

    def is_overspent(self) -> bool:
        return self.spent > self.market.budget

    def is_exhausted(self) -> bool:
        """Return whether no project that is not bought fits into what is left of the budget."""
        left = self.market.budget - self.spent
        return all(cost > left for n, cost in enumerate(self.market.costs) if n not in self.bought)

    def can_buy(self) -> bool:
        return any(self._evaluate(project, 0.0) for project in list(self._high))

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

    def _best(self) -> list[int]:
        """Return the projects with the most effective votes, the next one to buy first.

        Empty if no project can be paid.
        """
        lead = 0.0
        found: list[int] = []
        for project in sorted(self._high, key=lambda number: -self._high[number]):
            if self._high[project] < lead:
                break
            if self._evaluate(project, lead):
                found.append(project)
                lead = max(lead, self._low[project])
        close = sorted(number for number in found if self._high[number] >= lead)
        if len(close) < 2:
            return close
        votes = {number: self._exact_votes(number, self._bill(number)) for number in close}
        most = max(votes.values())
        return [number for number in close if votes[number] == most]

    def _evaluate(self, project: int, lead: float) -> bool:
        """Bound a project's effective votes; return whether they may reach `lead`.

        A project that its supporters cannot pay is for sale no more.
        """
        if project not in self._high or self._high[project] < lead:
            return False
        purse, weights = self._purses(project)
        cost, slack = self._costs[project], self._slack(project)
        total = float(purse @ weights)
        if total < cost + slack and (total < cost - slack or not self._is_affordable(project)):
            del self._high[project]
            return False
        price, of_poor, payers = self._guess[project] - slack, 0.0, 0.0
        while True:
            is_rich = purse >= price
            rich = int(np.count_nonzero(is_rich))
            # None remain only where rounding hides that the last can just pay.
            if payers and rich in (0, len(purse)):
                break
            if 0 < rich < len(purse):
                purse, weights = purse[is_rich], weights[is_rich]
                of_poor = total - float(purse @ weights)
            payers = float(weights.sum())
            price = (cost - of_poor) / payers
            if price > slack:
                self._high[project] = min(self._high[project], cost / (price - slack))
            if self._high[project] < lead:
                return False
        self._guess[project] = price
        self._low[project] = cost / (price + slack)
        return True

    def _purses(self, project: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return what each group of supporters has and how many voters it is, without the broke."""
        groups, weights = self._alive[project]
        purse = self._purse[groups]
        has_any = purse > 0
        if 8 * np.count_nonzero(has_any) < 7 * len(groups):
            groups, weights, purse = groups[has_any], weights[has_any], purse[has_any]
            self._alive[project] = groups, weights
        return purse, weights

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
        times = self.market.approvals_of(payers)
        money = int(self.market.voters[payers].sum()) * self.money * self._denominator
        for project, price in self.bought.items():
            money -= int(times[project]) * price
        return money

    def _is_affordable(self, project: int) -> bool:
        has = self._exact_money(self.market.supporters[project])
        return has >= self.market.costs[project] * self._denominator

    def _exact_votes(self, project: int, bill: _Bill) -> Fraction:
        cost = self.market.costs[project] * self._denominator
        return Fraction(cost * bill.payers, bill.amount)

    def _bill(self, project: int) -> _Bill:
        """Return exactly who pays how much for a project that was evaluated last now."""
        supporters, guess = self.market.supporters[project], self._guess[project]
        purse, near = self._purse[supporters], 2 * self._slack(project)
        rich, poor = supporters[purse >= guess - near], supporters[purse < guess - near]
        doubtful = supporters[np.abs(purse - guess) <= near]
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

    def _buy(self, project: int, level: Iterable[int], bill: _Bill) -> None:
        """Every supporter pays the price, or all that is left."""
        common = gcd(bill.amount, bill.payers)
        price, factor = bill.amount // common, bill.payers // common
        if factor > 1:
            self._denominator *= factor
            self.bought = {earlier: paid * factor for earlier, paid in self.bought.items()}
        approximate = _ratio(price, self.money * self._denominator)
        self._purse[bill.rich] -= approximate
        self._purse[bill.poor] = 0.0
        self._is_broke[bill.poor] = True
        least = self._costs[project] / approximate * (1 - 8 * _ROUNDING)
        self.picks.append(Pick(project, least, frozenset(level)))
        self.bought[project] = price
        self.spent += self.market.costs[project]
        del self._high[project]

    # What came of it, in the currency.

    def effective_votes(self, pick: Pick) -> Fraction:
        return Fraction(
            self.market.costs[pick.project] * self._denominator, self.bought[pick.project]
        )

    def price(self, pick: Pick) -> Fraction:
        return Fraction(self.bought[pick.project], self._denominator * self.market.scale)

    def left_over(self) -> dict[str, Fraction]:
        """Return what the supporters of each project that is not bought have left together."""
        whole = self._denominator * self.market.scale
        return {
            id_: Fraction(self._exact_money(self.market.supporters[number]), whole)
            for number, id_ in enumerate(self.market.ids)
            if number not in self.bought
        }


def _ratio(amount: int, of: int) -> float:
    """Return the quotient as a float, rounded once; endless where it is too large for one."""
    try:
        return amount / of
    except (OverflowError, ZeroDivisionError):
        return float("inf")
