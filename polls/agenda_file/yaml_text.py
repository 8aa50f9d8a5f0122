"""Reads YAML without believing it: plain texts, lists and mappings, each with its line.

Only the events of the parser are used. So no tag can make an object, no alias can multiply
what was written, `no`, `1.10` and `2026-11-24` stay the text that they are, and depth and
size are bounded before anything is built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from polls.agenda_file.problems import Findings

BYTES_MOST = 1024 * 1024
EVENTS_MOST = 50_000
"""A full agenda in three languages has some 10,000."""
DEPTH_MOST = 12

Value = str | list[Any] | dict[str, Any] | None

_NOTHING = {"", "~", "null", "Null", "NULL"}
_TEXT_TAG = "tag:yaml.org,2002:str"

# What people meet most often, said so that they can mend it.
_EXPLAINED = (
    ("mapping values are not allowed", "quotation marks around a text that holds a colon"),
    ("could not find expected ':'", "a colon and a space after the name of the field"),
    ("while scanning a quoted scalar", "a closing quotation mark"),
    ("unexpected end of stream", "a closing quotation mark"),
    ("cannot start any token", "quotation marks around a text that begins with this character"),
    ("while scanning an alias", "quotation marks around a text that begins with *"),
    ("while scanning an anchor", "quotation marks around a text that begins with &"),
    ("flow sequence", "a comma or a closing ]"),
    ("flow mapping", "a comma or a closing }"),
    ("block collection", "the same number of spaces as the lines before"),
    ("block mapping", "the same number of spaces as the lines before"),
)


class _TooMuchError(Exception):
    """Reading stops here; the reason is among the findings."""


@dataclass(slots=True)
class _Reader:
    events: Iterator[Event]
    findings: Findings
    event_count: int = 0

    def next(self) -> Event:
        self.event_count += 1
        event = next(self.events)
        if self.event_count > EVENTS_MOST:
            self.findings.add("", "a file with fewer entries", _line(event))
            raise _TooMuchError
        return event

    def root(self) -> Value:
        root: Value = None
        document_count = 0
        while not isinstance(event := self.next(), StreamEndEvent):
            if isinstance(event, NodeEvent):
                root = self.node(event, "", 0)
            elif isinstance(event, DocumentStartEvent):
                document_count += 1
                if document_count > 1:
                    self.findings.add("", "one panel in a file, so only one ---", _line(event))
                    raise _TooMuchError
        return root

    def node(self, event: Event, path: str, depth: int) -> Value:
        self.findings.lines.setdefault(path, _line(event))
        if depth > DEPTH_MOST:
            self.findings.add(path, "lists and fields that are less deeply nested", _line(event))
            raise _TooMuchError
        if isinstance(event, AliasEvent):
            self.findings.add(path, "the text itself, since *names are not used here")
            return ""
        if getattr(event, "tag", None) not in (None, "!", _TEXT_TAG):
            self.findings.add(path, "a plain text, list or fields, without a tag")
        if isinstance(event, SequenceStartEvent):
            return self.sequence(path, depth)
        if isinstance(event, MappingStartEvent):
            return self.mapping(path, depth)
        assert isinstance(event, ScalarEvent)  # noqa: S101
        is_plain = event.style in (None, "")
        return None if is_plain and event.value in _NOTHING else str(event.value)

    def sequence(self, path: str, depth: int) -> list[Value]:
        entries: list[Value] = []
        while not isinstance(event := self.next(), SequenceEndEvent):
            entries.append(self.node(event, f"{path}[{len(entries) + 1}]", depth + 1))
        return entries

    def mapping(self, path: str, depth: int) -> dict[str, Value]:
        entries: dict[str, Value] = {}
        while not isinstance(event := self.next(), MappingEndEvent):
            line = _line(event)
            if not isinstance(event, ScalarEvent):
                self.findings.add(path, "a plain name for each field", line)
                raise _TooMuchError
            name = str(event.value)
            name_path = f"{path}.{name[:40]}" if path else name[:40]
            if name in entries:
                first = self.findings.line_of(name_path)
                self.findings.add(name_path, f"this field only once (see line {first})", line)
            self.findings.lines.setdefault(name_path, line)
            value = self.node(self.next(), name_path, depth + 1)
            entries.setdefault(name, value)
        return entries


def load(text: str) -> tuple[Value, Findings]:
    """Return what a YAML text holds, every scalar as the text it was written as, and where.

    What is wrong with the YAML itself is among the findings; the value is then worthless.
    """
    findings = Findings()
    text = text.removeprefix("\ufeff")
    if len(text.encode("utf-8", "replace")) > BYTES_MOST:
        findings.add("", "a file of at most 1 MB", 1)
        return None, findings
    reader = _Reader(YAML(typ="safe", pure=True).parse(text), findings)
    try:
        return reader.root(), findings
    except _TooMuchError:
        pass
    except MarkedYAMLError as error:
        findings.add("", *_explain(error, text))
    except YAMLError as error:
        position = getattr(error, "position", 0)
        findings.add("", "no control characters", text.count("\n", 0, position) + 1)
    return None, findings


def _line(event: Event) -> int:
    mark = event.start_mark
    return 1 if mark is None else int(mark.line) + 1


def _explain(error: MarkedYAMLError, text: str) -> tuple[str, int]:
    mark = error.problem_mark or error.context_mark
    number = 0 if mark is None else int(mark.line)
    lines = text.split("\n")
    line = lines[number] if number < len(lines) else ""
    if re.match(r" *\t", line):
        return "spaces at the start of the line, not a tab", number + 1
    said = f"{error.context or ''} {error.problem or ''}"
    for phrase, expected in _EXPLAINED:
        if phrase in said:
            return expected, number + 1
    return f"YAML ({said.strip()})", number + 1
