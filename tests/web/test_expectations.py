"""What a field was expected to hold can be said in every language, wherever it was said."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel

from polls.agenda_file.yaml_text import _EXPLAINED
from polls.domain.errors import FieldRefusal
from polls.web.expectations import EXPECTATIONS, in_words, pattern_of
from polls.web.messages import message_of

ROOT = Path(__file__).resolve().parents[2]
SAYS_IT = {"FieldRefusal": 1, "Problem": 2, "add": 1}


def filled(node: ast.expr) -> str | None:
    """Return a literal with 7 for each of its values; None if it is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(filled(part) or "7" for part in node.values)
    if isinstance(node, ast.BinOp):
        return (filled(node.left) or "7") + (filled(node.right) or "7")
    if isinstance(node, ast.IfExp):
        return filled(node.body)
    return None


def expectations_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        found = None
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "expected":
            found = filled(node.value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = SAYS_IT.get(name)
            if place is not None and len(node.args) > place:
                found = filled(node.args[place])
        if found:
            yield found


@pytest.fixture
def spoken() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        yield


@pytest.mark.usefixtures("spoken")
def test_whatever_is_expected_of_a_field_has_words() -> None:
    files = [*(ROOT / "polls/domain").rglob("*.py"), *(ROOT / "polls/agenda_file").glob("*.py")]
    said = {text for path in files for text in expectations_in(path)}
    said |= {expected for _phrase, expected in _EXPLAINED}
    assert len(said) > 40
    assert {text for text in said if in_words(text) is None} == set()


def test_no_words_are_kept_that_nobody_says() -> None:
    files = [*(ROOT / "polls/domain").rglob("*.py"), *(ROOT / "polls/agenda_file").glob("*.py")]
    code = re.sub(r'"\s*\n\s*f?"', "", "".join(path.read_text("utf-8") for path in files))
    for text in EXPECTATIONS:
        longest = max(re.split(r"%\(\w+\)s", text), key=len)
        assert longest in code.replace('\\"', '"'), text


@pytest.mark.usefixtures("spoken")
def test_values_stay_and_a_longer_text_is_not_taken_for_a_shorter() -> None:
    said = "a number above 0 by which 10 is reached from 1 in at most 1000 steps"
    assert in_words(said) == said
    assert in_words("at most 20 characters, not 31") == "at most 20 characters, not 31"
    assert pattern_of("a number above %(least)s").fullmatch("a number above 3")
    assert in_words("something that nobody expects") is None


@pytest.mark.usefixtures("spoken")
def test_a_refused_field_says_where_and_what() -> None:
    refusal = FieldRefusal("settings.most", "a whole number from 1 to 3")
    assert message_of(refusal) == "settings.most: expected a whole number from 1 to 3."
    odd = FieldRefusal("settings.most", "something that nobody expects")
    assert message_of(odd) == "Please check this field: settings.most."
