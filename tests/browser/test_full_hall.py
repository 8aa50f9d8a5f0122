"""A hall full of real phones goes through the whole agenda."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.panel import Panel, fill_hall, item_ids, let_answer
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser]

PHONES_IN_A_HALL = 50


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(500)
def test_fifty_phones_and_three_screens_go_through_the_agenda_without_trouble(
    screens: Screens, panel: Panel
) -> None:
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    results = screens.moderator(panel.link + "/results")
    phones = fill_hall(screens, panel, PHONES_IN_A_HALL)
    for number, phone in enumerate(phones):
        let_answer(phone, number)
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            continue
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        eventually(
            lambda: panel.snapshot()["turnout"] == PHONES_IN_A_HALL,
            30,
            message="all phones are counted",
        )
        panel.close_poll(poll["id"])
        if poll["visibility"] != "sealed":
            panel.command("poll.publish", poll=poll["id"])
            expect(projector.locator(f"[data-tally='{poll['id']}']").first).to_be_visible()
    panel.command("panel.reveal")
    results.reload()
    expect(results.locator("h1").first).to_be_visible()
