"""Holds the floors of the house: imports go down only, so that the domain can be trusted alone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "polls"

# What each floor may use besides itself. `cli` and `app` see all: there the parts meet.
BELOW = {
    "domain": set(),
    "config": {"domain"},
    "protocol": {"domain", "config"},
    "events": set(),
    "store": {"domain"},
    "agenda_file": {"domain"},
    "count_files": {"domain"},
    "live": {"store", "domain", "protocol", "config"},
    "services": {"live", "store", "agenda_file", "domain", "protocol", "config"},
    "web": {"services", "live", "store", "agenda_file", "domain", "protocol", "config"},
    # The demo is a guest like any other: it comes in through the services.
    "demo": {"services", "agenda_file", "domain", "protocol", "config"},
}
TOPS = {"app", "cli", "commands"}
# The libraries of the web stay where the web is.
WEB_LIBRARIES = {"flask", "flask_socketio", "flask_babel", "werkzeug", "socketio", "engineio"}
WEBLESS_FLOORS = {"domain", "store", "agenda_file", "count_files", "services"}
# Equal shares are counted with arrays, and loaded by whoever counts.
COUNTS_WITH_ARRAYS = {f"polls/domain/counting/{name}.py" for name in ("market", "purchasing")}


def floor_of(path: Path) -> str:
    """The first name below `polls`: a folder, or a file on its own."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            # `from polls import web` names a floor only in its second half.
            if module == "polls":
                for alias in node.names:
                    yield node.lineno, f"polls.{alias.name}"
            else:
                yield node.lineno, module


MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_package_itself_imports_nothing() -> None:
    assert list(imported_modules(PACKAGE / "__init__.py")) == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_go_down_only(path: Path) -> None:
    floor = floor_of(path)
    if floor in TOPS:
        return
    assert floor in BELOW, f"polls/{floor} has no floor yet: give it one in this test"
    allowed = BELOW[floor] | {floor}
    wrong = [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imported_modules(path)
        if module.split(".")[0] == "polls" and module.split(".")[1] not in allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("path", [p for p in MODULES if floor_of(p) == "domain"], ids=name_of)
def test_the_domain_knows_the_standard_library_only(path: Path) -> None:
    allowed = sys.stdlib_module_names | {"polls"}
    if "opinion" in name_of(path) or name_of(path) in COUNTS_WITH_ARRAYS:
        allowed |= {"numpy"}
    foreign = [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imported_modules(path)
        if module.split(".")[0] not in allowed
    ]
    assert foreign == []


@pytest.mark.parametrize("path", [p for p in MODULES if floor_of(p) in WEBLESS_FLOORS], ids=name_of)
def test_services_and_below_know_nothing_of_the_web(path: Path) -> None:
    found = [
        f"{name_of(path)}:{line} imports {module}"
        for line, module in imported_modules(path)
        if module.split(".")[0] in WEB_LIBRARIES
    ]
    assert found == []
