"""Every page in every state: nothing for axe to find, nothing in the console."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids, take_seat
from tests.support.axe import assert_accessible
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser]

PHONES_IN_A_HALL = 50


@pytest.mark.timeout(240)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen_through_the_whole_agenda(
    screens: Screens, panel: Panel, scheme: str
) -> None:
    phone = take_seat(screens, panel, color_scheme=scheme)
    projector = screens.projector(panel.projector_link, color_scheme=scheme)
    moderator = screens.moderator(panel.moderator_link, color_scheme=scheme)
    room = (phone, projector, moderator)
    look_at(*room)
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            look_at(*room)
            continue
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        expect(phone.locator("[data-vote-form]")).to_be_visible()
        answer(phone, poll["kind"])
        phone.wait_for_function(
            "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
        )
        look_at(*room)
        panel.close_poll(poll["id"])
        panel.command("poll.publish", poll=poll["id"])
        expect(phone.locator("[data-state='published']")).to_be_visible()
        look_at(*room)


def look_at(*pages: Page) -> None:
    for page in pages:
        assert_accessible(page)


def answer(phone: Page, kind: str) -> None:
    form = phone.locator("[data-vote-form]")
    if kind == "multiple_choice":
        form.locator(".choice").first.click()
        form.locator("[data-send]").click()
    elif kind == "words":
        form.locator("input[name=answer]").first.fill("Trust")
        form.locator("[data-send]").click()
    elif kind == "text":
        form.locator("textarea").fill("Show us the code.")
        form.locator("[data-send]").click()
    else:
        form.locator("label").first.click()


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
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            continue
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        for phone in phones:
            phone.wait_for_selector(f"[data-poll='{poll['id']}'] [data-vote-form]")
            answer(phone, poll["kind"])
        eventually(
            lambda: panel.snapshot()["turnout"] == PHONES_IN_A_HALL,
            30,
            message="all phones are counted",
        )
        panel.close_poll(poll["id"])
        panel.command("poll.publish", poll=poll["id"])
        expect(projector.locator(f"[data-tally='{poll['id']}']").first).to_be_visible()
    results.reload()
    expect(results.locator("h1").first).to_be_visible()
