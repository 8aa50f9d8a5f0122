"""The fast count of equal shares held to the plain one, in all that it tells, exactly."""

from __future__ import annotations

import random
from collections import Counter
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.counting.completion import completed
from polls.domain.counting.equal_shares import share_equally
from polls.domain.counting.market import Market
from polls.domain.counting.purchasing import Run
from tests.domain.counting.hard_budgets import HardBudget, budget_of, hard_budget
from tests.domain.counting.plain_equal_shares import (
    Purses,
    bought_with,
    paid,
    plain_equal_shares,
    prices_with,
)

hard_budgets = st.randoms(use_true_random=False).map(hard_budget)


def assert_counted_as_plainly(budget: HardBudget) -> None:
    """Compare what is bought in which order, prices, all money that is left, and all ties."""
    plain, steps = plain_equal_shares(budget.amount, budget.costs, budget.ballots, budget.unit)
    found = share_equally(budget.costs, budget.ballots, budget.share, budget.unit)
    assert [(one.id, one.price) for one in found.purchases] == list(plain.prices.items())
    assert found.money == budget.share + steps * budget.unit
    pairs = {frozenset(pair) for tied in found.ties for pair in combinations(tied, 2)}
    assert pairs == plain.ties

    market = market_of(budget)
    left = {
        id_: sum(plain.purses[who] * n for who, n in budget.ballots.items() if id_ in who)
        for id_ in market.ids
    }
    assert found.left_over == {id_: left[id_] for id_ in market.ids if id_ not in plain.prices}
    assert_left(completed(market)[0], plain.purses)


def assert_left(run: Run, purses: Purses) -> None:
    """Compare what one voter of each group has left."""
    market = run.market
    expected = {who & set(market.ids): has for who, has in purses.items()}
    for number, approved in enumerate(groups_of(market)):
        left = run.money_left(np.array([number])) / int(market.voters[number])
        assert left == expected[approved]


def market_of(budget: HardBudget) -> Market:
    return Market(budget.costs, budget.ballots, budget.share, budget.unit)


def groups_of(market: Market) -> list[frozenset[str]]:
    """Return what the voters of each group approve, without what costs nothing."""
    groups = range(len(market.voters))
    backed = list(zip(market.ids, market.supporters, strict=True))
    return [frozenset(id_ for id_, backers in backed if one in backers) for one in groups]


@settings(max_examples=200)
@given(hard_budgets)
def test_the_fast_count_equals_the_plain_one_in_all_that_it_tells(budget: HardBudget) -> None:
    assert_counted_as_plainly(budget)


@pytest.mark.parametrize("seed", range(20))
def test_seeded_budgets_are_counted_as_plainly(seed: int) -> None:
    for number in range(20):
        assert_counted_as_plainly(hard_budget(random.Random(1000 * seed + number)))


@pytest.mark.parametrize("seed", range(8))
def test_a_completion_of_many_steps_is_counted_as_plainly(seed: int) -> None:
    """Few enough costs that ties come and go, and orders change within what is passed at once."""
    chance = random.Random(seed)
    ids = "abcdefghij"
    amounts = [Fraction(chance.randint(20, 400), chance.choice([1, 2, 10])) for _ in range(6)]
    costs = {id_: chance.choice(amounts) for id_ in ids}
    ballots = Counter(frozenset(chance.choices(ids, k=4)) for _ in range(25))
    ordered = dict(sorted(costs.items(), key=lambda item: (item[1], item[0])))
    assert_counted_as_plainly(HardBudget(Fraction(700), ordered, dict(ballots), Fraction(1, 4)))


# Two that overtake each other twice: the first and the last step of a stretch buy the same.

OVERTAKEN_AND_BACK = budget_of(
    "216",
    {"a": "12", "b": "12", "c": "13", "q": "75", "p": "100"},
    {"pa": 2, "p": 8, "qb": 2, "q": 8, "a": 2, "b": 1, "c": 1},
    unit="1/2",
)
"""With 11 and with 12 a and b are level, between b has more votes; before and after it is a."""

LEVEL_AT_BOTH_ENDS = budget_of(
    "180",
    {"c": "15", "e": "15", "q": "28", "a": "36", "b": "36", "p": "58.5"},
    {"pa": 6, "p": 7, "qb": 6, "q": 8, "ab": 3, "ac": 3, "e": 3},
    unit="1/2",
)
"""With 5.5 and with 6.5 a and b are level and a is bought; with 6 it is b, and then c is too."""


@pytest.mark.parametrize("budget", [OVERTAKEN_AND_BACK, LEVEL_AT_BOTH_ENDS])
def test_what_happens_only_within_a_stretch_is_told(budget: HardBudget) -> None:
    assert_counted_as_plainly(budget)


NEXT_TO_RUN_OUT = budget_of(
    "9000e12",
    {"q": "4e12", "p": "12e12", "z": "2995.5e12"},
    {"pz": 10**12, "qz": 10**12, "z": 10**12, "p": 3 * 10**12, "q": 3 * 10**12},
)
"""For z, what those who have 997 lack is too much for those who have 999, which 1000 pay."""

ONE_BROKE_AMONG_MANY = budget_of(
    "190",
    {"z": "4", "p": "20", "q": "20", "f": "90", "g": "90", "h": "90"},
    {"pqz": 1, "p": 3, "qz": 2, "f": 1, "g": 1, "h": 1, "fg": 1, "fh": 1, "gh": 8},
)
"""The one who has paid for p and q has nothing left for z."""


@pytest.mark.parametrize("budget", [NEXT_TO_RUN_OUT, ONE_BROKE_AMONG_MANY])
def test_who_has_run_out_pays_no_more_than_that(budget: HardBudget) -> None:
    assert_counted_as_plainly(budget)


# What a run says about its purchases, which decides what the completion may pass.


def assert_run_is_right(run: Run, budget: HardBudget) -> None:
    """Hold each purchase, and its bounds, to the exact votes of all that could be paid instead."""
    market = run.market
    money = budget.share + run.steps * budget.unit
    costs = {id_: budget.costs[id_] for id_ in market.ids}
    plain = bought_with(money, costs, budget.ballots, budget.amount)
    assert [market.ids[pick.project] for pick in run.picks] == list(plain.prices)
    purses: Purses = dict.fromkeys(budget.ballots, money)
    for pick in run.picks:
        prices = prices_with(purses, costs, budget.ballots)
        votes = {id_: costs[id_] / price for id_, price in prices.items()}
        first = market.ids[pick.project]
        assert Fraction(pick.least) <= votes[first] == run.effective_votes(pick)
        level = {id_ for id_ in votes if id_ != first and votes[id_] == votes[first]}
        assert {market.ids[number] for number in pick.level} == level
        for number, id_ in enumerate(market.ids):
            assert id_ not in votes or votes[id_] <= Fraction(float(pick.most[number]))
        purses = paid(purses, first, prices[first])
        del costs[first]
    assert_left(run, purses)


def assert_runs_are_right(budget: HardBudget, low: int, high: int) -> None:
    """Count with few and with many steps, then between, with the bounds of both."""
    market = market_of(budget)
    first, last, between = (Run(market, steps) for steps in (low, high, (low + high) // 2))
    first.buy_all()
    last.buy_all(first)
    between.buy_all(first, last)
    for run in (first, last, between):
        assert_run_is_right(run, budget)


@settings(max_examples=100)
@given(hard_budgets, st.sampled_from([2, 4, 10]))
def test_what_a_run_takes_for_certain_is_so(budget: HardBudget, steps: int) -> None:
    assert_runs_are_right(budget, 0, steps)


def test_what_others_bought_says_nothing_once_something_else_is_bought() -> None:
    assert_runs_are_right(OVERTAKEN_AND_BACK, 3, 7)
