"""What people type is made tidy, keeps its meaning, and is refused when there is nothing in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.errors import Refusal
from polls.domain.texts import Texts, clean_block, clean_line, fold, parse_text

typed = st.text(st.characters(), max_size=80)


@given(typed)
def test_a_line_cleaned_twice_is_the_same(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)


@given(typed)
def test_a_block_cleaned_twice_is_the_same(text: str) -> None:
    assert clean_block(clean_block(text)) == clean_block(text)


@given(typed)
def test_no_control_or_direction_character_stays(text: str) -> None:
    kept = clean_block(text)
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")
    assert {unicodedata.category(character) for character in kept if character != "\n"}.isdisjoint(
        {"Cc", "Cs", "Co", "Cn"}
    )


@given(typed)
def test_what_is_cleaned_can_be_sent_and_stored(text: str) -> None:
    kept = clean_block(text)
    kept.encode("utf-8")
    assert "\x00" not in kept


@given(st.text(st.sampled_from("a \n\r\t"), max_size=40))
def test_at_most_one_empty_line_in_a_row_stays(text: str) -> None:
    assert "\n\n\n" not in clean_block(text)


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Où est-ce ? C’est « là » — 5 €\n\nЗдравствуйте, 你好 👩🏽‍🚀 مرحبا"
    assert clean_block(text) == unicodedata.normalize("NFC", text)


@given(typed, st.integers(1, 60))
def test_a_parsed_text_is_visible_short_enough_and_stable(text: str, most: int) -> None:
    parsed, code = "", ""
    try:
        parsed = parse_text(text, most)
    except Refusal as refusal:
        code = refusal.code
    assert code in {"", "text.empty", "text.too_long"}
    if not code:
        assert 1 <= len(parsed) <= most
        assert parse_text(parsed, most) == parsed


@pytest.mark.parametrize("value", [None, 5, True, ["a"], {"a": 1}, b"a"])
def test_what_is_not_a_text_is_refused(value: object) -> None:
    with pytest.raises(Refusal) as caught:
        parse_text(value, 10)
    assert caught.value.code == "text.not_text"


@pytest.mark.parametrize("value", ["", "   ", "\n\t", "\u200b", "\u2060\ufeff", "\u0301"])
def test_a_text_that_nobody_can_see_is_refused(value: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_text(value, 10)
    assert caught.value.code == "text.empty"


def test_the_longest_text_fits_and_one_character_more_does_not() -> None:
    assert parse_text("a" * 500, 500) == "a" * 500
    with pytest.raises(Refusal) as caught:
        parse_text("a" * 501, 500)
    assert caught.value.details == {"field": "text", "most": 500, "length": 501}


@given(typed)
def test_folding_twice_is_the_same(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Privacité", "privacite"), ("ÉLAN", "elan"), ("Straße", "STRASSE"), ("e\u0301", "é")],
)
def test_case_and_accents_make_no_difference_when_folded(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_a_text_is_read_in_the_wished_language_or_else_the_first() -> None:
    texts = Texts.from_any({"fr": "oui", "nl": "ja"})
    assert (texts.in_language("nl"), texts.language_of("nl")) == ("ja", "nl")
    assert (texts.in_language("en"), texts.language_of("en")) == ("oui", "fr")


def test_a_text_in_no_language_is_empty() -> None:
    assert not Texts()
    assert Texts().in_language("en") == ""
    assert not Texts.from_any({"fr": ""})
