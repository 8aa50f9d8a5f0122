"""In which language a text seems to be written, so that browsers translate it and screen readers
pronounce it rightly. A guess, made only where it is clear; else the author's own language stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

LANGUAGE_OF_SCRIPT = {
    "ARABIC": "ar",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "zh",
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "TAMIL": "ta",
    "THAI": "th",
    "TIFINAGH": "zgh",
}
"""The language most people here write in a script, by the first word of its letters' names."""

LETTERS_OF_LANGUAGE = (
    ("CYRILLIC", "іїєґ", "uk"),
    ("CYRILLIC", "ў", "be"),
    ("ARABIC", "ٹڈڑے", "ur"),
    ("ARABIC", "ێۆڕڵ", "ckb"),
    ("ARABIC", "پچژگ", "fa"),
    (
        "CJK",
        "ぁあいうえおかきくけこさしすせそたちってとなにのはまもやよらりるれをんアイウエオカ",
        "ja",
    ),
)
"""Letters that tell a neighbour in the same script; the first row that fits is taken."""

COMMON_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and is are of to that this with for not you we it have should they our more",
        "fr": "le la les des est une et pas pour que dans nous vous du au sur plus il faut avec",
        "nl": "de het een en van is niet voor dat met wij we ik zijn op te naar ook meer moet",
        "de": "der die das und ist nicht ein eine für mit wir ich zu den auf sind auch mehr es",
        "et": "ja on ei see et kui oma meie ma me ning kas või rohkem peab aga mis seda",
        "fi": "ja on ei se että kun meidän minä me mutta olisi tai myös enemmän pitäisi ovat",
        "sv": "och är det att inte en ett som på vi jag för med av ska till mer finns",
        "es": "el los las que y en por para no una con es del más se como nuestro",
        "it": "il gli che di è per non una con sono della più anche nel ci le",
        "pt": "os que não uma para com é em mais do da nós são no as um",
        "pl": "i w nie na że się jest to do z więcej są dla powinno",
        "ro": "și nu este pe pentru care mai să cu din o sunt la",
        "tr": "ve bir bu için değil çok var daha ile gibi olmalı",
    }.items()
}
"""Little words by which languages in Latin letters are told apart."""

WORDS_LEAST = 2


def written_language(text: str, language: str) -> str:
    """Return the tag of the language a text is written in; `language` where that is not clear.

    Another script than Latin names its language by its letters. Among languages in Latin letters
    at least two little words must speak for another one, and more than twice as many as for
    `language`.
    """
    script = _main_script(text)
    if script == "LATIN":
        return _by_words(text, language)
    if script is None:
        return language
    for neighbours, letters, tag in LETTERS_OF_LANGUAGE:
        if neighbours == script and any(letter in text for letter in letters):
            return tag
    return LANGUAGE_OF_SCRIPT.get(script, language)


def _main_script(text: str) -> str | None:
    """Return the first word of the names of most letters in a text; None without letters."""
    names = (unicodedata.name(letter, "?") for letter in text if letter.isalpha())
    scripts = Counter(re.split("[ -]", name)[0] for name in names)
    return scripts.most_common(1)[0][0] if scripts else None


def _by_words(text: str, language: str) -> str:
    words = re.findall(r"[^\W\d_]+", text.casefold())
    found = {tag: sum(word in known for word in words) for tag, known in COMMON_WORDS.items()}
    own = found.pop(language, 0)
    best = max(found.values())
    leaders = [tag for tag, count in found.items() if count == best]
    is_clear = best >= WORDS_LEAST and best > 2 * own and len(leaders) == 1
    return leaders[0] if is_clear else language
