"""The room by way of nginx and two workers, run from the files of deploy/."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import requests
import websocket

from polls.web.assets import project_folder, without_comments
from tests.deploy.conftest import TOKEN, House, number
from tests.support.pages import elements, parse
from tests.support.waiting import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow, pytest.mark.timeout(120)]


# The front door


def test_plain_http_leads_to_https_with_everything_that_was_asked(house: House) -> None:
    answer = requests.get(
        f"{house.nginx.plain_url}/p/{house.room.code}?x=1", timeout=30, allow_redirects=False
    )
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"https://localhost/p/{house.room.code}?x=1"


def test_somebody_joins_and_votes_by_https(house: House) -> None:
    poll = house.room.ask_room(title="Is it safe?")
    browser, page = house.browser(), f"{house.url}/p/{house.room.code}"
    assert f'action="/p/{house.room.code}/join"' in browser.get(page, timeout=30).text
    headers = {"Origin": house.url, "Sec-Fetch-Site": "same-origin"}
    seated = browser.post(f"{page}/join", headers=headers, timeout=30)
    assert "Is it safe?" in seated.text
    assert all(cookie.secure for cookie in browser.cookies)
    fields = {"poll": poll, "round": "1", "answer": "a"}
    assert browser.post(f"{page}/vote", data=fields, headers=headers, timeout=30).status_code == 200
    assert house.room.moderator.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    house.room.close_poll(poll)


def test_a_page_is_told_to_come_back_by_https_only_and_once(house: House) -> None:
    answer = house.get(f"/p/{house.room.code}")
    # Two headers of a name would come joined by a comma.
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    policy = answer.headers["Content-Security-Policy"]
    assert f"wss://localhost:{house.nginx.https_port}" in policy


@contextmanager
def raw_socket(house: House, spread: int, **options: Any) -> Iterator[websocket.WebSocket]:
    address = house.url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
    trusted = {"ca_certs": str(house.nginx.certificate)}
    line = websocket.create_connection(f"{address}&spread={spread}", sslopt=trusted, **options)
    try:
        assert str(line.recv()).startswith("0")
        line.send('40{"panel":"%s"}' % house.room.code)  # noqa: UP031
        yield line
    finally:
        line.close()


def test_a_socket_from_a_page_of_this_house_is_let_in_and_no_other(house: House) -> None:
    with raw_socket(house, 1, origin=house.url) as own:
        assert str(own.recv()).startswith("40")
    by_plain_http = house.url.replace("https", "http")
    for origin in ("https://evil.example", "https://localhost", by_plain_http, "null"):
        with (
            pytest.raises(websocket.WebSocketBadStatusException, match="400"),
            raw_socket(house, 1, origin=origin),
        ):
            pass


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"])
def test_nobody_pretends_to_come_from_another_place(house: House, name: str) -> None:
    lies = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example;proto=http",
    }
    headers = {name: lies[name], "Origin": "https://evil.example"}
    answer = house.browser().post(
        f"{house.url}/p/{house.room.code}/join", headers=headers, timeout=30
    )
    assert answer.status_code == 403
    page = house.get(f"/p/{house.room.code}", **{name: lies[name]})
    assert "evil.example" not in page.text + str(page.headers)
    assert "Strict-Transport-Security" in page.headers


def test_a_form_of_many_megabytes_does_not_come_in(house: House) -> None:
    answer = house.browser().post(
        f"{house.url}/p/{house.room.code}/write", data={"text": "a" * 2_000_000}, timeout=30
    )
    assert answer.status_code == 413


def test_old_protocols_are_refused(house: House) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    address = ("127.0.0.1", house.nginx.https_port)
    with (
        socket.create_connection(address, 10) as plain,
        pytest.raises(ssl.SSLError, match="protocol version"),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


# The room


def test_a_vote_at_one_worker_is_on_a_screen_at_the_other(house: House) -> None:
    at = {house.worker_of(spread): spread for spread in range(20)}
    assert set(at) == {0, 1}, "the numbers spread over both workers"
    poll = house.room.ask_room(title="On both sides?", visibility="live")
    screen = house.enter(at[0], {"role": "projector", "key": house.room.projector_key})
    phones = [house.enter(at[1]) for _ in range(3)]
    for phone in phones:
        assert phone.done("ballot.cast", poll=poll, round=1, answer="a")["receipt"]
    assert screen.hear("poll.tally", lambda frame: frame["turnout"] == 3)["counts"]["a"] == 3
    house.room.close_poll(poll)
    for phone in phones:
        assert phone.hear("poll.closed", lambda event: event["poll"] == poll)


def test_a_hall_behind_one_address_spreads_over_both_workers(house: House) -> None:
    before = house.participants()
    with ExitStack() as hall:
        for spread in range(1000, 1100):
            line = hall.enter_context(raw_socket(house, spread))
            assert str(line.recv()).startswith("40")
        now = house.participants()
    came = [after - earlier for earlier, after in zip(before, now, strict=True)]
    assert sum(came) == 100
    assert min(came) >= 25, came


def test_a_page_that_comes_back_with_its_number_finds_its_worker(house: House) -> None:
    assert len({house.worker_of(4711) for _ in range(5)}) == 1


@pytest.mark.parametrize("spread", [31, 32, 33, 34, None])
def test_long_polling_stays_with_its_worker(house: House, spread: int | None) -> None:
    """A client of a third party brings no number, and is kept together all the same."""
    phone = house.enter(spread, transport="polling")
    for _ in range(8):
        assert phone.snapshot()["panel"]["code"] == house.room.code
    assert phone.is_connected


def test_another_worker_knows_nothing_of_a_polling_client(house: House) -> None:
    browser, query = house.browser(), "EIO=4&transport=polling"
    opened = browser.get(f"{house.url}/socket.io/?{query}&spread=5", timeout=30)
    session = opened.text.split('"sid":"')[1].split('"')[0]
    statuses = [
        requests.post(
            f"{worker.url}/socket.io/?{query}&sid={session}", data='40{"panel":"x"}', timeout=30
        ).status_code
        for worker in house.workers
    ]
    assert sorted(statuses) == [200, 400]


# Files


def path_of(house: House, name: str) -> str:
    page = parse(house.get(f"/p/{house.room.code}").text)
    links = [link.get("href", "") for link in elements(page, "link")]
    style = next(link for link in links if link.startswith("/static/"))
    return f"{style.rpartition('/')[0]}/{name}"


@pytest.mark.parametrize("name", ["room.js", "base.css", "kinds/shift.js", "icon.svg"])
def test_a_file_comes_from_the_disk_compressed_and_for_ever(house: House, name: str) -> None:
    path = path_of(house, name)
    answer = house.get(path, **{"Accept-Encoding": "gzip, br"})
    expected = "br" if house.nginx.has_brotli else "gzip"
    assert answer.headers["Content-Encoding"] == expected
    plain = (project_folder("static") / name).read_bytes()
    assert answer.content == (without_comments(plain) if name.endswith(".js") else plain)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # A worker sends none; only the disk knows when a file was written.
    assert "Last-Modified" in answer.headers


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip", "gzip"), ("identity", None)])
def test_a_browser_without_brotli_gets_what_it_can_read(
    house: House, accepted: str, encoding: str | None
) -> None:
    answer = house.get(path_of(house, "room.js"), **{"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    plain = (project_folder("static") / "room.js").read_bytes()
    assert answer.content == without_comments(plain)
    assert answer.headers["Content-Type"].split(";")[0].endswith("javascript")


def test_a_font_comes_as_it_is(house: House) -> None:
    name = "vendor/atkinson-hyperlegible-next-latin.woff2"
    answer = house.get(path_of(house, name), **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"] == "font/woff2"


def test_another_versions_file_leads_to_todays(house: House) -> None:
    answer = house.get("/static/000000000000/room.js")
    assert (answer.status_code, answer.headers["Location"]) == (302, path_of(house, "room.js"))
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2f..%2fnginx.conf", "%2e%2e/%2e%2e/%2e%2e/privkey.pem", "kinds"]
)
def test_nothing_else_is_on_the_disk_for_anybody(house: House, name: str) -> None:
    request = requests.Request("GET", house.url).prepare()
    request.url = house.url + path_of(house, "") + name
    answer = house.browser().send(request, timeout=30)
    assert answer.status_code in (400, 404)
    assert "PRIVATE" not in answer.text


# Who watches


def test_numbers_are_not_for_the_public_not_even_with_the_token(house: House) -> None:
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}"}):
        assert house.get("/metrics", **headers).status_code == 404
    assert number(house.workers[0], "hemicycle_panels") >= 1


def test_the_workers_are_ready_and_hear_each_other(house: House) -> None:
    ready = house.get("/health/ready").json()
    assert (ready["ready"], ready["database"], ready["redis"]) == (True, "ok", "ok")
    for worker in house.workers:
        eventually(lambda worker=worker: number(worker, "hemicycle_workers") == 2, 15)
        assert number(worker, "hemicycle_redis_up") == 1
    numbers = {
        requests.get(w.url + "/health/ready", timeout=30).json()["worker"] for w in house.workers
    }
    assert len(numbers) == 2


def test_no_key_and_no_address_is_written_down(house: House) -> None:
    house.get(f"/p/{house.room.code}/moderate?key={house.room.moderator_key}")
    house.get("/p/NOSUCH?key=secret-of-somebody")
    house.get("/nowhere?key=secret-of-somebody")
    house.enter(77)
    logs = house.nginx.log + "".join(worker.log for worker in house.workers)
    for secret in (house.room.moderator_key, "secret-of-somebody", "spread=", "sid="):
        assert secret not in logs
    assert "127.0.0.1" not in house.nginx.log
