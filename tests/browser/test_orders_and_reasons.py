"""Answers in an order of each phone's own, and why people gave them."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

OPTIONS = ["Tram", "Bus", "On foot", "By bicycle", "By car", "Not at all"]


def order_on(phone: Page) -> list[str]:
    """Option ids as the eye and the keyboard meet them; empty while they are out of sight."""
    found: list[str] = phone.locator(".choice:visible").evaluate_all(
        "nodes => nodes.map((node) => node.dataset.optionId)"
    )
    return found


def kept_orders(panel: Panel) -> dict[str, list[str]]:
    found: dict[str, Any] = requests.get(f"{panel.link}/results.json", timeout=15).json()
    (round_,) = found["polls"][0]["rounds"]
    return {line["receipt"]: line["order"] for line in round_["receipts"]}


def test_phones_show_orders_of_their_own_and_the_record_says_the_same(
    screens: Screens, panel: Panel
) -> None:
    waiting = take_seat(screens, panel)
    poll = panel.ask(options=OPTIONS, settings={"shuffle": True})
    phones = [waiting, take_seat(screens, panel), take_seat(screens, panel, javascript=False)]
    told = {}
    for phone in phones:
        eventually(lambda phone=phone: len(order_on(phone)) == len(OPTIONS))
        order = order_on(phone)
        assert phone.locator(".choice .sign text").all_text_contents() == [
            option.upper() for option in order
        ], "a letter belongs to its option, wherever it stands"
        phone.locator(".choice").first.click()
        if phone is phones[2]:
            phone.locator("[data-send]").click()
        expect(phone.locator("[data-receipt]")).to_have_text(r := receipt_of(phone))
        told[r] = order
        assert phone.locator(".choice input").first.is_checked()
    assert len({tuple(order) for order in told.values()}) > 1
    before = order_on(waiting)
    waiting.reload()
    expect(waiting.locator("[data-receipt]")).to_have_text(receipt_of(waiting))
    assert order_on(waiting) == before
    panel.close_poll(poll)
    assert kept_orders(panel) == told


def receipt_of(phone: Page) -> str:
    expect(phone.locator("[data-receipt]")).not_to_be_empty()
    return str(phone.locator("[data-receipt]").text_content())


def give_reason(phone: Page, text: str) -> None:
    phone.locator("[data-reason-form] [name=text]").fill(text)
    phone.locator("[data-reason-form] button").click()


def test_a_reason_reaches_the_screens_under_its_option(screens: Screens, panel: Panel) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    panel.command("panel.update", moderation="pre")
    poll = panel.ask(settings={"reasons": True})
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    phone, plain = take_seat(screens, panel), take_seat(screens, panel, javascript=False)
    expect(phone.locator("[data-reason-form]")).to_be_hidden()
    phone.locator(".choice").nth(1).click()
    expect(phone.locator("[data-reason-form]")).to_be_visible()
    phone.context.set_offline(True)
    phone.evaluate("() => window.dispatchEvent(new Event('offline'))")
    give_reason(phone, "It rains here")
    expect(phone.locator("[data-given]")).to_contain_text("Kept here")
    phone.context.set_offline(False)
    expect(phone.locator("[data-given]")).to_contain_text("The moderator reads", timeout=30_000)
    expect(phone.locator("[data-reason-form]")).to_be_hidden()

    plain.locator(".choice").nth(0).click()
    plain.locator("[data-send]").click()
    give_reason(plain, "It runs at night")
    expect(plain.locator("[data-given]")).to_contain_text("It runs at night")

    queue = moderator.locator("#cl-waiting .qc")
    expect(queue).to_have_count(2)
    expect(queue.filter(has_text="It rains here").locator(".sign text")).to_have_text("B")
    expect(projector.get_by_text("It rains here")).to_have_count(0)
    for _ in range(2):
        count = queue.count()
        queue.first.get_by_role("button", name="Approve", exact=True).click()
        expect(queue).to_have_count(count - 1)
    for screen in (projector, phone):
        rows = screen.locator(".results > li")
        expect(rows.nth(0).locator(".because")).to_contain_text("It runs at night")
        expect(rows.nth(1).locator(".because")).to_contain_text("It rains here")
        expect(rows.nth(2).locator(".because")).to_have_count(0)
    phone.locator(".because .up:visible").first.click()
    panel.close_poll(poll)
    results = screens.phone(panel.link + "/results")
    expect(results.locator(".results > li").nth(0)).to_contain_text("1 person supports this")
    expect(results.locator(".results > li").nth(1)).to_contain_text("It rains here")
