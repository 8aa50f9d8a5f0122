"""What is for sale and who approves it, as arrays: all that does not depend on voters' money.

Voters who approve the same projects are one group: they have the same money at any time. Amounts
are scaled to whole numbers. This loads numpy, so import it only where equal shares are counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

Groups = NDArray[np.intp]
"""Numbers of groups."""


class Market:
    """Projects by their place, and groups of voters by their number.

    `costs` come in the order in which equal claims at equal cost are served, by rising cost; what
    nobody approves is not for sale, and what costs nothing is `free`. `supporters` are the groups
    that approve each project, `weights` how many voters these are, and `support` their sum.
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
        scale = lcm(share.denominator, unit.denominator, *(c.denominator for c in costs.values()))
        self.scale = scale
        self.costs = [int(costs[id_] * scale) for id_ in self.ids]
        self.budget = int(share * scale) * sum(ballots.values())
        self._share, self._unit = int(share * scale), int(unit * scale)
        self._group(ballots)

    def _group(self, ballots: Mapping[frozenset[str], int]) -> None:
        place = {id_: number for number, id_ in enumerate(self.ids)}
        groups: dict[tuple[int, ...], int] = {}
        for approved, voters in ballots.items():
            members = tuple(sorted(place[id_] for id_ in approved if id_ in place))
            if members and voters:
                groups[members] = groups.get(members, 0) + voters
        self.voters = np.array(list(groups.values()), dtype=np.int64)
        self._members = np.array([p for members in groups for p in members], dtype=np.intp)
        self._lengths = np.array([len(members) for members in groups], dtype=np.intp)
        self._starts = np.cumsum(self._lengths) - self._lengths

        owners = np.repeat(np.arange(len(groups)), self._lengths)
        by_project = np.argsort(self._members, kind="stable")
        ends = np.cumsum(np.bincount(self._members, minlength=len(self.ids)))
        self.supporters: list[Groups] = np.split(owners[by_project], ends[:-1]) if self.ids else []
        self.weights = [self.voters[members].astype(np.float64) for members in self.supporters]
        self.support = [int(self.voters[members].sum()) for members in self.supporters]

    def money_after(self, steps: int) -> int:
        return self._share + steps * self._unit

    def have_same_supporters(self, one: int, other: int) -> bool:
        """Return whether none can overtake the other: the dearer never has more effective votes.

        At the same cost they are tied with any money.
        """
        return np.array_equal(self.supporters[one], self.supporters[other])

    def approvals_of(self, groups: Groups) -> NDArray[np.int64]:
        """Return how many voters of these groups approve each project."""
        lengths = self._lengths[groups]
        ends = np.cumsum(lengths)
        shift = np.repeat(self._starts[groups] - ends + lengths, lengths)
        members = self._members[shift + np.arange(len(shift))]
        times = np.zeros(len(self.ids), dtype=np.int64)
        np.add.at(times, members, np.repeat(self.voters[groups], lengths))
        return times
