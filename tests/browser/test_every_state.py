"""Every page in every state: nothing for axe to find, nothing in the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids, let_answer, take_seat
from tests.support.axe import COLOUR_RULES, assert_accessible
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser]


def look_at(*pages: Page) -> None:
    """Everything in the light; in the dark what colours can change."""
    for page in pages:
        assert_accessible(page)
        page.emulate_media(color_scheme="dark")
        assert_accessible(page, rules=COLOUR_RULES)
        page.emulate_media(color_scheme="light")


@pytest.mark.timeout(500)
def test_axe_finds_nothing_on_any_screen_through_the_whole_agenda_in_light_and_dark(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    room = (phone, projector, moderator)
    look_at(*room)
    phone.evaluate("() => { window.answersWait = true }")
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
        phone.evaluate("() => { window.answersWait = false }")
        eventually(lambda: panel.snapshot()["turnout"] == 1, 10, message="the phone has voted")
        phone.evaluate("() => { window.answersWait = true }")
        expect(phone.locator("[data-poll]").first).to_have_attribute("data-vote", "counted")
        look_at(*room)
        panel.close_poll(poll["id"])
        if poll["visibility"] != "sealed":
            panel.command("poll.publish", poll=poll["id"])
            expect(phone.locator("[data-state='published']")).to_be_visible()
        look_at(*room)
    panel.command("panel.reveal")
    look_at(*room)


def test_axe_finds_nothing_on_the_pages_around_the_room_in_light_and_dark(
    screens: Screens, panel: Panel
) -> None:
    poll = panel.ask()
    phone = take_seat(screens, panel)
    phone.locator(".choice").first.click()
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
    )
    panel.close_poll(poll)
    for path in ("/comments", "/traces", "/traces?erase", "/results"):
        phone.goto(panel.link + path)
        look_at(phone)
    moderator = screens.moderator(panel.moderator_link)
    for path in ("/moderate/links", "/moderate/add", "/results?all=1"):
        moderator.goto(panel.link + path)
        look_at(moderator)
    screens.expect_trouble("404|403")
    for path in ("/", "/new", "/p/NOBODY"):
        visitor = screens.phone(panel.server.url + path)
        look_at(visitor)
    stranger = screens.phone(panel.link + "/moderate")
    look_at(stranger)
