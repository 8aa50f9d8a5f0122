"""The demo shows everything there is, in three languages, and is a file like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from polls.agenda_file import AgendaFileError, read_agenda, write_agenda
from polls.domain.agenda import ItemDefinition, PanelDefinition
from polls.domain.kinds import all_kinds
from polls.domain.polls import Visibility
from polls.domain.texts import INTERFACE_LANGUAGES, Texts

FILE = files("polls.demo").joinpath("panel.yaml")
SCHEMA_PATH = Path(__file__).resolve().parent.parent.parent / "polls" / "agenda.schema.json"


@pytest.fixture(scope="module")
def panel() -> PanelDefinition:
    return read_agenda(FILE.read_text(encoding="utf-8"))


def texts_of_item(item: ItemDefinition) -> Iterator[Texts]:
    yield item.title
    yield item.body
    if item.poll is not None:
        yield from (option.label for option in item.poll.options)
        yield from (
            Texts(value)
            for name, value in item.poll.settings.items()
            if isinstance(value, dict) and name != "unit"
        )


def texts_of(panel: PanelDefinition) -> Iterator[Texts]:
    yield from (panel.title, panel.theme, panel.description)
    yield from (panellist.role for panellist in panel.panellists)
    for item in panel.items:
        yield from texts_of_item(item)


def test_the_panel_is_the_workshop_that_hemicycle_was_asked_for(panel: PanelDefinition) -> None:
    assert panel.code == "10WS460"
    assert panel.title.in_language("en") == (
        "Societal challenges in smart cities: towards a more ethical smart city"
    )
    assert panel.theme.in_language("en") == "A Europe Closer to Citizens"
    assert (panel.place.room, panel.place.street, panel.place.town) == (
        "JDE 51",
        "rue Belliard 101",
        "Brussels",
    )
    assert [panellist.name for panellist in panel.panellists] == [
        "Open and Agile Smart Cities",
        "Tallinn",
        "Lille Metropole",
        "Espoo",
        "Brussels Capital Region",
        "European Commission",
    ]


def test_the_first_item_can_be_opened_at_once(panel: PanelDefinition) -> None:
    poll = panel.items[0].poll
    assert poll is not None
    assert poll.kind == "single_choice"
    assert poll.title.in_language("en") == "Will digital apps save democracy or kill it?"
    assert poll.countdown_seconds is None
    assert poll.visibility is Visibility.LIVE


def test_every_text_is_there_in_every_language_of_the_panel(panel: PanelDefinition) -> None:
    assert len(panel.languages) > 1
    assert set(panel.languages) <= set(INTERFACE_LANGUAGES)
    for texts in texts_of(panel):
        assert set(texts.by_language) in (set(), set(panel.languages)), texts


def test_no_text_was_left_untranslated(panel: PanelDefinition) -> None:
    for texts in texts_of(panel):
        if texts:
            assert len(set(texts.by_language.values())) == len(panel.languages), texts


def test_every_poll_kind_is_used(panel: PanelDefinition) -> None:
    assert {item.poll.kind for item in panel.items if item.poll} == set(all_kinds())


def test_every_kind_of_item_and_every_visibility_is_used(panel: PanelDefinition) -> None:
    assert {item.kind for item in panel.items} == {"poll", "comments", "slide"}
    assert {item.poll.visibility for item in panel.items if item.poll} == set(Visibility)
    assert sum(1 for item in panel.items if item.poll and item.poll.countdown_seconds) == 1


def test_each_city_and_the_commission_has_a_comment_round(panel: PanelDefinition) -> None:
    titles = [item.title.in_language("en") for item in panel.items if item.kind == "comments"]
    assert [title.split(":")[0] for title in titles] == [
        "Tallinn",
        "Lille Metropole",
        "Espoo",
        "Brussels Capital Region",
        "European Commission",
    ]


def test_written_again_it_is_the_same_panel(panel: PanelDefinition) -> None:
    assert read_agenda(write_agenda(panel)) == panel


def test_the_file_pleases_the_schema() -> None:
    value = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    jsonschema.validate(value, schema, cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("      fr: Une ville où tout est connecté\n", "", "items[3].title.fr"),
        ("  - kind: rating\n", "  - kind: stars\n", "items[4].kind"),
        ("    visibility: projector\n", "    visiblity: projector\n", "items[6].visiblity"),
    ],
)
def test_a_slip_in_the_file_is_refused_by_name(old: str, new: str, problem: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(AgendaFileError) as caught:
        read_agenda(text.replace(old, new))
    assert problem in {found.field for found in caught.value.problems}
