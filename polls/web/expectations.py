"""What a refused field was expected to hold, in the reader's language.

Below the doors an expectation is said in English, which stays as it is on the wire, for programs
and writers of files. Here its words find their translation; a test holds that none is missing.
"""

from __future__ import annotations

import re
from functools import cache

from flask_babel import gettext


def N_(text: str) -> str:  # noqa: N802 - the name by which texts are collected for translation
    return text


EXPECTATIONS = (
    N_("a closing quotation mark, or none at all"),
    N_("a file of at most 1 MB"),
    N_("a file with fewer entries"),
    N_("a label that no other option has"),
    N_("a language such as en, fr or pt-BR as its name"),
    N_("a list of different languages such as [en, fr, nl]"),
    N_("a list of options"),
    N_("a list of words"),
    N_("a list, each entry beginning with a dash"),
    N_("a name"),
    N_("a number above %(least)s"),
    N_("a number above 0 by which %(most)s is reached from %(least)s in at most %(steps)s steps"),
    N_("a number from %(least)s to %(most)s"),
    N_("a number under a billion with at most %(most)s decimals"),
    N_("a panel with at least a title and items"),
    N_("a plain name for each field"),
    N_("a plain text, list or fields, without a tag"),
    N_("a text"),
    N_("a text for each language"),
    N_("a text that is not empty"),
    N_("a text, or a text for each language"),
    N_('a text, or "" to show another language'),
    N_("a whole number from %(least)s to %(most)s"),
    N_("an amount above 0, such as 20000 or 12.50"),
    N_("an id that no other option has"),
    N_("an item with kind and title"),
    N_("at least %(least)s options"),
    N_("at least one right and one wrong answer"),
    N_("at most %(most)s characters, not %(given)s"),
    N_("at most %(most)s characters, such as EUR"),
    N_("at most %(most)s entries, not %(given)s"),
    N_("at most %(most)s options, not %(given)s"),
    N_("at most the budget"),
    N_("fields: %(names)s"),
    N_("lists and fields that are less deeply nested"),
    N_("no control characters"),
    N_("no options for %(kind)s"),
    N_("no settings for this kind"),
    N_("no such field for this kind"),
    N_("one of: %(names)s"),
    N_("one panel in a file, so only one ---"),
    N_("one text for all languages"),
    N_("settings with names"),
    N_("spaces at the start of the line, not a tab"),
    N_("the name %(name)s instead"),
    N_("the text itself, since *names are not used here"),
    N_("this field only once (see line %(line)s)"),
    N_("true or false"),
    N_("a question before its first option"),
    N_("at least one question, one a line"),
    N_("at most %(most)s characters"),
    N_("at most %(most)s questions"),
    N_("whole seconds from 5 to %(most)s, or nothing"),
    N_("1 to 24 of a-z, 0-9, dash and underscore"),
    N_("quotation marks around a text that holds a colon"),
    N_("a colon and a space after the name of the field"),
    N_("a closing quotation mark"),
    N_("quotation marks around a text that begins with this character"),
    N_("quotation marks around a text that begins with *"),
    N_("quotation marks around a text that begins with &"),
    N_("a comma or a closing ]"),
    N_("a comma or a closing }"),
    N_("the same number of spaces as the lines before"),
    N_("4 to 16 letters from A to Z and digits"),
)

PLACEHOLDER = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def pattern_of(text: str) -> re.Pattern[str]:
    """Return what matches a filled text, with its values as groups."""
    return re.compile(PLACEHOLDER.sub(_group, re.escape(text)), re.DOTALL)


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1] or found[2]}>.+)"


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Longer texts first: what they say is not taken for the value of a shorter one."""
    by_length = sorted(EXPECTATIONS, key=len, reverse=True)
    return tuple((pattern_of(text), text) for text in by_length)


def in_words(expected: str) -> str | None:
    """Return an expectation in the current language, or None if it has no translation."""
    for pattern, text in _patterns():
        if match := pattern.fullmatch(expected):
            return str(gettext(text, **match.groupdict()))
    return None
