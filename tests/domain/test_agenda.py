"""A new poll is complete and right, or refused with the field and what was expected there."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polls.domain.agenda import (
    ItemDefinition,
    PollDefinition,
    define_poll,
    examine_poll,
    free_option_ids,
    parse_optional_texts,
)
from polls.domain.errors import FieldRefusal
from polls.domain.kinds import Kind, all_kinds
from polls.domain.polls import Option, Visibility
from polls.domain.texts import Texts
from tests.factories import SETTINGS


def poll_with(**changes: Any) -> PollDefinition:
    fields: dict[str, Any] = {
        "kind": "single_choice",
        "title": "Tea or coffee?",
        "options": ["Tea", "Coffee"],
    }
    fields.update(changes)
    return define_poll(**fields)


def refusal_of(**changes: Any) -> tuple[str, str]:
    with pytest.raises(FieldRefusal) as caught:
        poll_with(**changes)
    return caught.value.field, caught.value.expected


def test_a_poll_is_defined_from_plain_values() -> None:
    assert poll_with() == PollDefinition(
        "single_choice",
        Texts({"en": "Tea or coffee?"}),
        (Option("a", Texts({"en": "Tea"})), Option("b", Texts({"en": "Coffee"}))),
        {},
        Visibility.LIVE,
        None,
    )


# Texts


def test_plain_texts_are_in_the_given_language_settings_too() -> None:
    poll = define_poll("rating", "Combien ?", settings={"low": "peu"}, language="fr")
    assert poll.title == Texts({"fr": "Combien ?"})
    assert poll.settings["low"] == {"fr": "peu"}


def test_texts_are_cleaned() -> None:
    assert poll_with(title="  Tea \n or\u202e coffee? ").title == Texts({"en": "Tea or coffee?"})


def test_a_language_without_text_is_left_out() -> None:
    assert poll_with(title={"en": "Tea?", "fr": "", "nl": None}).title == Texts({"en": "Tea?"})


@pytest.mark.parametrize("title", [None, "", "   ", "\u200b\u202e ", {}, {"en": ""}])
def test_a_poll_without_title_is_refused(title: Any) -> None:
    assert refusal_of(title=title) == ("title", "a text that is not empty")


@pytest.mark.parametrize("title", [3, ["x"], True])
def test_a_title_of_another_type_is_refused(title: Any) -> None:
    assert refusal_of(title=title) == ("title", "a text, or a text for each language")


def test_a_title_may_have_300_characters_and_no_more() -> None:
    assert poll_with(title="x" * 300)
    assert refusal_of(title="x" * 301) == ("title", "at most 300 characters, not 301")
    assert refusal_of(title={"en": "x", "fr": "x" * 301})[0] == "title.fr"


@pytest.mark.parametrize("tag", ["English", "e", "en_US", "", "en-", 3])
def test_a_language_must_look_like_one(tag: Any) -> None:
    assert refusal_of(title={tag: "x"})[1].startswith("a language such as en")


def test_a_text_within_a_language_must_be_a_text() -> None:
    assert refusal_of(title={"en": ["x"]}) == ("title.en", "a text")


def test_a_block_keeps_its_lines_and_a_line_does_not() -> None:
    assert parse_optional_texts("a\nb", "body", 9, is_block=True) == Texts({"en": "a\nb"})
    assert parse_optional_texts("a\nb", "title", 9) == Texts({"en": "a b"})


# Kinds and options


@pytest.mark.parametrize("kind", ["quiz", "", None, 3, ["rating"]])
def test_an_unknown_kind_is_refused_with_those_that_exist(kind: Any) -> None:
    field, expected = refusal_of(kind=kind)
    assert field == "kind"
    assert expected == "one of: " + ", ".join(all_kinds())


def option_for(kind: Kind, number: int) -> dict[str, Any]:
    """An option with the facts that its kind cannot do without."""
    facts: dict[str, Any] = {"cost": 10, "right": number == 0}
    needed = {name: fact for name, fact in facts.items() if name in kind.option_facts}
    return {"label": f"option {number}", **needed}


@pytest.mark.parametrize("name", all_kinds())
def test_each_kind_holds_to_its_number_of_options(name: str) -> None:
    kind = all_kinds()[name]
    needed = SETTINGS.get(name, {})
    options = [option_for(kind, number) for number in range(kind.options_most + 1)]
    assert define_poll(name, "x", options[: kind.options_least], needed)
    assert define_poll(name, "x", options[: kind.options_most], needed)
    with pytest.raises(FieldRefusal) as caught:
        define_poll(name, "x", options, needed)
    assert caught.value.field == "options"
    if kind.options_least:
        with pytest.raises(FieldRefusal) as caught:
            define_poll(name, "x", options[: kind.options_least - 1], needed)
        assert caught.value.expected == f"at least {kind.options_least} options"


@pytest.mark.parametrize("options", ["Tea", 3, {"a": "Tea"}, b"Tea"])
def test_options_that_are_no_list_are_refused(options: Any) -> None:
    assert refusal_of(options=options)[0] == "options"


def test_options_may_be_texts_mappings_and_options() -> None:
    poll = poll_with(
        options=[
            "Tea",
            {"en": "Coffee", "fr": "Café"},
            {"id": "milk", "label": "Milk"},
            {"label": {"fr": "Eau"}},
            Option("juice", Texts({"en": "Juice"})),
        ]
    )
    assert poll.options == (
        Option("a", Texts({"en": "Tea"})),
        Option("b", Texts({"en": "Coffee", "fr": "Café"})),
        Option("milk", Texts({"en": "Milk"})),
        Option("c", Texts({"fr": "Eau"})),
        Option("juice", Texts({"en": "Juice"})),
    )


def test_id_is_also_a_language() -> None:
    poll = poll_with(options=[{"id": "Teh"}, {"id": "Kopi"}])
    assert poll.options[0] == Option("a", Texts({"id": "Teh"}))


def test_given_ids_are_kept_and_free_letters_go_to_the_others() -> None:
    poll = poll_with(options=["Tea", {"id": "a", "label": "Coffee"}])
    assert [option.id for option in poll.options] == ["b", "a"]


def test_there_is_always_one_more_free_id() -> None:
    first = list(islice(free_option_ids(), 100))
    assert first[:3] == ["a", "b", "c"]
    assert first[25:28] == ["z", "a2", "b2"]
    assert len(set(first)) == 100


@pytest.mark.parametrize("option_id", ["Big", "a b", "x" * 25, "é", "a\n", 3])
def test_an_id_that_a_wire_cannot_carry_is_refused(option_id: Any) -> None:
    options = ["Tea", {"id": option_id, "label": "Coffee"}]
    assert refusal_of(options=options)[0] == "options[2].id"


def test_two_options_with_one_id_are_refused() -> None:
    options = [{"id": "x", "label": "Tea"}, {"id": "x", "label": "Coffee"}]
    assert refusal_of(options=options) == ("options[2].id", "an id that no other option has")


def test_two_options_that_read_the_same_are_refused() -> None:
    same = ("options[2].label", "a label that no other option has")
    assert refusal_of(options=["Tea", " Tea "]) == same
    assert refusal_of(options=[{"en": "Tea", "fr": "Thé"}, {"fr": "Thé"}]) == same


def test_an_empty_or_long_label_is_refused() -> None:
    assert refusal_of(options=["Tea", ""]) == ("options[2].label", "a text that is not empty")
    assert refusal_of(options=["Tea", "x" * 121]) == (
        "options[2].label",
        "at most 120 characters, not 121",
    )


# Settings, visibility, countdown


def test_settings_are_completed_by_the_kind() -> None:
    assert poll_with(kind="multiple_choice").settings == {"least": 1, "most": 2}


@pytest.mark.parametrize("settings", ["most", ["most"], 3])
def test_settings_without_names_are_refused(settings: Any) -> None:
    assert refusal_of(kind="multiple_choice", settings=settings) == (
        "settings",
        "settings with names",
    )


def test_a_setting_that_the_kind_refuses_is_refused_by_name() -> None:
    assert refusal_of(kind="multiple_choice", settings={"most": 3}) == (
        "settings.most",
        "a whole number from 1 to 2",
    )
    assert refusal_of(settings={"most": 1})[0] == "settings.most"


def test_a_text_among_the_settings_is_judged_like_any_text() -> None:
    rating: dict[str, Any] = {"kind": "rating", "options": None}
    assert refusal_of(**rating, settings={"low": "x" * 121})[0] == "settings.low"
    assert refusal_of(**rating, settings={"low": {"en": 3}})[0] == "settings.low.en"
    assert refusal_of(**rating, settings={"high": 3})[0] == "settings.high"


@pytest.mark.parametrize("visibility", ["all", "LIVE", 3])
def test_an_unknown_visibility_is_refused(visibility: Any) -> None:
    assert refusal_of(visibility=visibility) == (
        "visibility",
        "one of: live, projector, voted, published, sealed",
    )


@pytest.mark.parametrize(("given", "seconds"), [(None, None), ("", None), (0, None), ("60", 60)])
def test_a_countdown_may_be_left_out(given: Any, seconds: int | None) -> None:
    assert poll_with(countdown_seconds=given).countdown_seconds == seconds


@pytest.mark.parametrize("given", [4, 3601, -1, "soon", 1.5, True, [60]])
def test_a_countdown_out_of_bounds_is_refused(given: Any) -> None:
    assert refusal_of(countdown_seconds=given)[0] == "countdown_seconds"


# All at once


def test_all_faults_are_found_at_once() -> None:
    poll, faults = examine_poll(
        "multiple_choice",
        "",
        ["Tea", "", "Tea"],
        {"least": 9, "most": 0.5, "color": "red"},
        "all",
        "soon",
    )
    assert poll is None
    assert [fault.field for fault in faults] == [
        "title",
        "options[2].label",
        "options[3].label",
        "settings.color",
        "settings.most",
        "settings.least",
        "visibility",
        "countdown_seconds",
    ]


def test_an_item_of_a_poll_repeats_its_title() -> None:
    poll = poll_with()
    assert ItemDefinition.of_poll(poll) == ItemDefinition("poll", poll.title, Texts(), poll)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from(list(all_kinds())), st.lists(ANYTHING, min_size=5, max_size=5))
@settings(deadline=None)
def test_whatever_is_given_becomes_a_poll_or_a_refusal(kind: str, values: list[Any]) -> None:
    poll, faults = examine_poll(kind, *values)
    assert (poll is None) == bool(faults)
