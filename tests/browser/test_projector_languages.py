"""The projector in two languages: both legible at once, or in turns in the same place."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, make_panel
from tests.browser.test_projector import SMALL_TEXTS, SMALLEST_VH, vote
from tests.support.axe import assert_accessible
from tests.support.browser import Screens
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser

LONG = {
    "fr": "Réaménager la place avec des arbres, des bancs et une fontaine",
    "nl": "Het plein herinrichten met bomen, banken en een fontein",
}
SHORT = [
    {"fr": "Le tram", "nl": "De tram"},
    {"fr": "Le bus", "nl": "De bus"},
    {"fr": "Le vélo", "nl": "De fiets"},
]
TITLE = {
    "fr": "Comment voulez-vous venir au centre-ville à l'avenir ?",
    "nl": "Hoe wilt u in de toekomst naar het stadscentrum komen?",
}
IN_TURNS = "() => document.body.classList.contains('in-turns')"
CUT = """() => [...document.querySelectorAll(".tongue, .label, h1.q")]
    .filter((part) => {
        const box = part.getBoundingClientRect();
        const frame = document.querySelector("main").getBoundingClientRect();
        return box.bottom > frame.bottom + 1 || box.right > innerWidth + 1 || box.top < 0
            || part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0;
    }).map((part) => part.textContent)"""


@pytest.fixture
def bilingual(shared_server: RunningServer) -> Panel:
    agenda = {"title": {"fr": "La place", "nl": "Het plein"}, "languages": ["fr", "nl"]}
    return make_panel(
        shared_server, json.dumps(agenda | {"items": [{"kind": "slide", "title": TITLE}]})
    )


def options(count: int, is_long: bool) -> list[dict[str, object]]:
    if not is_long:
        return [{"label": SHORT[number % 3]} for number in range(count)]
    return [
        {"label": {tag: f"{text} {number}" for tag, text in LONG.items()}}
        for number in range(1, count + 1)
    ]


def screen_of(screens: Screens, panel: Panel, height: int) -> Page:
    size = {"width": height * 16 // 9, "height": height}
    return screens.new_page(panel.projector_link, viewport=size, language="en-GB")


@pytest.mark.parametrize(("count", "is_long"), [(2, True), (3, False), (6, True), (8, True)])
def test_two_languages_stand_under_each_other_or_in_turns_whole_and_large_enough(
    screens: Screens, bilingual: Panel, count: int, is_long: bool
) -> None:
    bilingual.command("panel.update", projector_languages=["fr", "nl"])
    pages = [screen_of(screens, bilingual, height) for height in (720, 1080)]
    poll = bilingual.ask(TITLE, options=options(count, is_long))  # type: ignore[arg-type]
    vote(bilingual, poll, ["a", "a", "b"])
    for page in pages:
        expect(page.locator("[data-count='a']")).to_have_text("2")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        assert page.evaluate(IN_TURNS) == (count == 8)
        expect(page.locator("h1 .tongue-2")).to_have_text(TITLE["nl"])
        expect(page.locator("h1 .tongue-2")).to_have_attribute("lang", "nl")
        assert page.locator(".label .tongue-2:visible").count() == count
        assert page.locator(".tag-live").inner_text() == "Vote ouvert"
        assert page.evaluate(CUT) == []
        assert page.evaluate(SMALL_TEXTS, SMALLEST_VH) == []
    assert_accessible(pages[0])


def test_languages_take_turns_in_one_place_and_can_be_held(
    screens: Screens, bilingual: Panel
) -> None:
    bilingual.command("panel.update", projector_languages=["fr", "nl"], projector_mode="turns")
    page = screens.new_page(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    page.clock.install()
    page.goto(bilingual.projector_link)
    bilingual.ask(TITLE, options=options(3, is_long=False))  # type: ignore[arg-type]
    first, second = page.locator("h1 .tongue").nth(0), page.locator("h1 .tongue").nth(1)
    expect(second).to_have_text(TITLE["nl"])
    assert first.bounding_box() == second.bounding_box()
    expect(first).to_have_css("opacity", "1")
    expect(second).to_have_css("opacity", "0")
    expect(second).to_have_css("transition-duration", "0s")
    page.clock.run_for(10_500)
    expect(first).to_have_css("opacity", "0")
    expect(second).to_have_css("opacity", "1")
    page.keyboard.press("l")
    page.clock.run_for(30_000)
    expect(second).to_have_css("opacity", "1")
    expect(page.locator("[data-hold-language]")).to_have_attribute("aria-pressed", "true")
    assert page.locator("[aria-live] .tongue, [role=status] .tongue").count() == 0


def test_a_text_that_has_no_second_language_stands_once(screens: Screens, bilingual: Panel) -> None:
    bilingual.command("panel.update", projector_languages=["fr", "nl"])
    page = screen_of(screens, bilingual, 720)
    bilingual.ask("Tram ou bus ?", options=["Tram", {"label": {"nl": "Bus"}}, {"label": "Vélo"}])
    expect(page.locator(".results .label")).to_have_count(3)
    assert page.locator(".tongue").count() == 0


def test_the_moderator_chooses_the_languages_of_the_projector(
    screens: Screens, bilingual: Panel
) -> None:
    projector = screen_of(screens, bilingual, 720)
    moderator = screens.moderator(bilingual.moderator_link)
    moderator.locator("a[href='#panel']:visible").first.click()
    moderator.locator("#tongue-1").select_option("nl")
    moderator.locator("#tongue-2").select_option("fr")
    moderator.locator("#tongues-form button").click()
    bilingual.ask(TITLE, options=options(2, is_long=False))  # type: ignore[arg-type]
    expect(projector.locator("h1 .tongue").first).to_have_text(TITLE["nl"])
    expect(projector.locator("h1 .tongue").first).to_be_visible()
    expect(projector.locator("html")).to_have_attribute("lang", "nl")
    moderator.locator("#tongue-1").select_option("")
    moderator.locator("#tongue-2").select_option("")
    moderator.locator("#tongues-form button").click()
    expect(projector.locator("html")).to_have_attribute("lang", "en")
