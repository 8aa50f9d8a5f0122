"""Buys projects from the voters' equal money, fast and exactly.

Floating point finds what is clearly cheapest; whole numbers decide wherever it is not clear. What
keeps this honest is that each price is computed exactly before it is paid, so that the error of
a voter's approximate money is that of a few subtractions and never grows beyond `_slack`.

Voters who approve the same projects are one group: they have the same money at any time. Amounts
are scaled to whole numbers; approximate ones are parts of the money that a voter starts with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, gcd, lcm

_ROUNDING = 2.0**-53
"""The largest relative error of one operation on floating-point numbers."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A project, by its place, that is bought, with a lower bound of its effective votes.

    `is_shared_by_all` is true where all supporters pay the same: no project ever has more
    effective votes than supporters, so no rise of their money can lift this one further.
    """

    project: int
    effective_votes: float
    is_shared_by_all: bool


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
            if not run.is_certain(pick):
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
    denominator that all prices so far share.
    """

    def __init__(self, market: Market, money: int) -> None:
        self.market = market
        self.money = money
        self.picks: list[Pick] = []
        self.bought: dict[int, int] = {}
        self.spent = 0
        self._ties: list[tuple[int, ...]] = []
        self._denominator = 1
        # Approximations, in parts of `money`.
        self._costs = [_ratio(cost, money) for cost in market.costs]
        self._purse = [1.0] * len(market.voters)
        self._wealth = [float(voters) for voters in market.voters]
        # Who paid full prices for what: a number of `_width` bits for each purchase, so that one
        # sum counts payers of all purchases at once; None for those who have nothing left.
        self._width = sum(market.voters).bit_length()
        self._paid: list[int | None] = [0] * len(market.voters)
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
        votes = {}
        for number in close:
            price, payers, _ = self._exact_price(number)
            # Over the common denominator, which all of them share.
            votes[number] = Fraction(self.market.costs[number] * payers, price)
        most = max(votes.values())
        tied = [number for number in close if votes[number] == most]
        lowest = self.market.costs[tied[0]]
        return [number for number in tied if self.market.costs[number] == lowest]

    def is_certain(self, pick: Pick) -> bool:
        """Return whether no other project can overtake this one, with this money or with less."""
        self._evaluate(pick.project, 0.0)
        for project in sorted(self._high, key=lambda number: -self._high[number]):
            if self._high[project] < pick.effective_votes:
                break
            if project == pick.project or self._is_behind_for_good(project, pick):
                continue
            if self._evaluate(project, pick.effective_votes):
                return False
        return True

    def _is_behind_for_good(self, project: int, pick: Pick) -> bool:
        support = self.market.support
        return pick.is_shared_by_all and (-support[project], project) > (
            -support[pick.project],
            pick.project,
        )

    def can_buy(self) -> bool:
        return any(self._evaluate(project, 0.0) for project in list(self._high))

    def _evaluate(self, project: int, lead: float) -> bool:
        """Bound a project's effective votes; return whether they may reach `lead`.

        A project that its supporters cannot pay is for sale no more.
        """
        market, wealth, purse, voters = self.market, self._wealth, self._purse, self.market.voters
        cost, slack = self._costs[project], self._slack(project)
        total = fsum([wealth[group] for group in market.supporters[project]])
        if total < cost + slack and (total < cost - slack or not self._is_affordable(project)):
            del self._high[project], self._rich[project]
            return False
        rich = self._rich[project]
        while True:
            of_rich = fsum([wealth[group] for group in rich])
            price = (cost - total + of_rich) / sum([voters[group] for group in rich])
            high = cost / (price - slack) if price > slack else self._high[project]
            self._high[project] = min(high, self._high[project])
            self._rich[project] = rich
            if self._high[project] < lead:
                return False
            still = [group for group in rich if purse[group] >= price]
            # None remain only where rounding hides that the last can just pay.
            if len(still) in (0, len(rich)):
                break
            rich = still
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
        """Return what these groups have left together, over the common denominator."""
        voters, paid_sum = 0, 0
        for group in groups:
            paid = self._paid[group]
            if paid is not None:
                voters += self.market.voters[group]
                paid_sum += self.market.voters[group] * paid
        money = voters * self.money * self._denominator
        mask = (1 << self._width) - 1
        for price in self.bought.values():
            money -= (paid_sum & mask) * price
            paid_sum >>= self._width
        return money

    def _is_affordable(self, project: int) -> bool:
        has = self._exact_money(self.market.supporters[project])
        return has >= self.market.costs[project] * self._denominator

    def _exact_price(self, project: int) -> tuple[int, int, list[int]]:
        """Return the price of an evaluated project as numerator and number of payers, and who pays.

        The price is the numerator over the common denominator times the number of payers.
        """
        near = 2 * self._slack(project)
        guess, purse = self._guess[project], self._purse
        supporters = [g for g in self.market.supporters[project] if self._paid[g] is not None]
        rich = [group for group in supporters if purse[group] >= guess - near]
        doubtful = {group for group in rich if purse[group] <= guess + near}
        while True:
            payers = sum(self.market.voters[group] for group in rich)
            is_rich = set(rich)
            of_poor = self._exact_money(group for group in supporters if group not in is_rich)
            price = self.market.costs[project] * self._denominator - of_poor
            poor = {
                group
                for group in doubtful
                if self._exact_money([group]) * payers < price * self.market.voters[group]
            }
            if not poor:
                return price, payers, rich
            doubtful -= poor
            rich = [group for group in rich if group not in poor]

    def buy(self, tied: Sequence[int]) -> None:
        """Buy the first of these; every supporter pays the price, or all that is left."""
        project = tied[0]
        price, payers, rich = self._exact_price(project)
        common = gcd(price, payers)
        if factor := payers // common - 1:
            self._denominator *= factor + 1
            for earlier in self.bought:
                self.bought[earlier] *= factor + 1
        price //= common
        approximate = _ratio(price, self.money * self._denominator)
        mark = 1 << (self._width * len(self.bought))
        is_rich = set(rich)
        for group in self.market.supporters[project]:
            paid = self._paid[group]
            if paid is None:
                continue
            if group in is_rich:
                self._purse[group] -= approximate
                self._paid[group] = paid + mark
            else:
                self._purse[group] = 0.0
                self._paid[group] = None
            self._wealth[group] = self._purse[group] * self.market.voters[group]
        self.picks.append(
            Pick(
                project,
                self._costs[project] / approximate * (1 - 8 * _ROUNDING),
                payers == self.market.support[project],
            )
        )
        self.bought[project] = price
        self.spent += self.market.costs[project]
        self._ties.append(tuple(tied))
        del self._high[project], self._rich[project]

    # What came of it, in the currency.

    def price(self, pick: Pick) -> Fraction:
        return Fraction(self.bought[pick.project], self._denominator * self.market.scale)

    def tied(self, pick: Pick) -> tuple[str, ...]:
        return tuple(self.market.ids[number] for number in self._ties[self.picks.index(pick)])

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
