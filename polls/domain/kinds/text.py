"""Open text: one answer in the participant's own words, shown only as moderated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.kinds.base import Answer, FormValues, Kind, parse_integer
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results
from polls.domain.texts import parse_text

LENGTH_MOST = 500


class Text(Kind):
    name = "text"
    place = 5
    shape = "text"
    is_closed_answer = False
    compares_rounds = False

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("length",))
        length = parse_integer(raw.get("length") or 280, "settings.length", 10, LENGTH_MOST)
        return {"length": length}

    def parse(self, answer: Any, question: Question) -> Answer:
        return parse_text(answer, question.settings.get("length", LENGTH_MOST), "answer")

    def contributions(self, answer: Answer) -> Counter[str]:  # noqa: ARG002
        """Texts are a query, not a counter; only turnout counts."""
        return Counter()

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:  # noqa: ARG002
        return Results(counters.get(BALLOTS, 0), {}, {})

    def answer_from_form(self, values: FormValues) -> Any:
        return next(iter(values.get("answer", ())), "")


KIND = Text()
