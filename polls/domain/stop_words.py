"""Words that say nothing on their own and would only fill a word cloud."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from polls.domain.texts import fold


@cache
def _stop_words() -> frozenset[str]:
    text = files("polls.domain").joinpath("stop_words.txt").read_text(encoding="utf-8")
    return frozenset(fold(line) for line in text.splitlines() if line and not line.startswith("#"))


def is_stop_word(folded: str) -> bool:
    """Say whether a folded word is an article, a pronoun or the like in one of our languages."""
    return folded in _stop_words()
