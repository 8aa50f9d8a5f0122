"""Ranked ballots by four rules: known examples, and what must hold for any ballots."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.counting.ranked import (
    RankedOutcome,
    Ranking,
    borda_from,
    borda_of,
    condorcet_from,
    condorcet_of,
    contributions_of,
    count_ranked,
    instant_runoff_of,
    plurality_from,
    plurality_of,
)

Ballots = dict[Ranking, int]


def strict(*lines: str) -> Ballots:
    """`"3 abc"` is three ballots that rank a, b, c in this order; `"3 "` three empty ones."""
    ballots: Counter[Ranking] = Counter()
    for line in lines:
        times, _, order = line.partition(" ")
        ballots[tuple((option,) for option in order)] += int(times)
    return dict(ballots)


# The example of Tennessee's capital, known from textbooks: 42, 26, 15 and 17 of a hundred.
TENNESSEE = strict("42 mnck", "26 nckm", "15 cknm", "17 kcnm")


def test_the_four_rules_may_name_three_winners() -> None:
    found = count_ranked(TENNESSEE, "mnck")
    assert found.ballots == 100
    assert found.plurality.winners == ("m",)
    assert found.instant_runoff.winners == ("k",)
    assert found.condorcet.winner == "n"
    assert found.borda.winners == ("n",)
    assert found.borda.scores == {"m": 126, "n": 194, "c": 173, "k": 107}
    assert [round_.eliminated for round_ in found.instant_runoff.rounds] == [("c",), ("n",), ()]
    assert found.instant_runoff.rounds[1].counts == {"m": 42, "n": 26, "k": 32}


def test_a_circle_has_no_condorcet_winner_and_is_named() -> None:
    found = condorcet_of(strict("4 abcd", "3 bcad", "2 cabd"), "dcba")
    assert (found.winner, found.cycle) == (None, ("c", "b", "a"))
    assert found.pairwise["a"] == {"b": 6, "c": 4, "d": 9}


def test_an_option_level_with_one_of_the_circle_is_in_it() -> None:
    found = condorcet_of(strict("1 ab", "1 ba", "2 ba", "2 ab"), "abc")
    assert (found.winner, found.cycle) == (None, ("a", "b"))


def test_exactly_half_is_no_majority() -> None:
    found = instant_runoff_of(strict("4 a", "3 bc", "1 cb"), "abc")
    assert [round_.counts for round_ in found.rounds] == [
        {"a": 4, "b": 3, "c": 1},
        {"a": 4, "b": 4},
    ]
    assert found.winners == ("a", "b")


def test_all_that_have_the_fewest_go_out_together() -> None:
    found = instant_runoff_of(strict("4 a", "5 b", "1 ca", "1 da"), "abcd")
    assert found.rounds[0].eliminated == ("c", "d")
    assert found.winners == ("a",)


def test_a_tie_of_all_that_remain_is_named_and_never_hidden() -> None:
    found = count_ranked(strict("2 ab", "2 ba"), "abc")
    assert found.plurality.winners == ("a", "b")
    assert found.instant_runoff.winners == ("a", "b")
    assert found.borda.winners == ("a", "b")
    assert (found.condorcet.winner, found.condorcet.cycle) == (None, ("a", "b"))


def test_a_ballot_that_ties_two_in_the_race_counts_for_neither_even_later() -> None:
    ballots: Ballots = {(("a", "b"), ("c",)): 3, (("a",),): 2, (("c",),): 4, (("b",),): 1}
    found = instant_runoff_of(ballots, "abc")
    assert found.rounds[0].counts == {"a": 2, "b": 1, "c": 4}
    assert found.rounds[0].exhausted == 3
    assert found.winners == ("c",)


def test_a_tie_of_which_one_is_out_counts_for_the_other() -> None:
    ballots: Ballots = {(("d",), ("a", "b")): 2, (("b",),): 1, (("a",),): 3, (("c",),): 5}
    found = instant_runoff_of(ballots, "abcd")
    assert found.rounds[0].eliminated == ("b",)
    assert found.rounds[1].counts == {"a": 3, "c": 5, "d": 2}
    assert found.rounds[2].counts == {"a": 5, "c": 5}


def test_ballots_that_stop_early_leave_the_majority_to_the_others() -> None:
    found = instant_runoff_of(strict("3 a", "2 b", "2 c", "1 ca"), "abc")
    assert found.rounds[0].eliminated == ("b",)
    assert found.rounds[1].exhausted == 2
    assert found.winners == ("a", "c")


def test_options_on_one_level_share_the_mean_of_their_places() -> None:
    found = borda_of({(("a", "b"), ("c",)): 1, (): 1}, "abcd")
    assert found.scores["a"] == Fraction(5, 2) + Fraction(3, 2)
    assert found.scores["d"] == Fraction(0) + Fraction(3, 2)


def test_a_tie_for_first_gives_a_first_place_to_nobody() -> None:
    assert plurality_of({(("a", "b"),): 3, (("b",),): 1}, "ab").counts == {"a": 0, "b": 1}


def test_where_nobody_prefers_anything_all_are_level() -> None:
    for ballots in ({}, {(): 5}):
        found = count_ranked(ballots, "ab")
        assert found.instant_runoff.winners == found.plurality.winners == ("a", "b")
        assert found.condorcet.cycle == ("a", "b")


def test_a_single_option_wins_whatever_is_cast() -> None:
    found = count_ranked({(): 1}, "a")
    assert found.condorcet.winner == "a"
    assert found.instant_runoff.winners == found.borda.winners == ("a",)


@pytest.mark.parametrize("order", ["aa", "aba", "x"])
def test_a_ballot_with_an_option_twice_or_unknown_is_refused(order: str) -> None:
    with pytest.raises(ValueError):
        count_ranked({tuple((option,) for option in order): 1}, "abc")


# What must hold for any ballots.

OPTIONS = "abcdef"


@st.composite
def rankings(draw: st.DrawFn, *, ties: bool = True) -> Ranking:
    order = draw(st.permutations(OPTIONS))[: draw(st.integers(0, len(OPTIONS)))]
    groups: list[tuple[str, ...]] = []
    for option in order:
        if ties and groups and draw(st.integers(0, 3)) == 0:
            groups[-1] = (*groups[-1], option)
        else:
            groups.append((option,))
    return tuple(groups)


some_ballots = st.dictionaries(rankings(), st.integers(1, 9), max_size=12)
strict_ballots = st.dictionaries(rankings(ties=False), st.integers(1, 9), max_size=12)


def told(found: RankedOutcome, names: dict[str, str]) -> object:
    """An outcome in which the order of the options plays no part."""
    return (
        {names[a] for a in found.plurality.winners},
        {names[a] for a in found.instant_runoff.winners},
        [
            ({names[a]: n for a, n in r.counts.items()}, {names[a] for a in r.eliminated})
            for r in found.instant_runoff.rounds
        ],
        {names[a] for a in found.condorcet.cycle or (str(found.condorcet.winner),)},
        {names[a]: score for a, score in found.borda.scores.items()},
    )


@settings(deadline=None)
@given(some_ballots, st.permutations(OPTIONS), st.permutations(OPTIONS))
def test_other_names_and_another_order_change_no_outcome(
    ballots: Ballots, others: list[str], order: list[str]
) -> None:
    renamed = dict(zip(OPTIONS, others, strict=True))
    again = {
        tuple(tuple(renamed[a] for a in reversed(group)) for group in ranking): times
        for ranking, times in reversed(ballots.items())
    }
    plain = {option: option for option in OPTIONS}
    assert told(count_ranked(again, order), plain) == told(count_ranked(ballots, OPTIONS), renamed)


@settings(deadline=None)
@given(some_ballots, st.integers(2, 50))
def test_every_ballot_cast_k_times_changes_no_winner(ballots: Ballots, k: int) -> None:
    once = count_ranked(ballots, OPTIONS)
    often = count_ranked({ranking: k * times for ranking, times in ballots.items()}, OPTIONS)
    assert often.plurality.winners == once.plurality.winners
    assert often.instant_runoff.winners == once.instant_runoff.winners
    assert [r.eliminated for r in often.instant_runoff.rounds] == [
        r.eliminated for r in once.instant_runoff.rounds
    ]
    assert often.condorcet.winner == once.condorcet.winner
    assert often.condorcet.cycle == once.condorcet.cycle
    assert often.borda.scores == {a: k * score for a, score in once.borda.scores.items()}


@settings(deadline=None)
@given(some_ballots)
def test_no_ballot_is_lost_or_made_up(ballots: Ballots) -> None:
    found = count_ranked(ballots, OPTIONS)
    number = sum(ballots.values())
    tied_first = sum(n for ranking, n in ballots.items() if not ranking or len(ranking[0]) > 1)
    assert sum(found.plurality.counts.values()) == number - tied_first
    for round_ in found.instant_runoff.rounds:
        assert sum(round_.counts.values()) + round_.exhausted == number
    m = len(OPTIONS)
    assert sum(found.borda.scores.values()) == Fraction(number * m * (m - 1), 2)
    for a in OPTIONS:
        for b in OPTIONS:
            if a != b:
                assert found.condorcet.pairwise[a][b] + found.condorcet.pairwise[b][a] <= number


@settings(deadline=None)
@given(strict_ballots)
def test_counters_and_ballots_tell_the_same(ballots: Ballots) -> None:
    counters: Counter[str] = Counter()
    for ranking, times in ballots.items():
        for key, value in contributions_of([group[0] for group in ranking], OPTIONS).items():
            counters[key] += value * times
    assert plurality_from(counters, OPTIONS) == plurality_of(ballots, OPTIONS)
    assert condorcet_from(counters, OPTIONS) == condorcet_of(ballots, OPTIONS)
    number = sum(ballots.values())
    assert borda_from(counters, number, OPTIONS) == borda_of(ballots, OPTIONS)


@settings(deadline=None)
@given(some_ballots)
def test_borda_gives_each_place_its_points(ballots: Ballots) -> None:
    points = dict.fromkeys(OPTIONS, Fraction(0))
    for ranking, times in ballots.items():
        ranked = {option for group in ranking for option in group}
        place = 0
        for group in (*ranking, tuple(option for option in OPTIONS if option not in ranked)):
            places = [len(OPTIONS) - 1 - place - step for step in range(len(group))]
            for option in group:
                points[option] += times * Fraction(sum(places), len(group))
            place += len(group)
    assert borda_of(ballots, OPTIONS).scores == points


@settings(deadline=None)
@given(some_ballots)
def test_the_circle_beats_all_others_and_no_part_of_it_does(ballots: Ballots) -> None:
    found = condorcet_of(ballots, OPTIONS)
    duels = found.pairwise

    def dominates(some: set[str]) -> bool:
        return all(duels[a][b] > duels[b][a] for a in some for b in set(OPTIONS) - some)

    best = set(found.cycle) or {str(found.winner)}
    assert dominates(best)
    smaller = [set(s) for s in _subsets(sorted(best)) if 0 < len(s) < len(best)]
    assert not any(dominates(some) for some in smaller)


def _subsets(members: list[str]) -> list[list[str]]:
    return [
        [m for n, m in enumerate(members) if bits >> n & 1] for bits in range(1 << len(members))
    ]


@settings(deadline=None)
@given(some_ballots)
def test_a_run_off_is_counted_anew_in_each_round_with_the_same_result(ballots: Ballots) -> None:
    for round_ in instant_runoff_of(ballots, OPTIONS).rounds:
        counts = dict.fromkeys(round_.counts, 0)
        for ranking, times in ballots.items():
            left = [[a for a in group if a in counts] for group in ranking]
            first = next((group for group in left if group), [])
            # A tie that held the ballot up before still holds it up, unless one of it went out.
            if len(first) == 1:
                counts[first[0]] += times
        assert all(round_.counts[a] <= counts[a] for a in counts)
        if all(len(group) == 1 for ranking in ballots for group in ranking):
            assert round_.counts == counts
