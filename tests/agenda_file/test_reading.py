"""What an agenda file may hold, and that all of it is read."""

from __future__ import annotations

import pytest

from polls.agenda_file import (
    read_agenda,
)
from polls.domain.agenda import (
    ItemDefinition,
    PanelDefinition,
    Panellist,
    Place,
    PollDefinition,
    define_poll,
)
from polls.domain.comments import Moderation
from polls.domain.polls import Visibility
from polls.domain.texts import Texts
from tests.agenda_file.files import SMALL, changed


def test_a_small_file_is_read() -> None:
    panel = read_agenda(SMALL)
    assert panel.title == Texts({"en": "A small panel"})
    assert panel.languages == ("en",)
    assert [item.kind for item in panel.items] == ["poll", "comments"]
    poll = panel.items[0].poll
    assert poll is not None
    assert [(option.id, option.label.in_language("en")) for option in poll.options] == [
        ("a", "Tea"),
        ("b", "Coffee"),
    ]
    assert poll.visibility is Visibility.LIVE
    assert poll.countdown_seconds is None


def test_every_field_of_a_file_is_read() -> None:
    panel = read_agenda(
        """\
code: 10ws460
title: {en: Cities, fr: Villes}
theme: {en: Europe, fr: Europe}
description:
  en: |
    One line.

    Another.
  fr: Une ligne.
place: {building: JDE, room: JDE 51, street: rue Belliard 101, town: Brussels}
languages: [en, fr]
moderation: post
panellists:
  - name: Tallinn
    role: {en: City, fr: Ville}
items:
  - kind: rating
    title: {en: How sure?, fr: Quelle certitude ?}
    body: {en: Be honest., fr: ""}
    settings:
      steps: 7
      low: {en: not at all, fr: pas du tout}
      high: {en: fully, fr: tout à fait}
    visibility: voted
    countdown_seconds: 60
"""
    )
    assert panel == PanelDefinition(
        title=Texts({"en": "Cities", "fr": "Villes"}),
        languages=("en", "fr"),
        code="10WS460",
        theme=Texts({"en": "Europe", "fr": "Europe"}),
        description=Texts({"en": "One line.\n\nAnother.", "fr": "Une ligne."}),
        place=Place("JDE", "JDE 51", "rue Belliard 101", "Brussels"),
        moderation=Moderation.POST,
        panellists=(Panellist("Tallinn", Texts({"en": "City", "fr": "Ville"})),),
        items=(
            ItemDefinition.of_poll(
                PollDefinition(
                    "rating",
                    Texts({"en": "How sure?", "fr": "Quelle certitude ?"}),
                    settings={
                        "steps": 7,
                        "low": {"en": "not at all", "fr": "pas du tout"},
                        "high": {"en": "fully", "fr": "tout à fait"},
                    },
                    visibility=Visibility.VOTED,
                    countdown_seconds=60,
                ),
                Texts({"en": "Be honest."}),
            ),
        ),
    )


def test_words_that_yaml_once_took_for_truth_stay_words() -> None:
    panel = read_agenda(changed("- Tea\n      - Coffee", "- no\n      - yes"))
    assert panel.items[0].poll is not None
    labels = [option.label.in_language("en") for option in panel.items[0].poll.options]
    assert labels == ["no", "yes"]


@pytest.mark.parametrize("written", ["1.10", "2026-11-24", "true", "0x1F", "1_000", "off", "12:30"])
def test_a_label_stays_as_it_was_written(written: str) -> None:
    panel = read_agenda(changed("Tea\n", f"{written}\n"))
    assert panel.items[0].poll is not None
    assert panel.items[0].poll.options[0].label.in_language("en") == written


def test_norwegian_is_a_language_and_not_a_truth_value() -> None:
    text = "title: {no: Hei}\nlanguages: [no]\n"
    assert read_agenda(text).title == Texts({"no": "Hei"})


def test_a_plain_text_is_in_the_first_language() -> None:
    panel = read_agenda("languages: [fr]\n" + SMALL)
    assert panel.title == Texts({"fr": "A small panel"})
    assert read_agenda(
        "languages: [nl]\ntitle: x\nitems: [{kind: rating, title: y, settings: {low: laag}}]"
    ).items[0].poll == define_poll("rating", "y", None, {"low": {"nl": "laag"}}, language="nl")


def test_options_keep_the_ids_they_are_given_and_others_get_free_letters() -> None:
    panel = read_agenda(changed("- Tea\n", "- {id: b, label: Tea}\n"))
    assert panel.items[0].poll is not None
    assert [option.id for option in panel.items[0].poll.options] == ["b", "a"]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert read_agenda("\ufeff" + SMALL.replace("\n", "\r\n")) == read_agenda(SMALL)


def test_a_plain_text_stands_for_all_languages() -> None:
    panel = read_agenda("title: Agora\nlanguages: [en, fr]\n")
    assert panel.title.in_language("fr") == "Agora"
    assert panel.languages == ("en", "fr")
