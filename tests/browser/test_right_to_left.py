"""Arabic beside Latin letters and numbers: each text runs its own way, on every screen."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.panel import Panel, make_panel, take_seat
from tests.browser.test_projector import vote
from tests.support.browser import Screens
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser

LAYOUT_FAULTS = Path(__file__).with_name("layout_faults.js").read_text("utf-8")
QUESTION = "هل نزرع 100 شجرة في Place Flagey؟"
YES, NO = "نعم، هذه السنة (2026)", "لا"
COMMENT = "نريد المزيد من الأشجار والمقاعد في الحي!"
RIGHT_TO_LEFT = "rtl"


@pytest.fixture
def panel(shared_server: RunningServer) -> Panel:
    agenda = {"title": {"ar": "شجرة لكل شارع", "fr": ""}, "languages": ["ar", "fr"], "items": []}
    return make_panel(shared_server, json.dumps(agenda))


def test_questions_and_answers_run_from_right_to_left_and_their_numbers_stay_beside_them(
    screens: Screens, panel: Panel
) -> None:
    phone = take_seat(screens, panel)
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    poll = panel.ask(
        {"ar": QUESTION},  # type: ignore[arg-type]
        options=[
            {"label": {"ar": YES}},
            {"label": {"ar": NO, "fr": "Non"}},
            {"label": {"fr": "Jamais"}},
        ],
    )
    for found in (phone.locator("[data-poll] h1"), phone.locator(".choice span[lang=ar]").first):
        expect(found).to_have_attribute("lang", "ar")
        expect(found).to_have_css("direction", RIGHT_TO_LEFT)
    expect(phone.locator(".choice span[lang=fr]").first).to_have_css("direction", "ltr")
    phone.locator(".choice").first.click()
    vote(panel, poll, ["b"])
    panel.close_poll(poll)
    panel.command("poll.publish", poll=poll)
    results = screens.phone(panel.link + "/results")
    for page in (phone, projector, moderator, results):
        row = page.locator("li:has([data-count='a'])").first
        expect(row.locator("[data-count='a']")).to_have_text("1")
        label, number = row.locator(".label"), row.locator("[data-count='a']")
        expect(label).to_have_css("direction", RIGHT_TO_LEFT)
        expect(number).to_have_css("direction", "ltr")
        text, count = label.bounding_box(), number.bounding_box()
        assert text is not None
        assert count is not None
        assert text["x"] + text["width"] <= count["x"] + 1
        assert page.evaluate(LAYOUT_FAULTS, {"slack": 14}) == []
    expect(phone.locator("[data-answer]")).to_have_text(f"Your answer: \u2068{YES}\u2069")


def test_a_comment_carries_its_language_and_direction_wherever_it_is_read(
    screens: Screens, panel: Panel
) -> None:
    panel.command("panel.update", moderation="post")
    projector = screens.projector(panel.projector_link)
    moderator = screens.moderator(panel.moderator_link)
    phone = take_seat(screens, panel, language="fr-BE")
    phone.locator("[data-tab-link=comments]").click()
    field = phone.locator("[data-tab=comments] [data-draft]")
    field.fill(COMMENT)
    phone.locator("[data-tab=comments] [data-comment-form] button").last.click()
    own = phone.locator("[data-my-comments] [data-text]")
    expect(own).to_have_text(COMMENT)
    expect(own).to_have_css("direction", RIGHT_TO_LEFT)
    read = phone.locator(".comment p[lang]").first
    moderated = moderator.locator(".qc-text").first
    expect(moderated).to_have_text(COMMENT)
    comment = str(moderated.get_attribute("id")).removeprefix("text-")
    panel.command("comment.spotlight", comment=comment)
    results = screens.phone(panel.link + "/results")
    spotlit = projector.locator("blockquote")
    for found in (read, moderated, spotlit, results.locator(".rep p[lang=ar]").first):
        expect(found).to_have_text(COMMENT)
        expect(found).to_have_attribute("lang", "ar")
        expect(found).to_have_css("direction", RIGHT_TO_LEFT)


def test_words_in_two_scripts_share_a_cloud_and_its_list(screens: Screens, panel: Panel) -> None:
    projector = screens.projector(panel.projector_link)
    poll = panel.ask(kind="words", options=None)
    vote(panel, poll, [["أشجار", "trees"], ["أشجار"]])
    word = projector.locator("[data-word-text]", has_text="أشجار")
    expect(word).to_have_attribute("dir", "auto")
    expect(word).to_have_css("direction", RIGHT_TO_LEFT)
    expect(projector.locator("[data-cloud] svg text", has_text="أشجار")).to_be_visible()
