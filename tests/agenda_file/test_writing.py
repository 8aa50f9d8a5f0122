"""A panel that was written as a file reads back as the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from polls.agenda_file import (
    read_agenda,
    write_agenda,
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
from tests.agenda_file.files import schema


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
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_written_panel_reads_back_as_the_same(panel: PanelDefinition) -> None:
    assert read_agenda(write_agenda(panel)) == panel


@given(panels())
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_written_panel_is_what_the_schema_promises(panel: PanelDefinition) -> None:
    written = YAML(typ="safe", pure=True).load(write_agenda(panel))
    jsonschema.validate(written, schema(), cls=jsonschema.Draft202012Validator)


def test_a_missing_translation_is_written_as_meant() -> None:
    panel = PanelDefinition(title=Texts({"en": "Cities"}), languages=("en", "fr"))
    assert "fr: ''" in write_agenda(panel)
    assert read_agenda(write_agenda(panel)) == panel
