"""Knowledge check: a choice with right answers. Which they are, and why, is told once voting
is over, to those who see the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.kinds.base import Answer, FormValues, OptionsKind, parse_option
from polls.domain.polls import Option, Poll, PollState, Question
from polls.domain.tally import shares
from polls.domain.texts import Texts

EXPLANATION_LENGTH_MOST = 500


class Knowledge(OptionsKind):
    """With the setting `several`, people choose as many as they think are right, and have known
    it when they chose all right answers and no other; else they choose one."""

    name = "knowledge"
    place = 9
    shape = "one"
    option_facts = ("right",)
    has_outcome = True
    common_settings: ClassVar[tuple[str, ...]] = ("shuffle",)
    text_lengths: ClassVar[Mapping[str, int]] = {"explanation": EXPLANATION_LENGTH_MOST}

    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:  # noqa: ARG002
        self.refuse_unknown_settings(raw, ("several", "explanation"))
        return {
            "several": parse_switch(raw.get("several"), "settings.several"),
            "explanation": dict(
                Texts.from_any(
                    raw.get("explanation"), field_name="settings.explanation"
                ).by_language
            ),
        }

    def parse_fact(self, name: str, raw: Any, field: str) -> Any:
        if name == "right":
            return True if parse_switch(raw, field) else None
        return super().parse_fact(name, raw, field)

    def examine(self, question: Question) -> None:
        right = len(right_answers(question))
        if not 0 < right < len(question.options):
            raise FieldRefusal("options.right", "at least one right and one wrong answer")

    def shape_of(self, question: Question) -> str:
        return "many" if question.settings.get("several") else self.shape

    def keeps_back(self, poll: Poll, *, sees_results: bool) -> frozenset[str]:
        is_over = poll.state in (PollState.CLOSED, PollState.PUBLISHED)
        return frozenset() if is_over and sees_results else frozenset({"right", "explanation"})

    def parse(self, answer: Any, question: Question) -> Answer:
        if not question.settings.get("several"):
            return parse_option(answer, question)
        if not isinstance(answer, list):
            raise Refusal("answer.not_a_list")
        chosen = {parse_option(option, question) for option in answer}
        if not chosen:
            raise Refusal("answer.too_few", least=1)
        return [option for option in question.option_ids if option in chosen]

    def contributions(self, answer: Answer) -> Counter[str]:
        return Counter(answer if isinstance(answer, list) else [answer])

    def percents(self, counts: Mapping[str, int], turnout: int) -> dict[str, int]:
        if sum(counts.values()) != turnout:
            return super().percents(counts, turnout)
        return dict(zip(counts, shares(100, list(counts.values())), strict=True))

    def outcome(self, answers: Sequence[Answer], question: Question) -> dict[str, Any]:
        """Return how many people knew it (`knew`)."""
        return {"knew": sum(knows(answer, question) for answer in answers)}

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        return answer if isinstance(answer, str) else None

    def categories(self, question: Question) -> tuple[str, ...]:
        return () if question.settings.get("several") else question.option_ids

    def split_keys(self, question: Question) -> tuple[str, ...]:
        return question.option_ids

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        return tuple(answer) if isinstance(answer, list) else (answer,)

    def answer_from_form(self, values: FormValues) -> Any:
        chosen = list(values.get("answer", ()))
        return chosen if "several" in values else next(iter(chosen), None)


def right_answers(question: Question) -> frozenset[str]:
    return frozenset(option.id for option in question.options if _is_right(option))


def _is_right(option: Option) -> bool:
    return bool(option.facts.get("right"))


def knows(answer: Answer, question: Question) -> bool:
    """Say whether an answer is right: one right option, or all of them where several may be given."""
    right = right_answers(question)
    return frozenset(answer) == right if isinstance(answer, list) else answer in right


def right_ballots(question: Question) -> list[Answer]:
    """Return all answers, in canonical form, by which somebody knew it."""
    right = [option.id for option in question.options if _is_right(option)]
    return [right] if question.settings.get("several") else list(right)


def parse_switch(raw: Any, field: str) -> bool:
    """Return yes or no, as files and forms write it; nothing is no."""
    if raw in (None, False, "", "false", "no", "off"):
        return False
    if raw in (True, "true", "yes", "on"):
        return True
    raise FieldRefusal(field, "true or false")


KIND = Knowledge()
