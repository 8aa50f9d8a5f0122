"""Points: a number of points shared out over the options, down to the last one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.errors import Refusal
from polls.domain.kinds.base import Answer, FormValues, Kind, parse_integer
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results, shares

POINTS_LEAST, POINTS_USUAL, POINTS_MOST = 2, 100, 1000
FIELD_PREFIX = "points."

LEVEL = "="
"""The category of a person who gave several options as many points as no other."""


class Points(Kind):
    name = "points"
    place = 7
    shape = "points"
    options_least = 2
    options_most = 12
    common_settings = ("shuffle",)

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("points",))
        given = raw.get("points")
        points = POINTS_USUAL if given in (None, "") else given
        return {"points": parse_integer(points, "settings.points", POINTS_LEAST, POINTS_MOST)}

    def parse(self, answer: Any, question: Question) -> Answer:
        """Return the points of each option that got any, in the order of the options."""
        total = points_of(question)
        if not isinstance(answer, Mapping):
            raise Refusal("answer.not_points", most=total)
        for option_id, points in answer.items():
            if option_id not in question.option_ids:
                raise Refusal("answer.unknown_option")
            is_whole = isinstance(points, int) and not isinstance(points, bool)
            if not is_whole or not 0 <= points <= total:
                raise Refusal("answer.not_points", most=total)
        given = sum(answer.values())
        if given < total:
            raise Refusal("answer.points_left", left=total - given, points=total)
        if given > total:
            raise Refusal("answer.points_over", over=given - total, points=total)
        return {option: answer[option] for option in question.option_ids if answer.get(option)}

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter(answer)

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        """Return the points of each option, its share of all points that were given, and in the
        details, as `mean:<option>`, how many points a person gave it on average."""
        turnout = counters.get(BALLOTS, 0)
        counts = {option: counters.get(option, 0) for option in question.option_ids}
        percents = dict(zip(counts, shares(100, list(counts.values())), strict=True))
        means = {f"mean:{option}": tenths(points, turnout) for option, points in counts.items()}
        return Results(turnout, counts, percents, means)

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        """Return the option that got most points, or that several got as many."""
        most = max(answer.values())
        first, *others = [option for option, points in answer.items() if points == most]
        return LEVEL if others else first

    def categories(self, question: Question) -> tuple[str, ...]:
        return (*question.option_ids, LEVEL)

    def split_keys(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        """People are counted, not points: whoever gave an option any."""
        return tuple(option for option, given in answer.items() if given)

    def answer_from_form(self, values: FormValues) -> Any:
        found: dict[str, Any] = {}
        for name, typed in values.items():
            if name.startswith(FIELD_PREFIX) and typed and (text := typed[0].strip()):
                is_number = re.fullmatch("[0-9]{1,4}", text, re.ASCII)
                found[name.removeprefix(FIELD_PREFIX)] = int(text) if is_number else text
        return found


def points_of(question: Question) -> int:
    return int(question.settings.get("points", POINTS_USUAL))


def tenths(total: int, parts: int) -> float | None:
    """Return total / parts to one decimal, a half rounded up; None where there are no parts."""
    return (20 * total + parts) // (2 * parts) / 10 if parts else None


KIND = Points()
