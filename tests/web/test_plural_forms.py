"""Sentences whose number only a script knows are sent in every form a language has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask_babel import force_locale

from polls.app import create_app
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.web.rendering import isolated, plural_forms
from tests.factories import make_config

SENTENCE = ("%(count)s answer", "%(count)s answers")


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("app")
    app = create_app(make_config(folder))
    found = {}
    with app.app_context():
        for language in (*INTERFACE_LANGUAGES, "ar", "pl", "ja"):
            with force_locale(language):
                found[language] = json.loads(plural_forms(*SENTENCE, "count", count="{count}"))
    return found


@pytest.mark.parametrize("language", INTERFACE_LANGUAGES)
def test_each_language_of_the_interface_has_one_and_other(
    forms: dict[str, dict[str, str]], language: str
) -> None:
    said = forms[language]
    assert set(said) == {"by", "one", "other"}
    assert said["by"] == "count"
    assert all(said[form].count("{count}") == 1 for form in ("one", "other"))


def test_a_language_that_counts_otherwise_is_sent_its_own_categories(
    forms: dict[str, dict[str, str]],
) -> None:
    assert set(forms["ar"]) == {"by", "zero", "one", "two", "few", "many", "other"}
    assert {"few", "many"} <= set(forms["pl"])
    assert set(forms["ja"]) == {"by", "other"}
    assert (forms["en"]["one"], forms["en"]["other"]) == ("{count} answer", "{count} answers")


def test_only_what_runs_from_right_to_left_is_set_apart() -> None:
    assert isolated("نعم") == "\u2068نعم\u2069"
    assert [isolated(value) for value in ("Yes", 4, 12.5, "")] == ["Yes", "4", "12.5", ""]
