"""Every refusal has words, and every word a refusal: none is raised that people cannot read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from polls.app import create_app
from polls.domain.errors import FieldRefusal, Refusal
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.web.messages import MESSAGES, error_body, message_of
from tests.factories import make_config

ROOT = Path(__file__).resolve().parent.parent.parent
CODE = re.compile(r"[a-z]+\.[a-z_]+")
MADE_BY = {"Refusal", "CastResult", "super"}


def raised_codes() -> Iterator[tuple[str, str]]:
    """Every text that is given as a code to a refusal anywhere in the package, with its place."""
    for path in sorted((ROOT / "polls").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            given: list[ast.AST] = []
            if name == "Refusal" and node.args:
                given = [node.args[0]]
            elif name == "CastResult":
                given = [key.value for key in node.keywords if key.arg == "refused"]
            for part in (found for argument in given for found in ast.walk(argument)):
                text = part.value if isinstance(part, ast.Constant) else None
                if isinstance(text, str) and CODE.fullmatch(text):
                    yield text, f"{path.relative_to(ROOT)}:{node.lineno}"


RAISED = sorted(set(raised_codes()))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(make_config(tmp_path_factory.mktemp("app")))


def test_the_scan_finds_refusals() -> None:
    assert {"poll.not_open", "ballot.none", "pin.wrong", "pin.needed"} <= {c for c, _ in RAISED}


@pytest.mark.parametrize(("code", "place"), RAISED)
def test_a_code_that_is_raised_has_a_message(code: str, place: str) -> None:
    assert code in MESSAGES, place


def test_a_message_belongs_to_a_code_that_is_raised() -> None:
    source = "\n".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "polls").rglob("*.py")
        if path.name != "messages.py"
    )
    assert [code for code in MESSAGES if f'"{code}"' not in source] == []


@pytest.mark.parametrize("code", sorted(MESSAGES))
@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_a_message_reads_as_a_sentence_in_every_language(
    app: Flask, language: str, code: str
) -> None:
    with app.app_context(), force_locale(language):
        named = re.findall(r"%\((\w+)\)s", str(MESSAGES[code]))
        text = message_of(Refusal(code, **dict.fromkeys(named, "7")))
    assert text[0].isupper() or text[0].isdigit()
    assert code == "command.malformed" or text.rstrip()[-1] in ".?!"
    assert "%(" not in text


def test_every_message_is_translated(app: Flask) -> None:
    texts: dict[str, list[str]] = {code: [] for code in MESSAGES}
    for language in INTERFACE_LANGUAGES:
        with app.app_context(), force_locale(language):
            for code, message in MESSAGES.items():
                texts[code].append(str(message))
    for code, (english, *others) in texts.items():
        assert english not in others, code


def test_a_refusal_without_its_details_is_still_told(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        assert message_of(Refusal("answer.too_many"))
        assert message_of(Refusal("nobody.knows_this")) == "This is not possible."


def test_a_refusal_carries_its_plain_details_only(app: Flask) -> None:
    with app.app_context(), force_locale("en"):
        body = error_body(FieldRefusal("title", "a text", extra=object()))
    assert body["ok"] is False
    assert (body["code"], body["field"], body["expected"]) == ("field.refused", "title", "a text")
    assert set(body) == {"ok", "code", "message", "field", "expected"}
