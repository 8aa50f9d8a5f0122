"""docs/privacy.md, the kinds of data in the code and the schema name the same fields; so do cookies
and what is kept in the browser."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import pytest

from polls.config import Config
from polls.domain.kept import BESIDE_PANELS, COOKIES, IN_BROWSER, KEPT, KeptUntil
from polls.domain.polls import Role
from polls.store import schema
from polls.web.identity import LANGUAGE_COOKIE, cookie_name

ROOT = Path(__file__).resolve().parent.parent.parent
RECORD = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### [^\n]* \(`(\w+)`\)\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^\| `(\w+\.\w+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
SECTIONS = dict(SECTION.findall(RECORD))
COLUMNS = {
    f"{table.name}.{column.name}" for table in schema.metadata.tables.values() for column in table.c
}
SCRIPTS = [
    path
    for path in sorted((ROOT / "static").rglob("*.js"))
    if "vendor" not in path.relative_to(ROOT).parts
]


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## )", RECORD, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_every_column_has_one_kind_and_no_kind_names_what_is_not_there() -> None:
    named = list(chain.from_iterable(kind.names() for kind in KEPT.values()))
    assert sorted(named) == sorted(COLUMNS)


def test_the_record_has_every_column_once_and_no_other() -> None:
    assert sorted(name for name, _, _ in FIELD.findall(RECORD)) == sorted(COLUMNS)


@pytest.mark.parametrize("kind", sorted(KEPT))
def test_the_record_has_a_kinds_columns_in_its_section(kind: str) -> None:
    rows = FIELD.findall(SECTIONS[kind])
    assert {name for name, _, _ in rows} == KEPT[kind].names()
    if KEPT[kind].until is not KeptUntil.END:
        assert all(time.startswith((KEPT[kind].until.value, "end: ")) for _, _, time in rows), (
            "kept longer or shorter than its kind"
        )


def test_the_record_has_no_kind_that_the_code_does_not_know() -> None:
    assert set(SECTIONS) == set(KEPT)


def test_the_record_names_every_cookie_and_no_other() -> None:
    used = {cookie_name(role, "CODE") for role in Role} | {LANGUAGE_COOKIE}
    assert set(re.findall(r"^\| `(\w+)` ", section("Cookies"), re.MULTILINE)) == used
    assert {name.removesuffix("CODE") for name in used} == set(COOKIES)


def test_no_cookie_is_set_anywhere_else() -> None:
    setters = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "polls").rglob("*.py"))
        if re.search(r"\.set_cookie\(|Set-Cookie", path.read_text(encoding="utf-8"))
    ]
    assert setters == ["polls/web/identity.py"]
    assert not [path.name for path in SCRIPTS if "document.cookie" in path.read_text("utf-8")]


def test_the_record_names_all_that_the_browser_stores_and_no_more() -> None:
    used = set()
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"""store\.(?:read|write)\(\s*["'`]([\w-]+)""", text))
        used |= set(re.findall(r"\b(?:draftOf|draftKey) = [^`\n]*`([a-z]+):", text))
    told = section("The browser's own store")
    assert used == set(IN_BROWSER)
    assert set(re.findall(r"^\| `([a-z]+)[`:,]", told, re.MULTILINE)) == {*used, "hemicycle"}


def test_what_is_kept_beside_a_panels_store_is_named_whole() -> None:
    touching = [
        text
        for path in SCRIPTS
        if re.search(r"localStorage|sessionStorage|indexedDB", text := path.read_text("utf-8"))
    ]
    assert len(touching) == 2 + len(BESIDE_PANELS), "a store that this test does not know"
    used = {
        name
        for text in touching
        for name in re.findall(r'^const KEPT = "(.+)";', text, re.MULTILINE)
    }
    assert used == set(BESIDE_PANELS)
    assert all(f"| `{name}` |" in section("The browser's own store") for name in used)


def test_the_record_and_the_defaults_speak_of_the_same_days() -> None:
    assert f"{Config().retention_days} days after it was made" in RECORD
