"""A hall of phones, some real and the rest plain clients, goes through the whole agenda."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

import pytest
from playwright.sync_api import Page, expect

from polls.domain.kinds import all_kinds
from tests.browser.answers import answer_by_form, right_answer
from tests.browser.panel import Panel, fill_hall, item_ids, let_answer, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually
from tests.support.wire import WireRoom, key_of

pytestmark = [pytest.mark.browser]

PHONES_IN_A_HALL = 50
SCRIPTED_PHONES = 10
FORM_PHONES = 2
LANGUAGES = ("en", "fr", "nl")


@pytest.fixture
def wire(panel: Panel) -> Iterator[WireRoom]:
    """The rest of the hall: people whose phone speaks the protocol without any page."""
    room = WireRoom(panel.server, panel.code, panel.key, key_of(panel.projector_link))
    languages = cycle(LANGUAGES)
    for _ in range(PHONES_IN_A_HALL - SCRIPTED_PHONES - FORM_PHONES):
        room.phone(language=next(languages))
    yield room
    room.close()


def answer_by_wire(wire: WireRoom, panel: Panel) -> None:
    """Let everybody without a page answer what is asked now, all at once; each gets a receipt."""
    poll = panel.snapshot()["poll"]
    given: list[dict[str, object]] = []
    for number, client in enumerate(wire.clients):
        answer = right_answer(poll, number)
        cast = {"poll": poll["id"], "round": poll["round"], "answer": answer, "sequence": 1}
        client.send("ballot.cast", cast, given.append)
    eventually(lambda: len(given) == len(wire.clients), 30, message="all are answered")
    assert all(answer["ok"] for answer in given), given
    assert len({answer["receipt"] for answer in given}) == len(wire.clients)


def answer_by_forms(phones: list[Page], panel: Panel) -> None:
    poll = panel.snapshot()["poll"]
    for number, phone in enumerate(phones):
        answer_by_form(phone, poll, number)
        expect(phone.locator("[data-receipt]")).to_be_visible()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_fifty_phones_and_three_screens_go_through_the_agenda_without_trouble(
    screens: Screens, panel: Panel, wire: WireRoom
) -> None:
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    results = screens.moderator(panel.link + "/results")
    with_forms = [take_seat(screens, panel, javascript=False) for _ in range(FORM_PHONES)]
    for number, phone in enumerate(fill_hall(screens, panel, SCRIPTED_PHONES, LANGUAGES)):
        let_answer(phone, number)
    assert len({client.first["you"]["key"] for client in wire.clients}) == len(wire.clients)
    asked: dict[str, str] = {}
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        if poll is None:
            continue
        asked[poll["id"]] = poll["kind"]
        panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
        answer_by_wire(wire, panel)
        answer_by_forms(with_forms, panel)
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
    assert set(asked.values()) == set(all_kinds())
    counted = wire.rows(
        """
        SELECT r.poll_id, count(DISTINCT b.participant) FROM ballot b
        JOIN round r ON r.id = b.round_id GROUP BY r.poll_id
        """
    )
    here = {poll: count for poll, count in counted if poll in asked}
    assert here == dict.fromkeys(asked, PHONES_IN_A_HALL)
