"""Opinions in real screens: one statement at a time, a map that comes while people answer."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually
from tests.support.wire import Client

pytestmark = pytest.mark.browser

STATEMENTS = [f"Statement number {number}." for number in range(1, 9)]
MAP_SECONDS = 4.0


def ask(panel: Panel, **fields: object) -> str:
    return panel.ask("What do we share?", kind="opinion", options=STATEMENTS, **fields)


@pytest.fixture
def crowd(panel: Panel) -> Iterator[list[Client]]:
    clients: list[Client] = []
    yield clients
    for client in clients:
        client.close()


def answer_all(panel: Panel, crowd: list[Client], poll: str, people: int) -> None:
    """Two camps that share the first statement."""
    for _ in range(people):
        person = len(crowd)
        crowd.append(Client(panel.server.url, {"panel": panel.code}))
        said = {f"s{n}": "agree" if n == 1 or (n + person) % 2 else "disagree" for n in range(1, 9)}
        crowd[-1].done("ballot.cast", poll=poll, round=1, answer=said)


def take_live_seat(screens: Screens, panel: Panel) -> Page:
    """A phone whose script shows the statements; before that, a tap is a form that is sent."""
    phone = take_seat(screens, panel)
    phone.wait_for_selector(".opinion.is-live")
    return phone


def is_counted(panel: Panel, answers: int) -> None:
    eventually(
        lambda: sum(panel.snapshot()["tally"]["counts"].values()) == answers,
        message=f"{answers} answers are counted",
    )


def says(phone: Page) -> str:
    return phone.locator("[data-says] q").inner_text()


def test_a_map_comes_while_people_answer_and_moves_calmly(
    screens: Screens, panel: Panel, crowd: list[Client]
) -> None:
    poll = ask(panel)
    projector = screens.projector(panel.projector_link)
    answer_all(panel, crowd, poll, 2)
    expect(projector.get_by_text("The picture comes with 3 people.")).to_be_visible()
    answer_all(panel, crowd, poll, 2)
    expect(projector.locator(".statements .statement")).not_to_have_count(0)
    answer_all(panel, crowd, poll, 5)
    expect(projector.locator(".map .dot")).to_have_count(9)
    expect(projector.locator(".map .name")).to_have_count(2)
    expect(projector.locator(".common")).to_contain_text("Statement number 1.")
    projector.evaluate("() => { document.querySelector('.map .dot').dataset.known = 'yes'; }")
    answer_all(panel, crowd, poll, 1)
    counted = time.monotonic()
    expect(projector.locator(".map .dot")).to_have_count(10)
    assert time.monotonic() - counted < MAP_SECONDS
    assert projector.locator(".map .dot[data-known]").count() == 1, (
        "dots move, they are not redrawn"
    )
    phone = take_seat(screens, panel)
    expect(phone.locator("[data-vote-form]")).to_be_visible()
    expect(phone.locator(".map")).to_have_count(0)
    panel.close_poll(poll)
    expect(phone.locator(".result .map .dot")).to_have_count(10)


def test_one_tap_answers_a_statement_and_shows_the_next(screens: Screens, panel: Panel) -> None:
    poll = ask(panel, visibility="projector")
    phone = take_live_seat(screens, panel)
    first = says(phone)
    phone.get_by_role("button", name="I agree").click()
    expect(phone.locator("[data-place]")).to_have_text("Statement 2 of 8")
    assert says(phone) != first
    expect(phone.locator("[data-counted-line]")).to_contain_text("Counted. Receipt")
    phone.get_by_role("button", name="Back to statement 1").click()
    assert says(phone) == first
    expect(phone.get_by_role("button", name="I agree")).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="I disagree").click()
    expect(phone.locator("[data-place]")).to_have_text("Statement 2 of 8")
    for _ in range(7):
        phone.get_by_role("button", name="Pass, not sure").click()
    expect(phone.get_by_text("You have answered all statements.")).to_be_visible()
    expect(phone.locator("[data-review] li")).to_have_count(8)
    panel.command("statement.add", poll=poll, text="Quite new.")
    expect(phone.locator("[data-says] q")).to_have_text("Quite new.")
    phone.get_by_role("button", name="I agree").click()
    expect(phone.locator("[data-review] li")).to_have_count(9)
    is_counted(panel, 9)
    counts = panel.snapshot()["tally"]["counts"]
    assert sum(count for key, count in counts.items() if key.endswith(":disagree")) == 1


def test_answers_given_without_a_line_are_all_sent_when_it_is_back(
    screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    ask(panel, visibility="projector")
    phone = take_live_seat(screens, panel)
    phone.wait_for_function("() => !document.body.hasAttribute('data-is-offline')")
    phone.context.set_offline(True)
    for _ in range(4):
        phone.get_by_role("button", name="I agree").click()
    expect(phone.locator("[data-place]")).to_have_text("Statement 5 of 8")
    phone.context.set_offline(False)
    expect(phone.locator("[data-counted-line]")).to_contain_text("Counted.", timeout=15000)
    is_counted(panel, 4)


def test_a_proposed_statement_is_admitted_and_its_author_is_told(
    screens: Screens, panel: Panel
) -> None:
    ask(panel, visibility="projector")
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    phone.get_by_text("Propose a statement").click()
    phone.get_by_label("One thing that people can agree").fill("More benches.")
    phone.get_by_role("button", name="Send it to the moderator").click()
    expect(phone.get_by_text("Sent. The moderator reads it")).to_be_visible()
    moderator.get_by_role("tab", name="Waiting").click()
    waiting = moderator.locator("[data-queue=waiting] .is-statement")
    expect(waiting).to_contain_text("More benches.")
    waiting.get_by_role("button", name="Put it to the vote").first.click()
    expect(waiting).to_have_count(0)
    expect(phone.get_by_text("Your statement is put to the vote now.")).to_be_visible()
    expect(phone.locator("[data-statement]").last).to_have_text("More benches.")
    listed = moderator.locator(".statement-list li", has_text="More benches.")
    listed.get_by_role("button", name="Take out of voting").click()
    expect(phone.locator("[data-statement]")).to_have_count(8)
    expect(listed.get_by_role("button", name="Take out of voting")).to_have_count(0)
    moderator.get_by_role("button", name="Undo").click()
    expect(phone.locator("[data-statement]")).to_have_count(9)


def test_without_a_script_the_server_shows_the_next_statement(
    screens: Screens, panel: Panel
) -> None:
    ask(panel, visibility="projector")
    phone = take_seat(screens, panel, javascript=False)
    first = says(phone)
    phone.get_by_role("button", name="I agree").click()
    expect(phone.locator("[data-place]")).to_have_text("Statement 2 of 8")
    assert says(phone) != first
    phone.get_by_text("Your answer to 1 statement").click()
    phone.get_by_role("link", name="Change").click()
    assert says(phone) == first
    phone.get_by_role("button", name="Pass, not sure").click()
    is_counted(panel, 1)
