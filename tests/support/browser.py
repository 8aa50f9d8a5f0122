"""Real screens in the system's Chromium, each of them watched for trouble.

Playwright's own browsers are never downloaded. Its synchronous interface keeps an event loop in
the main thread, so a test that uses it must not call `asyncio.run`, and nothing here is patched
by gevent: the server is another process.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    WebSocket,
    sync_playwright,
)

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "test-results"
PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""The first is Chromium without windows, which opens a page for half the processor time."""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1920, "height": 1080}
MODERATOR = {"width": 1366, "height": 768}
OWN_HOSTS = {"127.0.0.1", "localhost", "::1"}
HALL = "hall.localhost"
"""Browsers look for whatever ends in `localhost` on their own machine, without asking anybody."""


@dataclass
class Screens:
    """Opens phones, projectors and moderators, and remembers what went wrong on any of them."""

    browser: Browser
    troubles: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def phone(self, url: str | None = None, **options: Any) -> Page:
        return self.new_page(url, viewport=PHONE, has_touch=True, is_mobile=True, **options)

    def hall_of_phones(
        self, url: str, count: int, languages: Sequence[str] = ("en",)
    ) -> list[Page]:
        """Phones that share a browser's processes, since one for each would fill the machine.

        Each calls the server by a host name of its own, and so has its own cookies and storage.
        """
        first = [self.phone(language=language) for language in languages[:count]]
        more = [
            first[number % len(first)].context.new_page() for number in range(len(first), count)
        ]
        phones = first + more
        address = urlsplit(url)
        for number, phone in enumerate(phones):
            host = f"phone{number}.{HALL}:{address.port}"
            phone.goto(address._replace(netloc=host).geturl())
        return phones

    def projector(self, url: str | None = None, **options: Any) -> Page:
        return self.new_page(url, viewport=PROJECTOR, **options)

    def moderator(self, url: str | None = None, **options: Any) -> Page:
        return self.new_page(url, viewport=MODERATOR, **options)

    def new_page(
        self,
        url: str | None = None,
        *,
        javascript: bool = True,
        language: str = "en-GB",
        **options: Any,
    ) -> Page:
        """A page with cookies and storage of its own, as if on another device."""
        context = self.browser.new_context(
            java_script_enabled=javascript, locale=language, **options
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        context.on("page", self._watch)
        page = context.new_page()
        if url is not None:
            page.goto(url)
        return page

    def expect_trouble(self, pattern: str) -> None:
        """Says that trouble matching this is what the test is about, as a lost server is."""
        self.expected.append(re.compile(pattern))

    def assert_no_trouble(self) -> None:
        unexpected = [
            trouble
            for trouble in self.troubles
            if not any(pattern.search(trouble) for pattern in self.expected)
        ]
        assert not unexpected, "the screens had trouble:\n" + "\n".join(unexpected)

    def _watch(self, page: Page) -> None:
        page.on("console", self._note_console)
        page.on("pageerror", self._note_page_error)
        page.on("request", self._note_request)
        page.on("websocket", self._note_websocket)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning", "assert"}:
            source = message.location.get("url", "")
            self.troubles.append(f"console {message.type}: {message.text} ({source})")

    def _note_page_error(self, error: Error) -> None:
        self.troubles.append(f"page error: {error.stack or error.message}")

    def _note_request(self, request: Request) -> None:
        self._note_address(request.url)

    def _note_websocket(self, socket: WebSocket) -> None:
        self._note_address(socket.url)

    def _note_address(self, address: str) -> None:
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_own = host in OWN_HOSTS or host.endswith("." + HALL)
        if parts.scheme in {"http", "https", "ws", "wss"} and not is_own:
            self.troubles.append(f"foreign request: {address}")

    def take_pictures(self, name: str) -> None:
        PICTURES.mkdir(exist_ok=True)
        pages = [page for context in self.contexts for page in context.pages]
        for number, page in enumerate(pages, start=1):
            try:
                page.screenshot(path=PICTURES / f"{name}-{number}.png", timeout=3000)
            except Error:
                continue

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("Chromium is not installed (package chromium)")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def screens(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Screens]:
    """Opens screens, and fails at the end if any had a console error or asked a third party."""
    opened = Screens(browser)
    yield opened
    if request.node.stash.get(FAILED, False):
        opened.take_pictures(re.sub(r"[^\w.-]+", "-", request.node.name)[:100])
    opened.close()
    opened.assert_no_trouble()


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    if call.when == "call" and outcome.get_result().failed:  # type: ignore[attr-defined]
        item.stash[FAILED] = True
