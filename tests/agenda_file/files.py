"""Files to read, and what is said of those that are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from polls.agenda_file import AgendaFileError, Problem, read_agenda

ROOT = Path(__file__).resolve().parents[2]
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


def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCHEMA_PATH.read_text("utf-8"))
    return found
