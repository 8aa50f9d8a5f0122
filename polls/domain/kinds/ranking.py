"""Ranking: options in order of preference, the best first; a ballot may stop early."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from polls.domain.counting.exact import exact
from polls.domain.counting.ranked import (
    RankedOutcome,
    borda_from,
    condorcet_from,
    contributions_of,
    count_ranked,
    plurality_from,
)
from polls.domain.counting.ranked import (
    Ranking as Ballot,
)
from polls.domain.errors import Refusal
from polls.domain.kinds.base import Answer, FormValues, OptionsKind, parse_option
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results, shares

PLACE_FIELD = "place."
"""How the fields of a form without JavaScript begin; the option's id follows."""

PLACE_MOST = 9999

_ANYWHERE = "any:"
"""How the counter begins that counts the ballots on which an option has a place at all."""


class Ranking(OptionsKind):
    """A ranked option beats all below it and all that the ballot leaves out.

    A ballot adds to `1:x` for its first place, to `any:x` for each option it ranks, and to `x>y`
    for each pair of them. An option is thus preferred to another on all ballots that rank it,
    but for those that put the other one above; so no ballot needs to name what it leaves out.
    """

    name = "ranking"
    place = 6
    shape = "order"
    options_most = 15
    has_outcome = True
    outcome_is_counted = True
    common_settings: ClassVar[tuple[str, ...]] = ("shuffle",)

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ())
        return {}

    def parse(self, answer: Any, question: Question) -> Answer:
        """Take a list, the best first, or a place for each option: `{"c": 1, "a": 2}`."""
        if isinstance(answer, Mapping):
            answer = _in_order(answer)
        if not isinstance(answer, list):
            raise Refusal("answer.not_an_order")
        order = [parse_option(option, question) for option in answer]
        if not order:
            raise Refusal("answer.nothing_ranked")
        if len(set(order)) < len(order):
            raise Refusal("answer.ranked_twice")
        return order

    def contributions(self, answer: Answer) -> Counter[str]:
        added = contributions_of(answer, answer)
        added.update(f"{_ANYWHERE}{option}" for option in answer)
        return added

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        """Count first places. Details hold for each option Borda's points, duels won and lost,
        and the place that duels give it: 1 for the most won less lost, shared when level."""
        turnout = counters.get(BALLOTS, 0)
        ids = question.option_ids
        duels = _duels(counters, ids)
        counts = dict(plurality_from(counters, ids).counts)
        percents = dict(zip(counts, shares(100, list(counts.values())), strict=True))
        pairwise = condorcet_from(duels, ids).pairwise
        points = borda_from(duels, turnout, ids).scores
        won = {a: sum(pairwise[a][b] > pairwise[b][a] for b in ids if b != a) for a in ids}
        lost = {a: sum(pairwise[a][b] < pairwise[b][a] for b in ids if b != a) for a in ids}
        details: dict[str, Any] = {}
        for option in ids:
            details[f"points:{option}"] = float(points[option])
            details[f"won:{option}"] = won[option]
            details[f"lost:{option}"] = lost[option]
            better = sum(won[other] - lost[other] > won[option] - lost[option] for other in ids)
            details[f"place:{option}"] = 1 + better if turnout else None
        return Results(turnout, counts, percents, details)

    def outcome(self, answers: Sequence[Answer], question: Question) -> dict[str, Any] | None:
        ballots: Counter[Ballot] = Counter(
            tuple((option,) for option in answer) for answer in answers
        )
        return outcome_as_json(count_ranked(ballots, question.option_ids))

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        return str(answer[0])

    def categories(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def answer_parts(
        self,
        answer: Answer,
        question: Question,
        language: str,
        labels: Mapping[str, str] | None = None,
    ) -> list[tuple[str, str]]:
        parts = super().answer_parts(answer, question, language, labels)
        if not isinstance(answer, list):
            return parts
        return [(f"{place}. {label}", value) for place, (label, value) in enumerate(parts, start=1)]

    def answer_from_form(self, values: FormValues) -> Any:
        if "answer" in values:
            return list(values["answer"])
        return {
            key.removeprefix(PLACE_FIELD): typed[0].strip()
            for key, typed in values.items()
            if key.startswith(PLACE_FIELD) and typed and typed[0].strip()
        }


def _in_order(places: Mapping[Any, Any]) -> list[Any]:
    """Return options by their places; a gap is closed up, a place given twice refused."""
    by_place: dict[int, Any] = {}
    for option, typed in places.items():
        place = _place_of(typed)
        if place in by_place:
            raise Refusal("answer.place_twice", place=place)
        by_place[place] = option
    return [by_place[place] for place in sorted(by_place)]


def _place_of(typed: Any) -> int:
    if isinstance(typed, int) and not isinstance(typed, bool) and 0 <= typed <= PLACE_MOST:
        return typed
    if isinstance(typed, str) and re.fullmatch("[0-9]{1,4}", typed):
        return int(typed)
    raise Refusal("answer.not_an_order")


def _duels(counters: Mapping[str, int], ids: Sequence[str]) -> dict[str, int]:
    """Return how many ballots prefer one option to another, `a>b`, for each pair."""
    return {
        f"{a}>{b}": counters.get(f"{_ANYWHERE}{a}", 0) - counters.get(f"{b}>{a}", 0)
        for a in ids
        for b in ids
        if a != b
    }


def outcome_as_json(found: RankedOutcome) -> dict[str, Any]:
    """Return an outcome as it is kept and exported.

    `winners` are all that are level at the top. `condorcet` has the `winner` of all duels or,
    where there is none, the fewest options that beat all others as its `cycle`.
    """
    return {
        "ballots": found.ballots,
        "plurality": {
            "winners": list(found.plurality.winners),
            "counts": dict(found.plurality.counts),
        },
        "irv": {
            "winners": list(found.instant_runoff.winners),
            "rounds": [
                {
                    "counts": dict(round_.counts),
                    "eliminated": list(round_.eliminated),
                    "exhausted": round_.exhausted,
                }
                for round_ in found.instant_runoff.rounds
            ],
        },
        "condorcet": {
            "winner": found.condorcet.winner,
            "cycle": list(found.condorcet.cycle),
            "pairwise": {a: dict(row) for a, row in found.condorcet.pairwise.items()},
        },
        "borda": {
            "winners": list(found.borda.winners),
            "scores": {option: exact(score) for option, score in found.borda.scores.items()},
        },
    }


KIND = Ranking()
