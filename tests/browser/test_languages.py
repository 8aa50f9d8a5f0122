"""Everyone in their own language: chosen, changed on any page, nothing lost, nothing mistaken."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, make_panel, take_seat
from tests.browser.test_projector import vote
from tests.support.browser import Screens
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser


def change_language(page: Page, tag: str) -> None:
    page.locator(".language-menu summary").first.click()
    page.locator(f".language-menu button[value={tag}]").first.click()
    expect(page.locator("html")).to_have_attribute("lang", tag)


def test_half_a_vote_and_half_a_comment_outlive_a_change_of_language(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)
    panel.ask(kind="multiple_choice")
    phone.locator(".choice input").nth(2).check()
    change_language(phone, "fi")
    expect(phone.locator(".choice input:checked")).to_have_value("c")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-poll]")).to_have_attribute("data-vote", "counted")
    phone.locator("[data-change]").click()
    phone.locator(".choice input").nth(0).check()
    change_language(phone, "sv")
    expect(phone.locator(".choice input:checked")).to_have_count(2)
    expect(phone.locator("[data-poll]")).to_have_attribute("data-vote", "counted")
    phone.locator("[data-tab-link=comments]").click()
    phone.locator("[data-tab=comments] [data-draft]").fill("Half a")
    change_language(phone, "et")
    expect(phone.locator("[data-tab=comments] [data-draft]")).to_have_value("Half a")


def test_an_order_under_way_outlives_a_change_of_language(screens: Screens, panel: Panel) -> None:
    phone = take_seat(screens, panel)
    panel.ask(kind="ranking")
    phone.locator("[data-pool] [data-option-id=c] [data-add]").click()
    change_language(phone, "de")
    expect(phone.locator("[data-ranked] [data-option-id]")).to_have_attribute("data-option-id", "c")


def test_forms_of_those_who_prepare_outlive_a_change_of_language(
    screens: Screens, panel: Panel
) -> None:
    page = screens.phone(panel.server.url + "/new")
    page.locator("#title").fill("A title")
    page.locator("[name=languages][value=fr]").check()
    page.locator("[name=moderation][value=post]").check()
    change_language(page, "fr")
    expect(page.locator("#title")).to_have_value("A title")
    expect(page.locator("[name=languages][value=fr]")).to_be_checked()
    expect(page.locator("[name=moderation][value=post]")).to_be_checked()
    moderator = screens.moderator(panel.moderator_link)
    moderator.goto(panel.link + "/moderate/add")
    moderator.locator("textarea[name='title.en']").fill("What next?")
    rows = moderator.locator("[data-option]")
    before = rows.count()
    moderator.locator("[data-add-option]").click()
    moderator.locator("[data-option]:last-child input:not([type=hidden])").first.fill("The last")
    change_language(moderator, "nl")
    expect(moderator.locator("textarea[name='title.en']")).to_have_value("What next?")
    expect(rows).to_have_count(before + 1)
    last = moderator.locator("[data-option]:last-child input:not([type=hidden])").first
    expect(last).to_have_value("The last")


def test_every_page_of_the_audience_has_the_menu_also_where_something_went_wrong(
    screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble("404|403")
    page = screens.phone(panel.link)
    for path in ("/p/NOBODY", f"/p/{panel.code}/moderate", f"/p/{panel.code}/results", "/"):
        page.goto(panel.server.url + path)
        for tag in ("de", "en"):
            change_language(page, tag)
            assert page.url.removeprefix(panel.server.url) == path


def test_a_text_that_is_missing_in_my_language_says_in_which_it_is(
    screens: Screens, shared_server: RunningServer
) -> None:
    agenda = {"title": "Trees", "languages": ["nl", "fr"], "items": []}
    panel = make_panel(shared_server, json.dumps(agenda))
    phone = take_seat(screens, panel, language="fr-BE")
    panel.ask(
        {"nl": "Meer bomen?"},
        options=[{"label": {"nl": "Ja", "fr": "Oui"}}, {"label": {"nl": "Nee"}}],
    )  # type: ignore[arg-type]
    marked = "node => getComputedStyle(node, '::after').content"
    title = phone.locator("[data-poll] h1")
    expect(title).to_have_attribute("lang", "nl")
    assert '"NL"' in title.evaluate(marked)
    yes, no = (phone.locator(".choice span[lang]").nth(place) for place in (0, 1))
    expect(yes).to_have_attribute("lang", "fr")
    assert yes.evaluate(marked) == "none"
    expect(no).to_have_attribute("lang", "nl")


def test_what_a_script_counts_has_the_form_its_number_asks_for(
    screens: Screens, panel: Panel
) -> None:
    projector = screens.projector(panel.projector_link)
    poll = panel.ask()
    said = projector.locator("[data-spoken]")
    vote(panel, poll, ["a"])
    expect(said).to_have_text("1 of 1 has voted")
    phone = take_seat(screens, panel)
    panel.ask(kind="points")
    left = phone.locator("[data-points-left]")
    phone.locator("[name='points.a']").fill("99")
    expect(left).to_have_text("1 point left to give")
    phone.locator("[name='points.a']").fill("98")
    expect(left).to_have_text("2 points left to give")
