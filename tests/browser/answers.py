"""Right answers to every kind of question, as a client gives them and as a hand fills in forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

Poll = Mapping[str, Any]
"""A poll as a snapshot tells it."""

WORDS = ("Trust", "Privacy", "Access")


def _ids(poll: Poll) -> list[str]:
    return [str(option["id"]) for option in poll["options"]]


def _one(poll: Poll, number: int) -> str:
    ids = _ids(poll)
    return ids[number % len(ids)]


def _right_estimate(poll: Poll, number: int) -> Any:
    least, most, step = (poll["settings"][name] for name in ("least", "most", "step"))
    return least + number % (int((most - least) / step) + 1) * step


RIGHT: dict[str, Callable[[Poll, int], Any]] = {
    "single_choice": _one,
    "multiple_choice": lambda poll, number: [_one(poll, number), _one(poll, number + 1)],
    "rating": lambda poll, number: 1 + number % poll["settings"]["steps"],
    "words": lambda _poll, number: [WORDS[number % len(WORDS)]],
    "text": lambda _poll, number: f"Show us the code, says number {number}.",
    "ranking": lambda poll, number: [_one(poll, number), _one(poll, number + 1)],
    "points": lambda poll, number: {_one(poll, number): 60, _one(poll, number + 1): 40},
    "budget": lambda poll, number: [_one(poll, number)],
    "numeric": _right_estimate,
    "knowledge": _one,
    "opinion": lambda poll, number: {_one(poll, number): ("agree", "disagree", "pass")[number % 3]},
}


def right_answer(poll: Poll, number: int) -> Any:
    """What a client sends; `number` makes people differ."""
    return RIGHT[poll["kind"]](poll, number)


def _tap(form: Locator, _poll: Poll, number: int) -> None:
    choices = form.locator("label:has([name=answer])")
    choices.nth(number % choices.count()).click()


def _write(form: Locator, poll: Poll, number: int) -> None:
    answer = right_answer(poll, number)
    form.locator("[name=answer]").first.fill(str(answer[0] if isinstance(answer, list) else answer))


def _place(form: Locator, poll: Poll, number: int) -> None:
    for place, option in enumerate(right_answer(poll, number), start=1):
        form.locator(f"[name='place.{option}']").select_option(str(place))


def _share(form: Locator, poll: Poll, number: int) -> None:
    for option, points in right_answer(poll, number).items():
        form.locator(f"[name='points.{option}']").fill(str(points))


BY_HAND: dict[str, Callable[[Locator, Poll, int], None]] = {
    "words": _write,
    "text": _write,
    "numeric": _write,
    "ranking": _place,
    "points": _share,
}


def answer_by_form(phone: Page, poll: Poll, number: int) -> None:
    """Fill in the form of a page without script, and send it."""
    phone.reload()
    form = phone.locator("[data-vote-form]")
    if poll["kind"] == "opinion":
        form.locator("button[name=answer]").nth(number % 3).click()
        return
    BY_HAND.get(poll["kind"], _tap)(form, poll, number)
    form.locator("[data-send]").click()
