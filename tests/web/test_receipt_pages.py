"""Which ballots stand on which page: all of them once, and never too many answers on one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from polls.services.results import ReceiptLine
from polls.web.receipt_pages import (
    ANSWERS_ON_PAGE_MOST,
    BALLOTS_ON_PAGE_MOST,
    answers_of,
    page_with,
    pages_of,
)


def ballots(*answers: int) -> list[ReceiptLine]:
    """Opinions with so many answers each; their receipts are their places."""
    return [
        ReceiptLine(str(place), {f"s{n}": "agree" for n in range(count)})
        for place, count in enumerate(answers)
    ]


SIZES = st.lists(st.sampled_from([0, 1, 10, 199, 200]), max_size=700)


@given(SIZES)
def test_pages_follow_each_other_and_hold_every_ballot(sizes: list[int]) -> None:
    lines = ballots(*sizes)
    pages = pages_of(lines)
    assert [line for page in pages for line in lines[page]] == lines


@given(SIZES)
def test_no_page_is_too_long_and_none_could_take_the_next_ballot(sizes: list[int]) -> None:
    lines = ballots(*sizes)
    pages = pages_of(lines)
    for page in pages:
        assert page.stop - page.start <= BALLOTS_ON_PAGE_MOST
        assert answers_of(lines[page]) <= ANSWERS_ON_PAGE_MOST
    for page in pages[:-1]:
        one_more = lines[page.start : page.stop + 1]
        assert len(one_more) > BALLOTS_ON_PAGE_MOST or answers_of(one_more) > ANSWERS_ON_PAGE_MOST


@given(SIZES, st.data())
def test_a_receipt_is_on_the_page_that_it_leads_to(sizes: list[int], data: Any) -> None:
    lines = ballots(1, *sizes)
    receipt = data.draw(st.sampled_from(lines)).receipt
    page = page_with(lines, receipt)
    assert page is not None
    assert receipt in [line.receipt for line in lines[pages_of(lines)[page - 1]]]


def test_a_receipt_that_is_nowhere_leads_nowhere() -> None:
    assert page_with(ballots(1, 2), "K7Q-2MX") is None
    assert page_with([], "K7Q-2MX") is None


def test_a_round_without_ballots_has_one_empty_page() -> None:
    assert pages_of([]) == [slice(0, 0)]


def test_a_ballot_longer_than_a_page_has_one_of_its_own() -> None:
    pages = pages_of(ballots(1, ANSWERS_ON_PAGE_MOST + 1, 1))
    assert pages == [slice(0, 1), slice(1, 2), slice(2, 3)]


def test_answers_are_counted_not_ballots() -> None:
    choice = ReceiptLine("a", "yes")
    ranking = ReceiptLine("b", ["a", "b", "c"])
    assert answers_of([choice, ranking, *ballots(200)]) == 204
