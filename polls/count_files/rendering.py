"""Outcomes as `hemicycle count` prints them: options by their names, ties as lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from polls.domain.counting.funding import FundingOutcome
from polls.domain.counting.ranked import RankedOutcome


def ranking_in_names(outcome: RankedOutcome, names: Mapping[str, str]) -> dict[str, Any]:
    """Return ranked ballots counted four ways; `names` are distinct, by the options' ids."""

    def named(counts: Mapping[str, int]) -> dict[str, int]:
        return {names[id_]: count for id_, count in counts.items()}

    def all_named(ids: Iterable[str]) -> list[str]:
        return [names[id_] for id_ in ids]

    def winner(ids: Sequence[str]) -> str | list[str]:
        return names[ids[0]] if len(ids) == 1 else all_named(ids)

    condorcet = outcome.condorcet
    return {
        "kind": "ranking",
        "ballots": outcome.ballots,
        "plurality": {
            "winner": winner(outcome.plurality.winners),
            "counts": named(outcome.plurality.counts),
        },
        "irv": {
            "winner": winner(outcome.instant_runoff.winners),
            "rounds": [
                {
                    "counts": named(round_.counts),
                    "eliminated": all_named(round_.eliminated),
                    "exhausted": round_.exhausted,
                }
                for round_ in outcome.instant_runoff.rounds
            ],
        },
        "condorcet": {
            "winner": None if condorcet.winner is None else names[condorcet.winner],
            "cycle": all_named(condorcet.cycle),
            "pairwise": {names[id_]: named(row) for id_, row in condorcet.pairwise.items()},
        },
        "borda": {
            "winner": winner(outcome.borda.winners),
            "scores": {names[id_]: _number(score) for id_, score in outcome.borda.scores.items()},
        },
    }


def budget_in_ids(outcome: FundingOutcome) -> dict[str, Any]:
    """Return what is funded by each rule, in the order of funding."""
    return {
        "kind": "budget",
        "voters": outcome.voters,
        "greedy": list(outcome.greedy.order),
        "equal_shares": list(outcome.equal_shares.order),
        "spent": {
            "greedy": _number(outcome.greedy.spent),
            "equal_shares": _number(outcome.equal_shares.spent),
        },
    }


def _number(exact: Fraction) -> int | float:
    return int(exact) if exact.denominator == 1 else float(exact)
