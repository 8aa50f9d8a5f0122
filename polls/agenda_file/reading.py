"""Reads an agenda file into a PanelDefinition, or refuses it whole with every problem."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

from polls.agenda_file.problems import AgendaFileError, Findings
from polls.agenda_file.yaml_text import Value, load
from polls.domain.agenda import (
    BODY_LENGTH_MOST,
    LABEL_LENGTH_MOST,
    LANGUAGE_PATTERN,
    TITLE_LENGTH_MOST,
    ItemDefinition,
    PanelDefinition,
    Panellist,
    Place,
    PollDefinition,
    examine_poll,
    parse_optional_texts,
    parse_texts,
)
from polls.domain.comments import Moderation
from polls.domain.errors import FieldRefusal
from polls.domain.kinds import all_kinds, kind_named
from polls.domain.texts import Texts, clean_line

ITEMS_MOST = 200
PANELLISTS_MOST = 50
LANGUAGES_MOST = 24

CODE_PATTERN = "^[0-9A-Z]{4,16}$"

PANEL_FIELDS = (
    "code",
    "title",
    "theme",
    "description",
    "place",
    "languages",
    "moderation",
    "panellists",
    "items",
)
PLACE_FIELDS = ("building", "room", "street", "town")
PANELLIST_FIELDS = ("name", "role")
TALK_FIELDS = ("kind", "title", "body")
POLL_FIELDS = (*TALK_FIELDS, "options", "settings", "visibility", "countdown_seconds")

TALK_KINDS = ("comments", "slide")

T = TypeVar("T")


def read_agenda(text: str) -> PanelDefinition:
    """Return the panel that an agenda file describes, or raise AgendaFileError."""
    value, findings = load(text)
    if findings.problems:
        raise AgendaFileError(findings.problems)
    panel = _Reading(findings).panel(value)
    if findings.problems or panel is None:
        raise AgendaFileError(findings.problems)
    return panel


@dataclass(slots=True)
class _Reading:
    """One pass over what the file holds; problems gather while it goes on."""

    findings: Findings
    languages: tuple[str, ...] = ("en",)

    def panel(self, value: Value) -> PanelDefinition | None:
        if not isinstance(value, dict):
            self.findings.add("", "a panel with at least a title and items")
            return None
        self.refuse_unknown(value, PANEL_FIELDS, "")
        self.languages = self.read_languages(value.get("languages"))
        return PanelDefinition(
            title=self.texts(value.get("title"), "title", TITLE_LENGTH_MOST),
            languages=self.languages,
            code=self.code(value.get("code")),
            theme=self.optional_texts(value.get("theme"), "theme", TITLE_LENGTH_MOST),
            description=self.optional_texts(
                value.get("description"), "description", BODY_LENGTH_MOST, is_block=True
            ),
            place=self.place(value.get("place")),
            moderation=self.moderation(value.get("moderation")),
            panellists=tuple(
                self.panellist(entry, f"panellists[{number}]")
                for number, entry in self.entries(value, "panellists", PANELLISTS_MOST)
            ),
            items=tuple(
                item
                for number, entry in self.entries(value, "items", ITEMS_MOST)
                if (item := self.item(entry, f"items[{number}]")) is not None
            ),
        )

    # Parts of a panel

    def read_languages(self, value: Value) -> tuple[str, ...]:
        if value is None:
            return ("en",)
        expected = "a list of different languages such as [en, fr, nl]"
        is_right = (
            isinstance(value, list)
            and 1 <= len(value) <= LANGUAGES_MOST
            and all(isinstance(tag, str) and re.match(LANGUAGE_PATTERN, tag) for tag in value)
            and len(set(value)) == len(value)
        )
        if is_right and isinstance(value, list):
            return tuple(value)
        self.findings.add("languages", expected)
        return ("en",)

    def code(self, value: Value) -> str | None:
        if value is None:
            return None
        code = value.upper() if isinstance(value, str) else ""
        if not re.fullmatch(CODE_PATTERN, code):
            self.findings.add("code", "4 to 16 letters from A to Z and digits")
        return code

    def moderation(self, value: Value) -> Moderation:
        if value in (None, ""):
            return Moderation.PRE
        if value in tuple(Moderation):
            return Moderation(str(value))
        self.findings.add("moderation", "one of: " + ", ".join(Moderation))
        return Moderation.PRE

    def place(self, value: Value) -> Place:
        fields = self.fields(value, PLACE_FIELDS, "place")
        return Place(**{name: self.line(fields.get(name), f"place.{name}") for name in fields})

    def panellist(self, value: Value, path: str) -> Panellist:
        fields = self.fields(value, PANELLIST_FIELDS, path)
        name = self.line(fields.get("name"), f"{path}.name")
        if not name:
            self.findings.add(f"{path}.name", "a name")
        role = self.optional_texts(fields.get("role"), f"{path}.role", LABEL_LENGTH_MOST)
        return Panellist(name, role)

    # Agenda items

    def item(self, value: Value, path: str) -> ItemDefinition | None:
        known = (*all_kinds(), *TALK_KINDS)
        if not isinstance(value, dict):
            self.findings.add(path, "an item with kind and title")
            return None
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in known:
            self.findings.add(f"{path}.kind", "one of: " + ", ".join(known))
            return None
        self.refuse_unknown(value, TALK_FIELDS if kind in TALK_KINDS else POLL_FIELDS, path)
        body = self.optional_texts(
            value.get("body"), f"{path}.body", BODY_LENGTH_MOST, is_block=True
        )
        if kind in TALK_KINDS:
            title = self.texts(value.get("title"), f"{path}.title", TITLE_LENGTH_MOST)
            return ItemDefinition(kind, title, body)
        poll = self.poll(value, path)
        return None if poll is None else ItemDefinition.of_poll(poll, body)

    def poll(self, value: dict[str, Any], path: str) -> PollDefinition | None:
        poll, faults = examine_poll(
            value["kind"],
            value.get("title"),
            value.get("options"),
            value.get("settings"),
            value.get("visibility"),
            value.get("countdown_seconds"),
            language=self.languages[0],
        )
        for fault in faults:
            self.findings.add(f"{path}.{fault.field}", fault.expected)
        self.miss_languages(value.get("title"), f"{path}.title")
        facts = kind_named(value["kind"]).option_facts
        self.options(value.get("options"), f"{path}.options", facts)
        settings = value.get("settings")
        for name, setting in settings.items() if isinstance(settings, dict) else ():
            if isinstance(setting, dict) or isinstance(poll and poll.settings.get(name), Mapping):
                self.miss_languages(setting, f"{path}.settings.{name}")
        return poll

    def options(self, value: Value, path: str, facts: tuple[str, ...]) -> None:
        for number, option in enumerate(value if isinstance(value, list) else (), start=1):
            option_path = f"{path}[{number}]"
            if isinstance(option, dict) and "label" in option:
                self.refuse_unknown(option, ("id", "label", *facts), option_path)
                self.miss_languages(option["label"], f"{option_path}.label")
            else:
                self.miss_languages(option, option_path)

    # What all parts are made of

    def refuse_unknown(self, value: dict[str, Any], known: tuple[str, ...], path: str) -> None:
        for name in value:
            if name in known:
                continue
            near = get_close_matches(name.casefold(), known, n=1)
            expected = f"the name {near[0]} instead" if near else "one of: " + ", ".join(known)
            self.findings.add(f"{path}.{name[:40]}" if path else name[:40], expected)

    def fields(self, value: Value, known: tuple[str, ...], path: str) -> dict[str, Any]:
        """Return the known fields of a mapping that may be missing."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.findings.add(path, "fields: " + ", ".join(known))
            return {}
        self.refuse_unknown(value, known, path)
        return {name: value[name] for name in known if name in value}

    def entries(self, value: dict[str, Any], name: str, most: int) -> list[tuple[int, Value]]:
        """Return the entries of a list that may be missing, counted from 1."""
        entries = value.get(name)
        if entries is None:
            return []
        if not isinstance(entries, list):
            self.findings.add(name, "a list, each entry beginning with a dash")
            return []
        if len(entries) > most:
            self.findings.add(name, f"at most {most} entries, not {len(entries)}")
        return list(enumerate(entries[:most], start=1))

    def line(self, value: Value, path: str) -> str:
        """Return a text that is the same in every language, such as a name."""
        if value is None:
            return ""
        if not isinstance(value, str):
            self.findings.add(path, "one text for all languages")
            return ""
        cleaned = clean_line(value)
        if len(cleaned) > LABEL_LENGTH_MOST:
            expected = f"at most {LABEL_LENGTH_MOST} characters, not {len(cleaned)}"
            self.findings.add(path, expected)
        return cleaned

    def texts(self, value: Value, path: str, most: int) -> Texts:
        found = self.attempt(lambda: parse_texts(value, path, most, self.languages[0]))
        self.miss_languages(value, path)
        return found or Texts()

    def optional_texts(
        self, value: Value, path: str, most: int, *, is_block: bool = False
    ) -> Texts:
        found = self.attempt(
            lambda: parse_optional_texts(value, path, most, self.languages[0], is_block=is_block)
        )
        self.miss_languages(value, path)
        return found or Texts()

    def attempt(self, parse: Callable[[], T]) -> T | None:
        try:
            return parse()
        except FieldRefusal as fault:
            self.findings.add(fault.field, fault.expected)
            return None

    def miss_languages(self, value: Value, path: str) -> None:
        """A forgotten translation is a problem; one left empty on purpose is not, nor is one
        plain text for all languages."""
        if not isinstance(value, dict):
            return
        for language in self.languages:
            if language not in value:
                expected = 'a text, or "" to show another language'
                self.findings.add(f"{path}.{language}", expected)
