"""By group and under a seal, on real screens: what the room sees, when, and how it fits."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, item_ids, make_panel, take_seat
from tests.support.axe import assert_accessible
from tests.support.browser import Screens
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser

AGENDA = """
title: Groups and seals
languages: [en]
items:
  - kind: single_choice
    title: I am here as…
    options: [Citizen, Expert]
    settings: {grouping: true}
  - kind: single_choice
    title: Tram or bus?
    options: [Tram, Bus]
  - kind: single_choice
    title: Sealed, first?
    options: ["Yes", "No"]
    visibility: sealed
  - kind: rating
    title: Sealed, second?
    visibility: sealed
"""


def is_within(page: Page, part: str, whole: str) -> bool:
    inside: bool = page.evaluate(
        """([part, whole]) => {
          const inner = document.querySelector(part).getBoundingClientRect();
          const outer = document.querySelector(whole).getBoundingClientRect();
          return inner.bottom <= outer.bottom + 1 && inner.right <= outer.right + 1;
        }""",
        [part, whole],
    )
    return inside


def vote(panel: Panel, poll: str, keys: list[str], answers: list[Any]) -> None:
    for key, answer in zip(keys, answers, strict=True):
        told = requests.post(
            f"{panel.server.url}/api/v1/panels/{panel.code}/commands/ballot.cast",
            json={"poll": poll, "round": 1, "answer": answer},
            headers={"Authorization": f"Bearer {key}"},
            timeout=15,
        ).json()
        assert told["ok"], told


def seats(panel: Panel, count: int) -> list[str]:
    path = f"{panel.server.url}/api/v1/panels/{panel.code}/participants"
    return [requests.post(path, json={}, timeout=15).json()["key"] for _ in range(count)]


def open_item(panel: Panel, item: str) -> str:
    panel.command("agenda.show", item=item)
    poll = str(panel.snapshot()["poll"]["id"])
    panel.command("poll.open", poll=poll)
    return poll


def test_a_room_is_split_by_group_and_sealed_results_come_together(
    screens: Screens, shared_server: RunningServer
) -> None:
    panel = make_panel(shared_server, AGENDA)
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    phone = take_seat(screens, panel)
    keys = seats(panel, 24)
    items = item_ids(moderator)

    poll = open_item(panel, items[0])
    expect(phone.get_by_text("Groups under five people are never shown.")).to_be_visible()
    vote(panel, poll, keys, ["a"] * 12 + ["b"] * 12)
    panel.close_poll(poll)
    poll = open_item(panel, items[1])
    vote(panel, poll, keys, ["a", "b"] * 12)
    panel.close_poll(poll)

    moderator.get_by_role("button", name="By group").click()
    table = projector.locator("table.split")
    expect(table.get_by_role("columnheader", name="Citizen 12 of 12 voted")).to_be_visible()
    expect(table.get_by_role("rowheader", name="A: Tram")).to_be_visible()
    expect(table.locator("td .n").first).to_have_text("50% 6")
    assert is_within(projector, ".split-board > div", "main")
    assert_accessible(projector)

    for item, answers in zip(items[2:], (["a"] * 15 + ["b"] * 9, [4] * 24), strict=True):
        poll = open_item(panel, item)
        expect(phone.get_by_text("Sealed: the results come together")).to_be_visible()
        vote(panel, poll, keys, answers)
        panel.close_poll(poll)
        expect(moderator.get_by_text("Sealed: all results come together")).to_be_visible()
        assert moderator.locator("#live [data-count], #live [data-percent]").count() == 0
        assert projector.locator(".board [data-count], .board [data-percent]").count() == 0

    main = moderator.locator("#main-action")
    expect(main).to_contain_text("Reveal all results")
    moderator.keyboard.press("Space")
    expect(moderator.locator("#confirm")).to_contain_text("cannot be taken back")
    assert panel.snapshot()["poll"]["state"] == "closed"
    moderator.locator("[data-confirm-yes]").click()
    for screen in (projector, phone):
        revealed = screen.locator(".revealed > li")
        expect(revealed).to_have_count(2)
        expect(revealed.nth(0)).to_contain_text("63%")
        expect(revealed.nth(0)).to_contain_text("people in the room")
        expect(revealed.nth(1)).to_contain_text("On average")
        assert_accessible(screen)
    assert is_within(projector, ".revealed", "main")
