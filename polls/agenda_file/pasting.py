"""Questions pasted from a document, a mail or a spreadsheet, one a line."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from io import StringIO

from polls.agenda_file.problems import AgendaFileError, Problem
from polls.domain.agenda import PollDefinition, examine_poll
from polls.domain.texts import fold

CHARACTERS_MOST = 60_000
QUESTIONS_MOST = 100

_BULLET = re.compile(r"^\s*[-*•–·]\s*")
_NUMBER = re.compile(r"^\s*\d{1,3}[.)]\s+")
_HEADINGS = {"question", "questions", "vraag", "vragen", "title", "titel", "titre", "frage"}

Row = tuple[int, str, list[str]]
"""The line, the question, its options."""


def parse_pasted_questions(text: str, language: str = "en") -> list[PollDefinition]:
    """Return a poll for each question, or raise AgendaFileError with every problem.

    Plain text has one question a line; lines below it that begin with a dash, an asterisk or
    a bullet are its options. Rows of a spreadsheet hold a question and its options, separated
    by tabs, semicolons or commas. A question with options becomes a single choice, one
    without an open text.
    """
    if len(text) > CHARACTERS_MOST:
        raise AgendaFileError([Problem(1, "", f"at most {CHARACTERS_MOST} characters")])
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator_of(text)
    rows = list(_plain_rows(text) if separator is None else _table_rows(text, separator))
    if not rows:
        raise AgendaFileError([Problem(1, "", "at least one question, one a line")])
    if len(rows) > QUESTIONS_MOST:
        line = rows[QUESTIONS_MOST][0]
        raise AgendaFileError([Problem(line, "", f"at most {QUESTIONS_MOST} questions")])
    polls: list[PollDefinition] = []
    problems: list[Problem] = []
    for line, question, options in rows:
        kind = "single_choice" if options else "text"
        poll, faults = examine_poll(kind, question, options, language=language)
        problems += [Problem(line, fault.field, fault.expected) for fault in faults]
        if poll is not None:
            polls.append(poll)
    if problems:
        raise AgendaFileError(problems)
    return polls


def _separator_of(text: str) -> str | None:
    """Say how a table's columns are separated, or None for plain text.

    A poll has two options or none, so a single separator in a line separates nothing.
    Questions hold commas, so commas separate only where every first column reads like a
    question or a heading stands above.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if any(_BULLET.match(line) for line in lines):
        return None
    for separator in "\t;":
        if any(line.count(separator) > 1 for line in lines):
            return separator
    if not any("," in line for line in lines):
        return None
    try:
        rows = [row for row in csv.reader(lines, strict=True) if row]
    except csv.Error:
        return None
    if fold(rows[0][0].strip()) in _HEADINGS:
        return ","
    asks = all(row[0].strip().endswith(("?", ":")) for row in rows)
    return "," if asks and any(len(row) > 1 for row in rows) else None


def _plain_rows(text: str) -> Iterator[Row]:
    current: Row | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if bullet := _BULLET.match(line):
            if current is None:
                raise AgendaFileError([Problem(number, "", "a question before its first option")])
            current[2].append(line[bullet.end() :].strip())
            continue
        if current is not None:
            yield current
        current = (number, _NUMBER.sub("", line).strip(), [])
    if current is not None:
        yield current


def _table_rows(text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text), delimiter=separator, strict=True, skipinitialspace=True)
    before = 0
    try:
        for row in reader:
            line, before = before + 1, reader.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].casefold().startswith("sep="):
                continue
            if line == 1 and fold(cells[0]) in _HEADINGS:
                continue
            yield line, _NUMBER.sub("", cells[0]), [cell for cell in cells[1:] if cell]
    except csv.Error:
        expected = "a closing quotation mark, or none at all"
        raise AgendaFileError([Problem(before + 1, "", expected)]) from None
