"""Small windows, wider spacing, forced colours, no motion: nothing is lost on any screen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.axe import find_violations
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

LAYOUT_FAULTS = Path(__file__).with_name("layout_faults.js").read_text("utf-8")
HIDDEN_FOCUS = Path(__file__).with_name("hidden_focus.js").read_text("utf-8")
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-block-end: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
}"""
SETTLED = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => "
    "requestAnimationFrame(done))))"
)
ZOOMED = (320, 256)
"""1280 × 1024 at 400 % (WCAG 1.4.10)."""
SMALL_PHONE = (320, 568)
TABS_MOST = 60
OPTIONS = ["Tram", "A bus that comes every ten minutes, also at night", "On foot"]


class Faults:
    """What is wrong on which screen; told all at once at the end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, where: str, found: Iterable[str]) -> None:
        self.lines += [f"{where}: {fault}" for fault in found]

    def look(self, where: str, page: Page, *sizes: tuple[int, int], focus: bool = True) -> None:
        before = page.viewport_size
        for width, height in sizes:
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(SETTLED)
            place = f"{where} at {width} × {height}"
            self.add(place, page.evaluate(LAYOUT_FAULTS, {}))
            if focus:
                self.add(place, hidden_focuses(page))
        assert before is not None
        page.set_viewport_size(before)

    def look_spaced(self, where: str, page: Page) -> None:
        page.evaluate(SPACED)
        page.evaluate(SETTLED)
        self.add(f"{where}, text spaced", page.evaluate(LAYOUT_FAULTS, {}))
        page.evaluate("() => { document.adoptedStyleSheets = [] }")
        page.evaluate(SETTLED)


def hidden_focuses(page: Page) -> list[str]:
    """Tab through the page; what has the focus must be seen each time (2.4.11)."""
    found: list[str] = []
    page.evaluate("() => { document.activeElement?.blur(); window.visited = new Set() }")
    for _ in range(TABS_MOST):
        page.keyboard.press("Tab")
        if page.evaluate(
            "() => { const at = document.activeElement; const seen = visited.has(at);"
            " visited.add(at); return seen || at === document.body }"
        ):
            break
        fault = page.evaluate(HIDDEN_FOCUS)
        found += [fault] if fault else []
    page.evaluate("() => document.activeElement?.blur()")
    return found


def misnamed(page: Page) -> list[str]:
    """Controls whose name lacks what is written on them (2.5.3)."""
    found = find_violations(page, rules=["label-content-name-mismatch", "document-title"])
    return [node["html"] for violation in found for node in violation["nodes"]]


def test_nothing_is_lost_at_400_percent_zoom_or_with_wider_spacing(
    screens: Screens, panel: Panel
) -> None:
    faults = Faults()
    phone = take_seat(screens, panel)
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    everyone = {"phone": phone, "moderator": moderator, "projector": projector}

    def look_at_all(state: str) -> None:
        for screen, page in everyone.items():
            sizes = (ZOOMED, SMALL_PHONE) if page is phone else (ZOOMED,)
            faults.look(f"{screen}, {state}", page, *sizes)
            faults.look_spaced(f"{screen}, {state}", page)
            faults.add(f"{screen}, {state}", misnamed(page))

    faults.look("projector, joining", projector, (640, 360), focus=False)
    panel.ask("Where to?", kind="points", options=OPTIONS)
    expect(phone.locator("[data-points]")).to_be_visible()
    faults.look("phone, points", phone, ZOOMED, SMALL_PHONE)
    panel.ask(options=OPTIONS)
    phone.locator(".choice").first.click()
    expect(phone.locator("[data-vote='counted']")).to_be_attached()
    expect(projector.locator("[data-count='a']")).to_have_text("1")
    look_at_all("voted")
    assert not faults.lines, "\n".join(faults.lines)


def test_the_pages_around_the_room_reflow_too(screens: Screens, panel: Panel) -> None:
    faults = Faults()
    phone = screens.phone(panel.link)
    faults.look("joining", phone, ZOOMED, SMALL_PHONE)
    moderator = screens.moderator(panel.moderator_link)
    seated = take_seat(screens, panel)
    panel.close_poll(panel.ask(options=OPTIONS))
    room = f"/p/{panel.code}"
    pages = {
        seated: (f"{room}/traces?erase", f"{room}/results"),
        moderator: (f"{room}/moderate/links", f"{room}/moderate/add"),
        phone: ("/new", "/", "/privacy", "/accessibility"),
    }
    for page, paths in pages.items():
        for path in paths:
            page.goto(panel.server.url + path)
            faults.look(path, page, ZOOMED, focus=False)
            faults.look_spaced(path, page)
            faults.add(path, misnamed(page))
    assert not faults.lines, "\n".join(faults.lines)
