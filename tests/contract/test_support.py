"""Holds the test services to their word: a watch that sees nothing would let everything pass."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
import redis
from playwright.sync_api import Error

from tests.support.axe import Looks, assert_accessible, find_violations
from tests.support.browser import Screens
from tests.support.postgres import PostgresServer
from tests.support.redis_server import RedisServer
from tests.support.waiting import eventually

POLICY = "default-src 'none'; script-src 'self'; img-src 'self'"
GOOD = (
    "<html lang=en><meta name=viewport content=width=device-width><title>Good</title>"
    "<main><h1>Good</h1></main>"
)
PAGES = {
    "/good": GOOD,
    "/long": GOOD.replace(
        "</main>",
        "<ul>" + "".join(f"<li>Item {number}</li>" for number in range(12)) + "</ul>"
        "<ol>" + "".join(f"<li>Step {number}</li>" for number in range(12)) + "</ol></main>",
    ),
    "/bad": GOOD.replace("</main>", "<img src=/good><button></button></main>"),
    "/foreign": GOOD + "<a href=http://hemicycle.invalid/>elsewhere</a>",
    "/inline": GOOD + "<script>document.title = 'run'</script>",
}

FAULTS = (
    "document.querySelector('ol').lastChild.append(document.createElement('button'))",
    "document.querySelector('li').setAttribute('role', 'slider')",
    "document.querySelector('ul').style.color = '#ddd'",
    "document.body.style.color = '#ddd'",
    "document.body.append(document.createElement('input'))",
    "document.documentElement.removeAttribute('lang')",
    "document.title = ''",
)
"""After each of these axe has something to find, though most of the page was looked at."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = PAGES.get(self.path)
        self.send_response(200 if body else 204)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(("<!doctype html>" + body).encode() if body else b"")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_axe_runs_under_the_strict_policy_and_finds_what_is_wrong(
    screens: Screens, pages: str
) -> None:
    page = screens.phone(pages + "/good")
    assert_accessible(page)
    page.goto(pages + "/bad")
    assert {"image-alt", "button-name"} <= {found["id"] for found in find_violations(page)}
    assert page.evaluate("innerWidth") == 390
    assert screens.projector(pages + "/good").evaluate("innerWidth") == 1920


@pytest.mark.browser
def test_what_changed_since_the_last_look_is_looked_at_again_and_nothing_else(
    screens: Screens, pages: str
) -> None:
    looks = Looks()
    page = screens.phone(pages + "/long")
    looks.at("phone", page, "first")
    assert page.evaluate("window.seenParts.length") == 0, "all is new"
    page.evaluate("delete window.axe")
    page.evaluate("document.querySelector('li').textContent = 'Item 99'")
    looks.at("phone", page, "another number")
    assert not page.evaluate("Boolean(window.axe)"), "nothing to look at"
    for change in FAULTS:
        page.goto(pages + "/long")
        page.evaluate(change)
        with pytest.raises(AssertionError, match="axe finds"):
            looks.at("phone", page, "with a fault")
    assert looks.looked_at == {("phone", "first"), ("phone", "another number")}


@pytest.mark.browser
def test_a_refused_script_is_trouble(screens: Screens, pages: str) -> None:
    screens.moderator(pages + "/inline")
    eventually(lambda: screens.troubles)
    with pytest.raises(AssertionError, match="Content Security Policy"):
        screens.assert_no_trouble()
    screens.expect_trouble("Content Security Policy")
    screens.assert_no_trouble()


@pytest.mark.browser
def test_a_foreign_request_is_trouble(screens: Screens, pages: str) -> None:
    page = screens.phone(pages + "/foreign", javascript=False)
    with pytest.raises(Error, match="ERR_"):
        page.goto("http://hemicycle.invalid/")
    with pytest.raises(AssertionError, match="foreign request"):
        screens.assert_no_trouble()
    screens.expect_trouble("hemicycle.invalid")


@pytest.mark.postgres
def test_every_test_has_a_database_of_its_own(
    postgres_server: PostgresServer, postgres_url: str
) -> None:
    other = postgres_server.create_database()
    assert other != postgres_url
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE ballot (id int)")
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    with psycopg.connect(other.replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT to_regclass('ballot')").fetchone() == (None,)
    postgres_server.drop_database(other)


@pytest.mark.redis
def test_redis_can_go_away_and_come_back(redis_server: RedisServer, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.set("panel", "10WS460")
    redis_server.stop()
    with redis.Redis.from_url(redis_url) as client, pytest.raises(redis.ConnectionError):
        client.ping()
    redis_server.start()
    with redis.Redis.from_url(redis_url) as client:
        assert client.get("panel") is None


def test_waiting_says_what_it_waited_for() -> None:
    answers = iter([0, 0, 7])
    assert eventually(lambda: next(answers)) == 7
    with pytest.raises(AssertionError, match="the sky falls: not within"):
        eventually(lambda: None, 0.05, message="the sky falls")


def test_servers_never_inherit_the_settings_of_whoever_runs_the_tests(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.server import RunningServer

    monkeypatch.setitem(os.environ, "HEMICYCLE_CREATION_PASSWORD", "mine")
    server = RunningServer(tmp_path_factory.mktemp("unstarted"), settings={"HEMICYCLE_A": "b"})
    names = {name for name in server.environment if name.startswith("HEMICYCLE_")}
    assert names == {"HEMICYCLE_DATABASE_URL", "HEMICYCLE_A"}
