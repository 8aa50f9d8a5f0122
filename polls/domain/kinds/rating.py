"""Rating: a step from 1 to 3…10, with names for both ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.errors import Refusal
from polls.domain.kinds.base import Answer, FormValues, Kind, parse_integer
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results, shares
from polls.domain.texts import Texts

STEPS_LEAST, STEPS_MOST = 3, 10


class Rating(Kind):
    name = "rating"
    place = 3
    shape = "number"

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("steps", "low", "high"))
        return {
            "steps": parse_integer(
                raw.get("steps") or 5, "settings.steps", STEPS_LEAST, STEPS_MOST
            ),
            **{
                end: dict(Texts.from_any(raw.get(end), field_name=f"settings.{end}").by_language)
                for end in ("low", "high")
            },
        }

    def parse(self, answer: Any, question: Question) -> Answer:
        steps = question.settings.get("steps", 5)
        if isinstance(answer, bool) or not isinstance(answer, int):
            raise Refusal("answer.not_a_step", least=1, most=steps)
        if not 1 <= answer <= steps:
            raise Refusal("answer.not_a_step", least=1, most=steps)
        return answer

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter({str(answer): 1})

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        steps = range(1, question.settings.get("steps", 5) + 1)
        counts = {str(step): counters.get(str(step), 0) for step in steps}
        turnout = counters.get(BALLOTS, 0)
        percents = dict(zip(counts, shares(100, list(counts.values())), strict=True))
        details: dict[str, Any] = {"mean": None, "median": None}
        if turnout:
            ordered = [step for step in steps for _ in range(counts[str(step)])]
            middle = len(ordered) // 2
            details["mean"] = round(sum(ordered) / len(ordered), 1)
            details["median"] = (
                ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
            )
        return Results(turnout, counts, percents, details)

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        return str(answer)

    def categories(self, question: Question) -> tuple[str, ...]:
        return tuple(map(str, range(1, question.settings.get("steps", 5) + 1)))

    def answer_from_form(self, values: FormValues) -> Any:
        typed = next(iter(values.get("answer", ())), "")
        return int(typed) if re.fullmatch("[0-9]{1,4}", typed) else None


KIND = Rating()
