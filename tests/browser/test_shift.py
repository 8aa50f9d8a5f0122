"""Who moved, on real screens: people cross the floor once, and the picture says what is true."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from tests.browser.panel import Panel
from tests.browser.test_projector import SMALL_TEXTS, SMALLEST_VH, projector_of
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

PICTURE = "(({ innerHTML, attributes }) => [innerHTML, attributes.viewBox.value])(document.querySelector('.moves-picture'))"


def seated(panel: Panel, count: int) -> list[requests.Session]:
    devices = [requests.Session() for _ in range(count)]
    for device in devices:
        device.headers["Origin"] = panel.server.url
        device.post(f"{panel.link}/join", timeout=15)
    return devices


def vote(panel: Panel, poll: str, number: int, ballots: dict[requests.Session, str]) -> None:
    for device, answer in ballots.items():
        fields = {"poll": poll, "round": str(number), "answer": answer}
        answered = device.post(f"{panel.link}/vote", data=fields, timeout=15, allow_redirects=False)
        assert answered.status_code == 303, answered.text[:300]


def vote_twice(panel: Panel, pairs: list[tuple[str, str]], **asked: Any) -> str:
    """Ask a question twice; a dash is someone who does not vote in that round."""
    poll = panel.ask(**asked)
    devices = seated(panel, len(pairs))
    for number in (1, 2):
        if number > 1:
            panel.command("poll.open", poll=poll)
        answers = [pair[number - 1] for pair in pairs]
        chosen = zip(devices, answers, strict=True)
        vote(panel, poll, number, {who: what for who, what in chosen if what != "-"})
        panel.close_poll(poll)
    return poll


def test_people_cross_the_floor_on_the_projector(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    pairs = [("a", "a")] * 5 + [("a", "b")] * 4 + [("b", "b")] * 3 + [("-", "c"), ("c", "-")]
    vote_twice(panel, pairs)
    expect(page.locator("h1")).to_have_text("4 of 12 moved; most from Tram to Bus")
    expect(page.locator(".moves-picture .walk")).to_have_count(4)
    expect(page.locator(".moves-picture .walk.o1")).to_have_count(4)
    assert page.locator(".moves-picture .seat-of").count() == 13 * 2
    assert page.locator(".moves-picture .seat-mine").count() == 1
    assert page.locator(".moves-picture .seat-of .door").count() == 1
    expect(page.locator(".moves-picture circle.f-fill")).to_have_count(0)  # all have arrived
    expect(page.locator(".flows tbody tr")).to_have_count(1)
    still = page.evaluate(PICTURE)
    page.reload()
    expect(page.locator(".moves-picture .walk")).to_have_count(4)
    expect(page.locator(".moves-picture circle.f-fill")).to_have_count(0)
    assert page.evaluate(PICTURE) == still, "the same counts are always the same picture"

    moderator = screens.moderator(panel.moderator_link)
    expect(moderator.locator(".shift-sentence")).to_have_text(
        "4 of 12 moved; most from Tram to Bus"
    )
    moderator.get_by_role("button", name="Plain result").click()
    expect(page.locator("[data-count='b']")).to_have_text("7")
    expect(page.locator(".moves-picture")).to_have_count(0)
    moderator.get_by_role("button", name="Who moved").click()
    expect(page.locator(".moves-picture .walk")).to_have_count(4)


@pytest.mark.parametrize("height", [720])
def test_twelve_long_answers_are_legible_and_still_for_who_wants_no_motion(
    screens: Screens, panel: Panel, height: int
) -> None:
    page = projector_of(screens, panel, height)
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """() => {
            window.moved = 0;
            const animate = Element.prototype.animate;
            Element.prototype.animate = function (...told) {
                window.moved += 1;
                return animate.apply(this, told);
            };
        }"""
    )
    options = [f"Bürgerbeteiligung und Selbst­verwaltungs­körperschaften {n}" for n in range(12)]
    letters = "abcdefghijkl"
    pairs = [(letter, letters[(place * 5) % 12]) for place, letter in enumerate(letters)]
    vote_twice(panel, pairs, options=options, title="Werden digitale Anwendungen " * 4)
    expect(page.locator(".moves-picture .walk")).to_have_count(
        sum(before != after for before, after in pairs)
    )
    assert page.evaluate("window.moved") == 0
    assert page.evaluate(SMALL_TEXTS, SMALLEST_VH) == []
    cut = page.evaluate(
        """() => {
            const bench = document.querySelector('.bench').getBoundingClientRect().top;
            return [...document.querySelectorAll('.fromto tr, .moves-picture text')]
                .filter((node) => {
                    const box = node.getBoundingClientRect();
                    return box.bottom > bench + 1 || box.left < 0 || box.right > innerWidth;
                }).length;
        }"""
    )
    assert cut == 0
