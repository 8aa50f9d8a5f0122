"""Single choice: one option of several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.kinds.base import Answer, FormValues, OptionsKind, parse_option
from polls.domain.polls import Question
from polls.domain.tally import shares


class SingleChoice(OptionsKind):
    name = "single_choice"
    place = 1
    shape = "one"
    common_settings = ("shuffle", "reasons", "grouping")

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ())
        return {}

    def parse(self, answer: Any, question: Question) -> Answer:
        return parse_option(answer, question)

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter({answer: 1})

    def percents(self, counts: Mapping[str, int], turnout: int) -> dict[str, int]:  # noqa: ARG002
        """Whole percents that add up to 100, because every ballot is in exactly one option."""
        return dict(zip(counts, shares(100, list(counts.values())), strict=True))

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        return str(answer)

    def categories(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def answer_from_form(self, values: FormValues) -> Any:
        return next(iter(values.get("answer", ())), None)


KIND = SingleChoice()
