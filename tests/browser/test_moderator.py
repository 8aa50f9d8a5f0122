"""The moderator's screen by hand: the agenda by drag, and a question asked on the spot."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser


def drag(page: Page, item: str, pixels: float) -> None:
    box = page.locator(f"[data-item='{item}'] [data-grip]").first.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] + pixels / 2)
    page.mouse.move(middle[0], middle[1] + pixels)
    page.mouse.up()


def height_of(page: Page, item: str) -> float:
    box = page.locator(f"[data-item='{item}']").first.bounding_box()
    assert box is not None
    return box["height"]


def test_an_item_is_dragged_to_another_place(screens: Screens, panel: Panel) -> None:
    moderator = screens.moderator(panel.moderator_link)
    first, second, *others = item_ids(moderator)
    drag(moderator, first, height_of(moderator, second) * 1.2)
    eventually(
        lambda: item_ids(moderator) == [second, first, *others], 5, message="the item has moved"
    )
    drag(moderator, first, 3)
    assert item_ids(moderator) == [second, first, *others], "a small slip moves nothing"
    expect(moderator.locator(".is-lifted")).to_have_count(0)


def test_a_question_without_words_or_answers_is_not_sent(screens: Screens, panel: Panel) -> None:
    moderator = screens.moderator(panel.moderator_link)
    before = item_ids(moderator)
    moderator.locator("[data-ask]").first.click()
    dialog = moderator.locator("#ask")
    dialog.locator("button[value=open]").click()
    expect(dialog.locator("#ask-problem")).to_be_visible()
    dialog.locator("#ask-question").fill("Tram or bus?")
    dialog.locator("input[name=answers][value=own]").check(force=True)
    dialog.locator("#ask-own").fill("Tram")
    dialog.locator("button[value=open]").click()
    expect(dialog.locator("#ask-problem")).to_be_visible()
    assert item_ids(moderator) == before
    dialog.locator("#ask-own").fill("Tram\n\nBus")
    dialog.locator("button[value=open]").click()
    expect(dialog).to_be_hidden()
    eventually(lambda: panel.snapshot()["poll"]["title"] == "Tram or bus?", 5, message="it is on")
    assert [option["label"] for option in panel.snapshot()["poll"]["options"]] == ["Tram", "Bus"]
