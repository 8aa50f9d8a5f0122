"""Counts ranked ballots four ways: plurality, instant run-off, Condorcet and Borda.

Everything is exact, a tie is always named, and no rule looks at the names or the order of the
options, so that other names for the same options give the same outcome. How each rule is
defined, and where it comes from, stands in docs/counting.md.

A live room keeps no ballots in memory but counters, to which a ranking adds its first place
(`1:b`) and every pair that it prefers (`b>a`). Plurality, Condorcet and Borda need no more than
these, so they are counted from either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Ranking = tuple[tuple[str, ...], ...]
"""A ballot: groups of options of equal rank, the best first. It may stop early and be empty;
what it leaves out it ranks below all that it holds. No option stands in it twice."""

Pairwise = Mapping[str, Mapping[str, int]]
"""`pairwise[a][b]` is how many ballots prefer a to b."""


@dataclass(frozen=True, slots=True)
class Plurality:
    """Who has the most first places; a tie for first on a ballot gives a first place to nobody."""

    winners: tuple[str, ...]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RunoffRound:
    """One round of a run-off: what the remaining options have, and who goes out.

    `exhausted` is how many ballots count for nobody in this round. `eliminated` is empty in the
    last round.
    """

    counts: Mapping[str, int]
    eliminated: tuple[str, ...]
    exhausted: int


@dataclass(frozen=True, slots=True)
class InstantRunoff:
    winners: tuple[str, ...]
    rounds: tuple[RunoffRound, ...]


@dataclass(frozen=True, slots=True)
class Condorcet:
    """The option that beats each other one in a duel.

    Where there is none, `cycle` is the Smith set: the fewest options that beat all others.
    """

    winner: str | None
    cycle: tuple[str, ...]
    pairwise: Pairwise


@dataclass(frozen=True, slots=True)
class Borda:
    winners: tuple[str, ...]
    scores: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class RankedOutcome:
    """The same ballots counted four ways; `ballots` is how many there are."""

    ballots: int
    plurality: Plurality
    instant_runoff: InstantRunoff
    condorcet: Condorcet
    borda: Borda


def count_ranked(ballots: Mapping[Ranking, int], options: Sequence[str]) -> RankedOutcome:
    """Count ballots, each with how often it was cast, by all four rules.

    Raises ValueError where a ballot holds an option twice or one that is not in `options`.
    """
    number = sum(ballots.values())
    duels = pairwise_of(ballots, options)
    return RankedOutcome(
        ballots=number,
        plurality=plurality_of(ballots, options),
        instant_runoff=instant_runoff_of(ballots, options),
        condorcet=_condorcet(duels, options),
        borda=_borda(duels, number, options),
    )


def plurality_of(ballots: Mapping[Ranking, int], options: Sequence[str]) -> Plurality:
    counts = dict.fromkeys(options, 0)
    for ranking, times in ballots.items():
        if ranking and len(ranking[0]) == 1:
            counts[ranking[0][0]] += times
    return Plurality(_most(counts), counts)


def condorcet_of(ballots: Mapping[Ranking, int], options: Sequence[str]) -> Condorcet:
    return _condorcet(pairwise_of(ballots, options), options)


def borda_of(ballots: Mapping[Ranking, int], options: Sequence[str]) -> Borda:
    return _borda(pairwise_of(ballots, options), sum(ballots.values()), options)


def pairwise_of(ballots: Mapping[Ranking, int], options: Sequence[str]) -> Pairwise:
    """Return who is preferred to whom how often: ranked ones to all below and to unranked ones.

    Raises ValueError where a ballot holds an option twice or one that is not in `options`.
    """
    duels = {a: {b: 0 for b in options if b != a} for a in options}
    for ranking, times in ballots.items():
        below = list(options)
        for group in ranking:
            for option in group:
                below.remove(option)
            for option in group:
                row = duels[option]
                for other in below:
                    row[other] += times
    return duels


def instant_runoff_of(ballots: Mapping[Ranking, int], options: Sequence[str]) -> InstantRunoff:
    """Eliminate whoever has the fewest, all of a tie together, until one has more than half.

    A ballot counts for its highest group that still has an option in the race. While that group
    has two or more of them, it cannot say for which; it is exhausted then, and stays so. More
    than half is of the ballots that are not exhausted. If all that remain are tied, all win.
    """
    race = _Race(ballots, options)
    rounds: list[RunoffRound] = []
    while True:
        counts = race.counts()
        winners = _winners_of_round(counts)
        fewest = min(counts.values(), default=0)
        out = () if winners else tuple(name for name, n in counts.items() if n == fewest)
        rounds.append(RunoffRound(counts, out, race.exhausted))
        if not out:
            return InstantRunoff(winners, tuple(rounds))
        race.eliminate(out)


def _winners_of_round(counts: Mapping[str, int]) -> tuple[str, ...]:
    leaders = _most(counts)
    has_majority = bool(leaders) and 2 * counts[leaders[0]] > sum(counts.values())
    return leaders if has_majority or len(leaders) == len(counts) else ()


class _Race:
    """The options still in a run-off, each with the pile of ballots that count for it.

    Only the piles of those who go out are handed on, so that a round costs what moves in it.
    """

    def __init__(self, ballots: Mapping[Ranking, int], options: Iterable[str]) -> None:
        self.exhausted = 0
        self._totals = dict.fromkeys(options, 0)
        # A ballot on a pile: its ranking, the group that it counts by, how often it was cast.
        self._piles: dict[str, list[tuple[Ranking, int, int]]] = {name: [] for name in self._totals}
        for ranking, times in ballots.items():
            self._hand_on(ranking, 0, times)

    def counts(self) -> dict[str, int]:
        return dict(self._totals)

    def eliminate(self, out: Iterable[str]) -> None:
        moving = [ballot for name in out for ballot in self._piles.pop(name)]
        for name in out:
            del self._totals[name]
        for ranking, place, times in moving:
            self._hand_on(ranking, place, times)

    def _hand_on(self, ranking: Ranking, place: int, times: int) -> None:
        for here in range(place, len(ranking)):
            remaining = [name for name in ranking[here] if name in self._totals]
            if len(remaining) == 1:
                self._piles[remaining[0]].append((ranking, here, times))
                self._totals[remaining[0]] += times
                return
            if remaining:
                break
        self.exhausted += times


# From the counters of a live room.


def contributions_of(ranking: Sequence[str], options: Iterable[str]) -> Counter[str]:
    """Return what a ranking without ties adds to the counters of its round.

    That is one to its first place, `1:x`, and one to each pair that it prefers, `x>y`.
    """
    added: Counter[str] = Counter()
    if ranking:
        added[f"1:{ranking[0]}"] = 1
    ranked = set(ranking)
    unranked = [option for option in options if option not in ranked]
    for place, option in enumerate(ranking):
        added.update(f"{option}>{other}" for other in (*ranking[place + 1 :], *unranked))
    return added


def plurality_from(counters: Mapping[str, int], options: Sequence[str]) -> Plurality:
    """Return what `plurality_of` the ballots behind these counters returns."""
    counts = {option: counters.get(f"1:{option}", 0) for option in options}
    return Plurality(_most(counts), counts)


def condorcet_from(counters: Mapping[str, int], options: Sequence[str]) -> Condorcet:
    """Return what `condorcet_of` the ballots behind these counters returns."""
    return _condorcet(_pairwise_from(counters, options), options)


def borda_from(counters: Mapping[str, int], ballots: int, options: Sequence[str]) -> Borda:
    """Return what `borda_of` the ballots behind these counters returns; `ballots` is how many."""
    return _borda(_pairwise_from(counters, options), ballots, options)


def _pairwise_from(counters: Mapping[str, int], options: Sequence[str]) -> Pairwise:
    return {a: {b: counters.get(f"{a}>{b}", 0) for b in options if b != a} for a in options}


# From the duels, wherever they come from.


def _condorcet(duels: Pairwise, options: Sequence[str]) -> Condorcet:
    best = _smith_set(duels, options)
    if len(best) == 1:
        return Condorcet(best[0], (), duels)
    return Condorcet(None, best, duels)


def _smith_set(duels: Pairwise, options: Sequence[str]) -> tuple[str, ...]:
    """Return the fewest options that beat all others, in the order of `options`.

    It holds whoever wins the most duels less those lost (Copeland), and with an option also all
    that it does not beat.
    """
    if not options:
        return ()

    def beats(a: str, b: str) -> bool:
        return duels[a][b] > duels[b][a]

    balance = {a: sum(beats(a, b) - beats(b, a) for b in options if b != a) for a in options}
    found = {max(options, key=lambda option: balance[option])}
    waiting = list(found)
    while waiting:
        member = waiting.pop()
        unbeaten = [b for b in options if b not in found and not beats(member, b)]
        found.update(unbeaten)
        waiting.extend(unbeaten)
    return tuple(option for option in options if option in found)


def _borda(duels: Pairwise, ballots: int, options: Sequence[str]) -> Borda:
    """Return Borda's scores: a point for each ballot and option beaten, half for each level one.

    With m options that is m - 1 for a first place and none for the last, and for options on one
    level the mean of the places that they share.
    """
    scores = {
        a: sum(
            (Fraction(ballots + duels[a][b] - duels[b][a], 2) for b in options if b != a),
            start=Fraction(0),
        )
        for a in options
    }
    return Borda(_most(scores), scores)


def _most(counts: Mapping[str, int] | Mapping[str, Fraction]) -> tuple[str, ...]:
    """Return all names that share the highest count."""
    highest = max(counts.values(), default=0)
    return tuple(name for name, count in counts.items() if count == highest)
