"""Ballots with their receipts, page by page: a ballot of opinions may have two hundred answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import gevent

from polls.domain.kinds.base import labels_of
from polls.domain.polls import Poll
from polls.services.results import ReceiptLine, answer_in_words
from polls.web.answers import say

ANSWERS_ON_PAGE_MOST = 4000
BALLOTS_ON_PAGE_MOST = 200
BALLOTS_AT_ONCE = 50
"""After so many, others get their turn."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    receipt: str
    answers: list[str]


def answers_of(lines: Sequence[ReceiptLine]) -> int:
    """Return how many answers stand on these ballots."""
    return sum(_answers_on(line.answer) for line in lines)


def _answers_on(answer: Any) -> int:
    return len(answer) if isinstance(answer, dict | list) else 1


def pages_of(lines: Sequence[ReceiptLine]) -> list[slice]:
    """Return which ballots stand on which page; there is always a first one."""
    starts, answers = [0], 0
    for place, line in enumerate(lines):
        on_ballot = _answers_on(line.answer)
        answers += on_ballot
        is_full = place - starts[-1] >= BALLOTS_ON_PAGE_MOST or answers > ANSWERS_ON_PAGE_MOST
        if is_full and place > starts[-1]:
            starts.append(place)
            answers = on_ballot
    return [slice(*ends) for ends in zip(starts, [*starts[1:], len(lines)], strict=True)]


def page_with(lines: Sequence[ReceiptLine], receipt: str) -> int | None:
    """Return the page, from 1, that a receipt stands on; None where it is not among these."""
    place = next((place for place, line in enumerate(lines) if line.receipt == receipt), None)
    if place is None:
        return None
    return next(n for n, page in enumerate(pages_of(lines), start=1) if place < page.stop)


def receipt_rows(poll: Poll, lines: Sequence[ReceiptLine], language: str) -> list[ReceiptRow]:
    """Return ballots as people read them; others get their turn in between."""
    labels, say_once = labels_of(poll.question, language), cache(say)
    rows = []
    for number, line in enumerate(lines, start=1):
        words = answer_in_words(poll, line.answer, language, say_once, labels)
        rows.append(ReceiptRow(line.receipt, words))
        if number % BALLOTS_AT_ONCE == 0:
            gevent.sleep(0)
    return rows
