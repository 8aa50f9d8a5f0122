"""A phone without JavaScript does all that a participant does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser


def test_a_phone_without_script_joins_votes_changes_comments_and_reads_results(
    screens: Screens, panel: Panel
) -> None:
    poll = panel.ask()
    phone = take_seat(screens, panel, javascript=False)
    phone.locator(".choice").nth(1).click()
    phone.locator("[data-send]").click()
    receipt = phone.locator("[data-receipt]").text_content()
    assert receipt
    assert panel.snapshot()["tally"]["counts"] == {"a": 0, "b": 1, "c": 0}
    phone.locator(".choice").nth(0).click()
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-receipt]")).to_have_text(receipt)
    phone.get_by_role("link", name="Comments").click()
    phone.locator("textarea:visible").fill("A comment without any script")
    phone.get_by_role("button", name="Send", exact=True).locator("visible=true").click()
    expect(phone.get_by_text("A comment without any script").first).to_be_visible()
    panel.close_poll(poll)
    phone.goto(panel.link + "/results")
    expect(phone.locator("[data-count='a']").first).to_have_text("1")


def test_a_phone_without_script_is_told_what_is_wrong_and_loses_nothing(
    screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble("400|409")
    panel.ask("Choose two", kind="multiple_choice", settings={"least": 2, "most": 2})
    phone = take_seat(screens, panel, javascript=False)
    phone.locator(".choice").first.click()
    phone.locator("[data-send]").click()
    expect(phone.get_by_text("Please choose at least 2.").first).to_be_visible()


def test_a_phone_without_script_sees_and_erases_its_traces(screens: Screens, panel: Panel) -> None:
    panel.ask()
    phone = take_seat(screens, panel, javascript=False)
    phone.locator(".choice").first.click()
    phone.locator("[data-send]").click()
    phone.get_by_role("link", name="My traces").click()
    expect(phone.get_by_text("Tram or bus?").first).to_be_visible()
    phone.goto(panel.link + "/traces?erase")
    phone.locator("form[action$='/erase'] button").click()
    assert panel.snapshot()["tally"]["turnout"] == 0
    phone.goto(panel.link)
    expect(phone.locator("form[action$='/join']")).to_be_visible()


def looks_again_by_itself(phone: Page) -> bool:
    return 'http-equiv="refresh"' in phone.content()


def answer_without_script(phone: Page, kind: str) -> None:
    if kind == "ranking":
        for place, field in enumerate(phone.locator("select[name^='place.']").all(), start=1):
            field.select_option(str(place))
    elif kind == "points":
        for points, field in zip(
            (60, 40, 0), phone.locator("[name^='points.']").all(), strict=True
        ):
            field.fill(str(points))
    if kind == "opinion":
        phone.locator("button[value='agree']").first.click()
    else:
        phone.locator("[data-send]").click()


def test_a_phone_without_script_orders_shares_out_points_and_answers_statements(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel, javascript=False)
    assert looks_again_by_itself(phone)
    for kind in ("ranking", "points", "opinion"):
        panel.ask(kind=kind)
        phone.goto(panel.link)
        assert not looks_again_by_itself(phone), "what is half typed would be lost"
        answer_without_script(phone, kind)
        expect(phone.locator("[data-receipt]").first).to_have_text(re.compile(r"\w{3}-\w{3}"))
        assert not looks_again_by_itself(phone), "what is half changed would be lost"
        assert panel.snapshot()["tally"]["turnout"] == 1
        phone.locator("[data-withdraw-form] button").click()
        eventually(lambda: panel.snapshot()["tally"]["turnout"] == 0)


def test_the_projector_hears_of_a_vote_from_a_phone_without_script(
    screens: Screens, panel: Panel
) -> None:
    panel.ask()
    projector = screens.projector(panel.projector_link)
    expect(projector.locator("[data-count='a']").first).to_have_text("0")
    phone = take_seat(screens, panel, javascript=False)
    phone.locator(".choice").first.click()
    phone.locator("[data-send]").click()
    expect(projector.locator("[data-count='a']").first).to_have_text("1")
