"""What browsers are sent can be read by the oldest that docs/browsers.md promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check_browsers import (
    DOCUMENT,
    OLDEST,
    code_of,
    faults,
    faults_of_syntax,
)

NEWER = [
    "a ??= b;",
    "a ||= b;",
    "a.b &&= c;",
    "class Seat { #row = 1; }",
    "class Seat { row = 1; }",
    "class Seat { static { count(); } }",
    "const big = 10n;",
    'const found = await fetch("/");',
    'export * as kinds from "./kinds.js";',
    "const after = text.match(/(?<=a)b/);",
    "const set = /[a--b]/v;",
    "const said = `one ${two ??= 3} four`;",
]
READABLE = [
    "a?.b ?? c;",
    "const text = 'a ??= b';",
    "// a ??= b\n/* c ||= d */",
    "const text = `a ??= b`;",
    "const text = `a ${b ? `c ||= ${d}` : e} f &&= g`;",
    "const color = `#abc`; const id = '#now';",
    "const half = total / 2; const rest = other / 3;",
    "const is = /a ??= b|\\/[/]/.test(text) || 'x';",
    "async function go() {\n  const answer = await fetch('/');\n}",
    "try { go(); } catch { stay(); }",
    "class Seat { constructor() { this.row = 1; } }",
]


@pytest.mark.parametrize("script", NEWER)
def test_syntax_that_a_browser_of_2020_cannot_read_is_found(script: str) -> None:
    assert faults_of_syntax(script)


@pytest.mark.parametrize("script", READABLE)
def test_syntax_that_it_can_read_is_let_be_and_so_are_texts_and_comments(script: str) -> None:
    assert not faults_of_syntax(script)


def test_what_follows_a_text_with_holes_is_code_again() -> None:
    code, regexes = code_of("const a = `x ${b} ${`y ${c}`} z` + d; const e = /f'/g; g ??= 'h';")
    assert "b" in code
    assert "g ??=" in code
    assert "x" not in code
    assert regexes == ["/f'/g"]


def test_all_that_is_sent_is_readable_and_what_is_newer_is_explained() -> None:
    assert faults() == []


def test_what_the_document_does_not_explain_or_explains_in_vain_is_a_fault() -> None:
    text = DOCUMENT.read_text("utf-8")
    row = next(line for line in text.splitlines() if line.startswith("| `:has()`"))
    assert any(":has()" in fault for fault in faults(document=text.replace(row, "")))
    assert any(
        "since" in fault for fault in faults(document=text.replace("Firefox 121", "Firefox 1"))
    )
    invented = f"{text}| `telepathy` | Chrome 1, Firefox 1, Safari 1 | silence |\n"
    assert any("telepathy" in fault for fault in faults(document=invented))


def test_a_script_of_today_in_the_folder_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "static" / "new.js").write_text("a ??= b;\n")
    assert any("static/new.js" in fault for fault in faults(tmp_path, document=""))


def test_the_document_names_the_versions_that_are_checked() -> None:
    chrome, firefox, safari = OLDEST
    text = DOCUMENT.read_text("utf-8")
    for browser, version in (("WebView", chrome), ("Firefox", firefox), ("on iOS", safari)):
        assert any(browser in line and f"{version:g}" in line for line in text.splitlines())
