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


@dataclass(frozen=True, slots=True)
class Purchase:
    """A project that is bought, and the most that one supporter pays."""

    id: str
    price: Fraction


@dataclass(frozen=True, slots=True)
class EqualShares:
    """What is bought, in order; every voter's `money` at the start, after the completion.

    `left_over` is what the supporters of each project that is not bought have left together.
    `ties` are projects that had as many effective votes at the same cost, in any of the steps:
    their order was decided by nothing else than the order in which they were given, and where a
    step ends the completion that may have decided the outcome.
    """

    purchases: tuple[Purchase, ...]
    money: Fraction
    left_over: Mapping[str, Fraction]
    ties: tuple[tuple[str, ...], ...]


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
    # numpy takes a moment to load, and only who counts a budget needs it.
    from polls.domain.counting.completion import completed
    from polls.domain.counting.market import Market

    market = Market(costs, ballots, share, unit)
    run, ties = completed(market)
    return EqualShares(
        purchases=(
            *(Purchase(id_, Fraction(0)) for id_ in market.free),
            *(Purchase(market.ids[pick.project], run.price(pick)) for pick in run.picks),
        ),
        money=share + run.steps * unit,
        left_over=run.left_over(),
        ties=(
            *((market.free,) if len(market.free) > 1 else ()),
            *(tuple(market.ids[place] for place in tied) for tied in sorted(ties)),
        ),
    )
