"""Hands on the keyboard alone: every task can be done, and the focus is never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids, make_panel, take_seat
from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

TABS_MOST = 90
BREATH_MS = 650
"""A second press of the moderator's main button within a breath is taken for a slip."""
AGENDA = """
title: By keyboard
languages: [en]
items:
  - kind: single_choice
    title: I am here as…
    options: [Citizen, Expert]
    settings: {grouping: true}
  - kind: single_choice
    title: Tram or bus?
    options: [Tram, Bus]
  - kind: rating
    title: How was it?
    visibility: sealed
"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(TABS_MOST):
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is out of reach of the Tab key")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go there by Tab and press it; what had the focus may go, the focus may not."""
    tab_to(page, selector)
    page.keyboard.press(key)
    page.wait_for_function("() => document.activeElement !== document.body")


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


def test_every_kind_of_answer_is_given_and_taken_back_by_keyboard(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)

    def send(selector: str = "[data-send]") -> None:
        press(phone, selector)
        eventually(lambda: panel.snapshot()["turnout"] == 1, 10, message="the answer is counted")

    panel.ask("What first?", kind="ranking")
    phone.wait_for_selector(".ranker.is-live")
    press(phone, "[data-pool] [data-option-id=b] [data-add]")
    press(phone, "[data-pool] [data-option-id=a] [data-add]")
    press(phone, "[data-ranked] [data-option-id=a] [data-up]")
    expect(phone.locator("[data-ranked] [data-label]")).to_have_text(["Tram", "Bus"])
    send()
    press(phone, "[data-withdraw-form] button")
    eventually(lambda: panel.snapshot()["turnout"] == 0, 10, message="it is taken back")

    panel.ask("Where to?", kind="points", options=["Trees", "Lamps"])
    phone.wait_for_selector("[data-points]")
    press(phone, "[data-option-id=a] [data-give='1']")
    press(phone, "[data-points-help]", "Space")
    send()

    projects = [{"label": "Park", "cost": 60}, {"label": "Tram", "cost": 50}]
    panel.ask("Pay for?", kind="budget", options=projects, settings={"budget": 100, "unit": "EUR"})
    phone.wait_for_selector("[data-purse]")
    press(phone, "[data-basket] input", "Space")
    send()

    panel.ask("What do we share?", kind="opinion", options=["We pay.", "We walk."])
    phone.wait_for_selector(".opinion.is-live")
    send(".tri button[value=agree]")
    press(phone, ".tri button[value=pass]", "Space")
    expect(phone.locator("[data-all-said]")).to_be_visible()


def test_someone_changes_the_language_and_erases_the_traces_by_keyboard(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)
    tab_to(phone, ".language-menu summary")
    phone.keyboard.press("Enter")
    tab_to(phone, ".language-menu button[value=nl]")
    phone.keyboard.press("Escape")
    assert phone.evaluate("() => document.activeElement.matches('.language-menu summary')")
    phone.keyboard.press("Enter")
    tab_to(phone, ".language-menu button[value=nl]")
    phone.keyboard.press("Enter")
    expect(phone.locator("html")).to_have_attribute("lang", "nl")
    for selector in ("a[href$='/traces']", "a[href$='?erase']", "form[action$='/erase'] button"):
        tab_to(phone, selector)
        with phone.expect_navigation():
            phone.keyboard.press("Enter")
    phone.goto(panel.link)
    expect(phone.locator("form[action$='/join']")).to_be_visible()


def test_a_moderator_leads_a_panel_by_keyboard_and_never_loses_the_focus(
    screens: Screens, shared_server: RunningServer
) -> None:
    panel = make_panel(shared_server, AGENDA)
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    main = moderator.locator("#main-action")
    first, second, third = item_ids(moderator)

    def take_step(now: str, then: str) -> None:
        expect(main).to_contain_text(now)
        moderator.wait_for_timeout(BREATH_MS)
        press(moderator, "#main-action")
        expect(main).to_contain_text(then)

    press(moderator, f"#more-{third} summary")
    press(moderator, f"#item-{third} form[data-command='agenda.move'] button")
    eventually(lambda: item_ids(moderator) == [first, third, second], 5, message="it is moved")
    press(moderator, ".last form[data-command='panel.undo'] button")
    eventually(lambda: item_ids(moderator) == [first, second, third], 5, message="it is undone")

    phone.get_by_role("link", name="Comments").click()
    phone.locator("textarea").fill("Show us the code.")
    phone.locator("[data-comment-form] button.btn-main").click()
    expect(moderator.get_by_text("Show us the code.").first).to_be_visible()
    press(moderator, "[data-command='comment.spotlight'] button")
    expect(moderator.locator(".qc.is-spot")).to_be_visible()
    press(moderator, ".qc.is-spot [data-command='comment.spotlight'] button")
    press(moderator, "[role=tab][aria-selected=true]", "ArrowRight")
    press(moderator, "details.why:has([data-command='comment.hide']) summary")
    press(moderator, ".btn-chip")
    expect(phone.get_by_text("It names a person.")).to_be_visible()

    take_step("Begin", "Open voting")
    take_step("Open voting", "Close voting")
    take_step("Close voting", "Show the result")
    take_step("Show the result", "Next")
    for item, closed in ((second, "Show the result"), (third, "Reveal all results")):
        press(moderator, f"#item-{item} [data-show] button")
        take_step("Open voting", "Close voting")
        take_step("Close voting", closed)
        if item == second:
            press(moderator, "form:has([name=view][value=split]) button")
            expect(moderator.get_by_role("button", name="By group", pressed=True)).to_be_visible()
    press(moderator, "#main-action")
    press(moderator, "dialog[open] [data-confirm-yes]")
    expect(moderator.get_by_text("All results revealed")).to_be_visible()
    assert moderator.evaluate("() => document.activeElement !== document.body")


def test_keys_that_are_letters_can_be_switched_off_and_on_again(
    screens: Screens, panel: Panel
) -> None:
    moderator = screens.moderator(panel.moderator_link)
    press(moderator, "[data-letter-keys]")
    expect(moderator.locator("[data-letter-keys]")).to_have_attribute("aria-pressed", "false")
    moderator.keyboard.press("n")
    expect(moderator.locator("dialog[open]")).to_have_count(0)
    projector = moderator.context.new_page()
    projector.goto(panel.projector_link)
    expect(projector.locator("[data-letter-keys]")).to_have_attribute("aria-pressed", "false")
    projector.keyboard.press("f")
    assert projector.evaluate("() => document.fullscreenElement") is None
    press(moderator, "[data-letter-keys]")
    moderator.keyboard.press("n")
    expect(moderator.locator("dialog[open]")).to_be_visible()
