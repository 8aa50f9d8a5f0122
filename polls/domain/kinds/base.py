"""What every poll kind answers, and what several kinds share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.polls import Question
from polls.domain.tally import BALLOTS, VERSION, Results, percent_of

Answer = Any
"""An answer in canonical form: JSON, as it is stored."""

FormValues = Mapping[str, Sequence[str]]
"""The fields of a posted form, each with all its values."""


class Kind(ABC):
    """One way to ask. Pure: the same input always gives the same output."""

    name: ClassVar[str]
    place: ClassVar[int]
    """Where the kind stands in a list of kinds."""
    shape: ClassVar[str]
    """How a page reads the answer from the form: one, many, number, list or text."""
    options_least: ClassVar[int] = 0
    options_most: ClassVar[int] = 0
    """How many options a poll of this kind has; 0 for none."""
    is_closed_answer: ClassVar[bool] = True
    """Answers are picked, not written, so a list of them can be published as it is."""

    private_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that are the moderator's business and never leave for anyone else."""

    @abstractmethod
    def parse_settings(self, raw: Mapping[str, Any], option_count: int) -> dict[str, Any]:
        """Return the settings complete and checked, or raise FieldRefusal."""

    @abstractmethod
    def parse(self, answer: Any, question: Question) -> Answer:
        """Return the answer in canonical form, or raise Refusal."""

    @abstractmethod
    def contributions(self, answer: Answer) -> Counter[str]:
        """Return which counters the answer adds to."""

    @abstractmethod
    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        """Return what a screen shows, from the counters alone."""

    @abstractmethod
    def answer_from_form(self, values: FormValues) -> Any:
        """Return the raw answer that a form without JavaScript means; `parse` judges it."""

    def merge(self, old: Answer | None, new: Answer) -> Answer:  # noqa: ARG002
        """Return the ballot after `new` was given; most kinds replace the old answer."""
        return new

    def refuse_unknown_settings(self, raw: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in raw:
            if key not in known:
                expected = "one of: " + ", ".join(known) if known else "no settings for this kind"
                raise FieldRefusal(f"settings.{key}", expected)


class OptionsKind(Kind):
    """A kind that counts how often each option was chosen."""

    options_least = 2
    options_most = 12

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        turnout = counters.get(BALLOTS, 0)
        counts = {option: counters.get(option, 0) for option in question.option_ids}
        return Results(turnout, counts, self.percents(counts, turnout))

    def percents(self, counts: Mapping[str, int], turnout: int) -> dict[str, int]:
        return {key: percent_of(count, turnout) for key, count in counts.items()}


def parse_option(answer: Any, question: Question) -> str:
    """Return the id of an option of this poll, or refuse."""
    if not isinstance(answer, str) or answer not in question.option_ids:
        raise Refusal("answer.unknown_option")
    return answer


def parse_integer(raw: object, field: str, least: int, most: int) -> int:
    """Return a whole number within bounds, or refuse the field."""
    expected = f"a whole number from {least} to {most}"
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise FieldRefusal(field, expected)
    try:
        number = int(raw)
    except ValueError:
        raise FieldRefusal(field, expected) from None
    if not least <= number <= most:
        raise FieldRefusal(field, expected)
    return number


def plain_counters(counters: Mapping[str, int]) -> dict[str, int]:
    """Return the counters that come from answers, without turnout, version and zeros."""
    return {k: v for k, v in counters.items() if k not in (BALLOTS, VERSION) and v > 0}
