"""Points, estimates and knowledge checks on real screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel, take_seat
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

CHECK = [{"label": "Tide", "right": True}, {"label": "Wind"}]


def fields_of(phone: Page) -> list[str]:
    found: list[str] = phone.locator("[name^='points.']").evaluate_all(
        "nodes => nodes.map((node) => node.value)"
    )
    return found


def test_points_are_shared_out_with_help_that_makes_them_fit(
    screens: Screens, panel: Panel
) -> None:
    poll = panel.ask("Where to?", kind="points", options=["Trees", "Benches", "Lamps"])
    projector = screens.projector(panel.projector_link)
    phone = take_seat(screens, panel)
    left = phone.locator("[data-points-left]")
    expect(left).to_have_text("100 points left to give")
    phone.get_by_role("button", name="More points: Trees").click()
    phone.get_by_role("button", name="More points: Trees").press("Enter")
    expect(left).to_have_text("90 points left to give")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-problem]")).to_have_text("Please give all points: 90 are left.")
    phone.get_by_role("textbox", name="Benches").fill("110")
    expect(left).to_have_text("20 points too many")
    expect(phone.locator("[data-problem]")).to_be_hidden()
    phone.get_by_role("button", name="Make it fit").click()
    assert fields_of(phone) == ["8", "92", ""]
    phone.get_by_role("textbox", name="Benches").fill("12")
    phone.get_by_role("button", name="Share the rest evenly").press("Space")
    assert fields_of(phone) == ["35", "39", "26"]
    expect(left).to_have_text("All 100 given")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-vote='counted']")).to_be_attached()
    expect(projector.locator("[data-detail='mean:b']")).to_have_text("39")
    panel.close_poll(poll)
    expect(phone.locator("[data-answer]")).to_have_text(
        "Your answer: Trees: 35, Benches: 39, Lamps: 26"
    )


def test_estimates_move_columns_and_the_middle_until_the_truth_is_told(
    screens: Screens, panel: Panel
) -> None:
    settings = {"least": 0, "most": 10, "step": 0.5, "truth": 7.25}
    poll = panel.ask("How many?", kind="numeric", options=None, settings=settings)
    projector = screens.projector(panel.projector_link)
    expect(projector.locator(".histogram")).to_have_class(re.compile("is-empty"))
    for typed in ("2", "3,5", "8"):
        phone = take_seat(screens, panel)
        phone.locator("[name='answer']").fill(typed)
        phone.locator("[data-send]").click()
        expect(phone.locator("[data-vote='counted']")).to_be_attached()
    expect(projector.locator("[data-estimate='median']")).to_have_text("3.5")
    expect(projector.locator("[data-mark='median'] text")).to_have_text("In the middle: 3.5")
    expect(projector.locator("[data-times='8..8.5']")).to_have_text("1")
    assert "7.25" not in projector.content()
    panel.close_poll(poll)
    panel.command("truth.show", poll=poll)
    expect(projector.locator("[data-mark='truth'] text")).to_have_text("True value: 7.25")
    expect(projector.locator(".near")).to_have_text("0 of 3 came within a tenth of it (0%)")
    panel.command("panel.undo")
    expect(projector.locator("[data-mark='truth']")).to_have_count(0)


def test_buttons_and_slider_move_an_estimate_and_keep_to_its_scale(
    screens: Screens, panel: Panel
) -> None:
    settings = {"least": 0, "most": 1, "step": 0.1}
    panel.ask("How much?", kind="numeric", options=None, settings=settings)
    phone = take_seat(screens, panel)
    field, slider = phone.locator("[name='answer']"), phone.locator("[data-slider]")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-problem]")).to_have_text("Please type a number first.")
    phone.get_by_role("button", name="More").click()
    expect(field).to_have_value("0.5")
    for _ in range(3):
        phone.get_by_role("button", name="Less").click()
    expect(field).to_have_value("0.2")
    expect(slider).to_have_value("0.2")
    slider.press("ArrowRight")
    expect(field).to_have_value("0.3")
    field.fill("0,35")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-problem]")).to_contain_text("in steps of 0.1")
    field.fill("0,7")
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-vote='counted']")).to_be_attached()
    assert panel.snapshot()["tally"]["counts"]["0.7"] == 1


def test_a_phone_hears_after_voting_whether_it_knew_and_how_it_did(
    screens: Screens, panel: Panel
) -> None:
    panel.command("panel.update", board=True)
    poll = panel.ask("What moves the sea?", kind="knowledge", options=CHECK)
    projector = screens.projector(panel.projector_link)
    knew, guessed = take_seat(screens, panel), take_seat(screens, panel)
    knew.locator(".choice").first.click()
    guessed.locator(".choice").nth(1).click()
    for phone in (knew, guessed):
        expect(phone.locator("[data-vote='counted']")).to_be_attached()
        expect(phone.get_by_text("Right answer")).to_have_count(0)
    panel.close_poll(poll)
    expect(knew.locator("[data-own='yes']")).to_be_visible()
    expect(guessed.locator("[data-own='no']")).to_be_visible()
    expect(guessed.locator("[data-own='yes']")).to_be_hidden()
    expect(projector.locator(".knew")).to_have_text("1 of 2 knew it (50%)")
    expect(projector.locator(".right-mark")).to_have_count(1)
    expect(knew.locator(".standing")).to_contain_text("at least 5 people")
    panel.command("projector.show", view="board")
    expect(projector.locator("h1")).to_have_text("What the room knew")


def test_a_check_is_made_in_the_editor(screens: Screens, panel: Panel) -> None:
    screens.expect_trouble("400")
    editor = screens.moderator(panel.moderator_link)
    editor.goto(f"{panel.link}/moderate/add")
    editor.locator("[name='kind'][value='knowledge']").check(force=True)
    editor.locator("[name='title.en']").fill("What moves the sea?")
    editor.locator("[name='option.0.en']").fill("Wind")
    editor.locator("[name='option.1.en']").fill("Tide")
    expect(editor.locator("[name='settings.numeric.least']")).to_be_hidden()
    editor.get_by_role("button", name="Add to the agenda").click()
    expect(editor.locator("[data-errors]")).to_contain_text("Please mark at least one answer")
    editor.locator("[name='option.1.fact.right']").check()
    editor.locator("[data-option]").nth(1).locator("[data-up]").click()
    expect(editor.locator("[name='option.0.fact.right']")).to_be_checked()
    editor.get_by_role("button", name="Add to the agenda").click()
    expect(editor).to_have_url(re.compile("/moderate$"))
