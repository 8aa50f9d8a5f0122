"""An agenda file becomes exactly the panel it describes, or is refused with every fault."""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from polls.agenda_file import (
    AgendaFileError,
    Problem,
    parse_pasted_questions,
    read_agenda,
    write_agenda,
)
from polls.agenda_file.problems import SHOWN_MOST
from polls.agenda_file.reading import (
    PANEL_FIELDS,
    PANELLIST_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    TALK_KINDS,
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
from polls.domain.kinds import all_kinds
from polls.domain.polls import Visibility
from polls.domain.texts import Texts, clean_block, clean_line
from tests.factories import a_poll

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_PATH = ROOT / "polls" / "agenda.schema.json"

SMALL = """\
title: A small panel
items:
  - kind: single_choice
    title: Tea or coffee?
    options:
      - Tea
      - Coffee
  - kind: comments
    title: What is missing?
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(AgendaFileError) as caught:
        read_agenda(text)
    return str(caught.value).split("\n")


def found_by(read: Callable[[str], object], text: str) -> list[Problem]:
    """The problems of a text, none if it is read; any other exception is a failure."""
    try:
        read(text)
    except AgendaFileError as error:
        return error.problems
    return []


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


# What a file may hold


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


# What is refused, with its place

REFUSED = {
    "an unknown field, with the nearest known name": (
        changed("title: A small", "titel: A small"),
        [
            "line 1: titel: expected the name title instead",
            "line 1: title: expected a text that is not empty",
        ],
    ),
    "an unknown field that is near to none": (
        changed("    options:", "    zzz: 1\n    options:"),
        [
            (
                "line 5: items[1].zzz: expected one of: kind, title, body, options, settings, "
                "visibility, countdown_seconds"
            )
        ],
    ),
    "a field of another kind of item": (
        SMALL + "    visibility: live\n",
        ["line 10: items[2].visibility: expected one of: kind, title, body"],
    ),
    "a field twice": (
        SMALL + "title: Again\n",
        ["line 10: title: expected this field only once (see line 1)"],
    ),
    "a tab": (
        changed("    title: Tea", "\ttitle: Tea"),
        ["line 4: expected spaces at the start of the line, not a tab"],
    ),
    "a text with a colon": (
        changed("Tea or coffee?", "Choose: tea or coffee?"),
        ["line 4: expected quotation marks around a text that holds a colon"],
    ),
    "an open quotation mark": (
        changed("What is missing?", '"What is missing?'),
        ["line 10: expected a closing quotation mark"],
    ),
    "an open bracket": (
        "title: x\nlanguages: [en, fr\nitems: []\n",
        ["line 3: expected a comma or a closing ]"],
    ),
    "too few options": (
        changed("      - Coffee\n", ""),
        ["line 5: items[1].options: expected at least 2 options"],
    ),
    "no options at all": (
        changed("    options:\n      - Tea\n      - Coffee\n", ""),
        ["line 3: items[1].options: expected at least 2 options"],
    ),
    "an empty option": (
        changed("- Tea\n", "-\n"),
        ["line 6: items[1].options[1].label: expected a text that is not empty"],
    ),
    "the same option twice": (
        changed("- Coffee", "- Tea"),
        ["line 7: items[1].options[2].label: expected a label that no other option has"],
    ),
    "an option id that a wire cannot carry": (
        changed("- Tea\n", "- {id: Big Tea, label: Tea}\n"),
        ["line 6: items[1].options[1].id: expected 1 to 24 of a-z, 0-9, dash and underscore"],
    ),
    "an unknown kind": (
        changed("kind: comments", "kind: quiz"),
        [
            (
                "line 8: items[2].kind: expected one of: "
                + ", ".join([*all_kinds(), "comments", "slide"])
            )
        ],
    ),
    "a setting out of bounds, and another that does not exist": (
        (
            "title: x\nitems:\n  - kind: rating\n    title: y\n    settings:\n"
            "      steps: 11\n      stepz: 3\n"
        ),
        [
            "line 6: items[1].settings.steps: expected a whole number from 3 to 10",
            "line 7: items[1].settings.stepz: expected one of: steps, low, high",
        ],
    ),
    "a countdown that is no number": (
        changed("    options:", "    countdown_seconds: soon\n    options:"),
        ["line 5: items[1].countdown_seconds: expected whole seconds from 5 to 3600, or nothing"],
    ),
    "an unknown visibility": (
        changed("    options:", "    visibility: all\n    options:"),
        ["line 5: items[1].visibility: expected one of: " + ", ".join(Visibility)],
    ),
    "a forgotten translation": (
        (
            "title: {en: x, fr: y}\nlanguages: [en, fr]\nitems:\n"
            "  - kind: slide\n    title:\n      en: Welcome\n"
        ),
        ['line 5: items[1].title.fr: expected a text, or "" to show another language'],
    ),
    "texts of a wrong type": (
        "title: [x]\nitems: {a: b}\n",
        [
            "line 1: title: expected a text, or a text for each language",
            "line 2: items: expected a list, each entry beginning with a dash",
        ],
    ),
    "a title that is too long": (
        changed("A small panel", "x" * 301),
        ["line 1: title: expected at most 300 characters, not 301"],
    ),
    "a code that cannot be read aloud": (
        "code: 10-WS\n" + SMALL,
        ["line 1: code: expected 4 to 16 letters from A to Z and digits"],
    ),
    "an alias": (
        "title: &t x\nitems:\n  - {kind: slide, title: *t }\n",
        ["line 3: items[1].title: expected the text itself, since *names are not used here"],
    ),
    "a tag that would make an object": (
        "title: !!python/object/apply:os.system [id]\n",
        ["line 1: title: expected a plain text, list or fields, without a tag (!)"],
    ),
    "two documents": (
        SMALL + "---\n" + SMALL,
        ["line 10: expected one panel in a file, so only one ---"],
    ),
    "an empty file": ("", ["line 1: expected a panel with at least a title and items"]),
    "a plain letter": ("Dear all,", ["line 1: expected a panel with at least a title and items"]),
    "a control character": ("title: a\nitems: \x00\n", ["line 2: expected no control characters"]),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_faulty_file_is_refused_with_line_field_and_what_was_expected(
    text: str, expected: list[str]
) -> None:
    assert problems_of(text) == expected


def test_all_problems_of_a_file_are_named_at_once() -> None:
    text = SMALL.replace("single_choice", "single").replace("A small panel", "")
    found = problems_of(text + "moderation: never\n")
    assert [line.split(":")[0] for line in found] == ["line 1", "line 3", "line 10"]


def test_a_thousand_problems_are_told_briefly() -> None:
    text = "title: x\n" + "".join(f"zz{number}: 1\n" for number in range(1000))
    found = problems_of(text)
    assert len(found) == SHOWN_MOST + 1
    assert found[-1] == "and 950 more"


def test_a_file_over_a_megabyte_is_refused_unread() -> None:
    assert problems_of("title: " + "x" * 1024 * 1024) == ["line 1: expected a file of at most 1 MB"]


def test_a_deeply_nested_file_is_refused_without_recursion() -> None:
    assert "less deeply nested" in problems_of("title: " + "[" * 200_000)[0]


def test_a_bomb_of_aliases_is_refused_without_expanding() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)} '] * 9)}]\n"
        for n in range(20)
    )
    assert "*names are not used here" in problems_of(bomb)[0]


@given(st.text(max_size=400))
@settings(deadline=None)
def test_any_text_is_read_or_refused_in_order(text: str) -> None:
    assert all(problem.line >= 1 and problem.expected for problem in found_by(read_agenda, text))


@given(st.data())
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
def test_any_damage_to_a_file_is_read_or_refused_in_order(data: st.DataObject) -> None:
    text = (ROOT / "polls" / "demo" / "panel.yaml").read_text("utf-8")[:3000]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + data.draw(st.text(":[]{}-\n\t &*!#'\"abc", max_size=8)) + text[end:]
    assert all(problem.line >= 1 and problem.expected for problem in found_by(read_agenda, damaged))


# Round trip


def is_seen(text: str) -> bool:
    hidden = ("Cf", "Mn", "Me")
    return any(not sign.isspace() and unicodedata.category(sign) not in hidden for sign in text)


def lines(most: int = 60) -> st.SearchStrategy[str]:
    return st.text(max_size=most).map(clean_line).filter(is_seen)


def blocks() -> st.SearchStrategy[str]:
    return (
        st.lists(st.text(max_size=40), max_size=4).map("\n".join).map(clean_block).filter(is_seen)
    )


def texts(
    languages: tuple[str, ...], of: Callable[[], st.SearchStrategy[str]] = lines
) -> st.SearchStrategy[Texts]:
    return st.dictionaries(st.sampled_from(languages), of(), min_size=1).map(Texts)


@st.composite
def polls(draw: st.DrawFn, languages: tuple[str, ...]) -> PollDefinition:
    kind = draw(st.sampled_from(list(all_kinds().values())))
    count = draw(st.integers(kind.options_least, min(kind.options_most, 5)))
    tag = draw(st.sampled_from(languages))
    labels = draw(st.lists(lines(), min_size=count, max_size=count, unique=True))
    options: list[Any] = [{tag: label} for label in labels]
    if draw(st.booleans()):
        ids = draw(
            st.lists(st.from_regex("[a-z0-9_-]{1,24}", fullmatch=True), unique=True,
                     min_size=count, max_size=count)
        )  # fmt: skip
        options = [
            {"id": option_id, "label": label} for option_id, label in zip(ids, options, strict=True)
        ]
    if kind.option_facts:
        cost = draw(st.integers(1, 10**6))
        options = [
            {
                **(option if "label" in option else {"label": option}),
                **({"cost": cost} if kind.name == "budget" else {"right": place == 0}),
            }
            for place, option in enumerate(options)
        ]
    settings_by_kind: dict[str, dict[str, Any]] = {
        "budget": {"budget": 10**6, "unit": draw(st.none() | st.just("EUR"))},
        "multiple_choice": {"least": 1, "most": draw(st.integers(1, max(count, 1)))},
        "rating": {
            "steps": draw(st.integers(3, 10)),
            "low": draw(texts(languages)),
            "high": dict(draw(texts(languages)).by_language),
        },
        "words": {
            "most": draw(st.integers(1, 3)),
            "hidden": draw(st.lists(st.text("abcé", min_size=1, max_size=9), max_size=2)),
        },
        "text": {"length": draw(st.integers(10, 500))},
    }
    return define_poll(
        kind.name,
        draw(texts(languages)),
        options,
        settings_by_kind.get(kind.name),
        draw(st.sampled_from(Visibility)),
        draw(st.none() | st.integers(5, 3600)),
    )


@st.composite
def panels(draw: st.DrawFn) -> PanelDefinition:
    languages = tuple(
        draw(st.lists(st.sampled_from(["en", "fr", "nl", "no", "pt-BR"]), min_size=1, unique=True))
    )
    items = st.one_of(
        st.builds(
            ItemDefinition,
            st.sampled_from(["comments", "slide"]),
            texts(languages),
            texts(languages, blocks) | st.just(Texts()),
        ),
        st.builds(ItemDefinition.of_poll, polls(languages), st.none() | texts(languages, blocks)),
    )
    return PanelDefinition(
        title=draw(texts(languages)),
        languages=languages,
        code=draw(st.none() | st.from_regex("[0-9A-Z]{4,16}", fullmatch=True)),
        theme=draw(st.just(Texts()) | texts(languages)),
        description=draw(st.just(Texts()) | texts(languages, blocks)),
        place=draw(st.builds(Place, lines(), lines(), st.just(""), lines())),
        moderation=draw(st.sampled_from(Moderation)),
        panellists=tuple(
            draw(
                st.lists(
                    st.builds(Panellist, lines(), st.just(Texts()) | texts(languages)), max_size=3
                )
            )
        ),
        items=tuple(draw(st.lists(items, max_size=4))),
    )


@given(panels())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_written_panel_reads_back_as_the_same(panel: PanelDefinition) -> None:
    assert read_agenda(write_agenda(panel)) == panel


@given(panels())
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_written_panel_is_what_the_schema_promises(panel: PanelDefinition) -> None:
    written = YAML(typ="safe", pure=True).load(write_agenda(panel))
    jsonschema.validate(written, schema(), cls=jsonschema.Draft202012Validator)


def test_a_missing_translation_is_written_as_meant() -> None:
    panel = PanelDefinition(title=Texts({"en": "Cities"}), languages=("en", "fr"))
    assert "fr: ''" in write_agenda(panel)
    assert read_agenda(write_agenda(panel)) == panel


# The schema


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA_PATH.read_text("utf-8"))
    return found


def test_the_schema_is_in_step_with_the_kinds() -> None:
    """After adding a kind: python tools/write_agenda_schema.py"""
    spec = importlib.util.spec_from_file_location(
        "write_agenda_schema", ROOT / "tools" / "write_agenda_schema.py"
    )
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert schema() == tool.agenda_schema()


@pytest.mark.parametrize("name", all_kinds())
def test_the_schema_knows_every_kind_with_its_settings(name: str) -> None:
    kind = all_kinds()[name]
    described = schema()["$defs"][name]["properties"]
    assert set(described["settings"]["properties"]) == {
        *a_poll(name).settings,
        *kind.common_settings,
    }
    assert ("options" in described) == bool(kind.options_most)


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


SEEN_BY_SCHEMA = [
    "an unknown field, with the nearest known name",
    "an unknown field that is near to none",
    "a field of another kind of item",
    "too few options",
    "no options at all",
    "an empty option",
    "an option id that a wire cannot carry",
    "an unknown kind",
    "a setting out of bounds, and another that does not exist",
    "a countdown that is no number",
    "an unknown visibility",
    "texts of a wrong type",
    "a title that is too long",
    "a code that cannot be read aloud",
    "an empty file",
    "a plain letter",
]


@pytest.mark.parametrize("name", SEEN_BY_SCHEMA)
def test_an_editor_with_the_schema_sees_the_fault_too(name: str) -> None:
    value = YAML(typ="safe", pure=True).load(REFUSED[name][0])
    assert list(jsonschema.Draft202012Validator(schema()).iter_errors(value))


def test_the_small_file_pleases_the_schema() -> None:
    value = YAML(typ="safe", pure=True).load(SMALL)
    jsonschema.validate(value, schema(), cls=jsonschema.Draft202012Validator)


# The documentation

DOCUMENT = (ROOT / "docs" / "agenda.md").read_text("utf-8")
WHOLE_EXAMPLES = [
    block for block in re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL) if "items:" in block
]


@pytest.mark.parametrize("example", WHOLE_EXAMPLES)
def test_the_documented_files_are_read_and_please_the_schema(example: str) -> None:
    assert read_agenda(example).items
    value = YAML(typ="safe", pure=True).load(example)
    jsonschema.validate(value, schema(), cls=jsonschema.Draft202012Validator)


def test_the_document_names_every_field_kind_and_setting() -> None:
    names = {*PANEL_FIELDS, *PLACE_FIELDS, *PANELLIST_FIELDS, *POLL_FIELDS, *TALK_KINDS}
    for kind in all_kinds().values():
        names |= {kind.name, *a_poll(kind.name).settings, *kind.option_facts}
    assert len(WHOLE_EXAMPLES) == 2
    assert {name for name in names if f"`{name}`" not in DOCUMENT} == set()


# Pasted questions


def summary(text: str, language: str = "en") -> list[tuple[str, str, list[str]]]:
    return [
        (
            poll.kind,
            poll.title.in_language(language),
            [option.label.in_language(language) for option in poll.options],
        )
        for poll in parse_pasted_questions(text, language)
    ]


def pasting_problems(text: str) -> list[str]:
    with pytest.raises(AgendaFileError) as caught:
        parse_pasted_questions(text, "en")
    return [str(problem) for problem in caught.value.problems]


def test_plain_lines_are_questions_and_bullets_their_options() -> None:
    pasted = "1. Tea or coffee?\r\n- Tea\r\n* Coffee\r\n\r\n2) What else, if anything?\r\n"
    assert summary(pasted) == [
        ("single_choice", "Tea or coffee?", ["Tea", "Coffee"]),
        ("text", "What else, if anything?", []),
    ]


def test_typographic_bullets_count_too() -> None:
    assert summary("Tea?\n• Yes\n– No") == [("single_choice", "Tea?", ["Yes", "No"])]


def test_pasted_texts_are_in_the_given_language() -> None:
    poll = parse_pasted_questions("Thé ou café ?\n- Thé\n- Café", "fr")[0]
    assert poll.title == Texts({"fr": "Thé ou café ?"})
    assert poll.options[1].label == Texts({"fr": "Café"})


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_of_a_table_are_questions_with_their_options(separator: str) -> None:
    rows = [["Tea or coffee?", "Tea", "Coffee"], ["And why?", "", ""]]
    pasted = "\n".join(separator.join(row) for row in rows)
    assert summary(pasted) == [
        ("single_choice", "Tea or coffee?", ["Tea", "Coffee"]),
        ("text", "And why?", []),
    ]


def test_a_heading_row_is_left_out() -> None:
    assert summary("Question;Option 1;Option 2\nTea or coffee;Tea;Coffee") == [
        ("single_choice", "Tea or coffee", ["Tea", "Coffee"])
    ]


def test_quoted_cells_may_hold_separators_and_line_breaks() -> None:
    assert summary('"Tea, or\ncoffee?",Tea,"Coffee, ""black"""') == [
        ("single_choice", "Tea, or coffee?", ["Tea", 'Coffee, "black"'])
    ]


def test_commas_in_a_plain_question_separate_nothing() -> None:
    assert summary("Should we, the citizens, decide?") == [
        ("text", "Should we, the citizens, decide?", [])
    ]
    assert summary("Who pays; who decides?") == [("text", "Who pays; who decides?", [])]


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("", "line 1: expected at least one question, one a line"),
        ("- Tea\nWhat?", "line 1: expected a question before its first option"),
        ("What?\n- Tea", "line 1: options: expected at least 2 options"),
        ("Tea?\n\nWhat?\n- x\n- x", "line 3: options[2].label: expected a label that no other option has"),
        ("x" * 301, "line 1: title: expected at most 300 characters, not 301"),
        ('Tea?;a;"b\nc', "line 1: expected a closing quotation mark, or none at all"),
        ("x\n" * 101, "line 101: expected at most 100 questions"),
        ("x" * 60_001, "line 1: expected at most 60000 characters"),
    ],
)  # fmt: skip
def test_a_faulty_paste_is_refused_as_a_whole(pasted: str, expected: str) -> None:
    assert pasting_problems(pasted) == [expected]


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_paste_is_understood_or_refused_in_order(pasted: str) -> None:
    assert all(problem.expected for problem in found_by(parse_pasted_questions, pasted))


def test_problems_are_told_to_every_door_in_the_same_words() -> None:
    with pytest.raises(AgendaFileError) as caught:
        read_agenda("title: x\nitems: 3\n")
    assert caught.value.code == "agenda.refused"
    assert caught.value.details["problems"] == [
        {"line": 2, "field": "items", "expected": "a list, each entry beginning with a dash"}
    ]
    assert caught.value.problems == [
        Problem(2, "items", "a list, each entry beginning with a dash")
    ]


def test_a_plain_text_stands_for_all_languages() -> None:
    panel = read_agenda("title: Agora\nlanguages: [en, fr]\n")
    assert panel.title.in_language("fr") == "Agora"
    assert panel.languages == ("en", "fr")
