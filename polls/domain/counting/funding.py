"""Decides which projects a budget pays for, two ways: greedily by votes, and by equal shares.

Everything is exact, and for each project there is a record that says why it was funded or not.
How each rule is defined, and where it comes from, stands in docs/counting.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from polls.domain.counting.equal_shares import EqualShares, share_equally

Money = int | Fraction
"""An amount of the budget's currency, exactly."""

STEPS_OF_A_POT = 1000
"""In how many parts the budget is taken to complete equal shares, where no unit is given."""


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    cost: Money


class Reason(StrEnum):
    """Why a project is funded or not."""

    FUNDED = "funded"
    DOES_NOT_FIT = "does_not_fit"
    """It costs more than was left."""
    TOO_LITTLE_SUPPORT = "too_little_support"
    """Its supporters' shares do not pay for it."""
    NO_SUPPORT = "no_support"
    """Nobody voted for it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one project, and why.

    `money_left` is what the budget still held when the project's turn came, before it was paid;
    for a project that equal shares leaves out, what is left in the end. By equal shares a funded
    project has a `price`, the most that one supporter pays for it, and one that is left out has
    `supporters_money`, what its supporters have left together. `tied_with` names the projects
    that had exactly the same claim, at the same cost, so that nothing but the ids decided whose
    turn came first; by equal shares in any step of the completion.
    """

    votes: int
    is_funded: bool
    reason: Reason
    money_left: Fraction
    price: Fraction | None = None
    supporters_money: Fraction | None = None
    tied_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Funded:
    """The ids that are funded, in the order of funding, and the decision about every project."""

    order: tuple[str, ...]
    decisions: Mapping[str, Decision]
    spent: Fraction


@dataclass(frozen=True, slots=True)
class FundingOutcome:
    """The same ballots counted two ways.

    `share` is each voter's equal share of the budget, `raised_share` what the completion raised
    it to; both are 0 where nobody voted.
    """

    voters: int
    greedy: Funded
    equal_shares: Funded
    share: Fraction
    raised_share: Fraction


def count_funding(
    projects: Sequence[Project],
    ballots: Mapping[frozenset[str], int],
    budget: Money,
    *,
    unit: Money | None = None,
    fill_up: bool = False,
) -> FundingOutcome:
    """Count approvals: `ballots` says how many voters approve exactly these projects.

    A voter who approves nothing counts as a voter, with a share of the budget. `unit` is by how
    much each step of the completion of equal shares raises every voter's money; if it is not
    given, a step raises the money of all together by a thousandth of the budget, so that the
    outcome depends neither on the currency nor on how many voters stand behind each ballot.
    `fill_up` lets the greedy rule fund, last of all, also what nobody approved, as its bare
    wording has it; a poll does not give money to what nobody wants.

    Raises ValueError where a ballot approves a project that is not there, two projects have one
    id, or an amount is negative.
    """
    _check(projects, ballots, budget, unit)
    in_order = sorted(projects, key=_turn)
    votes = {project.id: 0 for project in in_order}
    for approved, times in ballots.items():
        for id_ in approved:
            votes[id_] += times
    voters = sum(ballots.values())
    share = Fraction(budget, voters) if voters else Fraction(0)
    step = Fraction(unit) if unit is not None else share / STEPS_OF_A_POT
    shared = share_equally(
        {project.id: Fraction(project.cost) for project in in_order}, ballots, share, step
    )
    return FundingOutcome(
        voters=voters,
        greedy=_greedy(in_order, votes, Fraction(budget), fill_up=fill_up),
        equal_shares=_explained(shared, in_order, votes, Fraction(budget)),
        share=share,
        raised_share=shared.money,
    )


def _check(
    projects: Sequence[Project],
    ballots: Mapping[frozenset[str], int],
    budget: Money,
    unit: Money | None,
) -> None:
    known = {project.id for project in projects}
    if len(known) < len(projects):
        raise ValueError("two projects have the same id")
    if budget < 0 or any(project.cost < 0 for project in projects):
        raise ValueError("an amount is negative")
    if unit is not None and unit <= 0:
        raise ValueError("a step raises nothing")
    if any(not approved <= known for approved in ballots):
        raise ValueError("a ballot approves a project that is not there")


def _turn(project: Project) -> tuple[Money, bool, int, str]:
    """Return what decides between equal claims: the lower cost, then the id, numbers as numbers."""
    is_number = project.id.isascii() and project.id.isdecimal()
    return (project.cost, not is_number, int(project.id) if is_number else 0, project.id)


def _greedy(
    projects: Sequence[Project], votes: Mapping[str, int], budget: Fraction, *, fill_up: bool
) -> Funded:
    """Fund whatever fits, most votes first; `projects` are in the order in which ties break."""
    left = budget
    decisions: dict[str, Decision] = {}
    for project in sorted(projects, key=lambda project: -votes[project.id]):
        reason = Reason.FUNDED
        if not votes[project.id] and not fill_up:
            reason = Reason.NO_SUPPORT
        elif project.cost > left:
            reason = Reason.DOES_NOT_FIT
        is_funded = reason is Reason.FUNDED
        decisions[project.id] = Decision(votes[project.id], is_funded, reason, left)
        left -= project.cost if is_funded else 0
    claims: dict[tuple[int, Money], tuple[str, ...]] = {}
    for project in projects:
        claim = (votes[project.id], project.cost)
        claims[claim] = (*claims.get(claim, ()), project.id)
    return _funded(
        decisions,
        [group for (support, _), group in claims.items() if support or fill_up],
        budget - left,
    )


def _explained(
    shared: EqualShares, projects: Sequence[Project], votes: Mapping[str, int], budget: Fraction
) -> Funded:
    """Return equal shares with the decision about every project."""
    costs = {project.id: project.cost for project in projects}
    left = budget
    decisions: dict[str, Decision] = {}
    for purchase in shared.purchases:
        decisions[purchase.id] = Decision(
            votes[purchase.id], True, Reason.FUNDED, left, price=purchase.price
        )
        left -= costs[purchase.id]
    for id_, cost in costs.items():
        if id_ in decisions:
            continue
        reason = Reason.TOO_LITTLE_SUPPORT
        if not votes[id_]:
            reason = Reason.NO_SUPPORT
        elif cost > left:
            reason = Reason.DOES_NOT_FIT
        decisions[id_] = Decision(
            votes[id_], False, reason, left, supporters_money=shared.left_over.get(id_, Fraction(0))
        )
    return _funded(decisions, shared.ties, budget - left)


def _funded(
    decisions: Mapping[str, Decision], ties: Sequence[Sequence[str]], spent: Fraction
) -> Funded:
    """Name at every project those that it was tied with; decisions are in the order of funding."""
    tied: dict[str, list[str]] = {}
    for group in ties:
        for id_ in group:
            others = tied.setdefault(id_, [])
            others.extend(other for other in group if other != id_ and other not in others)
    return Funded(
        order=tuple(id_ for id_, decision in decisions.items() if decision.is_funded),
        decisions={
            id_: replace(decision, tied_with=tuple(tied.get(id_, ())))
            for id_, decision in decisions.items()
        },
        spent=spent,
    )
