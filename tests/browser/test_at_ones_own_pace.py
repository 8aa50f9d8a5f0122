"""A room goes through four questions, everyone at their own pace."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, make_panel, take_seat
from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

AGENDA = """
title: At your own pace
items:
  - kind: single_choice
    title: Tram or bus?
    options: [Tram, Bus]
    settings: {shuffle: true}
  - kind: multiple_choice
    title: What comes first?
    options: [Trust, Access, Privacy]
  - kind: slide
    title: A break
  - kind: rating
    title: How fast?
  - kind: words
    title: One word?
"""
TITLES = ["Tram or bus?", "What comes first?", "How fast?", "One word?"]


@pytest.fixture
def paced_panel(module_server: RunningServer) -> Panel:
    return make_panel(module_server, AGENDA)


def in_sight(phone: Page, selector: str) -> str:
    return f"[data-step]:not([hidden]) {selector}"


def expect_question(phone: Page, place: int) -> None:
    expect(phone.locator(in_sight(phone, "h1"))).to_have_text(TITLES[place])


def answer(phone: Page, place: int) -> None:
    """Answer the question in sight; a phone without script presses the button for each."""
    expect_question(phone, place)
    if place == 3:
        phone.locator(in_sight(phone, "input[name=answer]")).first.fill("trams")
    elif place == 0:
        phone.locator(in_sight(phone, ".choice[data-option-id=b]")).click()
    else:
        phone.locator(in_sight(phone, ".choice")).first.click()
    has_script = phone.evaluate("() => document.documentElement.matches('.js')")
    if not has_script or place in (1, 3):
        phone.locator(in_sight(phone, "[data-send]")).click()


def go_on(phone: Page) -> None:
    phone.locator(in_sight(phone, "[data-next]")).click()


def expect_answered(phone: Page, count: int) -> None:
    expect(phone.locator("[data-pace-count]")).to_have_text(f"{count} of 4 answered")


def expect_all_done(phone: Page) -> None:
    expect(phone.get_by_role("heading", name="All done.")).to_be_visible()
    expect(phone.get_by_text("You can change your answers until it closes.")).to_be_visible()


def test_three_phones_go_through_four_questions_and_the_counts_are_right(
    screens: Screens, paced_panel: Panel
) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    panel = paced_panel
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    quick, lost = take_seat(screens, panel), take_seat(screens, panel)
    plain = take_seat(screens, panel, javascript=False)
    moderator.locator("#open-several summary").click()
    moderator.locator("#open-several button[type=submit]").click()

    for place in range(4):
        answer(quick, place)
        expect_answered(quick, place + 1)
        if place == 1:
            quick.reload()
            expect_question(quick, 1)
        go_on(quick)
    expect_all_done(quick)

    answer(lost, 0)
    expect(lost.locator(in_sight(lost, "[data-receipt]"))).not_to_be_empty()
    go_on(lost)
    lost.context.set_offline(True)
    lost.evaluate("() => window.dispatchEvent(new Event('offline'))")
    go_on(lost)
    answer(lost, 2)
    expect(lost.locator(in_sight(lost, "[data-when='kept']"))).to_be_visible()
    expect_answered(lost, 2)
    go_on(lost)
    answer(lost, 3)
    lost.context.set_offline(False)
    expect(lost.locator(in_sight(lost, "[data-receipt]"))).not_to_be_empty(timeout=30_000)
    go_on(lost)
    expect(lost.get_by_role("heading", name="Some are still open.")).to_be_visible()
    expect(lost.locator("[data-left]:visible")).to_have_text([TITLES[1]])

    plain.reload()
    for place in range(3):
        answer(plain, place)
        expect_answered(plain, place + 1)
        go_on(plain)
    expect_question(plain, 3)

    turnouts = projector.locator(".pace-rows [data-turnout-sentence]")
    expect(turnouts).to_have_text(["3 of 3", "2 of 3", "3 of 3", "2 of 3"])
    expect(moderator.locator("[data-tally=pace]")).to_have_text("1 of 3 have finished")
    expect(projector.locator("[data-count]")).to_have_count(0)

    polls = [poll["id"] for poll in panel.snapshot()["polls"]]
    moderator.get_by_role("button", name="Close all").click()
    eventually(lambda: panel.snapshot()["polls"] is None, 8, message="all are closed")
    counts = []
    for place, poll in enumerate(polls):
        panel.command("agenda.show", item=item_of(moderator, TITLES[place]))
        snapshot = panel.snapshot()
        assert (snapshot["poll"]["id"], snapshot["poll"]["state"]) == (poll, "closed")
        counts.append(snapshot["tally"]["counts"])
    assert counts[0] == {"a": 0, "b": 3}
    assert counts[1] == {"a": 2, "b": 0, "c": 0}
    assert counts[2]["1"] == 3
    assert counts[3] == {"trams": 2}


def item_of(moderator: Page, title: str) -> str:
    item = moderator.locator("[data-item]").filter(has_text=title).first
    return str(item.get_attribute("data-item"))


def test_a_step_can_be_chosen_and_an_answer_changed_later(
    screens: Screens, paced_panel: Panel
) -> None:
    paced_panel.command("agenda.open")
    phone = take_seat(screens, paced_panel)
    expect_question(phone, 0)
    phone.locator("#pace-list summary").click()
    phone.locator("#pace-list [data-step-link='3']").click()
    answer(phone, 2)
    expect_answered(phone, 1)
    shown = phone.locator(in_sight(phone, "[data-receipt]"))
    expect(shown).to_have_text(re.compile(r"\S{7}"))
    receipt = shown.text_content()
    phone.get_by_role("link", name="Back").locator("visible=true").click()
    expect_question(phone, 1)
    go_on(phone)
    phone.locator(in_sight(phone, "[data-change]")).click()
    phone.locator(in_sight(phone, ".choice")).nth(4).click()
    expect(phone.locator(in_sight(phone, "[data-receipt]"))).to_have_text(str(receipt))
    paced_panel.command("poll.close", poll=paced_panel.snapshot()["polls"][2]["id"])
    expect(phone.locator(in_sight(phone, "[data-vote-form]"))).to_have_count(0)
    expect_question(phone, 2)
