"""What one screen does, the others show: in real Chromium, against the real server."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

LIVE_SECONDS = 0.5


def count_of(key: str) -> str:
    return f"[data-tally] [data-count='{key}']"


@pytest.mark.alone
def test_a_vote_is_on_moderator_and_projector_within_half_a_second(
    screens: Screens, panel: Panel
) -> None:
    panel.ask()
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    for screen in (projector, moderator):
        screen.wait_for_selector(count_of("a"), state="attached")
        expect(screen.locator(count_of("a"))).to_have_text("0")
    watch = """key => new Promise((done) => {
        const node = document.querySelector(`[data-tally] [data-count='${key}']`);
        const look = () => node.isConnected && node.textContent === "1"
            ? done(performance.timeOrigin + performance.now()) : setTimeout(look, 4);
        look();
    })"""
    for screen in (projector, moderator):
        screen.evaluate(f"key => {{ window.seenAt = ({watch})(key); }}", "b")
    phone.evaluate(
        """() => document.addEventListener("click", () => {
            window.tappedAt = performance.timeOrigin + performance.now();
        }, { capture: true })"""
    )
    phone.locator(".choice").nth(1).click()
    tapped = phone.evaluate("() => window.tappedAt")
    for screen in (projector, moderator):
        seen = screen.evaluate("() => window.seenAt")
        assert (seen - tapped) / 1000 < LIVE_SECONDS


def test_a_vote_is_counted_with_a_receipt_and_can_be_changed_and_taken_back(
    screens: Screens, panel: Panel
) -> None:
    panel.ask()
    phone = take_seat(screens, panel)
    phone.locator(".choice").first.click()
    receipt = phone.locator("[data-receipt]")
    expect(receipt).to_have_text(r := receipt_of(phone))
    phone.locator("[data-change]").click()
    phone.locator(".choice").nth(2).click()
    expect(receipt).to_have_text(r)
    eventually(
        lambda: panel.snapshot()["tally"]["counts"] == {"a": 0, "b": 0, "c": 1},
        message="the vote is another one",
    )
    phone.locator("[data-withdraw-form] button").click()
    expect(phone.locator("[data-when='withdrawn']")).to_be_visible()
    assert panel.snapshot()["tally"]["turnout"] == 0


def receipt_of(phone: Page) -> str:
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
    )
    return str(phone.locator("[data-receipt]").text_content())


def test_a_reload_shows_the_vote_that_was_given(screens: Screens, panel: Panel) -> None:
    panel.ask()
    phone = take_seat(screens, panel)
    phone.locator(".choice").first.click()
    receipt = receipt_of(phone)
    phone.reload()
    expect(phone.locator("[data-receipt]")).to_have_text(receipt)
    expect(phone.locator(".choice input").first).to_be_checked()


def test_a_question_reaches_a_phone_by_itself_and_so_does_its_result(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)
    poll = panel.ask("Who pays?", visibility="published")
    expect(phone.locator("[data-region='now'] h1")).to_have_text("Who pays?")
    phone.locator(".choice").first.click()
    receipt_of(phone)
    panel.close_poll(poll)
    expect(phone.locator("[data-count='a']")).to_have_count(0)
    panel.command("poll.publish", poll=poll)
    expect(phone.locator("[data-count='a']")).to_have_text("1")


def test_a_comment_waits_until_the_moderator_shows_it(screens: Screens, panel: Panel) -> None:
    panel.command("panel.update", moderation="pre")
    moderator = screens.moderator(panel.moderator_link)
    writer, reader = take_seat(screens, panel), take_seat(screens, panel)
    for phone in (writer, reader):
        phone.locator("[data-tab-link='comments']").first.click()
    writer.locator("textarea:visible").fill("Who checks the checkers?")
    writer.get_by_role("button", name="Send", exact=True).locator("visible=true").click()
    expect(writer.locator("[data-when='waiting']:visible").first).to_be_visible()
    waiting = moderator.locator("#comments").get_by_text("Who checks the checkers?").first
    expect(waiting).to_be_visible()
    expect(reader.get_by_text("Who checks the checkers?")).to_have_count(0)
    moderator.get_by_role("button", name="Approve").first.click()
    expect(reader.get_by_text("Who checks the checkers?").first).to_be_visible()


def press_until(moderator: Page, key: str, panel: Panel, state: str) -> None:
    """Press like a person who looks up first: a second press within a breath is not taken."""

    def is_there() -> bool:
        poll = panel.snapshot()["poll"]
        if poll is not None and (
            poll["state"] == state or (poll["counting"] and state == "closed")
        ):
            return True
        moderator.locator("body").press(key)
        return False

    eventually(is_there, 15, interval_seconds=0.3, message=f"the poll is {state}")


def test_space_and_a_clicker_lead_the_moderator_from_step_to_step(
    screens: Screens, panel: Panel
) -> None:
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    press_until(moderator, "Space", panel, "draft")
    expect(phone.locator("[data-region='now'] h1")).to_contain_text("Will digital apps save")
    press_until(moderator, "Space", panel, "open")
    expect(phone.locator(".choice").first).to_be_visible()
    press_until(moderator, "PageDown", panel, "closed")
    expect(phone.locator("[data-vote-form]")).to_have_count(0)


def test_two_moderators_see_what_the_other_did(screens: Screens, panel: Panel) -> None:
    first = screens.moderator(panel.moderator_link)
    second = screens.moderator(panel.moderator_link)
    press_until(first, "Space", panel, "open")
    expect(second.locator("[data-tally]").first).to_be_visible()


def test_a_projector_comes_back_by_itself(screens: Screens, panel: Panel) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    panel.ask("First?")
    projector = screens.projector(panel.projector_link)
    expect(projector.locator("[data-region='now'] h1")).to_have_text("First?")
    projector.context.set_offline(True)
    started = time.monotonic()
    panel.ask("Second?")
    projector.context.set_offline(False)
    expect(projector.locator("[data-region='now'] h1")).to_have_text("Second?", timeout=20_000)
    assert time.monotonic() - started < 20


def test_an_answer_given_without_a_line_arrives_once_when_it_is_back(
    screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    panel.ask()
    phone = take_seat(screens, panel)
    expect(phone.locator(".choice").first).to_be_visible()
    phone.context.set_offline(True)
    phone.evaluate("() => window.dispatchEvent(new Event('offline'))")
    phone.locator(".choice").first.click()
    expect(
        phone.locator("[data-when='kept']:visible, [data-when='sending']:visible").first
    ).to_be_visible()
    assert panel.snapshot()["tally"]["turnout"] == 0
    phone.context.set_offline(False)
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7", timeout=30_000
    )
    tally = panel.snapshot()["tally"]
    assert tally["turnout"] == 1
    assert tally["counts"] == {"a": 1, "b": 0, "c": 0}


def test_a_page_that_was_fetched_too_late_does_not_hide_what_is_on_now(
    screens: Screens, panel: Panel
) -> None:
    panel.ask("First?", visibility="voted")
    phone = take_seat(screens, panel)
    kept: list[tuple[Route, APIResponse]] = []
    phone.route(panel.link, lambda route: kept.append((route, route.fetch())))
    phone.locator(".choice").first.click()
    receipt_of(phone)
    eventually(
        lambda: phone.evaluate("() => 1") == 1 and bool(kept),
        message="a phone that voted fetches its own results",
    )
    panel.ask("Second?")
    heading = phone.locator("[data-region='now'] h1")
    expect(heading).to_have_text("Second?")
    for route, answer in kept:
        route.fulfill(response=answer)
    phone.evaluate("() => fetch('/health/live').then(() => new Promise(requestAnimationFrame))")
    expect(heading).to_have_text("Second?")
