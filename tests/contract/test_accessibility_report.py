"""The report on accessibility names every criterion, and only tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REPORT = (ROOT / "docs" / "accessibility.md").read_text("utf-8")
ADDED_BY_2_2 = {"2.4.11", "2.5.7", "2.5.8", "3.2.6", "3.3.7", "3.3.8"}
GUIDELINES: dict[str, tuple[int, ...]] = {
    "1.1": (1,),
    "1.3": (1, 2, 3, 4, 5),
    "1.4": (1, 2, 3, 4, 5, 10, 11, 12, 13),
    "2.1": (1, 2, 4),
    "2.2": (1, 2),
    "2.3": (1,),
    "2.4": (1, 2, 3, 4, 5, 6, 7),
    "2.5": (1, 2, 3, 4),
    "3.1": (1, 2),
    "3.2": (1, 2, 3, 4),
    "3.3": (1, 2, 3, 4),
    "4.1": (1, 2, 3),
}
"""What WCAG 2.1 asks at levels A and AA, but for 1.2.1 to 1.2.5, which share a line."""
CRITERIA = ADDED_BY_2_2 | {
    f"{guideline}.{number}" for guideline, numbers in GUIDELINES.items() for number in numbers
}
RESULTS = {"met", "partly", "not met", "not applicable", "not tested"}


def rows() -> list[list[str]]:
    lines = re.findall(r"^\| (\d\.\d\.\d+ .*) \|$", REPORT, re.MULTILINE)
    return [re.split(r" \|(?: |$)", line) for line in lines]


def test_each_criterion_has_one_line_with_a_result_and_how_it_was_tested() -> None:
    named = [cells[0].split()[0] for cells in rows() if cells[0].split()[1] != "to"]
    assert sorted(named) == sorted(CRITERIA)
    for criterion, _level, result, tested_by, *_remark in rows():
        assert result in RESULTS, criterion
        assert tested_by, criterion


def test_it_names_only_tests_that_are_there() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"`(test_\w+)`", REPORT):
        assert f"def {name}(" in sources, name
    for path in re.findall(r"`(tests/[\w/.]+)`", REPORT):
        assert (ROOT / path).exists(), path


def test_what_is_partly_met_says_why() -> None:
    for criterion, _level, result, _tested_by, *remark in rows():
        assert result != "partly" or any(remark), criterion
