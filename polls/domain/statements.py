"""Statements of an opinion poll that come and go while people answer.

Options stay as they are once people have answered. Statements are the exception: an answer to one
says nothing of another, so one more, or one less, changes no answer that was given.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.kinds.opinion import STATEMENTS_MOST
from polls.domain.polls import Option, Poll, PollState
from polls.domain.texts import Texts, fold

WITHDRAWN = "withdrawn"

_BETWEEN_WORDS = re.compile(r"[\W_]+")


def is_withdrawn(option: Option) -> bool:
    return bool(option.facts.get(WITHDRAWN))


def takes_statements(poll: Poll | None) -> bool:
    """Say whether participants may propose statements for this poll now, but for the clock."""
    return (
        poll is not None
        and poll.kind == "opinion"
        and poll.state is PollState.OPEN
        and bool(poll.question.settings.get("propose", True))
    )


def guard_proposal(poll: Poll | None, now: float) -> None:
    if not takes_statements(poll) or _is_over(poll, now):
        raise Refusal("statement.not_asked_for")


def guard_growing(poll: Poll, now: float) -> None:
    """Statements come and go before voting and while it is open; results stay as they were."""
    if poll.kind != "opinion":
        raise Refusal("poll.wrong_kind")
    if poll.state not in (PollState.DRAFT, PollState.OPEN) or _is_over(poll, now):
        raise Refusal("poll.not_open", state=poll.state.value)


def _is_over(poll: Poll | None, now: float) -> bool:
    return poll is None or (
        poll.state is PollState.OPEN and poll.round is not None and poll.round.is_counting(now)
    )


def add_statement(poll: Poll, label: Texts) -> tuple[tuple[Option, ...], str]:
    """Return the options with one statement more, and its id.

    One that was withdrawn is taken in again under its old id. One that is there already is
    refused, also where only case, accents or punctuation differ.
    """
    options = poll.question.options
    twin = find_statement(options, label)
    if twin is not None:
        if not is_withdrawn(twin):
            raise Refusal("statement.known")
        return withdraw_statement(poll, twin.id, withdrawn=False), twin.id
    if len(options) >= STATEMENTS_MOST:
        raise Refusal("statement.too_many", most=STATEMENTS_MOST)
    prefix = kind_named(poll.kind).option_id_prefix
    taken = set(poll.question.option_ids)
    new_id = next(f"{prefix}{n}" for n in count(len(options) + 1) if f"{prefix}{n}" not in taken)
    return (*options, Option(new_id, label)), new_id


def find_statement(options: Sequence[Option], label: Texts) -> Option | None:
    """Return the statement that says the same in some language."""
    wanted = {_bare(text) for text in label.by_language.values()}
    for option in options:
        if wanted & {_bare(text) for text in option.label.by_language.values()}:
            return option
    return None


def _bare(text: str) -> str:
    bare = _BETWEEN_WORDS.sub(" ", fold(text)).strip()
    return bare or text


def withdraw_statement(poll: Poll, statement: str, *, withdrawn: bool) -> tuple[Option, ...]:
    """Return the options with one taken out of voting, or back in."""
    if statement not in poll.question.option_ids:
        raise Refusal("statement.unknown")
    return tuple(
        _marked(option, withdrawn=withdrawn) if option.id == statement else option
        for option in poll.question.options
    )


def _marked(option: Option, *, withdrawn: bool) -> Option:
    facts = {name: value for name, value in option.facts.items() if name != WITHDRAWN}
    return replace(option, facts=facts | ({WITHDRAWN: True} if withdrawn else {}))
