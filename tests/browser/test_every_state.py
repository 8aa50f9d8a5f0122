"""Every page in every state: nothing for axe to find, nothing in the console."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from polls.agenda_file import read_agenda, write_agenda
from polls.domain.agenda import ItemDefinition
from polls.domain.kinds import all_kinds
from polls.domain.polls import Visibility
from tests.browser.panel import (
    DEMO_AGENDA,
    Panel,
    item_ids,
    let_answer,
    make_panel,
    take_seat,
)
from tests.support.axe import Looks
from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.waiting import eventually

pytestmark = [pytest.mark.browser]


def one_of_each() -> str:
    """The demo's agenda with the first item of each kind, since what is alike need not be looked at
    twice; a question that makes groups, or is sealed, is another kind here."""
    whole = read_agenda(DEMO_AGENDA.read_text("utf-8"))
    first: dict[tuple[str, bool, bool], ItemDefinition] = {}
    for item in whole.items:
        kind = item.poll.kind if item.poll else item.kind
        makes_groups = bool(item.poll and item.poll.settings.get("grouping"))
        is_sealed = bool(item.poll and item.poll.visibility is Visibility.SEALED)
        first.setdefault((kind, makes_groups, is_sealed), item)
    return write_agenda(replace(whole, code="", items=tuple(first.values())))


@pytest.fixture
def short_panel(shared_server: RunningServer) -> Panel:
    return make_panel(shared_server, one_of_each())


@pytest.mark.timeout(300)
def test_axe_finds_nothing_on_any_screen_for_any_kind_in_any_state_in_light_and_dark(
    screens: Screens, short_panel: Panel
) -> None:
    looks, panel = Looks(), short_panel
    phone = take_seat(screens, panel)
    room = {
        "phone": phone,
        "projector": screens.projector(panel.projector_link),
        "moderator": screens.moderator(panel.moderator_link),
    }

    def look_at_all(state: str) -> None:
        for screen, page in room.items():
            looks.at(screen, page, state)

    look_at_all("joining")
    phone.evaluate("() => { window.answersWait = true }")
    let_answer(phone, 1)
    for item in item_ids(room["moderator"]):
        panel.command("agenda.show", item=item)
        snapshot = panel.snapshot()
        poll = snapshot["poll"]
        if poll is None:
            look_at_all(snapshot["item"]["kind"])
            continue
        kind = poll["kind"]
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        expect(phone.locator("[data-vote-form]")).to_be_visible()
        looks.at("phone", phone, f"{kind} asked")
        phone.evaluate("() => { window.answersWait = false }")
        eventually(lambda: panel.snapshot()["turnout"] == 1, 10, message="the phone has voted")
        phone.evaluate("() => { window.answersWait = true }")
        expect(phone.locator("[data-poll]").first).to_have_attribute("data-vote", "counted")
        look_at_all(f"{kind} answered")
        panel.close_poll(poll["id"])
        if poll["visibility"] != "sealed":
            panel.command("poll.publish", poll=poll["id"])
            expect(phone.locator("[data-state='published']")).to_be_visible()
        look_at_all(f"{kind} over")
    panel.command("panel.reveal")
    look_at_all("revealed")
    of_all = {"joining", "slide", "comments", "revealed"}
    of_all |= {f"{kind} {state}" for kind in all_kinds() for state in ("answered", "over")}
    assert looks.looked_at == {
        *((screen, state) for screen in room for state in of_all),
        *(("phone", f"{kind} asked") for kind in all_kinds()),
    }


def test_axe_finds_nothing_on_the_pages_around_the_room_in_light_and_dark(
    screens: Screens, panel: Panel
) -> None:
    looks = Looks()
    poll = panel.ask()
    phone = take_seat(screens, panel)
    phone.locator(".choice").first.click()
    phone.wait_for_function(
        "() => document.querySelector('[data-receipt]')?.textContent.length === 7"
    )
    panel.close_poll(poll)
    for path in ("/comments", "/traces", "/traces?erase", "/results"):
        phone.goto(panel.link + path)
        looks.at("phone", phone, path)
    moderator = screens.moderator(panel.moderator_link)
    for path in ("/moderate/links", "/moderate/add", "/results?all=1"):
        moderator.goto(panel.link + path)
        looks.at("moderator", moderator, path)
    screens.expect_trouble("404|403")
    for path in ("/", "/new", "/p/NOBODY"):
        visitor = screens.phone(panel.server.url + path)
        looks.at("visitor", visitor, path)
    stranger = screens.phone(panel.link + "/moderate")
    looks.at("stranger", stranger, "/moderate")
