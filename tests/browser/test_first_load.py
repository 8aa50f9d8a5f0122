"""What a phone has to load before it can vote."""

from __future__ import annotations

import pytest

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

BYTES_MOST = 60_000
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
