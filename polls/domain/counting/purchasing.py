"""Buys projects from the voters' equal money, fast and exactly.

Floating point finds what is clearly cheapest; whole numbers decide wherever it is not clear. What
keeps this honest is that each price is computed exactly before it is paid, so that the error of
a voter's approximate money is that of a few subtractions and never grows beyond `_slack`.

Voters who approve the same projects are one group: they have the same money at any time. Amounts
are scaled to whole numbers; approximate ones are parts of the money that a voter starts with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, gcd, lcm
from operator import itemgetter

_ROUNDING = 2.0**-53
"""The largest relative error of one operation on floating-point numbers."""

_EMPTY = -1.0
"""An approximate purse in which there is exactly nothing; rounding never gets there."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A project, by its place, that is bought, with a lower bound of its effective votes."""

    project: int
    effective_votes: float


class Market:
    """What is for sale and who approves it: all that does not depend on the voters' money.

    `costs` come in the order in which equal claims at equal cost are served, by rising cost.
    """

    def __init__(
        self,
        costs: Mapping[str, Fraction],
        ballots: Mapping[frozenset[str], int],
        share: Fraction,
        unit: Fraction,
    ) -> None:
        wanted: set[str] = set().union(*(approved for approved, n in ballots.items() if n))
        self.free = tuple(id_ for id_, cost in costs.items() if not cost and id_ in wanted)
        self.ids = tuple(id_ for id_, cost in costs.items() if cost and id_ in wanted)
        self.scale = lcm(
            share.denominator, unit.denominator, *(c.denominator for c in costs.values())
        )
        self.costs = [int(costs[id_] * self.scale) for id_ in self.ids]
        self.budget = int(share * self.scale) * sum(ballots.values())
        self._share, self._unit = int(share * self.scale), int(unit * self.scale)

        place = {id_: number for number, id_ in enumerate(self.ids)}
        groups: dict[frozenset[int], int] = {}
        for approved, voters in ballots.items():
            members = frozenset(place[id_] for id_ in approved if id_ in place)
            if members and voters:
                groups[members] = groups.get(members, 0) + voters
        self.voters = list(groups.values())
        self.supporters: list[list[int]] = [[] for _ in self.ids]
        for group, members in enumerate(groups):
            for project in members:
                self.supporters[project].append(group)
        self.support = [sum(self.voters[g] for g in groups_) for groups_ in self.supporters]
        self.amounts_of = [_all_of(groups_) for groups_ in self.supporters]
        # A number of `width` bits for each project, so that adding these up for some groups
        # counts the voters who approve each project, of all projects at once.
        self.width = sum(self.voters).bit_length()
        self.approvals = [
            sum(voters << (self.width * project) for project in members)
            for members, voters in groups.items()
        ]

    def money_after(self, steps: int) -> int:
        return self._share + steps * self._unit

    def run(self, steps: int) -> Run:
        """Buy with the money of this step, until nothing can be paid or the budget is overspent."""
        run = Run(self, self.money_after(steps))
        while run.spent <= self.budget:
            tied = run.best()
            if not tied:
                break
            run.buy(tied)
        return run

    def follow(self, earlier: Run, steps: int) -> Run | None:
        """Buy the same as `earlier` with more money, or return None if anything else might be.

        If this returns a run, every amount of money between the two buys the same in the same
        order. For while purchases stay the same, more money at the start leaves nobody with less
        later, so effective votes rise with it. It is then enough that every other project has
        fewer here, where there is most money, than the one bought has there, where there is least.
        """
        run = Run(self, self.money_after(steps))
        for pick in earlier.picks:
            if not run.is_certain(pick, earlier.effective_votes(pick)):
                return None
            run.buy([pick.project])
        return None if run.can_buy() else run

    def is_overspent_by(self, run: Run) -> bool:
        return run.spent > self.budget

    def is_exhausted_by(self, run: Run) -> bool:
        """Return whether no project that is not bought fits into what is left of the budget."""
        left = self.budget - run.spent
        return all(cost > left for n, cost in enumerate(self.costs) if n not in run.bought)


class Run:
    """Purchases from one amount of money for each voter.

    `bought` maps places of projects to the exact price, a numerator over the common
    denominator that all prices so far share. `ties` are the projects of each purchase for which
    there was more than one claim as good, at the same cost.
    """

    def __init__(self, market: Market, money: int) -> None:
        self.market = market
        self.money = money
        self.picks: list[Pick] = []
        self.bought: dict[int, int] = {}
        self.spent = 0
        self.ties: set[tuple[int, ...]] = set()
        self._denominator = 1
        # Approximations, in parts of `money`.
        self._costs = [_ratio(cost, money) for cost in market.costs]
        self._purse = [1.0] * len(market.voters)
        self._wealth = [float(voters) for voters in market.voters]
        # For each project still for sale, supporters who may afford its price; once one of them
        # cannot, they never can again, as prices only rise and money only falls.
        self._rich = dict(enumerate(market.supporters))
        self._high = dict(enumerate(float(support) for support in market.support))
        self._low: dict[int, float] = {}
        self._guess: dict[int, float] = {}

    # Who is next.

    def best(self) -> list[int]:
        """Return the projects with the most effective votes at the lowest cost, next one first.

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
        found = sorted(number for number in found if self._high[number] >= lead)
        return self._exactly_best(found) if len(found) > 1 else found

    def _exactly_best(self, close: Sequence[int]) -> list[int]:
        """Return the best of those that floating point cannot tell apart; places are by cost."""
        votes = {number: self._exact_votes(number) for number in close}
        most = max(votes.values())
        tied = [number for number in close if votes[number] == most]
        lowest = self.market.costs[tied[0]]
        return [number for number in tied if self.market.costs[number] == lowest]

    def is_certain(self, pick: Pick, exact: Fraction) -> bool:
        """Return whether no project can overtake this one, with this money or with less.

        `exact` is the effective votes of the pick, where it was bought with less money.
        """
        self._evaluate(pick.project, 0.0)
        for project in sorted(self._high, key=lambda number: -self._high[number]):
            if self._high[project] < pick.effective_votes:
                break
            if project == pick.project or not self._evaluate(project, pick.effective_votes):
                continue
            is_clear = self._low[project] > pick.effective_votes * (1 + 16 * _ROUNDING)
            if is_clear or (self._exact_votes(project), -project) > (exact, -pick.project):
                return False
            costs = self.market.costs
            if costs[project] == costs[pick.project] and self._exact_votes(project) == exact:
                self.ties.add((pick.project, project))
        return True

    def can_buy(self) -> bool:
        return any(self._evaluate(project, 0.0) for project in list(self._high))

    def _evaluate(self, project: int, lead: float) -> bool:
        """Bound a project's effective votes; return whether they may reach `lead`.

        A project that its supporters cannot pay is for sale no more.
        """
        purse, wealth, voters = self._purse, self._wealth, self.market.voters
        cost, slack = self._costs[project], self._slack(project)
        total = fsum(self.market.amounts_of[project](wealth))
        if total < cost + slack and (total < cost - slack or not self._is_affordable(project)):
            del self._high[project], self._rich[project]
            return False
        rich = self._rich[project]
        if len(rich) == len(self.market.supporters[project]):
            of_rich, payers = total, self.market.support[project]
        else:
            of_rich, payers = fsum([wealth[g] for g in rich]), sum([voters[g] for g in rich])
        while True:
            price = (cost - total + of_rich) / payers
            self._rich[project] = rich
            if price > slack:
                self._high[project] = min(self._high[project], cost / (price - slack))
            if self._high[project] < lead:
                return False
            still = [group for group in rich if purse[group] >= price]
            # None remain only where rounding hides that the last can just pay.
            if len(still) in (0, len(rich)):
                break
            rich = still
            of_rich, payers = fsum([wealth[g] for g in rich]), sum([voters[g] for g in rich])
        self._guess[project] = price
        self._low[project] = cost / (price + slack)
        return True

    def _slack(self, project: int) -> float:
        """Return how far an approximate price may be off.

        Each purchase adds two roundings to a purse, and the sums over the supporters add four; a
        price moves at most by the error of the sum, as at least one supporter shares in it.
        """
        return 4 * (len(self.picks) + 4) * self.market.support[project] * _ROUNDING

    # Exactly.

    def _exact_money(self, groups: Iterable[int]) -> int:
        """Return what these groups have left together, over the common denominator.

        A group that has anything left paid the full price of all that it approves so far.
        """
        market, purse = self.market, self._purse
        payers = [group for group in groups if purse[group] != _EMPTY]
        times = sum([market.approvals[group] for group in payers])
        money = sum([market.voters[group] for group in payers]) * self.money * self._denominator
        mask = (1 << market.width) - 1
        for project, price in self.bought.items():
            money -= (times >> (market.width * project) & mask) * price
        return money

    def _is_affordable(self, project: int) -> bool:
        has = self._exact_money(self.market.supporters[project])
        return has >= self.market.costs[project] * self._denominator

    def _exact_votes(self, project: int) -> Fraction:
        price, rich = self._exact_price(project)
        payers = sum([self.market.voters[group] for group in rich])
        return Fraction(self.market.costs[project] * self._denominator * payers, price)

    def _exact_price(self, project: int) -> tuple[int, set[int]]:
        """Return who pays the full price of an evaluated project, and how much these pay together.

        The amount is over the common denominator.
        """
        near = 2 * self._slack(project)
        low, high, purse = self._guess[project] - near, self._guess[project] + near, self._purse
        supporters = self.market.supporters[project]
        doubtful = [group for group in supporters if low <= purse[group] <= high]
        rich = {*self._rich[project], *doubtful}
        while True:
            amount = self.market.costs[project] * self._denominator
            if len(rich) < len(supporters):
                amount -= self._exact_money(set(supporters).difference(rich))
            if not doubtful:
                return amount, rich
            voters = self.market.voters
            payers = sum([voters[group] for group in rich])
            poor = {
                group
                for group in doubtful
                if self._exact_money([group]) * payers < amount * voters[group]
            }
            if not poor:
                return amount, rich
            doubtful = [group for group in doubtful if group not in poor]
            rich -= poor

    def buy(self, tied: Sequence[int]) -> None:
        """Buy the first of these; every supporter pays the price, or all that is left."""
        project, market = tied[0], self.market
        amount, rich = self._exact_price(project)
        payers = sum([market.voters[group] for group in rich])
        common = gcd(amount, payers)
        price, factor = amount // common, payers // common
        if factor > 1:
            self._denominator *= factor
            self.bought = {earlier: paid * factor for earlier, paid in self.bought.items()}
        approximate = _ratio(price, self.money * self._denominator)
        purse, wealth, voters = self._purse, self._wealth, market.voters
        if len(rich) < len(market.supporters[project]):
            for group in set(market.supporters[project]).difference(rich):
                purse[group], wealth[group] = _EMPTY, 0.0
        for group in rich:
            left = purse[group] - approximate
            purse[group], wealth[group] = left, left * voters[group]
        effective = self._costs[project] / approximate * (1 - 8 * _ROUNDING)
        self.picks.append(Pick(project, effective))
        self.bought[project] = price
        self.spent += market.costs[project]
        if len(tied) > 1:
            self.ties.add(tuple(tied))
        del self._high[project], self._rich[project]

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


def _all_of(groups: Sequence[int]) -> Callable[[Sequence[float]], Sequence[float]]:
    """Return what takes the values of these groups out of those of all groups, fast."""
    if len(groups) == 1:
        return lambda values: [values[groups[0]]]
    return itemgetter(*groups)
