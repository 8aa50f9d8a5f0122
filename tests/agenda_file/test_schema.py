"""The schema and the documentation of agenda files say what reading does."""

from __future__ import annotations

import importlib.util
import re

import jsonschema
import pytest
from ruamel.yaml import YAML

from polls.agenda_file import (
    read_agenda,
)
from polls.agenda_file.reading import (
    PANEL_FIELDS,
    PANELLIST_FIELDS,
    PLACE_FIELDS,
    POLL_FIELDS,
    TALK_KINDS,
)
from polls.domain.kinds import all_kinds
from tests.agenda_file.faults import REFUSED
from tests.agenda_file.files import ROOT, SMALL, schema
from tests.factories import a_poll


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
