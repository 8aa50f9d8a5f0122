"""Hands on the keyboard alone: every task can be done, and the focus is never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

TABS_MOST = 60


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(TABS_MOST):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach of the Tab key")


def test_someone_joins_and_votes_by_keyboard(screens: Screens, panel: Panel) -> None:
    panel.ask()
    phone = screens.phone(panel.link)
    tab_to(phone, "form[action$='/join'] button.btn-main")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("[data-vote-form]")
    tab_to(phone, "[data-vote-form] input[type=radio]")
    phone.keyboard.press("ArrowDown")
    phone.keyboard.press("ArrowUp")
    assert panel.snapshot()["turnout"] == 0
    phone.keyboard.press("Enter")
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
    )
    assert panel.snapshot()["turnout"] == 1


def test_someone_comments_and_supports_by_keyboard(screens: Screens, panel: Panel) -> None:
    writer, reader = take_seat(screens, panel), take_seat(screens, panel)
    for phone in (writer, reader):
        tab_to(phone, "[data-tab-link='comments']")
        phone.keyboard.press("Enter")
    tab_to(writer, "textarea")
    writer.keyboard.type("By keyboard alone")
    tab_to(writer, "[data-comment-form] button")
    writer.keyboard.press("Enter")
    expect(reader.get_by_text("By keyboard alone").first).to_be_visible()
    tab_to(reader, "[data-upvote-form] button")
    reader.keyboard.press("Enter")
    expect(reader.locator("[data-upvote-form] button[aria-pressed=true]")).to_be_visible()


def test_a_moderator_asks_now_by_keyboard(screens: Screens, panel: Panel) -> None:
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    moderator.keyboard.press("n")
    moderator.wait_for_selector("dialog[open]")
    moderator.keyboard.type("Shall we go on?")
    tab_to(moderator, "dialog[open] button[type=submit], dialog[open] .btn-main")
    moderator.keyboard.press("Enter")
    expect(phone.locator("[data-region='now'] h1")).to_have_text("Shall we go on?")


def test_escape_closes_a_dialog_and_gives_the_focus_back(screens: Screens, panel: Panel) -> None:
    moderator = screens.moderator(panel.moderator_link)
    tab_to(moderator, "[data-ask]")
    moderator.keyboard.press("Enter")
    moderator.wait_for_selector("dialog[open]")
    moderator.keyboard.press("Escape")
    expect(moderator.locator("dialog[open]")).to_have_count(0)
    assert moderator.evaluate("() => document.activeElement.matches('[data-ask]')")
