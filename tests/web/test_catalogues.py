"""Templates find their texts in the reader's language, whoever the reader before was."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from polls.app import create_app
from polls.domain.texts import INTERFACE_LANGUAGES
from tests.factories import make_config


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("catalogues")
    return create_app(make_config(folder))


def in_language(app: Flask, language: str, source: str) -> str:
    with app.app_context(), force_locale(language):
        return app.jinja_env.from_string(source).render()


def test_a_text_is_in_the_language_asked_for_and_in_no_other(app: Flask) -> None:
    found = [in_language(app, language, "{{ _('Closed') }}") for language in INTERFACE_LANGUAGES]
    assert found[0] == "Closed"
    assert len(set(found)) == len(INTERFACE_LANGUAGES)


def test_a_text_with_two_meanings_has_two_translations(app: Flask) -> None:
    source = "{{ _('From') }}/{{ pgettext('moves', 'From') }}"
    one, other = in_language(app, "et", source).split("/")
    assert one != other


def test_one_and_many_differ_as_the_language_wants_it(app: Flask) -> None:
    source = (
        "{% for n in (0, 1, 2) %}{{ ngettext('%(num)s vote', '%(num)s votes', n) }}|{% endfor %}"
    )
    zero, one, two, _ = in_language(app, "fr", source).split("|")
    assert zero.removeprefix("0") == one.removeprefix("1") != two.removeprefix("2")
    zero, one, two, _ = in_language(app, "de", source).split("|")
    assert zero.removeprefix("0") == two.removeprefix("2") != one.removeprefix("1")


def test_a_text_that_nobody_translated_is_shown_as_it_is(app: Flask) -> None:
    assert in_language(app, "fi", "{{ _('Nobody wrote this') }}") == "Nobody wrote this"


def test_values_are_made_safe_in_a_translated_text(app: Flask) -> None:
    with app.app_context(), force_locale("de"):
        made = app.jinja_env.overlay(autoescape=True).from_string(
            "{{ _('%(title)s, %(state)s', title=title, state='x') }}"
        )
        assert "<b>" not in made.render(title="<b>")
