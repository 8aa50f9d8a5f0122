"""Why a file was refused: every problem with its line, its field and what was expected there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from polls.domain.errors import Refusal

SHOWN_MOST = 50
"""A file that is something else altogether need not be explained line by line."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    line: int
    field: str
    expected: str

    def __str__(self) -> str:
        where = f"line {self.line}: {self.field}" if self.field else f"line {self.line}"
        return f"{where}: expected {self.expected}"


class AgendaFileError(Refusal):
    """The text is refused as a whole; nothing of it was used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        shown = [
            {"line": problem.line, "field": problem.field, "expected": problem.expected}
            for problem in self.problems[:SHOWN_MOST]
        ]
        super().__init__("agenda.refused", problems=shown, problem_count=len(self.problems))

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN_MOST]]
        if (more := len(self.problems) - SHOWN_MOST) > 0:
            lines.append(f"and {more} more")
        return "\n".join(lines)


@dataclass(slots=True)
class Findings:
    """Gathers problems while a file is read, and knows in which line each field stands."""

    lines: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, expected: str, line: int | None = None) -> None:
        self.problems.append(Problem(line or self.line_of(path), path, expected))

    def line_of(self, path: str) -> int:
        """Return the line of a field; one that is missing is missed where its parent begins."""
        while path and path not in self.lines:
            path = _parent(path)
        return self.lines.get(path, 1)


def _parent(path: str) -> str:
    return path[: max(path.rfind("."), path.rfind("["), 0)]
