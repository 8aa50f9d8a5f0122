"""In a language 40 % longer than English every screen holds together, and every word is translated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import DEMO_AGENDA, Panel, item_ids, make_panel, take_seat
from tests.support.browser import Screens
from tests.support.pseudo import bracketed, bracketed_agenda, lay_over, pseudo
from tests.support.server import RunningServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LAYOUT_FAULTS = Path(__file__).with_name("layout_faults.js").read_text("utf-8")
UNTRANSLATED = Path(__file__).with_name("untranslated.js").read_text("utf-8")
# Large type on tight lines: its boxes are taller than its letters.
LARGE_TYPE_SLACK = 14
NAMES = [
    "FR",
    "Hemicycle",
    "English",
    "Français",
    "Nederlands",
    "Deutsch",
    "Eesti",
    "Suomi",
    "Svenska",
]


@pytest.fixture(scope="module")
def pseudo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("pseudo")
    over = lay_over(tmp_path_factory.mktemp("over"))
    server = RunningServer(folder, settings={"PYTHONPATH": str(over)})
    yield server.start()
    server.forget()


@pytest.fixture
def panel(pseudo_server: RunningServer) -> Panel:
    return make_panel(pseudo_server, json.dumps(bracketed_agenda(DEMO_AGENDA)))


@dataclass
class Looks:
    """Gathers what is wrong on many screens, to be told together."""

    panel: Panel
    widths: tuple[int, ...] = ()
    """Of the window, in which each state is looked at; as it is if none."""
    faults: dict[str, list[str]] = field(default_factory=dict)

    def at(self, name: str, page: Page, **options: Any) -> None:
        address = self.panel.server.url.partition("://")[2]
        allowed = [*NAMES, self.panel.code, address, self.panel.link.partition("://")[2]]
        found = [] if self.widths else page.evaluate(LAYOUT_FAULTS, options)
        for width in self.widths:
            page.set_viewport_size({"width": width, "height": 844})
            faults = page.evaluate(LAYOUT_FAULTS, options)
            found += [f"at {width}: {fault}" for fault in faults]
        found += [f"not translated: {text}" for text in page.evaluate(UNTRANSLATED, allowed)]
        if found:
            self.faults[name] = found

    def assert_fine(self) -> None:
        told = [f"{name}: {fault}" for name, found in self.faults.items() for fault in found]
        assert not told, "\n" + "\n".join(told)


def test_a_text_of_the_test_language_is_longer_and_keeps_its_placeholders() -> None:
    assert pseudo("Send") == "⟦Śéńďöñ⟧"
    said = pseudo("%(num)s of {present} have voted, 100 %%")
    assert "%(num)s" in said
    assert "{present}" in said
    assert said % {"num": 3}
    assert len(said) >= 1.4 * len("%(num)s of {present} have voted, 100 %%") - len(
        "%(num)s{present}%%"
    )


def test_phones_hold_longer_texts_and_no_english(screens: Screens, panel: Panel) -> None:
    looks = Looks(panel, widths=(390, 320))
    size = {"viewport": {"width": 390, "height": 844}, "language": "fr-BE"}
    screens.expect_trouble("404")
    for path in ("/", "/new", f"/p/{panel.code}", "/p/NOBODY"):
        visitor = screens.new_page(panel.server.url + path, **size)  # type: ignore[arg-type]
        looks.at(path, visitor)
    phone = screens.new_page(panel.link, **size)  # type: ignore[arg-type]
    phone.locator("form[action$='/join'] button.btn-main").click()
    phone.wait_for_selector("html.js [data-region='now']")
    looks.at("waiting", phone)
    for kind in ("single_choice", "multiple_choice", "ranking", "rating", "words", "text"):
        options = (
            ["Tram", "Bus", "Foot"]
            if kind in ("single_choice", "multiple_choice", "ranking")
            else None
        )
        poll = panel.ask(
            bracketed(f"Asked {kind}?"),
            kind=kind,
            options=options and [bracketed(o) for o in options],
        )
        expect(phone.locator("[data-vote-form]")).to_be_visible()
        looks.at(f"{kind} asked", phone)
        if kind == "single_choice":
            phone.locator(".choice").first.click()
            expect(phone.locator("[data-poll]")).to_have_attribute("data-vote", "counted")
            looks.at("voted", phone)
        panel.command("poll.close", poll=poll)
    for path in ("/comments", "/traces", "/results"):
        phone.goto(panel.link + path)
        looks.at(path, phone)
    looks.assert_fine()


def test_projector_and_moderator_hold_longer_texts_and_no_english(
    screens: Screens, panel: Panel
) -> None:
    looks = Looks(panel)
    projector = screens.new_page(
        panel.projector_link, viewport={"width": 1280, "height": 720}, language="fr-BE"
    )
    moderator = screens.new_page(
        panel.moderator_link, viewport={"width": 1440, "height": 900}, language="fr-BE"
    )
    take_seat(screens, panel)
    looks.at("projector joining", projector, slack=LARGE_TYPE_SLACK)
    looks.at("moderator joining", moderator)
    for item in item_ids(moderator):
        panel.command("agenda.show", item=item)
        poll = panel.snapshot()["poll"]
        state = poll["kind"] if poll else panel.snapshot()["item"]["kind"]
        if poll:
            panel.command("poll.open", poll=poll["id"], countdown_seconds=0)
            expect(projector.locator(".tag-live")).to_be_visible()
        looks.at(f"projector {state}", projector, slack=LARGE_TYPE_SLACK)
        looks.at(f"moderator {state}", moderator)
    for path in ("/moderate/add", "/moderate/links", "/results?all=1"):
        moderator.goto(panel.link + path)
        looks.at(path, moderator)
    looks.assert_fine()
