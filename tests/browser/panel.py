"""A panel to drive real screens through: the demo's agenda on a real server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Page

from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
ROBOT = Path(__file__).with_name("robot.js").read_text("utf-8")
DEMO_AGENDA = ROOT / "polls" / "demo" / "panel.yaml"


@dataclass
class Panel:
    """The panel's links, and commands as its moderator gives them over HTTP."""

    server: RunningServer
    code: str
    moderator_link: str
    projector_link: str
    key: str
    waits: list[Any] = field(default_factory=list)

    @property
    def link(self) -> str:
        return f"{self.server.url}/p/{self.code}"

    def command(self, name: str, **fields: Any) -> dict[str, Any]:
        answer: dict[str, Any] = requests.post(
            f"{self.server.url}/api/v1/panels/{self.code}/commands/{name}",
            json=fields,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=15,
        ).json()
        assert answer["ok"], answer
        return answer

    def snapshot(self) -> dict[str, Any]:
        answer = requests.get(
            f"{self.server.url}/api/v1/panels/{self.code}",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=15,
        ).json()
        found: dict[str, Any] = answer["snapshot"]
        return found

    def ask(self, title: str = "Tram or bus?", **fields: Any) -> str:
        """Open a new question; returns the poll's id."""
        fields.setdefault("options", ["Tram", "Bus", "On foot"])
        return str(self.command("poll.create", title=title, open=True, **fields)["poll"])

    def close_poll(self, poll: str) -> None:
        self.command("poll.close", poll=poll)
        eventually(
            lambda: self.snapshot()["poll"]["state"] == "closed", 6, message="the poll is closed"
        )


def make_panel(server: RunningServer, agenda: str | None = None) -> Panel:
    text = agenda or DEMO_AGENDA.read_text("utf-8").replace("code: 10WS460\n", "")
    made = requests.post(f"{server.url}/api/v1/panels", data=text.encode(), timeout=15).json()
    assert made["ok"], made
    key = made["moderate"].partition("key=")[2]
    return Panel(server, made["code"], made["moderate"], made["screen"], key)


def take_seat(screens: Screens, panel: Panel, **options: Any) -> Page:
    """A phone that opened the link and took a seat: two taps from a QR code."""
    phone = screens.phone(panel.link, **options)
    sit_down(phone)
    if options.get("javascript", True):
        phone.wait_for_selector("html.js")
    return phone


def fill_hall(
    screens: Screens, panel: Panel, count: int, languages: Sequence[str] = ("en",)
) -> list[Page]:
    """Phones that took a seat each, in turn in these languages."""
    phones = screens.hall_of_phones(panel.link, count, languages)
    for phone in phones:
        sit_down(phone)
    for phone in phones:
        phone.wait_for_selector("html.js")
    return phones


def sit_down(phone: Page) -> None:
    phone.locator("form[action$='/join'] button.btn-main").click()
    phone.wait_for_selector("[data-region='now']")


def item_ids(moderator: Page) -> list[str]:
    """The agenda as the moderator's page lists it."""
    found: list[str] = moderator.locator("[data-item]").evaluate_all(
        "nodes => [...new Set(nodes.map((node) => node.dataset.item))]"
    )
    return found


def let_answer(phone: Page, number: int) -> None:
    """From now on this phone answers every question by itself."""
    phone.evaluate(ROBOT, number)
