"""Putting answers in order and filling a basket: by tap, by keyboard, by dragging."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser


def own_order(phone: Page) -> list[str]:
    found: list[str] = phone.locator("[data-ranked] [data-label]").all_text_contents()
    return found


def row(phone: Page, label: str) -> str:
    return f"[data-option-id]:has([data-label]:text-is('{label}'))"


def test_an_order_is_made_by_tap_key_and_pointer_and_shown_four_ways(
    screens: Screens, panel: Panel
) -> None:
    poll = panel.ask(kind="ranking", options=["Tram", "Bus", "On foot", "By car"])
    projector = screens.projector(panel.projector_link)
    phone = take_seat(screens, panel)
    phone.wait_for_selector(".ranker.is-live")
    assert own_order(phone) == [], "nobody's order begins full"
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-problem]")).to_have_text(re.compile("at least one"))

    for label in ("Bus", "On foot", "Tram"):
        phone.locator(row(phone, label)).click()
    assert own_order(phone) == ["Bus", "On foot", "Tram"]
    up = phone.locator(row(phone, "Tram")).locator("[data-up]")
    up.press("Enter")
    assert own_order(phone) == ["Bus", "Tram", "On foot"]
    expect(up).to_be_focused()
    expect(phone.locator("[data-said]")).to_have_text("“Tram” is now number 2 of 3.")
    up.press("ArrowUp")
    assert own_order(phone) == ["Tram", "Bus", "On foot"]

    grip = phone.locator(row(phone, "On foot")).locator("[data-grip]")
    here, there = grip.bounding_box(), phone.locator(row(phone, "Tram")).bounding_box()
    assert here is not None
    assert there is not None
    phone.mouse.move(here["x"] + 10, here["y"] + 20)
    phone.mouse.down()
    phone.mouse.move(here["x"] + 10, there["y"] + 5, steps=6)
    phone.mouse.up()
    assert own_order(phone) == ["On foot", "Tram", "Bus"]
    phone.locator(row(phone, "Bus")).locator("[data-take-out]").click()
    assert own_order(phone) == ["On foot", "Tram"]

    phone.locator("[data-send]").click()
    expect(phone.locator("[data-poll]")).to_have_attribute("data-vote", "counted")
    expect(projector.locator("[data-count='c']")).to_have_text("1")
    expect(projector.locator("[data-detail='place:a']")).to_have_text("2")
    panel.close_poll(poll)
    expect(projector.locator(".way")).to_have_count(4)
    expect(projector.locator(".way .winner .label")).to_contain_text(["On foot"] * 4)
    expect(phone.locator("[data-answer]")).to_have_text("Your answer: On foot, Tram")


def test_a_basket_tells_what_is_left_and_what_no_longer_fits(
    screens: Screens, panel: Panel
) -> None:
    projects = [{"label": "Park", "cost": 60}, {"label": "Tram", "cost": 50.5}]
    poll = panel.ask(kind="budget", options=projects, settings={"budget": 100, "unit": "EUR"})
    projector = screens.projector(panel.projector_link)
    phone = take_seat(screens, panel)
    spent = phone.locator("[data-spent]")
    expect(spent).to_have_text("€0 of €100 spent · €100 left")
    phone.locator(".choice").first.click()
    expect(spent).to_have_text("€60 of €100 spent · €40 left")
    expect(phone.locator(".choice").nth(1)).to_contain_text("Costs €10.50 more than is left.")
    phone.locator(".choice").nth(1).click()
    expect(spent).to_have_text("€110.50 of €100 spent · €10.50 too much")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-problem]")).to_have_text(re.compile("€10.50 over the budget"))
    phone.locator(".choice").nth(1).click()
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-poll]")).to_have_attribute("data-vote", "counted")
    panel.close_poll(poll)
    eventually(lambda: projector.locator(".mark.is-funded").count() == 2, 6)
    expect(projector.locator(".purse-way")).to_contain_text(["€60 of €100 spent"] * 2)
