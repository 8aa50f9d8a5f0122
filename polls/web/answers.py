"""Words that answers are made of on the wire, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext


def say(value: str) -> str:
    """Return what a word of the wire means; whatever is no such word stays as it is."""
    words = {
        "agree": gettext("agree"),
        "disagree": gettext("disagree"),
        "pass": gettext("pass"),
    }
    return str(words.get(value, value))
