"""Opinion: statements to agree or disagree with, and the map of who answers alike."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds.base import Answer, FormValues, Kind, labels_of
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, Results, shares

WORDS = ("agree", "disagree", "pass")
"""What can be said of a statement."""

STATEMENTS_MOST = 200
STATEMENT_LENGTH_MOST = 200
SPLIT_MOST = 8
"""By so many statements a result is split by groups: as many as stand side by side."""


class Opinion(Kind):
    """A ballot grows: each answer to a statement adds to those given before or changes one.

    Statements may be added while people answer, so an option's fact `withdrawn` marks those that
    were taken out again: what was said of them stays counted and shapes no map.
    """

    name = "opinion"
    place = 10
    shape = "opinion"
    options_most = STATEMENTS_MOST
    option_facts = ("withdrawn",)
    label_length_most = STATEMENT_LENGTH_MOST
    option_id_prefix = "s"
    has_outcome: ClassVar[bool] = True
    has_picture: ClassVar[bool] = True

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("propose",))
        return {"propose": _parse_yes_or_no(raw.get("propose", True), "settings.propose")}

    def parse_fact(self, name: str, raw: Any, field: str) -> Any:  # noqa: ARG002
        return _parse_yes_or_no(raw, field) or None

    def parse(self, answer: Any, question: Question) -> Answer:
        """Take words by statement. A withdrawn statement is taken too: a phone that answered it
        before keeps sending it with all the rest."""
        if not isinstance(answer, Mapping) or not answer:
            raise Refusal("answer.not_opinions")
        known = set(question.option_ids)
        if any(key not in known for key in answer):
            raise Refusal("answer.unknown_option")
        if any(word not in WORDS for word in answer.values()):
            raise Refusal("answer.not_opinions")
        return dict(sorted(answer.items()))

    def merge(self, old: Answer | None, new: Answer) -> Answer:
        return dict(sorted({**(old or {}), **new}.items()))

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter({f"{statement}:{word}": 1 for statement, word in answer.items()})

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        """Percents are of those who answered the statement, and add up to 100 for each."""
        counts: dict[str, int] = {}
        percents: dict[str, int] = {}
        details: dict[str, Any] = {}
        for statement in question.option_ids:
            keys = [f"{statement}:{word}" for word in WORDS]
            said = [counters.get(key, 0) for key in keys]
            counts.update(zip(keys, said, strict=True))
            percents.update(zip(keys, shares(100, said), strict=True))
            details[f"{statement}:answered"] = sum(said)
        return Results(counters.get(BALLOTS, 0), counts, percents, details)

    def differs(self, before: Answer, after: Answer) -> bool:
        """Say whether another word was given to a statement that was answered both times."""
        return any(after.get(statement, word) != word for statement, word in before.items())

    def split_keys(self, question: Question) -> tuple[str, ...]:
        """Who agrees is counted, with each of the first statements that are voted on."""
        statements = [o.id for o in question.options if not o.facts.get("withdrawn")]
        return tuple(f"{statement}:agree" for statement in statements[:SPLIT_MOST])

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:
        keys = self.split_keys(question)
        said = {f"{statement}:{word}" for statement, word in answer.items()}
        return tuple(key for key in keys if key in said)

    def coverage(self, counters: Mapping[str, int], question: Question) -> dict[str, int]:
        return {
            statement: sum(counters.get(f"{statement}:{word}", 0) for word in WORDS)
            for statement in question.option_ids
        }

    def order_for(
        self, seed: str, statements: Iterable[str], coverage: Mapping[str, int]
    ) -> list[str]:
        """Return statements in the order in which one person is asked.

        The least answered come first; among equals the order is this person's own, so that no
        statement gains from where it stands.
        """

        def place(statement: str) -> tuple[int, str]:
            own = hashlib.sha256(f"{seed}/{statement}".encode()).hexdigest()
            return coverage.get(statement, 0), own

        return sorted(statements, key=place)

    def draw(
        self, answers: Mapping[str, Answer], question: Question, previous: Any = None
    ) -> tuple[dict[str, Any], Any]:
        # numpy takes a moment to load, and only who draws a map needs it.
        from polls.domain.opinions.common_ground import map_as_shown
        from polls.domain.opinions.map import draw_map
        from polls.domain.opinions.votes import VoteMatrix

        withdrawn = [o.id for o in question.options if o.facts.get("withdrawn")]
        votes = VoteMatrix.from_answers(answers, question.option_ids, withdrawn)
        drawn = draw_map(votes, previous)
        return map_as_shown(drawn), drawn

    def outcome(self, answers: Sequence[Answer], question: Question) -> dict[str, Any] | None:
        """Return the map drawn anew from the ballots alone, so that anyone can draw it again."""
        ordered = sorted(answers, key=lambda answer: json.dumps(answer, sort_keys=True))
        named = {f"{number:06d}": answer for number, answer in enumerate(ordered)}
        return self.draw(named, question)[0]

    def publish_outcome(self, outcome: Mapping[str, Any]) -> dict[str, Any]:
        from polls.domain.opinions.common_ground import without_small_groups

        return without_small_groups(outcome)

    def answer_parts(
        self,
        answer: Answer,
        question: Question,
        language: str,
        labels: Mapping[str, str] | None = None,
    ) -> list[tuple[str, str]]:
        """Take a whole answer, or the key of a counter such as `s1:agree`."""
        labels = labels_of(question, language) if labels is None else labels
        if isinstance(answer, str):
            statement, _, word = answer.partition(":")
            return [(labels.get(statement, statement), word)]
        return [(labels[key], answer[key]) for key in labels if key in answer]

    def answer_from_form(self, values: FormValues) -> Any:
        statement = next(iter(values.get("statement", ())), None)
        word = next(iter(values.get("answer", ())), None)
        return None if statement is None else {statement: word}


def _parse_yes_or_no(raw: Any, field: str) -> bool:
    if raw in (None, False, "", "false", "no", "off"):
        return False
    if raw in (True, "true", "yes", "on"):
        return True
    raise FieldRefusal(field, "true or false")


KIND = Opinion()
