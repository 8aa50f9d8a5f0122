"""What every poll kind answers, and what several kinds share."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.polls import Poll, Question
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

    compares_rounds: ClassVar[bool] = True
    """Whoever answers otherwise in a later round has moved. Not so where people write."""

    option_facts: ClassVar[tuple[str, ...]] = ()
    """What an option of this kind has beside id and label, such as a cost."""
    label_length_most: ClassVar[int] = 120
    option_id_prefix: ClassVar[str] = ""
    """How ids begin that are given to options without one: s1, s2…; a, b, c… without a prefix."""
    has_outcome: ClassVar[bool] = False
    """Counters alone do not tell all: `outcome` is asked when a round closes."""
    outcome_is_counted: ClassVar[bool] = False
    """The outcome is a count: whoever has the ballots comes to exactly the same."""
    has_picture: ClassVar[bool] = False
    """Screens show something drawn from all ballots while the round is open; see `draw`."""
    common_settings: ClassVar[tuple[str, ...]] = ()
    """Which of COMMON_SETTINGS a poll of this kind may have."""

    private_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that are the moderator's business and never leave for anyone else."""
    text_lengths: ClassVar[Mapping[str, int]] = {}
    """How long the text of a setting may be, where it may be longer than a label."""

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

    def parse_fact(self, name: str, raw: Any, field: str) -> Any:  # noqa: ARG002
        """Return a fact of an option checked, None where it was left out, or refuse the field."""
        raise FieldRefusal(field, "no such field for this kind")

    def keeps_back(self, poll: Poll, *, sees_results: bool) -> frozenset[str]:  # noqa: ARG002
        """Return the names of settings, and of facts of options, that nobody but the moderator
        may know now; `sees_results` says whether the reader may see results now."""
        return frozenset(self.private_settings)

    def shape_of(self, question: Question) -> str:  # noqa: ARG002
        """Return how a page reads the answer to this question; usually as to all of the kind."""
        return self.shape

    def revelation(
        self,
        counters: Mapping[str, int],  # noqa: ARG002
        question: Question,  # noqa: ARG002
    ) -> Mapping[str, Any] | None:
        """Return what is told once the moderator reveals it, such as the true value; None where
        there is no such thing."""
        return None

    def examine(self, question: Question) -> None:  # noqa: B027
        """Raise FieldRefusal where options and settings do not go together."""

    def outcome(self, answers: Sequence[Answer], question: Question) -> dict[str, Any] | None:  # noqa: ARG002
        """Return, as JSON, what all ballots of a closed round come to and counters cannot tell."""
        return None

    def publish_outcome(self, outcome: Mapping[str, Any]) -> dict[str, Any]:
        """Return of an outcome what may be published for good, outside the room too."""
        return dict(outcome)

    def draw(
        self,
        answers: Mapping[str, Answer],  # noqa: ARG002
        question: Question,  # noqa: ARG002
        previous: Any = None,  # noqa: ARG002
    ) -> tuple[dict[str, Any], Any]:
        """Return the picture of an open round as JSON, in the shape of `outcome`, and what the
        next drawing is given as `previous`, so that the picture stays steady."""
        return {}, None

    def coverage(self, counters: Mapping[str, int], question: Question) -> dict[str, int]:  # noqa: ARG002
        """Return how many people answered each option, which says nothing about how; empty where
        a ballot answers all at once."""
        return {}

    def category(self, answer: Answer, question: Question) -> str | None:  # noqa: ARG002
        """Return the one thing that an answer stands for, by which moves between rounds and
        differences between groups are counted; None where there is no such thing."""
        return None

    def differs(self, before: Answer, after: Answer) -> bool:
        """Say whether a person who gave these answers in two rounds has changed their mind, where
        answers have no categories."""
        return bool(before != after)

    def categories(self, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        """Return all categories in the order in which they are shown; empty where there are none."""
        return ()

    def split_keys(self, question: Question) -> tuple[str, ...]:
        """Return what is counted when a result is split by groups, in the order in which it is
        shown; empty where a result of this kind is not split."""
        return self.categories(question)

    def split_of(self, answer: Answer, question: Question) -> tuple[str, ...]:
        """Return which of the `split_keys` an answer counts for."""
        category = self.category(answer, question)
        return () if category is None else (category,)

    def columns_of(self, key: str, question: Question) -> tuple[str, ...]:  # noqa: ARG002
        """Return by which `counts` of a result the people of a split's key are counted."""
        return (key,)

    def answer_parts(
        self,
        answer: Answer,
        question: Question,
        language: str,
        labels: Mapping[str, str] | None = None,
    ) -> list[tuple[str, str]]:
        """Return an answer as people read it: labels, each with a value where there is one.

        A value is a number, or a word of the wire such as `agree`, which a page translates.
        Whoever reads many answers gives the `labels_of` the question.
        """
        labels = labels_of(question, language) if labels is None else labels
        if isinstance(answer, dict):
            return [(labels.get(str(key), str(key)), str(value)) for key, value in answer.items()]
        parts = answer if isinstance(answer, list) else [answer]
        return [(labels.get(str(part), str(part)), "") for part in parts]

    @abstractmethod
    def answer_from_form(self, values: FormValues) -> Any:
        """Return the raw answer that a form without JavaScript means; `parse` judges it."""

    def merge(self, old: Answer | None, new: Answer) -> Answer:  # noqa: ARG002
        """Return the ballot after `new` was given; most kinds replace the old answer."""
        return new

    def refuse_unknown_settings(self, raw: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in raw:
            if key not in known and key not in self.common_settings:
                all_known = (*known, *self.common_settings)
                expected = (
                    "one of: " + ", ".join(all_known) if all_known else "no settings for this kind"
                )
                raise FieldRefusal(f"settings.{key}", expected)


COMMON_SETTINGS = ("shuffle", "reasons", "grouping")
"""Settings that mean the same in several kinds, on or off: options in an order of each
participant's own; a reason asked for after voting; other results can be split by this one."""


def parse_common_settings(kind: Kind, raw: Mapping[str, Any]) -> dict[str, bool]:
    """Return the common settings of a kind that are on, or refuse one that is no yes or no."""
    found = {}
    for name in kind.common_settings:
        value = raw.get(name)
        if value in (None, False, "", "false", "no", "off"):
            continue
        if value not in (True, "true", "yes", "on"):
            raise FieldRefusal(f"settings.{name}", "true or false")
        found[name] = True
    return found


class OptionsKind(Kind):
    """A kind that counts how often each option was chosen."""

    options_least = 2
    options_most = 12
    common_settings: ClassVar[tuple[str, ...]] = ("shuffle", "reasons")

    def summarise(self, counters: Mapping[str, int], question: Question) -> Results:
        turnout = counters.get(BALLOTS, 0)
        counts = {option: counters.get(option, 0) for option in question.option_ids}
        return Results(turnout, counts, self.percents(counts, turnout))

    def percents(self, counts: Mapping[str, int], turnout: int) -> dict[str, int]:
        return {key: percent_of(count, turnout) for key, count in counts.items()}


def labels_of(question: Question, language: str) -> dict[str, str]:
    """Return the labels of the options by their ids."""
    return {option.id: option.label.in_language(language) for option in question.options}


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
    if isinstance(raw, str) and not re.fullmatch("[+-]?[0-9]{1,9}", raw.strip()):
        raise FieldRefusal(field, expected)
    number = int(raw)
    if not least <= number <= most:
        raise FieldRefusal(field, expected)
    return number


def plain_counters(counters: Mapping[str, int]) -> dict[str, int]:
    """Return the counters that come from answers, without turnout, version and zeros."""
    return {k: v for k, v in counters.items() if k not in (BALLOTS, VERSION) and v > 0}
