"""Real screens by way of nginx: secure sockets, files from the disk, and one number a page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page

from tests.deploy.conftest import House
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.browser,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.timeout(180),
]

# This host signed its certificate itself.
OPTIONS = {"ignore_https_errors": True}


def join(screens: Screens, house: House) -> tuple[Page, list[str]]:
    """A phone with a seat, and the addresses of all sockets it will open."""
    # A browser takes no service worker from a house whose certificate it does not know.
    screens.expect_trouble("SSL certificate error occurred when fetching the script")
    phone = screens.phone(**OPTIONS)
    sockets: list[str] = []
    phone.on("websocket", lambda socket: sockets.append(socket.url))
    phone.goto(f"{house.url}/p/{house.room.code}")
    phone.locator(f'form[action="/p/{house.room.code}/join"] button').first.click()
    eventually(lambda: sockets or phone.wait_for_timeout(50), 20, message="a socket is open")
    return phone, sockets


def test_a_vote_on_a_phone_is_on_the_projector(house: House, screens: Screens) -> None:
    poll = house.room.ask_room(title="Through the front door?", visibility="live")
    link = f"{house.url}/p/{house.room.code}/screen?key={house.room.projector_key}"
    projector = screens.projector(link, **OPTIONS)
    phone, sockets = join(screens, house)
    phone.get_by_label("Yes").click()
    projector.wait_for_function("() => document.body.innerText.includes('100')", timeout=20_000)
    assert house.room.moderator.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    assert all(urlsplit(address).scheme == "wss" for address in sockets)
    house.room.close_poll(poll)


def test_a_page_keeps_its_number_when_it_comes_back(house: House, screens: Screens) -> None:
    screens.expect_trouble("WebSocket|502|503|ERR_|Failed to load")
    phone, sockets = join(screens, house)
    place = next(number for number, count in enumerate(house.participants()) if count)
    house.workers[place].kill9()
    eventually(
        lambda: len(sockets) > 1 or phone.wait_for_timeout(100),
        30,
        message="the phone comes in at the other worker",
    )
    eventually(lambda: house.participants_of(1 - place) or phone.wait_for_timeout(100), 30)
    numbers = {parse_qs(urlsplit(address).query)["spread"][0] for address in sockets}
    assert len(numbers) == 1
    house.workers[place].start()
