"""The Method of Equal Shares, exactly, and its completion by raising every voter's money.

Source: D. Peters, G. Pierczyński, P. Skowron, Proportional Participatory Budgeting with Additive
Utilities, NeurIPS 2021, with a project's cost as the utility of those who approve it, and
equalshares.net for the completion ("add1").

Every voter has the same money. A project's price is the least amount with which its supporters
pay for it, each the price or all they have left. Again and again the project with the lowest
price for its cost is bought, that is, the one with the most effective votes, cost / price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from polls.domain.counting.purchasing import Market, Run


@dataclass(frozen=True, slots=True)
class Purchase:
    """A project that is bought, and the most that one supporter pays.

    `tied` are all projects, itself included, that had as many effective votes at the same cost.
    """

    id: str
    price: Fraction
    tied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EqualShares:
    """What is bought, in order; every voter's `money` at the start, after the completion.

    `left_over` is what the supporters of each project that is not bought have left together.
    """

    purchases: tuple[Purchase, ...]
    money: Fraction
    left_over: Mapping[str, Fraction]


def share_equally(
    costs: Mapping[str, Fraction],
    ballots: Mapping[frozenset[str], int],
    share: Fraction,
    unit: Fraction,
) -> EqualShares:
    """Buy projects from equal shares, then raise every voter's money by `unit` a step.

    `costs` is in the order in which equal claims at equal cost are served, by rising cost. A
    step counts everything anew with more money. Steps end when the next one would spend more than
    all shares together, or when no project that anybody supports fits into what is left.
    """
    market = Market(costs, ballots, share, unit)
    steps = _completed(market)
    run = market.run(steps)
    return EqualShares(
        purchases=(
            *(Purchase(id_, Fraction(0), (id_,)) for id_ in market.free),
            *(
                Purchase(market.ids[pick.project], run.price(pick), run.tied(pick))
                for pick in run.picks
            ),
        ),
        money=share + steps * unit,
        left_over=run.left_over(),
    )


def _completed(market: Market) -> int:
    """Return after how many steps the completion ends.

    Where the same purchases are certain for a whole stretch of steps, the stretch is passed in
    one. It is doubled while that holds and halved where it does not.
    """
    steps, stride = 0, 1
    run = market.run(0)
    while not market.is_exhausted_by(run):
        if stride > 1:
            after: Run | None = market.follow(run, steps + stride)
            if after is None:
                stride //= 2
                continue
            run, steps, stride = after, steps + stride, stride * 2
            continue
        after = market.run(steps + 1)
        if market.is_overspent_by(after):
            break
        stride = 2 if list(after.bought) == list(run.bought) else 1
        run, steps = after, steps + 1
    return steps
