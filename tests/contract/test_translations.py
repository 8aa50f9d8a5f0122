"""Holds every text for people to all languages: none missing, stale, guessed or out of shape."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tools.translations import KEYWORDS, LANGUAGES

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUES = ROOT / "polls" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
# In French a space that never breaks stands before these signs.
UNSPACED = re.compile("[^\u00a0\u202f][;:?»]|«[^\u00a0\u202f]")

Key = tuple[str | None, str | tuple[str, ...]]


@cache
def extracted() -> dict[Key, str]:
    """Every text in the code and the templates, with the file it was found in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(
        ROOT, methods, options, keywords={**DEFAULT_KEYWORDS, **parse_keywords(KEYWORDS)}
    )
    return {
        (context, tuple(text) if isinstance(text, (list, tuple)) else text): name
        for name, _line, text, _comments, context in found
    }


def path_of(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def forms(text: str | Iterable[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def key_of(message: Message) -> Key:
    text = message.id
    return message.context, text if isinstance(text, str) else tuple(text)


def all_texts() -> Iterator[str]:
    for _context, text in extracted():
        yield from forms(text)
    for language in LANGUAGES:
        for message in messages(language):
            yield from forms(message.string)


in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_the_extraction_sees_code_and_templates() -> None:
    files = set(extracted().values())
    assert len(extracted()) > 500
    assert {"polls/web/messages.py", "templates/home.html", "templates/phone/now.html"} <= files


@in_each_language
def test_every_text_is_in_the_catalogue(language: str) -> None:
    known = {key_of(message) for message in messages(language)}
    missing = {
        text: name for (context, text), name in extracted().items() if (context, text) not in known
    }
    assert not missing, "run `make translations`, then translate what it adds"


@in_each_language
def test_every_text_is_translated(language: str) -> None:
    assert [
        m.id for m in messages(language) if not all(form.strip() for form in forms(m.string))
    ] == []


@in_each_language
def test_nothing_is_fuzzy_or_left_over(language: str) -> None:
    used = set(extracted())
    assert [m.id for m in messages(language) if m.fuzzy or key_of(m) not in used] == []
    assert not catalogue(language).obsolete


@in_each_language
def test_plural_forms_are_complete(language: str) -> None:
    expected = {"fr": "(n > 1)"}
    assert catalogue(language).num_plurals == 2
    assert catalogue(language).plural_expr == expected.get(language, "(n != 1)")
    for message in messages(language):
        is_plural = isinstance(message.id, (list, tuple))
        assert len(forms(message.string)) == (2 if is_plural else 1), message.id


@in_each_language
def test_placeholders_are_those_of_the_text(language: str) -> None:
    for message in messages(language):
        # The singular may leave its number out ("One short word"); no form may invent one.
        for source, translated in zip(forms(message.id), forms(message.string), strict=True):
            assert sorted(PLACEHOLDER.findall(translated)) == sorted(PLACEHOLDER.findall(source)), (
                message.id
            )
            if PLACEHOLDER.search(source):
                assert "%" not in PLACEHOLDER.sub("", translated), message.id


@in_each_language
def test_babel_finds_no_wrong_format(language: str) -> None:
    found = catalogue(language)
    assert [(m.id, m.check(found)) for m in messages(language) if m.string and m.check(found)] == []


@in_each_language
def test_the_edges_of_a_text_stay(language: str) -> None:
    for message in messages(language):
        for source, translated in zip(forms(message.id), forms(message.string), strict=True):
            assert translated == translated.strip(), message.id
            assert source.count("\n") == translated.count("\n"), message.id
            assert source.endswith((".", "?", "…")) == translated.endswith((".", "?", "…")), (
                message.id
            )


@in_each_language
def test_the_compiled_catalogue_is_in_step(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    assert path_of(language).with_suffix(".mo").read_bytes() == compiled.getvalue(), (
        "run `make translations`"
    )


def test_nobody_is_shouted_at() -> None:
    assert [text for text in all_texts() if "!" in text] == []


def test_french_signs_keep_their_space() -> None:
    found = [form for m in messages("fr") for form in forms(m.string) if UNSPACED.search(form)]
    assert found == []


def test_readers_are_addressed_politely_where_their_language_knows_the_difference() -> None:
    familiar = {
        "fr": re.compile(r"\b(tu|toi|ton|ta|tes)\b", re.IGNORECASE),
        "nl": re.compile(r"\b(je|jij|jou|jouw|jullie)\b", re.IGNORECASE),
        "de": re.compile(r"\b(du|dich|dir|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE),
        "et": re.compile(r"\b(sina|sinu|sind|sulle|sul)\b", re.IGNORECASE),
    }
    for language, pattern in familiar.items():
        assert [m.id for m in messages(language) if any(map(pattern.search, forms(m.string)))] == []
