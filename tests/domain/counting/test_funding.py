"""What a budget pays for: known examples, and what must hold for any ballots."""

from __future__ import annotations

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.counting.funding import (
    FundingOutcome,
    Money,
    Project,
    Reason,
    count_funding,
)

Ballots = dict[frozenset[str], int]


def approvals(*lines: str) -> Ballots:
    """`"3 a b"` is three voters who approve a and b."""
    ballots: Counter[frozenset[str]] = Counter()
    for line in lines:
        times, *ids = line.split()
        ballots[frozenset(ids)] += int(times)
    return dict(ballots)


def projects(**costs: Money) -> list[Project]:
    return [Project(id_, cost) for id_, cost in costs.items()]


# Greedy.


def test_most_votes_come_first_and_what_does_not_fit_is_skipped() -> None:
    found = count_funding(
        projects(a=60, b=50, c=40, d=1), approvals("5 a", "4 b", "3 c"), 100
    ).greedy
    assert found.order == ("a", "c")
    assert found.spent == 100
    assert found.decisions["b"].reason is Reason.DOES_NOT_FIT
    assert found.decisions["b"].money_left == 40
    assert found.decisions["d"].reason is Reason.NO_SUPPORT
    assert not found.decisions["d"].is_funded


def test_a_file_is_counted_by_the_bare_rule_which_fills_up_with_what_nobody_approved() -> None:
    found = count_funding(
        projects(a=60, b=41, c=40, d=30), approvals("5 a"), 100, fill_up=True
    ).greedy
    assert found.order == ("a", "d")
    assert found.decisions["c"].reason is Reason.DOES_NOT_FIT


def test_of_as_many_votes_the_cheaper_comes_first() -> None:
    found = count_funding(projects(a=60, b=50), approvals("2 a b"), 100).greedy
    assert found.order == ("b",)
    assert found.decisions["a"].tied_with == ()


def test_ids_that_are_numbers_come_in_the_order_of_numbers() -> None:
    found = count_funding(
        [Project(id_, 5) for id_ in ("10", "b", "9", "a")], approvals("1 10 9 a b"), 20
    )
    assert found.greedy.order == found.equal_shares.order == ("9", "10", "a", "b")


def test_a_tie_that_only_the_id_decides_is_named_at_both() -> None:
    found = count_funding(projects(a=60, b=60, c=1), approvals("4 a b", "1 c"), 100)
    assert found.greedy.order == ("a", "c")
    assert found.equal_shares.order == ("a", "c")
    for way in (found.greedy, found.equal_shares):
        assert way.decisions["a"].tied_with == ("b",)
        assert way.decisions["b"].tied_with == ("a",)
        assert way.decisions["c"].tied_with == ()


def test_a_tie_in_the_step_that_overspends_is_named_though_nothing_of_it_is_funded() -> None:
    """A step more buys a, which leaves enough for c as well: too much. Had b come first, it would
    have taken what c needs, and the step would have been fine."""
    ballots = approvals("1 b c", "1 a", "1 a b")
    found = count_funding(projects(a=3, b=3, c=2), ballots, 3, unit=1).equal_shares
    assert found.order == ()
    assert found.decisions["a"].tied_with == ("b",)
    other = count_funding(projects(z=3, b=3, c=2), approvals("1 b c", "1 z", "1 z b"), 3, unit=1)
    assert other.equal_shares.order == ("b",)
    assert other.equal_shares.decisions["z"].tied_with == ("b",)


def test_two_that_only_more_money_than_there_is_would_pay_are_both_left_out() -> None:
    found = count_funding(projects(a=60, b=60), approvals("1 a", "1 b"), 100).equal_shares
    assert found.order == ()
    assert {told.reason for told in found.decisions.values()} == {Reason.TOO_LITTLE_SUPPORT}


# Equal shares.


def test_each_group_of_voters_pays_for_what_it_wants() -> None:
    ballots = approvals("6 a b c", "4 d")
    found = count_funding(projects(a=30, b=30, c=30, d=40), ballots, 100)
    assert found.greedy.order == ("a", "b", "c")
    assert found.equal_shares.order == ("a", "b", "d")
    assert found.share == 10
    decisions = found.equal_shares.decisions
    assert decisions["a"].price == 5
    assert decisions["d"].price == 10
    assert (decisions["c"].reason, decisions["c"].money_left) == (Reason.DOES_NOT_FIT, 0)
    assert decisions["c"].supporters_money == 0


def test_the_poor_pay_all_they_have_and_the_rich_the_rest() -> None:
    """Eight pay 2 each for a, which leaves them 8; b then takes all of three of these."""
    found = count_funding(projects(a=16, b=60), approvals("5 a", "3 a b", "4 b"), 120, unit=1)
    assert found.equal_shares.order == ("a", "b")
    assert found.equal_shares.decisions["b"].price == Fraction(60 - 3 * 8, 4)


def test_voters_who_approve_nothing_have_a_share_too() -> None:
    with_them = count_funding(projects(a=10), approvals("1 a", "9"), 10, unit=1)
    assert (with_them.voters, with_them.share) == (10, 1)
    assert with_them.raised_share == 10


def test_completion_stops_before_a_step_that_would_overspend() -> None:
    found = count_funding(projects(a=60, b=60), approvals("3 a", "2 b"), 100, unit=1)
    assert found.equal_shares.order == ("a",)
    assert found.raised_share == 20
    assert found.equal_shares.decisions["b"].reason is Reason.DOES_NOT_FIT


def test_completion_stops_when_nothing_that_anybody_wants_fits() -> None:
    found = count_funding(projects(a=10, b=95, c=1), approvals("10 a", "10 b"), 100, unit=1)
    assert found.equal_shares.order == ("a",)
    assert found.raised_share == found.share == 5


def test_too_little_support_is_told_with_what_the_supporters_have() -> None:
    found = count_funding(projects(a=50, b=90, c=40), approvals("5 a", "3 b", "1 c"), 90, unit=1)
    assert found.equal_shares.order == ("a",)
    lost = found.equal_shares.decisions["c"]
    assert (lost.reason, lost.money_left) == (Reason.TOO_LITTLE_SUPPORT, 40)
    assert lost.supporters_money == found.raised_share


def test_nobody_and_nothing_fund_nothing() -> None:
    nobody = count_funding(projects(a=10), {}, 100)
    assert (nobody.voters, nobody.share, nobody.equal_shares.order) == (0, 0, ())
    assert nobody.equal_shares.decisions["a"].reason is Reason.NO_SUPPORT
    assert count_funding([], approvals("3"), 100).greedy.order == ()
    assert count_funding(projects(a=10), approvals("3 a"), 0).equal_shares.order == ()


def test_what_costs_nothing_is_funded_if_anybody_wants_it() -> None:
    found = count_funding(projects(a=0, b=0, c=5), approvals("1 a c"), 0)
    assert found.greedy.order == found.equal_shares.order == ("a",)


def test_fractions_of_a_cent_are_not_lost() -> None:
    """Three thirds of 0.1 pay 0.1 exactly, which floating point would miss."""
    found = count_funding(projects(a=Fraction("0.1")), approvals("3 a"), Fraction("0.1"), unit=1)
    assert found.equal_shares.order == ("a",)
    assert found.raised_share == Fraction(1, 30)


@pytest.mark.parametrize(
    ("costs", "ballots", "budget", "unit"),
    [
        ([Project("a", 1), Project("a", 2)], {}, 5, None),
        ([Project("a", -1)], {}, 5, None),
        ([Project("a", 1)], {frozenset("b"): 1}, 5, None),
        ([Project("a", 1)], {frozenset("a"): 1}, -5, None),
        ([Project("a", 1)], {frozenset("a"): 1}, 5, 0),
    ],
)
def test_what_makes_no_sense_is_refused(
    costs: list[Project], ballots: Ballots, budget: int, unit: int | None
) -> None:
    with pytest.raises(ValueError):
        count_funding(costs, ballots, budget, unit=unit)


def test_steps_of_one_unit_look_at_how_many_vote_and_live_steps_do_not() -> None:
    """Ten voters for each that was one: a unit for each of them is a step of ten times as much."""
    few, many = approvals("1 a", "1 b"), approvals("10 a", "10 b")
    costs = projects(a=5, b=4)
    assert count_funding(costs, few, 5, unit=1).equal_shares.order == ("b",)
    assert count_funding(costs, many, 5, unit=1).equal_shares.order == ()
    assert count_funding(costs, few, 5).equal_shares.order == ("b",)
    assert count_funding(costs, many, 5).equal_shares.order == ("b",)


def test_a_long_completion_is_passed_in_a_few_strides() -> None:
    """From 10**9 to 10**12 in steps of one; taken one by one this would not end today."""
    found = count_funding(projects(a=10**12), approvals("1 a", "999"), 10**12, unit=1)
    assert found.equal_shares.order == ("a",)
    assert found.raised_share == 10**12


def test_a_completion_with_twins_whose_price_changes_is_passed_in_strides_too() -> None:
    """While one of both supporters pays all that is left, the price falls with every step."""
    ballots = approvals("1 p a b", "3 p", "1 a b")
    found = count_funding(projects(p=4, a=10, b=10), ballots, 24, unit=Fraction(1, 10**7))
    assert found.equal_shares.order == ("p", "a", "b")
    assert found.raised_share == Fraction(21, 2)
    assert found.equal_shares.decisions["a"].tied_with == ("b",)


def test_rivals_that_only_a_few_of_very_many_set_apart_are_told_apart_at_once() -> None:
    """Ten million and one against ten million, in steps of which millions are needed."""
    ballots = approvals("10000000 a b", "1 a", "4 c", "10")
    found = count_funding(projects(a=10, b=10, c=16), ballots, 700, unit=Fraction(1, 10**6))
    assert found.equal_shares.order == ("a", "b", "c")
    assert found.equal_shares.decisions["a"].tied_with == ()


# What must hold for any ballots.

IDS = "abcdefg"


@st.composite
def budgets(draw: st.DrawFn) -> tuple[dict[str, Fraction], Ballots, Fraction]:
    """Costs in the order that breaks ties, ballots of at least one voter, a budget."""
    budget = draw(st.integers(1, 120))
    most = draw(st.integers(1, 2 * budget))
    amounts = draw(
        st.sampled_from(
            [
                st.fractions(0, most, max_denominator=3),
                st.integers(1, 3).map(Fraction),
                st.decimals(0, most, places=1).map(Fraction),
            ]
        )
    )
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    costs = {id_: draw(amounts) for id_ in ids}
    ballots = draw(
        st.dictionaries(st.frozensets(st.sampled_from(ids)), st.integers(1, 6), min_size=1)
    )
    ordered = dict(sorted(costs.items(), key=lambda item: (item[1], item[0])))
    return ordered, ballots, Fraction(budget)


Budget = tuple[dict[str, Fraction], Ballots, Fraction]


def count(budget: Budget, unit: Fraction | None = None) -> FundingOutcome:
    costs, ballots, amount = budget
    return count_funding([Project(*item) for item in costs.items()], ballots, amount, unit=unit)


def test_two_that_are_level_in_all_steps_are_told_as_tied_and_halt_nothing() -> None:
    """Both have all of their supporters from the first step to the last, 10**9 steps on."""
    ballots = approvals("2 a b", "2 a", "2 b", "1 c", "9999")
    amount = 10**13
    found = count_funding(projects(a=6, b=6, c=amount - 12), ballots, amount, unit=1).equal_shares
    assert found.order == ("a", "b", "c")
    assert found.decisions["a"].tied_with == ("b",)
    assert found.decisions["c"].tied_with == ()


@settings(deadline=None)
@given(budgets())
def test_nothing_is_overspent_and_every_project_is_told(budget: Budget) -> None:
    found = count(budget)
    for way in (found.greedy, found.equal_shares):
        assert way.spent == sum(budget[0][id_] for id_ in way.order) <= budget[2]
        assert set(way.decisions) == set(budget[0])
        assert {id_ for id_, told in way.decisions.items() if told.is_funded} == set(way.order)
        for told in way.decisions.values():
            assert told.is_funded == (told.reason is Reason.FUNDED)
            assert (told.votes == 0) == (told.reason is Reason.NO_SUPPORT)


@settings(deadline=None)
@given(budgets(), st.sampled_from([2, 3, 7, 10**6, 10**12]))
def test_every_ballot_cast_k_times_changes_no_outcome(budget: Budget, k: int) -> None:
    costs, ballots, amount = budget
    once = count(budget)
    often = count((costs, {approved: k * n for approved, n in ballots.items()}, amount))
    assert often.greedy.order == once.greedy.order
    assert often.equal_shares.order == once.equal_shares.order


@settings(deadline=None)
@given(budgets(), st.sampled_from([Fraction(1, 100), Fraction(7), Fraction(1000)]))
def test_another_currency_changes_no_outcome(budget: Budget, rate: Fraction) -> None:
    costs, ballots, amount = budget
    other = count(({id_: rate * cost for id_, cost in costs.items()}, ballots, rate * amount))
    assert other.equal_shares.order == count(budget).equal_shares.order


@settings(deadline=None)
@given(budgets(), st.randoms(use_true_random=False))
def test_other_ids_change_an_outcome_only_where_a_tie_is_named(
    budget: Budget, chance: object
) -> None:
    costs, ballots, amount = budget
    shuffled = sorted(costs, key=lambda _: chance.random())  # type: ignore[attr-defined]
    renamed = dict(zip(costs, shuffled, strict=True))
    found = count(budget)
    again = count(
        (
            {renamed[id_]: cost for id_, cost in costs.items()},
            {frozenset(renamed[a] for a in approved): n for approved, n in ballots.items()},
            amount,
        )
    )
    for way, other in ((found.greedy, again.greedy), (found.equal_shares, again.equal_shares)):
        if not any(told.tied_with for told in way.decisions.values()):
            assert other.order == tuple(renamed[id_] for id_ in way.order)


# A real outcome.

ASSEN = Path(__file__).resolve().parents[4] / "shared/data/budgets/Netherlands_Assen_2024.pb"


@pytest.mark.skipif(not ASSEN.exists(), reason="the shared data is not there")
def test_the_official_outcome_of_assen_comes_out() -> None:
    parts: dict[str, list[list[str]]] = {}
    for row in csv.reader(ASSEN.read_text("utf-8").splitlines(), delimiter=";"):
        if row[0] in {"META", "PROJECTS", "VOTES"}:
            current = parts[row[0]] = []
        else:
            current.append(row)
    rows = [dict(zip(parts["PROJECTS"][0], row, strict=True)) for row in parts["PROJECTS"][1:]]
    place = parts["VOTES"][0].index("vote")
    ballots = Counter(frozenset(row[place].split(",")) for row in parts["VOTES"][1:])
    found = count_funding(
        [Project(row["project_id"], int(row["cost"])) for row in rows], ballots, 100000, unit=1
    )
    official = {row["project_id"] for row in rows if row["selected"] == "1"}
    assert set(found.equal_shares.order) == official
    assert {id_: told.votes for id_, told in found.greedy.decisions.items()} == {
        row["project_id"]: int(row["votes"]) for row in rows
    }
