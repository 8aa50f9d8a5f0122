"""Texts in the reader's language, for templates: a page asks for a thousand of them.

Flask-Babel finds out anew for each text which reader is meant and builds the name of the
language; that takes fifty times as long as looking the text up.
"""

from __future__ import annotations

from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g
from flask_babel import get_domain, get_locale


def install(app: Flask) -> None:
    """Let templates of this app have their texts without a detour."""
    known: dict[Locale, NullTranslations] = {}

    def texts() -> NullTranslations:
        locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
        found = known.get(locale)
        if found is None:
            found = known[locale] = get_domain().get_translations()
        return found

    def gettext(text: str) -> Any:
        return texts().ugettext(text)

    def ngettext(one: str, many: str, count: int) -> Any:
        return texts().ungettext(one, many, count)

    def pgettext(context: str, text: str) -> Any:
        return texts().upgettext(context, text)

    def npgettext(context: str, one: str, many: str, count: int) -> Any:
        return texts().unpgettext(context, one, many, count)

    environment: Any = app.jinja_env
    environment.install_gettext_callables(
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
