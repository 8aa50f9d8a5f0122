"""Words: up to three short ones, shown as a cloud."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds.base import Answer, FormValues, Kind, parse_integer, plain_counters
from polls.domain.polls import Question
from polls.domain.stop_words import is_stop_word
from polls.domain.tally import BALLOTS, Results, percent_of
from polls.domain.texts import clean_line, fold

WORD_LENGTH_MOST = 30
SHOWN_MOST = 60
"""A frame carries at most this many words."""

_SPELLING = "\x1f"
"""Between a folded word and one spelling of it, in a counter's key."""

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


class Words(Kind):
    """Words that differ only in case or accents are one word, shown as most people wrote it."""

    name = "words"
    place = 4
    shape = "list"
    is_closed_answer = False
    compares_rounds = False
    private_settings = ("hidden",)

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("most", "hidden"))
        hidden = raw.get("hidden") or []
        if not isinstance(hidden, list) or not all(isinstance(word, str) for word in hidden):
            raise FieldRefusal("settings.hidden", "a list of words")
        return {
            "most": parse_integer(raw.get("most") or 3, "settings.most", 1, 3),
            "hidden": sorted({fold(clean_line(word)) for word in hidden}),
        }

    def parse(self, answer: Any, question: Question) -> Answer:
        if isinstance(answer, str):
            answer = [answer]
        if not isinstance(answer, list) or not all(isinstance(word, str) for word in answer):
            raise Refusal("answer.not_words")
        words: dict[str, str] = {}
        for typed in answer:
            word = _EDGES.sub("", clean_line(typed)).lower()
            if not word or not fold(word):
                continue
            if max(len(word), len(fold(word))) > WORD_LENGTH_MOST:
                raise Refusal("answer.word_too_long", most=WORD_LENGTH_MOST)
            words.setdefault(fold(word), word)
        most = question.settings.get("most", 3)
        if not words:
            raise Refusal("answer.no_word")
        if len(words) > most:
            raise Refusal("answer.too_many", most=most)
        return list(words.values())

    def contributions(self, answer: Answer) -> Counter[str]:
        """Each word counts once under its folded form; an unusual spelling is counted too."""
        counted: Counter[str] = Counter()
        for word in answer:
            folded = fold(word)
            counted[folded] = 1
            if word != folded:
                counted[f"{folded}{_SPELLING}{word}"] = 1
        return counted

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        hidden = set(question.settings.get("hidden", ()))
        totals: dict[str, int] = {}
        spellings: dict[str, list[tuple[int, str]]] = {}
        for key, count in plain_counters(counters).items():
            folded, _, spelling = key.partition(_SPELLING)
            if spelling:
                spellings.setdefault(folded, []).append((count, spelling))
            else:
                totals[folded] = count
        ranked = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
        turnout = counters.get(BALLOTS, 0)
        counts: dict[str, int] = {}
        for folded, count in ranked:
            if folded in hidden or is_stop_word(folded):
                continue
            counts[_most_written(folded, count, spellings.get(folded, []))] = count
            if len(counts) == SHOWN_MOST:
                break
        percents = {word: percent_of(count, turnout) for word, count in counts.items()}
        return Results(turnout, counts, percents, {"distinct": len(totals)})

    def answer_from_form(self, values: FormValues) -> Any:
        return [word for word in values.get("answer", ()) if word.strip()]


def _most_written(folded: str, count: int, spellings: list[tuple[int, str]]) -> str:
    as_folded = count - sum(number for number, _ in spellings)
    return min([(-as_folded, folded), *((-number, word) for number, word in spellings)])[1]


KIND = Words()
