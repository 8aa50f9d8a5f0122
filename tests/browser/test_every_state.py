"""Every page in every state: nothing for axe to find, nothing in the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids, take_seat
from tests.support.axe import COLOUR_RULES, assert_accessible
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser]

PHONES_IN_A_HALL = 50
ROBOT = Path(__file__).with_name("robot.js").read_text("utf-8")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen_through_the_whole_agenda(
    screens: Screens, panel: Panel, scheme: str
) -> None:
    phone = take_seat(screens, panel, color_scheme=scheme)
    projector = screens.projector(panel.projector_link, color_scheme=scheme)
    moderator = screens.moderator(panel.moderator_link, color_scheme=scheme)
    room = (phone, projector, moderator)

    def look_at(*pages: Page) -> None:
        for page in pages:
            assert_accessible(page, rules=None if scheme == "light" else COLOUR_RULES)

    look_at(*room)
    let_answer(phone, 1)
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            look_at(*room)
            continue
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        expect(phone.locator("[data-vote-form]")).to_be_visible()
        look_at(phone)
        eventually(lambda: panel.snapshot()["turnout"] == 1, 10, message="the phone has voted")
        expect(phone.locator("[data-poll]").first).to_have_attribute("data-vote", "counted")
        look_at(*room)
        panel.close_poll(poll["id"])
        if poll["visibility"] != "sealed":
            panel.command("poll.publish", poll=poll["id"])
            expect(phone.locator("[data-state='published']")).to_be_visible()
        look_at(*room)
    panel.command("panel.reveal")
    look_at(*room)


def let_answer(phone: Page, number: int) -> None:
    """From now on this phone answers every question by itself."""
    phone.evaluate(ROBOT, number)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_around_the_room(
    screens: Screens, panel: Panel, scheme: str
) -> None:
    poll = panel.ask()
    phone = take_seat(screens, panel, color_scheme=scheme)
    phone.locator(".choice").first.click()
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
    )
    panel.close_poll(poll)
    for path in ("/comments", "/traces", "/traces?erase", "/results"):
        phone.goto(panel.link + path)
        assert_accessible(phone)
    moderator = screens.moderator(panel.moderator_link, color_scheme=scheme)
    for path in ("/moderate/links", "/moderate/add", "/results?all=1"):
        moderator.goto(panel.link + path)
        assert_accessible(moderator)
    screens.expect_trouble("404|403")
    for path in ("/", "/new", "/p/NOBODY"):
        visitor = screens.phone(panel.server.url + path, color_scheme=scheme)
        assert_accessible(visitor)
    stranger = screens.phone(panel.link + "/moderate", color_scheme=scheme)
    assert_accessible(stranger)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_fifty_phones_and_three_screens_go_through_the_agenda_without_trouble(
    screens: Screens, panel: Panel
) -> None:
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    results = screens.moderator(panel.link + "/results")
    phones = [take_seat(screens, panel) for _ in range(PHONES_IN_A_HALL)]
    for number, phone in enumerate(phones):
        let_answer(phone, number)
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            continue
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        eventually(
            lambda: panel.snapshot()["turnout"] == PHONES_IN_A_HALL,
            30,
            message="all phones are counted",
        )
        panel.close_poll(poll["id"])
        if poll["visibility"] != "sealed":
            panel.command("poll.publish", poll=poll["id"])
            expect(projector.locator(f"[data-tally='{poll['id']}']").first).to_be_visible()
    panel.command("panel.reveal")
    results.reload()
    expect(results.locator("h1").first).to_be_visible()
