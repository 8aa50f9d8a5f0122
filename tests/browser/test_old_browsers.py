"""A phone of 2020, as far as one of today can play it: newer styles and functions are taken away.

Its syntax cannot be taken away; tests/contract/test_browsers.py reads the scripts for that.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.panel import Panel, sit_down
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

WITHOUT_NEWER_FUNCTIONS = """
for (const name of ["replaceChildren", "checkVisibility", "animate"]) {
    delete Element.prototype[name];
    delete Document.prototype[name];
    delete DocumentFragment.prototype[name];
}
for (const name of ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced"])
    delete Array.prototype[name];
for (const name of ["at", "replaceAll"]) delete String.prototype[name];
delete Object.hasOwn;
delete Promise.any;
delete window.structuredClone;
delete window.WeakRef;
delete window.HTMLDialogElement;
delete HTMLFormElement.prototype.requestSubmit;
delete SubmitEvent.prototype.submitter;
delete Crypto.prototype.randomUUID;
delete Intl.ListFormat;
"""

RULE_IT_CANNOT_READ = re.compile(r"[^{}]*(?::has\(|:is\(|:where\(|:focus-visible)[^{}]*\{[^{}]*\}")
PROPERTY_IT_LACKS = re.compile(
    r"(?<=[{;])(?:gap|inset[a-z-]*|(?:margin|padding)-(?:block|inline)|aspect-ratio|accent-color"
    r"|text-wrap|scroll-[a-z-]+):[^;}]*;?"
)


def old_phone(screens: Screens, url: str) -> Page:
    phone = screens.phone()

    def age(route: Route) -> None:
        answer = route.fetch()
        style = RULE_IT_CANNOT_READ.sub("", answer.text())
        route.fulfill(response=answer, body=PROPERTY_IT_LACKS.sub("", style))

    phone.route("**/*.css", age)
    phone.add_init_script(WITHOUT_NEWER_FUNCTIONS)
    phone.goto(url)
    sit_down(phone)
    phone.wait_for_selector("html.js")
    # The kinds' own scripts come after it.
    phone.wait_for_load_state("networkidle")
    return phone


def is_shown_whole(phone: Page) -> bool:
    return bool(
        phone.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth + 1")
    )


def test_a_phone_of_2020_votes_changes_its_vote_and_comments(
    screens: Screens, panel: Panel
) -> None:
    panel.ask()
    phone = old_phone(screens, panel.link)
    phone.locator(".choice").nth(1).click()
    expect(phone.locator("[data-receipt]")).to_have_text(re.compile(r"\w{3}-\w{3}"))
    expect(phone.locator(".choice .tick").nth(1)).to_be_visible()
    expect(phone.locator(".choice .tick").nth(0)).to_be_hidden()
    assert is_shown_whole(phone)
    assert phone.locator(".skip").bounding_box()["x"] < 0  # type: ignore[index]
    phone.locator("[data-change]").click()
    phone.locator(".choice").nth(0).click()
    phone.get_by_role("link", name="Comments").click()
    phone.locator("textarea:visible").fill("From a phone of 2020")
    phone.get_by_role("button", name="Send", exact=True).locator("visible=true").click()
    expect(phone.locator("[data-my-comments]")).to_contain_text("From a phone of 2020")
    assert is_shown_whole(phone)
    assert panel.snapshot()["tally"]["counts"] == {"a": 1, "b": 0, "c": 0}


@pytest.mark.parametrize("kind", ["ranking", "points", "opinion"])
def test_a_phone_of_2020_can_answer_what_is_asked_in_a_way_of_its_own(
    screens: Screens, panel: Panel, kind: str
) -> None:
    panel.ask(kind=kind)
    phone = old_phone(screens, panel.link)
    if kind == "ranking":
        for number in (3, 2, 1):
            expect(phone.locator(".rank-pool [data-add]:visible")).to_have_count(number)
            phone.locator(".rank-pool [data-add]").first.click()
    elif kind == "points":
        phone.locator("[data-points-help]").click()
    if kind == "opinion":
        phone.locator("button[value='agree']:visible").click()
    else:
        phone.locator("[data-send]").click()
    assert is_shown_whole(phone)
    expect(phone.locator("[data-receipt]")).to_have_text(re.compile(r"\w{3}-\w{3}"))
    eventually(lambda: panel.snapshot()["tally"]["turnout"] == 1)


def test_where_the_scripts_never_arrive_forms_do_all_and_a_link_shows_what_is_on(
    screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble("ERR_FAILED")
    phone = screens.phone()
    phone.route("**/*.js", lambda route: route.abort())
    phone.goto(panel.link)
    sit_down(phone)
    link = phone.get_by_role("link", name="Show what is on now")
    expect(link).to_be_hidden()
    panel.ask()
    phone.evaluate("() => document.getAnimations().forEach((one) => one.finish())")
    link.click()
    phone.locator(".choice").nth(2).click()
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-receipt]")).to_have_text(re.compile(r"\w{3}-\w{3}"))
    assert panel.snapshot()["tally"]["counts"] == {"a": 0, "b": 0, "c": 1}
