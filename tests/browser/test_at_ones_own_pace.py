"""A room goes through an agenda of questions, a slide and a comment round, at everyone's own pace."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, make_panel, take_seat
from tests.support.browser import Screens
from tests.support.server import RunningServer
from tests.support.waiting import eventually

pytestmark = pytest.mark.browser

AGENDA = """
title: At your own pace
items:
  - kind: single_choice
    title: Tram or bus?
    options: [Tram, Bus]
    settings: {shuffle: true}
  - kind: multiple_choice
    title: What comes first?
    options: [Trust, Access, Privacy]
  - kind: slide
    title: A break
  - kind: rating
    title: How fast?
  - kind: comments
    title: What is missing?
  - kind: words
    title: One word?
"""
TITLES = ["Tram or bus?", "What comes first?", "How fast?", "One word?"]
BEFORE = {2: "A break", 3: "What is missing?"}
"""What stands right before a question."""


@pytest.fixture
def paced_panel(shared_server: RunningServer) -> Panel:
    return make_panel(shared_server, AGENDA)


def in_sight(phone: Page, selector: str) -> str:
    return f"[data-step]:not([hidden]) {selector}"


def expect_question(phone: Page, place: int) -> None:
    expect(phone.locator(in_sight(phone, "h1"))).to_have_text(TITLES[place])


def answer(phone: Page, place: int) -> None:
    """Answer the question in sight; a phone without script presses the button for each."""
    expect_question(phone, place)
    if place == 3:
        phone.locator(in_sight(phone, "input[name=answer]")).first.fill("trams")
    elif place == 0:
        phone.locator(in_sight(phone, ".choice[data-option-id=b]")).click()
    else:
        phone.locator(in_sight(phone, ".choice")).first.click()
    has_script = phone.evaluate("() => document.documentElement.matches('.js')")
    if not has_script or place in (1, 3):
        phone.locator(in_sight(phone, "[data-send]")).click()


def go_on(phone: Page) -> None:
    phone.locator(in_sight(phone, "[data-next]")).click()


def reach(phone: Page, place: int) -> None:
    """Go on to a question, past what stands before it."""
    go_on(phone)
    if place in BEFORE:
        expect(phone.locator(in_sight(phone, "h1"))).to_have_text(BEFORE[place])
        go_on(phone)
    if place < len(TITLES):
        expect_question(phone, place)


def expect_answered(phone: Page, count: int) -> None:
    expect(phone.locator("[data-pace-count]")).to_have_text(f"{count} of 4 answered")


def expect_all_done(phone: Page) -> None:
    expect(phone.get_by_role("heading", name="All done.")).to_be_visible()
    expect(phone.get_by_text("You can change your answers until it closes.")).to_be_visible()


def test_three_phones_go_through_four_questions_and_the_counts_are_right(
    screens: Screens, paced_panel: Panel
) -> None:
    screens.expect_trouble("ERR_INTERNET_DISCONNECTED|WebSocket|ERR_")
    panel = paced_panel
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    quick, lost = take_seat(screens, panel), take_seat(screens, panel)
    plain = take_seat(screens, panel, javascript=False)
    moderator.locator("#open-several summary").click()
    moderator.locator("#open-several button[type=submit]").click()

    for place in range(4):
        answer(quick, place)
        expect_answered(quick, place + 1)
        if place == 1:
            quick.reload()
            expect_question(quick, 1)
        reach(quick, place + 1)
    expect_all_done(quick)

    answer(lost, 0)
    expect(lost.locator(in_sight(lost, "[data-receipt]"))).not_to_be_empty()
    reach(lost, 1)
    lost.context.set_offline(True)
    lost.evaluate("() => window.dispatchEvent(new Event('offline'))")
    reach(lost, 2)
    answer(lost, 2)
    expect(lost.locator(in_sight(lost, "[data-when='kept']"))).to_be_visible()
    expect_answered(lost, 2)
    reach(lost, 3)
    answer(lost, 3)
    lost.context.set_offline(False)
    expect(lost.locator(in_sight(lost, "[data-receipt]"))).not_to_be_empty(timeout=30_000)
    go_on(lost)
    expect(lost.get_by_role("heading", name="Some are still open.")).to_be_visible()
    expect(lost.locator("[data-left]:visible")).to_have_text([TITLES[1]])

    plain.reload()
    for place in range(3):
        answer(plain, place)
        expect_answered(plain, place + 1)
        reach(plain, place + 1)

    turnouts = projector.locator(".pace-rows [data-turnout-sentence]")
    expect(turnouts).to_have_text(["3 of 3", "2 of 3", "3 of 3", "2 of 3"])
    expect(moderator.locator("[data-tally=pace]")).to_have_text("1 of 3 has finished")
    expect(projector.locator("[data-count]")).to_have_count(0)

    polls = [poll["id"] for poll in panel.snapshot()["polls"]]
    moderator.get_by_role("button", name="Close all").click()
    eventually(lambda: panel.snapshot()["polls"] is None, 8, message="all are closed")
    counts = []
    for place, poll in enumerate(polls):
        panel.command("agenda.show", item=item_of(moderator, TITLES[place]))
        snapshot = panel.snapshot()
        assert (snapshot["poll"]["id"], snapshot["poll"]["state"]) == (poll, "closed")
        counts.append(snapshot["tally"]["counts"])
    assert counts[0] == {"a": 0, "b": 3}
    assert counts[1] == {"a": 2, "b": 0, "c": 0}
    assert counts[2]["1"] == 3
    assert counts[3] == {"trams": 2}


def item_of(moderator: Page, title: str) -> str:
    item = moderator.locator("[data-item]").filter(has_text=title).first
    return str(item.get_attribute("data-item"))


def test_a_step_can_be_chosen_and_an_answer_changed_later(
    screens: Screens, paced_panel: Panel
) -> None:
    paced_panel.command("agenda.open")
    phone = take_seat(screens, paced_panel)
    expect_question(phone, 0)
    phone.locator("#pace-list summary").click()
    phone.locator("#pace-list [data-step-link='4']").click()
    answer(phone, 2)
    expect_answered(phone, 1)
    shown = phone.locator(in_sight(phone, "[data-receipt]"))
    expect(shown).to_have_text(re.compile(r"\S{7}"))
    receipt = shown.text_content()
    phone.get_by_role("link", name="Back").locator("visible=true").click()
    expect(phone.locator(in_sight(phone, "h1"))).to_have_text("A break")
    go_on(phone)
    phone.locator(in_sight(phone, "[data-change]")).click()
    phone.locator(in_sight(phone, ".choice")).nth(4).click()
    expect(phone.locator(in_sight(phone, "[data-receipt]"))).to_have_text(str(receipt))
    paced_panel.command("poll.close", poll=paced_panel.snapshot()["polls"][2]["id"])
    expect(phone.locator(in_sight(phone, "[data-vote-form]"))).to_have_count(0)
    expect_question(phone, 2)


@pytest.mark.parametrize("javascript", [True, False])
def test_slides_are_read_and_comments_written_on_the_way(
    screens: Screens, paced_panel: Panel, javascript: bool
) -> None:
    panel = paced_panel
    panel.command("panel.update", moderation="post")
    panel.command("agenda.open")
    phone = take_seat(screens, panel, javascript=javascript)
    expect_answered(phone, 0)
    for title, words in (
        ("Tram or bus?", "Step 1 of 6"),
        ("What comes first?", "Step 2 of 6"),
        ("A break", "Step 3 of 6"),
        ("How fast?", "Step 4 of 6"),
    ):
        expect(phone.get_by_role("heading", level=1, name=title)).to_be_visible()
        expect(phone.get_by_text(words)).to_be_visible()
        expect(phone).to_have_title(f"{title} · Hemicycle")
        go_on(phone)
    form = phone.locator(in_sight(phone, "[data-comment-form]"))
    form.locator("textarea").fill("Benches")
    form.get_by_role("button", name="Send").click()
    if javascript:
        expect(phone.locator(in_sight(phone, "[data-notices]"))).to_contain_text("Sent.")
    else:
        expect(phone.locator(in_sight(phone, ".mine [data-text]"))).to_have_text("Benches")
    expect(phone.locator(in_sight(phone, "h1"))).to_have_text("What is missing?")
    expect_answered(phone, 0)
    go_on(phone)
    expect_question(phone, 3)
    go_on(phone)
    expect(phone.get_by_role("heading", name="Some are still open.")).to_be_visible()
    expect(phone.locator("[data-left]:visible")).to_have_text(TITLES)


def test_a_step_is_heard_and_reached_by_keyboard(screens: Screens, paced_panel: Panel) -> None:
    paced_panel.command("agenda.open")
    phone = take_seat(screens, paced_panel)
    expect_question(phone, 0)
    phone.wait_for_load_state("networkidle")
    phone.locator(in_sight(phone, "[data-next]")).press("Enter")
    heading = phone.locator(in_sight(phone, "h1"))
    expect(heading).to_be_focused()
    expect(heading).to_have_accessible_description("Step 2 of 6")
    phone.locator(in_sight(phone, "[data-next]")).press("Enter")
    expect(phone.get_by_role("heading", name="A break")).to_be_focused()
    expect(heading).to_have_accessible_description("Step 3 of 6")


def test_steps_that_come_or_go_lead_nobody_elsewhere_and_no_draft_is_lost(
    screens: Screens, paced_panel: Panel
) -> None:
    panel = paced_panel
    moderator = screens.moderator(panel.moderator_link)
    item = {title: item_of(moderator, title) for title in (*TITLES, *BEFORE.values())}
    chosen = [item["What comes first?"], item["What is missing?"], item["One word?"]]
    panel.command("agenda.open", items=chosen)
    phone = take_seat(screens, panel)
    go_on(phone)
    box = phone.locator(in_sight(phone, "textarea"))
    box.fill("Half a thou")
    panel.command("agenda.open", items=[item["Tram or bus?"], item["A break"]])
    expect(phone.get_by_text("Step 4 of 5")).to_be_visible()
    expect(box).to_have_value("Half a thou")
    expect(box).to_be_focused()
    panel.command("agenda.delete", item=item["A break"])
    expect(phone.get_by_text("Step 3 of 4")).to_be_visible()
    phone.reload()
    expect(phone.locator(in_sight(phone, "h1"))).to_have_text("What is missing?")
    expect(box).to_have_value("Half a thou")


def test_the_moderator_shows_all_results_in_one_go_and_takes_them_back(
    screens: Screens, paced_panel: Panel
) -> None:
    panel = paced_panel
    moderator = screens.moderator(panel.moderator_link)
    projector = screens.projector(panel.projector_link)
    phone = take_seat(screens, panel)
    panel.command("agenda.open")
    answer(phone, 0)
    moderator.get_by_role("button", name="Close all").click()
    show = moderator.get_by_role("button", name="Show all 4 results")
    expect(show).to_be_visible(timeout=10_000)
    expect(moderator.locator(".pace-results li")).to_contain_text(TITLES)
    show.click()
    for screen in (projector, phone):
        expect(screen.locator(".revealed h2")).to_have_text(TITLES)
    expect(projector.locator(".revealed")).to_contain_text("Bus")
    moderator.get_by_role("button", name="Undo: All results shown").click()
    expect(projector.locator(".revealed")).to_have_count(0)
    expect(show).to_be_visible()
    moderator.get_by_role("button", name="Show only this one").click()
    expect(moderator.get_by_text("Result published")).to_be_visible()
