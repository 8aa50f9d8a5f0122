"""Multiple choice: from `least` to `most` of the options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.errors import Refusal
from polls.domain.kinds.base import Answer, FormValues, OptionsKind, parse_integer, parse_option
from polls.domain.polls import Question


class MultipleChoice(OptionsKind):
    name = "multiple_choice"
    place = 2
    shape = "many"

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:
        self.refuse_unknown_settings(raw, ("least", "most"))
        count = max(option_count, 1)
        most = parse_integer(raw.get("most") or count, "settings.most", 1, count)
        least = parse_integer(raw.get("least") or 1, "settings.least", 1, most)
        return {"least": least, "most": most}

    def parse(self, answer: Any, question: Question) -> Answer:
        if not isinstance(answer, list):
            raise Refusal("answer.not_a_list")
        chosen = {parse_option(option, question) for option in answer}
        least = question.settings.get("least", 1)
        most = question.settings.get("most", len(question.options))
        if len(chosen) < least:
            raise Refusal("answer.too_few", least=least)
        if len(chosen) > most:
            raise Refusal("answer.too_many", most=most)
        return [option for option in question.option_ids if option in chosen]

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter(answer)

    def split_keys(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(answer)

    def answer_from_form(self, values: FormValues) -> Any:
        return list(values.get("answer", ()))


KIND = MultipleChoice()
