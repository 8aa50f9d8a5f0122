"""Texts that exist in several languages, and the rules for text that people type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from polls.domain.errors import FieldRefusal, Refusal

INTERFACE_LANGUAGES = ("en", "fr", "nl", "de", "et", "fi", "sv")
"""Languages the interface speaks; the first is the last resort."""

_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""White space that may be folded; French typography needs the two kinds that do not break."""

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@dataclass(frozen=True, slots=True)
class Texts:
    """One text in one or more languages, keyed by language tag (`en`, `fr`)."""

    by_language: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def in_language(self, language: str) -> str:
        """Return the text in `language`, else in the first language that has it."""
        if text := self.by_language.get(language):
            return text
        return next((text for text in self.by_language.values() if text), "")

    def language_of(self, language: str) -> str:
        """Return which language `in_language` would answer in, for the `lang` attribute."""
        if self.by_language.get(language):
            return language
        return next((key for key, text in self.by_language.items() if text), language)

    @classmethod
    def from_any(cls, value: object, language: str = "en", field_name: str = "text") -> Texts:
        """Accept a plain string (in `language`) or a mapping of languages; refuse the field else."""
        if value is None:
            return cls({})
        if isinstance(value, Texts):
            return value
        if isinstance(value, str):
            return cls({language: clean_line(value)})
        if not isinstance(value, Mapping):
            raise FieldRefusal(field_name, "a text, or a text for each language")
        given = {key: text for key, text in value.items() if text is not None and text != ""}
        for key, text in given.items():
            if not isinstance(key, str):
                raise FieldRefusal(field_name, "a text for each language")
            if not isinstance(text, str):
                raise FieldRefusal(f"{field_name}.{key}", "a text")
        return cls({key: clean_line(text) for key, text in given.items()})


def clean_line(text: str) -> str:
    """Normalise to one line: NFC, no control or direction-override characters, single spaces."""
    return _SPACES.sub(" ", _without_controls(text, keep="")).strip()


def clean_block(text: str) -> str:
    """Normalise a text of several lines; at most one empty line in a row stays."""
    whole = _without_controls(text, keep="\n")
    lines = [_SPACES.sub(" ", line).strip() for line in whole.split("\n")]
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _without_controls(text: str, keep: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        character if character in keep or unicodedata.category(character) not in _DROPPED else " "
        for character in text
        if character not in _BIDI_CONTROLS
    )


_DROPPED = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def parse_text(value: object, most: int, field_name: str = "text") -> str:
    """Return `value` cleaned, or refuse it: not a string, empty, or over `most` characters."""
    if not isinstance(value, str):
        raise Refusal("text.not_text", field=field_name)
    text = clean_block(value)
    if not any(_is_visible(character) for character in text):
        raise Refusal("text.empty", field=field_name)
    if len(text) > most:
        raise Refusal("text.too_long", field=field_name, most=most, length=len(text))
    return text


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cf", "Mn", "Me")


def fold(text: str) -> str:
    """Fold case and accents, so that `Privacité` and `privacite` are the same word."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", plain)
    return unicodedata.normalize(
        "NFC",
        "".join(character for character in decomposed if not unicodedata.combining(character)),
    )
