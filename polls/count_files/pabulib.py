"""Reads participatory budgets in the format of Pabulib (.pb).

Source: D. Stolicki, S. Szufa, N. Talmon, Pabulib: A Participatory Budgeting Library, 2020, and
pabulib.org/format.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from polls.count_files.problems import CountFileProblem
from polls.domain.counting.funding import Project

EXTENSIONS = (".pb",)

SECTIONS = ("META", "PROJECTS", "VOTES")
VOTE_TYPES = frozenset({"approval", "choose-1", "ordinal", "cumulative", "scoring"})
_WITH_POINTS = frozenset({"cumulative", "scoring"})
_AMOUNT = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
_POINTS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,15})?")
_COUNT = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class BudgetFile:
    """Projects in the order of the file, approvals by how many voters cast them, the budget.

    `warnings` say what is odd and takes no vote from anyone.
    """

    projects: Sequence[Project]
    ballots: Mapping[frozenset[str], int]
    budget: Fraction
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """Cells by the names of their columns, and the line where they begin."""

    line: int
    cells: Mapping[str, str]


@dataclass(slots=True)
class _Section:
    line: int
    columns: tuple[str, ...] = ()
    rows: list[_Row] = field(default_factory=list)


def read_pabulib(text: str) -> BudgetFile:
    """Return projects, approvals and budget; CountFileProblem names the line that is at fault.

    Whatever is on a ballot counts as approved. Where ballots carry points, whatever has more than
    none does.
    """
    sections = _sections(text)
    meta = {row.cells["key"].strip().lower(): row for row in sections["META"].rows}
    if "budget" not in meta:
        raise CountFileProblem("META does not say the budget", sections["META"].line)
    budget = _amount(meta["budget"].cells["value"], "the budget", meta["budget"].line)
    vote_type = meta["vote_type"].cells["value"].strip().lower() if "vote_type" in meta else ""
    if vote_type and vote_type not in VOTE_TYPES:
        raise CountFileProblem(
            f"vote_type is {vote_type!r}; known are {', '.join(sorted(VOTE_TYPES))}",
            meta["vote_type"].line,
        )
    projects = _projects(sections["PROJECTS"])
    ballots = _ballots(
        sections["VOTES"],
        {project.id for project in projects},
        has_points=vote_type in _WITH_POINTS,
    )
    return BudgetFile(
        projects, ballots, budget, _oddities(meta, len(projects), sections["VOTES"].rows)
    )


def _oddities(meta: Mapping[str, _Row], projects: int, votes: Sequence[_Row]) -> list[str]:
    odd = []
    for key, found in (("num_projects", projects), ("num_votes", len(votes))):
        told = meta[key].cells["value"].strip() if key in meta else ""
        if _COUNT.fullmatch(told) and int(told) != found:
            odd.append(f"line {meta[key].line}: {key} is {told}, but the file has {found}")
    voters = [row.cells["voter_id"].strip() for row in votes if "voter_id" in row.cells]
    if len(set(voters)) < len(voters):
        odd.append("a voter_id stands on several votes; each is counted")
    return odd


def _sections(text: str) -> dict[str, _Section]:
    found: dict[str, _Section] = {}
    current: _Section | None = None
    longest = (0, 0)
    for line, last, cells in _lines(text):
        longest = max(longest, (last - line, line))
        if not any(cell.strip() for cell in cells):
            continue
        name = cells[0].strip().upper()
        if name in SECTIONS and not any(cell.strip() for cell in cells[1:]):
            if name in found:
                raise CountFileProblem(f"the section {name} is there twice", line)
            current = found[name] = _Section(line)
        elif current is None:
            raise CountFileProblem("a .pb file begins with a line META", line)
        elif not current.columns:
            current.columns = tuple(cell.strip().lower() for cell in cells)
        else:
            current.rows.append(_row(current.columns, cells, line))
    for name in SECTIONS:
        if name not in found:
            hint = ""
            if longest[0]:
                hint = f"; the quoted text that begins on line {longest[1]} may not be closed"
            raise CountFileProblem(f"there is no section {name}{hint}")
    for name, needed in (
        ("META", {"key", "value"}),
        ("PROJECTS", {"project_id", "cost"}),
        ("VOTES", {"vote"}),
    ):
        if missing := sorted(needed - set(found[name].columns)):
            raise CountFileProblem(
                f"{name} needs the column {missing[0]}",
                found[name].line + bool(found[name].columns),
            )
    return found


def _lines(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield rows with the lines where they begin and end; a quoted cell may hold several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    line = 1
    try:
        for cells in reader:
            yield line, reader.line_num, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise CountFileProblem(f"the row cannot be read ({error})", line) from error


def _row(columns: Sequence[str], cells: Sequence[str], line: int) -> _Row:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise CountFileProblem(
            f"{len(cells)} cells, but there are {len(columns)} columns; "
            "a text that holds a semicolon needs quotes",
            line,
        )
    return _Row(line, dict(zip(columns, cells, strict=False)))


def _cell(row: _Row, column: str) -> str:
    if column not in row.cells:
        raise CountFileProblem(f"the row ends before the column {column}", row.line)
    return row.cells[column].strip()


def _amount(text: str, what: str, line: int) -> Fraction:
    text = text.strip()
    if not _AMOUNT.fullmatch(text):
        raise CountFileProblem(
            f"{what} must be a number such as 75000 or 1234.56, not {text[:40]!r}", line
        )
    return Fraction(text)


def _projects(section: _Section) -> list[Project]:
    projects: dict[str, Project] = {}
    for row in section.rows:
        id_ = _cell(row, "project_id")
        if not id_ or "," in id_:
            raise CountFileProblem("project_id must be a text without commas", row.line)
        if id_ in projects:
            raise CountFileProblem(f"project {id_[:40]!r} is there twice", row.line)
        projects[id_] = Project(id_, _amount(_cell(row, "cost"), "the cost", row.line))
    if not projects:
        raise CountFileProblem("there are no projects in this file", section.line)
    return list(projects.values())


def _ballots(section: _Section, known: set[str], *, has_points: bool) -> dict[frozenset[str], int]:
    ballots: dict[frozenset[str], int] = {}
    for row in section.rows:
        listed = [part.strip() for part in _cell(row, "vote").split(",")]
        if listed == [""]:
            listed = []
        for part in listed:
            if part not in known:
                raise CountFileProblem(f"there is no project {part[:40]!r}", row.line)
        if has_points and row.cells.get("points", "").strip():
            points = _points(row, len(listed))
            listed = [part for part, given in zip(listed, points, strict=True) if given > 0]
        approved = frozenset(listed)
        ballots[approved] = ballots.get(approved, 0) + 1
    if not ballots:
        raise CountFileProblem("there are no votes in this file", section.line)
    return ballots


def _points(row: _Row, expected: int) -> list[Fraction]:
    parts = [part.strip() for part in row.cells["points"].split(",")]
    if len(parts) != expected:
        raise CountFileProblem(f"{expected} projects, but {len(parts)} points", row.line)
    for part in parts:
        if not _POINTS.fullmatch(part):
            raise CountFileProblem(f"points must be numbers, not {part[:40]!r}", row.line)
    return [Fraction(part) for part in parts]
