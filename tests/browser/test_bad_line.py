"""Phones on a bad line: a slow one, one that breaks, one that lets no WebSocket through."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
import requests
from playwright.sync_api import Error, Page, expect

from tests.browser.panel import Panel, sit_down, take_seat
from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.slow_line import PERFECT, SLOW, Quality, SlowLine
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

JOIN_SECONDS_MOST = 12
LATER_POLL_BYTES_MOST = 10_000
SAYS_SO_MS_MOST = 200
TROUBLE = "WebSocket|ERR_|Failed to load"

KINDS: dict[str, dict[str, Any]] = {
    "single_choice": {},
    "opinion": {"options": [f"This is statement number {n} of twelve" for n in range(12)]},
}

RECEIPT_IS_THERE = "() => document.querySelector('[data-receipt]')?.textContent.length === 7"

NOTE_WHEN_IT_SAYS_SO = """() => {
    const words = document.querySelector("[data-when='sending']");
    window.saidAfter = new Promise((done) => {
        document.addEventListener("click", () => {
            const tapped = performance.now();
            const look = () => words.hidden ? requestAnimationFrame(look) : done(performance.now() - tapped);
            look();
        }, { capture: true, once: true });
    });
}"""


KEPT_BY_THE_WORKER = """async () => {
    const [name] = await caches.keys();
    const kept = await (await caches.open(name)).keys();
    return kept.map(({ url }) => new URL(url).pathname).sort();
}"""

MakeLine = Callable[..., tuple[SlowLine, Panel]]


@pytest.fixture
def open_line(panel: Panel) -> Iterator[MakeLine]:
    """Opens lines to the panel's server; gives each, and the panel as its near end knows it."""
    with ExitStack() as opened:

        def open_one(quality: Quality = PERFECT) -> tuple[SlowLine, Panel]:
            line = opened.enter_context(SlowLine(panel.server.port, quality))
            return line, replace(panel, server=replace_url(panel.server, line.url))

        yield open_one


def replace_url(server: RunningServer, url: str) -> RunningServer:
    seen = copy(server)
    seen.url = url
    return seen


def test_on_a_slow_line_the_join_takes_under_twelve_seconds_and_a_vote_says_so_at_once(
    open_line: MakeLine, screens: Screens, panel: Panel
) -> None:
    panel.ask()
    take_seat(screens, panel)
    line, far = open_line(SLOW)
    phone = screens.phone()
    phone.context.set_default_timeout(30_000)
    started = time.monotonic()
    phone.goto(far.link, wait_until="commit")
    phone.locator("form[action$='/join'] button.btn-main").click(no_wait_after=True)
    phone.locator(".choice").first.wait_for()
    seconds = time.monotonic() - started
    assert seconds < JOIN_SECONDS_MOST
    phone.wait_for_selector("html.js")
    phone.evaluate(NOTE_WHEN_IT_SAYS_SO)
    phone.locator(".choice").first.click()
    assert phone.evaluate("() => window.saidAfter") < SAYS_SO_MS_MOST
    phone.wait_for_function(RECEIPT_IS_THERE)
    assert panel.snapshot()["tally"]["turnout"] == 1
    print(f"can vote after {seconds:.1f} s, receipt after {time.monotonic() - started:.1f} s")
    print(f"{line.bytes_down} bytes over {line.connections} connections")


@pytest.mark.parametrize(("kind", "fields"), KINDS.items())
def test_a_later_poll_is_light(
    open_line: MakeLine, screens: Screens, panel: Panel, kind: str, fields: dict[str, Any]
) -> None:
    panel.ask("The first?", kind=kind, **fields)
    line, far = open_line()
    phone = take_seat(screens, far)
    phone.wait_for_load_state("networkidle")
    before = line.bytes_down
    panel.ask("The next?", kind=kind, **fields)
    expect(phone.locator("[data-region='now'] h1").first).to_have_text("The next?")
    phone.wait_for_load_state("networkidle")
    assert line.bytes_down - before < LATER_POLL_BYTES_MOST


@pytest.mark.parametrize(
    "quality",
    [
        Quality(refuses_websockets=True),
        Quality(swallows_websockets=True),
    ],
    ids=["refused", "swallowed"],
)
def test_where_no_websocket_comes_through_a_phone_gets_polls_and_votes(
    open_line: MakeLine, screens: Screens, panel: Panel, quality: Quality
) -> None:
    screens.expect_trouble("WebSocket|403")
    line, far = open_line(quality)
    phone = screens.phone()
    phone.clock.install()
    phone.goto(far.link)
    sit_down(phone)
    eventually(lambda: phone.evaluate("() => 1") and line.refused_websockets, 10)
    phone.clock.fast_forward(13_000)
    panel.ask("Without a WebSocket?")
    heading = phone.locator("[data-region='now'] h1")
    expect(heading).to_have_text("Without a WebSocket?", timeout=10_000)
    phone.locator(".choice").nth(1).click()
    phone.wait_for_function(RECEIPT_IS_THERE)
    assert panel.snapshot()["tally"]["counts"] == {"a": 0, "b": 1, "c": 0}
    panel.ask("And another?")
    expect(phone.locator("[data-region='now'] h1")).to_have_text("And another?")


def write_comment(phone: Page, text: str) -> None:
    phone.get_by_role("link", name="Comments").click()
    phone.locator("textarea:visible").fill(text)
    phone.get_by_role("button", name="Send", exact=True).locator("visible=true").click()


def comments_of(panel: Panel, text: str) -> list[str]:
    answer = requests.get(
        f"{panel.server.url}/p/{panel.code}/results.json",
        headers={"Authorization": f"Bearer {panel.key}"},
        timeout=15,
    )
    return re.findall(re.escape(text), answer.text)


def test_what_was_said_without_a_line_waits_in_sight_and_arrives_once(
    open_line: MakeLine, screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble(TROUBLE)
    panel.ask()
    line, far = open_line()
    phone = take_seat(screens, far)
    phone.wait_for_load_state("networkidle")
    line.cut()
    phone.locator(".choice").first.click()
    expect(phone.locator("[data-when='kept']")).to_be_visible()
    write_comment(phone, "From the tunnel")
    expect(phone.locator("[data-my-comments]")).to_contain_text("From the tunnel")
    assert panel.snapshot()["tally"]["turnout"] == 0
    with pytest.raises(Error, match="ERR_"):
        phone.goto(far.link)
    phone.wait_for_url("chrome-error://chromewebdata/")
    line.restore()
    phone.goto(far.link)
    phone.wait_for_function(RECEIPT_IS_THERE)
    phone.get_by_role("link", name="Comments").click()
    expect(phone.locator("[data-my-comments] [data-comment]")).to_have_count(1)
    phone.reload()
    expect(phone.locator("[data-my-comments] [data-comment]")).to_have_count(1)
    assert panel.snapshot()["tally"]["counts"] == {"a": 1, "b": 0, "c": 0}
    assert len(comments_of(panel, "From the tunnel")) == 1


def test_what_arrived_while_its_answer_was_lost_is_not_counted_twice(
    open_line: MakeLine, screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble(TROUBLE)
    panel.ask()
    line, far = open_line()
    phone = take_seat(screens, far)
    phone.wait_for_load_state("networkidle")
    line.goes_deaf = True
    phone.locator(".choice").first.click()
    write_comment(phone, "Into the void")
    eventually(lambda: panel.snapshot()["tally"]["turnout"] == 1, 10)
    assert phone.locator("[data-receipt]").text_content() == ""
    line.cut()
    line.goes_deaf = False
    line.restore()
    phone.wait_for_function(RECEIPT_IS_THERE, timeout=20_000)
    expect(phone.locator("[data-my-comments] [data-comment]")).to_have_count(1)
    phone.reload()
    expect(phone.locator("[data-my-comments] [data-comment]")).to_have_count(1)
    assert panel.snapshot()["tally"]["counts"] == {"a": 1, "b": 0, "c": 0}
    assert len(comments_of(panel, "Into the void")) == 1


def test_a_page_loaded_anew_without_a_line_says_what_waits_and_goes_on_by_itself(
    open_line: MakeLine, screens: Screens, panel: Panel
) -> None:
    screens.expect_trouble(TROUBLE)
    panel.ask()
    line, far = open_line()
    far.server.url = far.server.url.replace("127.0.0.1", "localhost")
    phone = screens.phone(far.link)
    phone.evaluate("() => caches.open('hemicycle-of-yesterday')")
    sit_down(phone)
    phone.wait_for_function("() => navigator.serviceWorker.controller?.state === 'activated'")
    assert phone.evaluate("async () => (await caches.keys()).length") == 1
    kept = phone.evaluate(KEPT_BY_THE_WORKER)
    assert [address for address in kept if not address.startswith("/static/")] == ["/offline"]
    line.cut()
    phone.locator(".choice").nth(2).click()
    expect(phone.locator("[data-when='kept']")).to_be_visible()
    phone.reload()
    expect(phone.locator("h1")).to_have_text("No connection")
    expect(phone.locator("[data-unsent]")).to_have_text("1 message not sent yet")
    expect(phone.locator("[data-waiting] li")).to_have_text("Tram or bus?")
    line.restore()
    phone.wait_for_function(RECEIPT_IS_THERE, timeout=20_000)
    assert panel.snapshot()["tally"]["counts"] == {"a": 0, "b": 0, "c": 1}
