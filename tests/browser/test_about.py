"""Privacy and accessibility as people come upon them; how long a panel is kept; an empty browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.panel import Panel, take_seat
from tests.support.axe import assert_accessible
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def test_both_pages_are_a_link_away_and_read_well_on_every_screen(
    screens: Screens, panel: Panel
) -> None:
    phone = screens.phone(panel.link)
    for name in ("Privacy", "Accessibility"):
        phone.get_by_role("link", name=name, exact=True).click()
        expect(phone.get_by_role("heading", name=name, level=1)).to_be_visible()
        assert_accessible(phone)
        phone.emulate_media(color_scheme="dark")
        phone.set_viewport_size({"width": 320, "height": 640})
        assert_accessible(phone)
        assert phone.evaluate(OVERFLOW) <= 0
    assert phone.context.cookies() == []


def test_erasing_leaves_nothing_of_the_panel_in_the_browser(screens: Screens, panel: Panel) -> None:
    phone = take_seat(screens, panel)
    code = panel.link.rsplit("/", 1)[1]
    for name in (f"hemicycle:{code}:draft:somewhere", "hemicycle:OTHER:seat", "other"):
        phone.evaluate("(name) => localStorage.setItem(name, '1')", name)
    phone.goto(f"{panel.link}/traces?erase")
    phone.get_by_role("button", name="Yes, erase everything").click()
    expect(phone.get_by_role("heading", name="All erased")).to_be_visible()
    kept = phone.evaluate("Object.keys(localStorage)")
    assert sorted(kept) == ["hemicycle:OTHER:seat", "other"]
