"""The projector: what it shows, how it fits, and how it comes back from trouble."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, make_panel, take_seat
from tests.support.browser import Screens
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser

SMALLEST_VH = 2.95

# Own texts in view, with the size at which they are drawn, in percent of the screen's height.
SMALL_TEXTS = """(least) => [...document.querySelectorAll("main *, footer *")]
    .filter((node) => !node.closest(".vh, .word-list, .sign") && node.getClientRects().length
        && [...node.childNodes].some((own) => own.nodeType === 3 && own.textContent.trim()))
    .map((node) => {
        const scale = node.ownerSVGElement ? node.getScreenCTM().a : 1;
        return [node.textContent.trim().slice(0, 30),
            parseFloat(getComputedStyle(node).fontSize) * scale / innerHeight * 100];
    })
    .filter(([, size]) => size < least)"""


def vote(panel: Panel, poll: str, answers: list[object], round_number: int = 1) -> None:
    """Give a ballot for each answer, each from a device of its own, over HTTP."""
    for answer in answers:
        device = requests.Session()
        device.headers["Origin"] = panel.server.url
        device.post(f"{panel.link}/join", timeout=15)
        fields = {"poll": poll, "round": str(round_number), "answer": answer}
        answered = device.post(f"{panel.link}/vote", data=fields, timeout=15, allow_redirects=False)
        assert answered.status_code == 303, answered.text[:300]


def projector_of(screens: Screens, panel: Panel, height: int = 1080) -> Page:
    size = {"width": height * 16 // 9, "height": height}
    return screens.new_page(panel.projector_link, viewport=size)


def test_the_join_picture_has_a_large_code_to_scan(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    code = page.locator(".join .qr")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert box is not None
    assert box["height"] >= 0.6 * 1080
    expect(page.locator(".join .code").first).to_have_text(panel.code)
    assert page.evaluate("document.querySelector('.join .qr').naturalWidth") > 0


def test_the_pin_of_a_panel_is_on_the_screen(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    panel.command("panel.update", pin="4711")
    expect(page.locator(".join .pin")).to_have_text("4711")


def test_the_picture_says_that_it_waits_and_then_how_many_voted(
    screens: Screens, panel: Panel
) -> None:
    page = projector_of(screens, panel)
    poll = panel.ask()
    expect(page.locator("[data-zero]")).to_be_visible()
    vote(panel, poll, ["a", "a", "c"])
    expect(page.locator("[data-count='a']")).to_have_text("2")
    expect(page.locator("[data-zero]")).to_be_hidden()
    expect(page.locator(".mid")).to_have_text("3")
    assert page.locator(".seat.o0").count() == 2
    assert page.locator(".seat.o2").count() == 1
    expect(page.locator("[data-turnout-sentence]")).to_contain_text("3 of 3")


def test_a_hidden_result_shows_grey_seats_and_no_counts(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    poll = panel.ask(visibility="published")
    vote(panel, poll, ["a", "b"])
    expect(page.locator(".mid")).to_have_text("2")
    assert page.locator(".seat-taken").count() == 2
    assert page.locator("[data-count]").count() == 0


@pytest.mark.parametrize("height", [720, 1080])
def test_long_questions_and_many_options_are_neither_cut_nor_too_small(
    screens: Screens, panel: Panel, height: int
) -> None:
    page = projector_of(screens, panel, height)
    options = [
        f"Bürgerbeteiligung und Selbst­verwaltungs­körperschaften {number}" for number in range(12)
    ]
    panel.ask(title="Werden digitale Anwendungen die Demokratie " * 3, options=options)
    expect(page.locator(".results li")).to_have_count(12)
    page.evaluate("document.fonts.ready")
    assert page.evaluate(SMALL_TEXTS, SMALLEST_VH) == []
    lowest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.label')].map(n => n.getBoundingClientRect().bottom))"
    )
    bench = page.locator(".bench").bounding_box()
    assert bench is not None
    assert lowest <= bench["y"]


def test_a_spotlit_comment_is_alone_on_the_screen(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    panel.command("panel.update", moderation="post")
    panel.ask()
    phone = take_seat(screens, panel)
    phone.goto(f"{panel.link}/comments")
    phone.locator("[data-comment-form] textarea").first.fill("How does my mother vote?")
    phone.locator("[data-comment-form] .btn-main").first.click()
    phone.wait_for_selector("[data-comment]")
    moderator = screens.moderator(panel.moderator_link)
    moderator.locator("form[data-command='comment.spotlight'] button").first.click()
    expect(page.locator("blockquote")).to_have_text("How does my mother vote?")
    assert page.locator("[data-tally]").count() == 0


def test_a_lost_server_leaves_the_last_picture_and_it_comes_back_by_itself(
    screens: Screens, server: RunningServer
) -> None:
    panel = make_panel(server)
    page = projector_of(screens, panel)
    poll = panel.ask()
    vote(panel, poll, ["a"])
    expect(page.locator("[data-count='a']")).to_have_text("1")
    page.evaluate("window.isTheSamePage = true")
    screens.expect_trouble("WebSocket|ERR_CONNECTION|Failed to load resource")
    server.kill9()
    expect(page.locator("[data-last-seen]")).to_be_visible()
    expect(page.locator("[data-count='a']")).to_have_text("1")
    server.restart()
    expect(page.locator("[data-last-seen]")).to_be_hidden(timeout=20_000)
    vote(panel, poll, ["a"])
    expect(page.locator("[data-count='a']")).to_have_text("2")
    assert page.evaluate("window.isTheSamePage")


def test_a_revoked_link_is_said_on_the_screen(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    panel.command("link.reissue", role="projector")
    expect(page.locator("[data-refusal]")).to_be_visible()
    expect(page.locator("[data-refusal-text]")).not_to_be_empty()


def test_f_fills_the_screen(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(1)
    page.keyboard.press("f")
    expect(page.locator("html:fullscreen")).to_have_count(0)


def test_still_pictures_for_who_wants_no_motion(screens: Screens, panel: Panel) -> None:
    page = projector_of(screens, panel)
    page.emulate_media(reduced_motion="reduce")
    poll = panel.ask()
    page.evaluate(
        """() => {
            window.moved = 0;
            const animate = Element.prototype.animate;
            Element.prototype.animate = function (...told) {
                window.moved += 1;
                return animate.apply(this, told);
            };
        }"""
    )
    vote(panel, poll, ["a", "b"])
    expect(page.locator(".mid")).to_have_text("2")
    assert page.evaluate("window.moved") == 0
    assert page.evaluate(
        "getComputedStyle(document.querySelector('.seat')).transitionDuration"
    ) in (
        "0s",
        "",
    )
