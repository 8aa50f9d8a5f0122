"""A reason, "because…": a line that belongs to the option its author voted for."""

from __future__ import annotations

from typing import Any

from polls.domain.errors import Refusal
from polls.domain.polls import Poll, Question

REASON_TEXT_LENGTH_MOST = 200


def chosen_options(answer: Any, question: Question) -> tuple[str, ...]:
    """Return the options that an answer chose, in the order of the question."""
    given = answer if isinstance(answer, list) else [answer]
    return tuple(option_id for option_id in question.option_ids if option_id in given)


def guard_reason(poll: Poll | None, option_id: str | None, answer: Any) -> None:
    """Refuse a reason that was not asked for, or whose author does not vote for the option.

    `answer` is the author's ballot in the latest round, None without one.
    """
    if poll is None or poll.round is None or not poll.question.settings.get("reasons"):
        raise Refusal("reason.not_asked")
    if option_id is None or option_id not in chosen_options(answer, poll.question):
        raise Refusal("reason.not_your_answer")
