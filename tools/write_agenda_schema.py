"""Writes polls/agenda.schema.json, the description of agenda files that editors understand.

It is made from the limits and poll kinds of the domain, so that there is one place to change
them: run this after adding a kind. A test fails while the file is behind.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from polls.agenda_file import reading  # noqa: E402
from polls.domain import agenda  # noqa: E402
from polls.domain.comments import Moderation  # noqa: E402
from polls.domain.errors import FieldRefusal  # noqa: E402
from polls.domain.kinds import Kind, all_kinds  # noqa: E402
from polls.domain.polls import LONGEST_COUNTDOWN_SECONDS, Visibility  # noqa: E402

SCHEMA_PATH = ROOT / "polls" / "agenda.schema.json"

Schema = dict[str, Any]


def texts(most: int, description: str) -> Schema:
    one = {"type": "string", "minLength": 1, "maxLength": most}
    by_language = {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {
            agenda.LANGUAGE_PATTERN: {"type": ["string", "null"], "maxLength": most}
        },
        "additionalProperties": False,
    }
    return {"description": description, "anyOf": [one, by_language]}


def line(description: str) -> Schema:
    return {
        "description": description,
        "type": "string",
        "maxLength": agenda.LABEL_LENGTH_MOST,
    }


def choice(values: Any, description: str) -> Schema:
    return {"description": description, "enum": [str(value) for value in values]}


def talk_fields(kind: str) -> dict[str, Schema]:
    return {
        "kind": {"const": kind},
        "title": texts(agenda.TITLE_LENGTH_MOST, "What the room is asked or shown."),
        "body": texts(agenda.BODY_LENGTH_MOST, "A few more lines, shown below the title."),
    }


def talk(kind: str) -> Schema:
    return {
        "type": "object",
        "properties": talk_fields(kind),
        "required": ["kind", "title"],
        "additionalProperties": False,
    }


def poll(kind: Kind) -> Schema:
    fields = talk_fields(kind.name) | {
        "settings": settings(kind),
        "visibility": choice(
            Visibility, "Who sees results, and from when on. live unless said otherwise."
        ),
        "countdown_seconds": {
            "description": "Seconds until the poll closes by itself; without it, there is no limit.",
            "anyOf": [
                {"type": "integer", "minimum": 5, "maximum": LONGEST_COUNTDOWN_SECONDS},
                {"const": 0},
            ],
        },
    }
    required = ["kind", "title"]
    if kind.options_most:
        fields["options"] = {
            "description": "The options, in the order in which they are shown.",
            "type": "array",
            "minItems": kind.options_least,
            "maxItems": kind.options_most,
            "items": {"$ref": "#/$defs/option"},
        }
        if kind.option_facts or kind.label_length_most != agenda.LABEL_LENGTH_MOST:
            fields["options"]["items"] = option(kind)
        if kind.options_least:
            required.append("options")
    if usual_settings(kind)[1]:
        required.append("settings")
    return {
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": False,
    }


def settings(kind: Kind) -> Schema:
    """Ask the kind itself: what it assumes tells names and types, what it refuses the bounds."""
    usual, needed = usual_settings(kind)
    return {
        "type": "object",
        "properties": {name: setting(kind, name, value) for name, value in usual.items()}
        | {name: {"type": "boolean"} for name in kind.common_settings},
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
    }


def usual_settings(kind: Kind) -> tuple[dict[str, Any], list[str]]:
    """Return what a kind assumes, and the names of what it must be told."""
    needed: dict[str, Any] = {}
    while True:
        try:
            return kind.parse_settings(needed, kind.options_most), list(needed)
        except FieldRefusal as refusal:
            name = refusal.field.removeprefix("settings.")
            if name in needed:
                raise
            needed[name] = 1


def setting(kind: Kind, name: str, usual: Any) -> Schema:
    if isinstance(usual, Mapping):
        most = kind.text_lengths.get(name, agenda.LABEL_LENGTH_MOST)
        return texts(most, f"A text for each language: {name}.")
    if isinstance(usual, bool):
        return {"type": "boolean"}
    if isinstance(usual, list):
        return {"type": "array", "items": {"type": "string"}}
    try:
        kind.parse_settings({name: -1}, kind.options_most)
    except FieldRefusal as refusal:
        if bounds := re.fullmatch(r"a whole number from (\d+) to (\d+)", refusal.expected):
            least, most = map(int, bounds.groups())
            return {
                "description": refusal.expected.capitalize() + ".",
                "type": "integer",
                "minimum": least,
                "maximum": most,
            }
        return {"type": ["number", "string"]}
    return {}


def fact(kind: Kind, name: str) -> Schema:
    """Ask the kind itself whether a fact is a yes or no, or an amount."""
    try:
        kind.parse_fact(name, True, name)
    except FieldRefusal as refusal:
        return {"description": refusal.expected.capitalize() + ".", "type": ["number", "string"]}
    return {"type": "boolean"}


def option(kind: Kind | None = None) -> Schema:
    most = kind.label_length_most if kind else agenda.LABEL_LENGTH_MOST
    label = texts(most, "The option as people read it.")
    by_id = {
        "type": "object",
        "properties": {
            "id": {
                "description": "Stays the same when labels change; a, b, c… if left out.",
                "type": ["string", "integer"],
                "pattern": agenda.OPTION_ID_PATTERN,
            },
            "label": label,
        }
        | ({name: fact(kind, name) for name in kind.option_facts} if kind else {}),
        "required": ["label"],
        "additionalProperties": False,
    }
    return {"anyOf": [*label["anyOf"], by_id]}


def agenda_schema() -> Schema:
    kinds = all_kinds()
    items = {name: poll(kind) for name, kind in kinds.items()}
    items |= {name: talk(name) for name in reading.TALK_KINDS}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Hemicycle agenda",
        "description": "A panel with its agenda, as docs/agenda.md describes it.",
        "type": "object",
        "properties": {
            "code": {
                "description": "What people type to join; chosen for you if left out.",
                "type": ["string", "integer"],
                "pattern": "^[0-9A-Za-z]{4,16}$",
            },
            "title": texts(agenda.TITLE_LENGTH_MOST, "The title of the panel."),
            "theme": texts(agenda.TITLE_LENGTH_MOST, "The larger theme it belongs to."),
            "description": texts(agenda.BODY_LENGTH_MOST, "What people read before they join."),
            "place": {
                "type": "object",
                "properties": {
                    name: line(f"The {name}, the same in every language.")
                    for name in reading.PLACE_FIELDS
                },
                "additionalProperties": False,
            },
            "languages": {
                "description": "Languages of the panel, its main one first.",
                "type": "array",
                "minItems": 1,
                "maxItems": reading.LANGUAGES_MOST,
                "uniqueItems": True,
                "items": {"type": "string", "pattern": agenda.LANGUAGE_PATTERN},
            },
            "moderation": choice(
                Moderation, "pre: the room sees a comment once it is approved. post: at once."
            ),
            "panellists": {
                "type": "array",
                "maxItems": reading.PANELLISTS_MOST,
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {**line("A person or an organisation."), "minLength": 1},
                        "role": texts(agenda.LABEL_LENGTH_MOST, "What they are here as."),
                    },
                    "required": ["name"],
                    "additionalProperties": False,
                },
            },
            "items": {
                "description": "The agenda, in order.",
                "type": "array",
                "maxItems": reading.ITEMS_MOST,
                "items": {
                    "type": "object",
                    "properties": {"kind": choice(items, "What kind of item this is.")},
                    "required": ["kind", "title"],
                    "allOf": [
                        {
                            "if": {"properties": {"kind": {"const": name}}},
                            "then": {"$ref": f"#/$defs/{name}"},
                        }
                        for name in items
                    ],
                },
            },
        },
        "required": ["title"],
        "additionalProperties": False,
        "$defs": {"option": option(), **items},
    }


def main() -> None:
    text = json.dumps(agenda_schema(), indent=2, ensure_ascii=False) + "\n"
    SCHEMA_PATH.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
