"""Holds the habits that a linter does not know: short files, each with a reason, none unfinished."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MOST_LINES = 450
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
OWN_FOLDERS = ["polls", "templates", "static", "tests", "tools", "bench", "deploy"]
TEXT_SUFFIXES = {".py", ".html", ".js", ".mjs", ".css", ".sh", ".yaml", ".yml", ".conf", ".sql"}
NOT_OWN = {"vendor", "node_modules", "__pycache__"}


def own_files(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in TEXT_SUFFIXES and not NOT_OWN.intersection(path.parts)
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", own_files("polls"), ids=name_of)
def test_a_file_has_one_subject(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, f"{lines} lines: by now it has two subjects"


@pytest.mark.parametrize("path", [p for p in own_files("polls") if p.suffix == ".py"], ids=name_of)
def test_a_module_opens_with_why_it_exists(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body


def test_nothing_is_left_unfinished() -> None:
    found = [
        f"{name_of(path)}:{number}"
        for path in own_files(*OWN_FOLDERS)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]
    assert found == []
