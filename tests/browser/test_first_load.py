"""What a phone has to load before it can vote."""

from __future__ import annotations

import pytest

from tests.browser.panel import Panel, sit_down, take_seat
from tests.support.browser import Screens
from tests.support.slow_line import SlowLine

pytestmark = pytest.mark.browser

BYTES_MOST = 60_000
LINE_BYTES_MOST = 65_000
"""With the page to join, and with what the socket says: a poll once more, and who is here."""
REQUESTS_MOST = 12


def test_the_first_load_of_the_phone_is_light(screens: Screens, panel: Panel) -> None:
    panel.ask()
    seat = take_seat(screens, panel)
    cookies = seat.context.cookies()
    fresh = screens.phone()
    fresh.context.add_cookies(cookies)  # type: ignore[arg-type]
    devtools = fresh.context.new_cdp_session(fresh)
    devtools.send("Network.enable")
    received: dict[str, int] = {}
    addresses: list[str] = []
    devtools.on(
        "Network.requestWillBeSent", lambda event: addresses.append(event["request"]["url"])
    )
    devtools.on(
        "Network.loadingFinished",
        lambda event: received.update({event["requestId"]: event["encodedDataLength"]}),
    )
    fresh.goto(panel.link)
    fresh.wait_for_selector("[data-vote-form]")
    fresh.wait_for_load_state("networkidle")
    over_http = [url for url in addresses if url.startswith("http")]
    assert len(over_http) <= REQUESTS_MOST, over_http
    assert sum(received.values()) <= BYTES_MOST, received


def test_all_that_comes_over_the_line_until_a_phone_can_vote_is_light(
    screens: Screens, panel: Panel
) -> None:
    """The page to join, the phone's page, its files, and what the socket says: every byte."""
    panel.ask()
    with SlowLine(panel.server.port) as line:
        phone = screens.phone(f"{line.url}/p/{panel.code}")
        said: list[str] = []
        hear = lambda frame: said.append(str(frame))  # noqa: E731
        phone.on("websocket", lambda socket: socket.on("framereceived", hear))
        sit_down(phone)
        phone.wait_for_selector("html.js")
        phone.wait_for_load_state("networkidle")
        while "panel.view" not in "".join(said):
            phone.wait_for_timeout(50)
        assert line.bytes_down <= LINE_BYTES_MOST
        screens.close()
