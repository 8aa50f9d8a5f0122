"""A text's language is guessed where it is clear, and never where it is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polls.domain.texts import INTERFACE_LANGUAGES
from polls.domain.written_language import COMMON_WORDS, LANGUAGE_OF_SCRIPT, written_language

SAID = {
    "ar": "نريد المزيد من الأشجار في المدينة",
    "fa": "ما پارک‌های بیشتری می‌خواهیم",
    "ur": "ہمیں شہر میں زیادہ درخت چاہییے ٹھیک ہے",
    "he": "אנחנו רוצים עוד עצים בעיר",
    "uk": "Ми хочемо більше дерев у місті",
    "ru": "Мы хотим больше деревьев в городе",
    "el": "Θέλουμε περισσότερα δέντρα στην πόλη",
    "en": "We should have more trees in the city, and that is not a wish",
    "fr": "Il faut plus d'arbres dans la ville, et pas que pour les riches",
    "nl": "Wij willen meer bomen in de stad en dat is niet duur",
    "de": "Wir wollen mehr Bäume und das ist nicht zu viel",
    "et": "Meie tahame rohkem puid ja see on oluline",
    "fi": "Haluamme enemmän puita ja se on tärkeää, mutta myös kukkia",
    "sv": "Vi vill att det ska finnas mer träd och inte bilar",
    "es": "Queremos más árboles en las calles y que no se corten",
    "tr": "Bu şehir için daha çok ağaç olmalı",
    "pl": "Nie ma drzew na ulicy i to jest smutne",
}


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("own", ["en", "fr", "fi"])
def test_a_sentence_is_known_whatever_language_its_author_reads(language: str, own: str) -> None:
    assert written_language(SAID[language], own) == language


@pytest.mark.parametrize("text", ["", "42 %", "OK", "Taxi", "Bravo", "!?", "the tram", "C'est"])
@pytest.mark.parametrize("own", INTERFACE_LANGUAGES)
def test_what_is_not_clear_is_taken_for_the_authors_own(text: str, own: str) -> None:
    assert written_language(text, own) == own


def test_a_quoted_word_in_another_script_changes_nothing() -> None:
    assert written_language("We say שלום to the people of our street", "en") == "en"
    assert written_language("نريد المزيد من الأشجار (Place Flagey)", "fr") == "ar"


@given(st.text(max_size=200), st.sampled_from(INTERFACE_LANGUAGES))
def test_any_text_has_a_language(text: str, own: str) -> None:
    known = {*COMMON_WORDS, *LANGUAGE_OF_SCRIPT.values(), "uk", "be", "ur", "ckb", "fa", own}
    assert written_language(text, own) in known
