"""Who hears, who needs the system's own colours, and who wants no motion."""

from __future__ import annotations

from typing import Any, Literal

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

VOTES = 30
LISTEN = """() => {
  window.heard = [];
  let last = "";
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const node = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      const region = node?.closest("[role=status], [role=alert], [aria-live]");
      const words = region?.innerText.trim().replace(/\\s+/g, " ");
      if (words && words !== last) window.heard.push((last = words));
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
WATCH_MOTION = """
window.moved = [];
for (const event of ["transitionrun", "animationstart"]) {
  document.addEventListener(event, ({ target, propertyName, animationName }) =>
    window.moved.push(`${target.localName}.${target.className?.baseVal ?? target.className}: ` +
      (propertyName || animationName)), true);
}
const animate = Element.prototype.animate;
Element.prototype.animate = function (...how) {
  window.moved.push(`${this.localName} by script`);
  return animate.apply(this, how);
};
"""
COLOURS = """(selectors) => selectors.map((selector) => {
  const style = getComputedStyle(document.querySelector(selector));
  return [style.fill, style.color, style.backgroundColor, style.outlineStyle,
    style.outlineColor, style.borderTopColor, style.borderTopWidth].join(" ");
})"""


def cast_votes(panel: Panel, poll: str, count: int) -> None:
    api = f"{panel.server.url}/api/v1/panels/{panel.code}"
    for number in range(count):
        key = requests.post(f"{api}/participants", json={}, timeout=15).json()["key"]
        told = requests.post(
            f"{api}/commands/ballot.cast",
            json={"poll": poll, "round": 1, "answer": "ab"[number % 2]},
            headers={"Authorization": f"Bearer {key}"},
            timeout=15,
        ).json()
        assert told["ok"], told


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => window.heard")
    return found


def test_many_votes_are_spoken_seldom_and_the_last_count_always(
    screens: Screens, panel: Panel
) -> None:
    listeners = [
        screens.projector(panel.projector_link),
        screens.moderator(panel.moderator_link),
    ]
    phone = take_seat(screens, panel)
    poll = panel.ask()
    for page in (*listeners, phone):
        expect(page.locator(f"[data-tally='{poll}']").first).to_be_attached()
        page.clock.install()
        page.evaluate(LISTEN)
    cast_votes(panel, poll, VOTES)
    for page in listeners:
        expect(page.locator("[data-turnout-sentence]").first).to_contain_text(f"{VOTES} of")
        while_voting = [words for words in heard(page) if "have voted" in words]
        assert len(while_voting) <= 2, while_voting
        page.clock.fast_forward(25_000)
        eventually(
            lambda page=page: f"{VOTES} of {VOTES + 1} have voted" in heard(page)[-1],  # type: ignore[misc]
            5,
            message="the last count is spoken",
        )
    assert heard(phone) == [], "who votes is left in peace while others do"
    panel.close_poll(poll)
    panel.command("poll.publish", poll=poll)
    expect(phone.locator("[data-state='published']")).to_be_visible()
    eventually(
        lambda: heard(phone)[-1:] == ["The result is here: Tram or bus?"],
        5,
        message="the result is spoken",
    )
    assert heard(phone)[0].startswith("Voting has closed"), heard(phone)


def test_a_screen_reader_is_told_the_result_as_text(screens: Screens, panel: Panel) -> None:
    poll = panel.ask()
    phone = take_seat(screens, panel)
    projector = screens.projector(panel.projector_link)
    expect(phone.get_by_role("group", name="Tram or bus?")).to_match_aria_snapshot("""
      - group "Tram or bus?":
        - radio "Tram"
        - radio "Bus"
        - radio "On foot"
    """)
    cast_votes(panel, poll, 3)
    panel.close_poll(poll)
    panel.command("poll.publish", poll=poll)
    result = """
      - list:
        - listitem: "A: Tram 2 67%"
        - listitem: "B: Bus 1 33%"
        - listitem: "C: On foot 0 0%"
    """
    for page in (projector, phone):
        expect(page.locator("main .results").first).to_have_attribute("data-n", "3")
        expect(page.get_by_role("main")).to_match_aria_snapshot(result)


def test_forced_colours_tell_apart_what_is_chosen_current_and_counted(
    screens: Screens, panel: Panel
) -> None:
    panel.ask(visibility="live")
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel)
    phone.locator(".choice").first.click()
    expect(phone.locator("[data-count='a']")).to_have_text("1")
    pairs: list[tuple[Page, str, str]] = [
        (phone, ".choice:has(:checked)", ".choice:not(:has(:checked))"),
        (phone, ".tabs a[aria-current]", ".tabs a:not([aria-current])"),
        (phone, ".bar .val", ".bar .trk"),
        (phone, ".hemi .rim", "html"),
        (moderator, ".seg-btn[aria-pressed=true]", ".seg-btn[aria-pressed=false]"),
        (moderator, ".items .is-current", ".items li:not(.is-current):not(.is-next)"),
        (moderator, ".tabsrow [aria-selected=true]", ".tabsrow [aria-selected=false]"),
    ]
    alike: list[str] = []
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        for page in (phone, moderator):
            page.emulate_media(forced_colors="active", color_scheme=scheme)
        for page, one, other in pairs:
            looks: list[Any] = page.evaluate(COLOURS, [one, other])
            if looks[0] == looks[1]:
                alike.append(f"{scheme}: {one} and {other} are both {looks[0]}")
        drawn = phone.evaluate(
            """() => [...document.querySelectorAll(".hemi *, .sign *, .bar *")].map((shape) => {
              const { fill, stroke } = getComputedStyle(shape);
              return [fill, stroke];
            }).flat()"""
        )
        system = phone.evaluate(
            """() => ["CanvasText", "Canvas", "none"].map((name) => {
              if (name === "none") return name;
              document.body.style.setProperty("caret-color", name);
              return getComputedStyle(document.body).caretColor;
            })"""
        )
        assert set(drawn) <= set(system), f"{scheme}: {set(drawn)} beside {system}"
    assert not alike, "\n".join(alike)


def test_nothing_moves_for_who_wants_no_motion(screens: Screens, panel: Panel) -> None:
    pages = [
        screens.phone(reduced_motion="reduce"),
        screens.projector(reduced_motion="reduce"),
        screens.moderator(reduced_motion="reduce"),
    ]
    links = (panel.link, panel.projector_link, panel.moderator_link)
    for page, link in zip(pages, links, strict=True):
        page.add_init_script(WATCH_MOTION)
        page.goto(link)
    phone = pages[0]
    phone.locator("form[action$='/join'] button.btn-main").click()
    phone.wait_for_selector("[data-region='now']")
    poll = panel.ask()
    expect(phone.locator("[data-vote-form]")).to_be_visible()
    cast_votes(panel, poll, 5)
    for page in pages:
        expect(page.locator("[data-count='a']").first).to_have_text("3")
    panel.close_poll(poll)
    panel.command("poll.publish", poll=poll)
    expect(phone.locator("[data-state='published']")).to_be_visible()
    moved = {line for page in pages for line in page.evaluate("() => window.moved")}
    assert not moved, moved
