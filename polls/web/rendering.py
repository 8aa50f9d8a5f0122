"""Templates: what they may use, and how a view becomes a fragment in one language."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from flask import Flask
from flask_babel import Babel, force_locale, get_locale, gettext, ngettext
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from markupsafe import Markup

from polls.config import Config
from polls.domain.counting.exact import fraction_of
from polls.domain.kinds import all_kinds
from polls.live.views import Mine, OptionView, RoomView
from polls.web import catalogues
from polls.web.assets import Assets
from polls.web.icons import ICONS
from polls.web.identity import LANGUAGE_NAMES, request_language
from polls.web.money import currency_of, money

log = logging.getLogger(__name__)

REGION_TEMPLATES = {
    ("participant", "now"): "phone/now.html",
    ("participant", "comments"): "phone/comments.html",
    ("moderator", "now"): "moderator/view.html",
    ("moderator", "comments"): "moderator/comments.html",
    ("projector", "now"): "projector/view.html",
}


class Addresses:
    """Under which address people reach this server, for links and QR codes on fragments.

    Fragments are rendered outside of any request, so the address is the configured one or
    the one under which a moderator or projector last opened the panel.
    """

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url.rstrip("/")
        self._seen: dict[str, str] = {}

    def learn(self, panel_code: str, url: str) -> None:
        self._seen[panel_code] = url.rstrip("/")

    def base(self, panel_code: str) -> str:
        return self._public_url or self._seen.get(panel_code, "")

    def join_url(self, panel_code: str) -> str:
        return f"{self.base(panel_code)}/p/{panel_code}"

    def join_address(self, panel_code: str) -> str:
        """Return what people type: the address without scheme."""
        return self.base(panel_code).partition("://")[2]


def _compiled_before() -> FileSystemBytecodeCache | None:
    """Return where compiled templates lie: compiling them takes a new process seconds.

    Jinja uses a folder that only this user may write to, and finds out when a template changed.
    """
    try:
        return FileSystemBytecodeCache()
    except (OSError, RuntimeError):
        log.info("templates are compiled anew, there is no place to keep them")
        return None


def prepare_templates(app: Flask, config: Config, assets: Assets) -> Babel:
    """Give templates their globals and filters; undefined names are errors."""
    zone = ZoneInfo(config.timezone)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = _compiled_before()
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    def clock(epoch: float) -> str:
        return datetime.fromtimestamp(epoch, zone).strftime("%H:%M")

    def day(epoch: float) -> str:
        from flask_babel import format_date

        return str(format_date(datetime.fromtimestamp(epoch, zone), "long"))

    def number(value: float) -> str:
        return str(format_decimal(value, locale=get_locale() or "en"))

    def measure(value: float) -> str:
        """A number on an axis, with all its decimals; a year has no sign between its digits."""
        is_long = abs(value) >= 10_000
        shown = format_decimal(
            value, "#,##0.######", locale=get_locale() or "en", group_separator=is_long
        )
        return str(shown)

    def percent(value: float) -> str:
        return str(format_percent(value / 100, locale=get_locale() or "en"))

    def in_words(names: Sequence[str]) -> str:
        """Return names as one list: A, B and C."""
        return str(format_list(list(names), locale=get_locale() or "en"))

    app.jinja_env.filters.update(
        clock=clock,
        day=day,
        number=number,
        percent=percent,
        as_seen_by=as_seen_by,
        still_asked=still_asked,
        tongue=tongue,
        isolated=isolated,
    )
    app.jinja_env.filters.update(
        in_words=in_words,
        measure=measure,
        share_of=lambda part, whole: round(float(100 * fraction_of(part)) / whole, 1),
        exactly=lambda value: number(float(fraction_of(value))),
        money=lambda value, unit: money(value, unit, get_locale() or Locale("en")),
        currency=currency_of,
    )
    app.jinja_env.globals.update(
        asset=assets.url,
        interface_languages=tuple(LANGUAGE_NAMES.items()),
        kinds=all_kinds(),
        plural_forms=plural_forms,
        icon_shapes=ICONS,
    )
    app.context_processor(lambda: {"language": str(get_locale() or "en")})
    babel = Babel(
        app,
        locale_selector=request_language,
        default_translation_directories=str(app.config["TRANSLATIONS"]),
    )
    catalogues.install(app)
    return babel


def as_seen_by(options: Sequence[OptionView], mine: Mine | None) -> list[OptionView]:
    """Return options in the reader's own order, if the page is made for a reader who has one."""
    if mine is None or mine.order is None:
        return list(options)
    return sorted(options, key=lambda option: (mine.order or ()).index(option.id))


def still_asked(options: Sequence[OptionView]) -> list[OptionView]:
    """Return the options that were not taken out of voting."""
    return [option for option in options if not option.facts.get("withdrawn")]


RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")


def isolated(value: object) -> str:
    """Keep a text that runs from right to left from turning round what stands beside it."""
    text = str(value)
    return f"\u2068{text}\u2069" if RIGHT_TO_LEFT.search(text) else text


SAMPLES = range(101)
"""Numbers among which every plural category of whole numbers has one, but for millions."""


def plural_forms(singular: str, plural: str, by: str, **values: str) -> str:
    """Return a sentence whose number a script will know, as JSON of its forms by plural category.

    `by` names the value that is the number; static/plurals.js chooses the form.
    """
    category_of = (get_locale() or Locale("en")).plural_form
    samples = {category_of(number): number for number in reversed(SAMPLES)}
    forms = {
        category: str(ngettext(singular, plural, number, **values))
        for category, number in sorted(samples.items())
    }
    return json.dumps({"by": by, **forms}, ensure_ascii=False)


def tongue(language: str, beside: str | None = None) -> Markup:
    """Return the attributes of an element that holds a text of the panel: language and direction.

    A text that is not in the reader's language is marked visibly, unless the text it belongs to,
    whose language is `beside`, is marked the same.
    """
    attributes = Markup('lang="{}" dir="auto"').format(language)
    reader = get_locale()
    if language in (beside, reader.language if reader else "en"):
        return attributes
    return attributes + Markup(' data-tongue="{}"').format(language.upper())


class FragmentRenderer:
    """Renders one region of a role's page, in the language of its view."""

    def __init__(self, app: Flask, addresses: Addresses) -> None:
        self._app = app
        self._addresses = addresses

    def __call__(self, view: RoomView, region: str, news: str) -> dict[str, Any]:
        template = self._app.jinja_env.get_template(REGION_TEMPLATES[(view.role, region)])
        with self._app.app_context(), force_locale(view.language):
            html = template.render(
                **self.variables(view), mine=None, language=view.language, notice=None
            )
            return {
                "region": region,
                "version": view.version,
                "html": html,
                "title": _title(view),
                "announcement": _announcement(view, news),
            }

    def variables(self, view: RoomView) -> Mapping[str, Any]:
        """Return what every template of a panel is given beside its view."""
        code = view.panel.code
        return {
            "view": view,
            "join_url": self._addresses.join_url(code),
            "join_address": self._addresses.join_address(code),
        }


def _title(view: RoomView) -> str:
    return view.item.title if view.item is not None else view.panel.title


def _announcement(view: RoomView, news: str) -> str:
    """Return one sentence for screen readers about what is on now."""
    if view.role == "moderator" or view.item is None:
        return ""
    title = view.item.title
    if news == "opened" and view.paced is not None:
        count = len(view.paced.polls)
        return str(ngettext("%(num)s question is open.", "%(num)s questions are open.", count))
    if news == "opened":
        return str(gettext("A question is open: %(title)s", title=title))
    if news == "counting":
        return str(gettext("Voting has closed. Counting."))
    if news == "closed":
        return str(gettext("Voting has closed."))
    if news == "published":
        return str(gettext("The result is here: %(title)s", title=title))
    if news == "all_published":
        return str(gettext("All results are here."))
    if news == "revealed":
        return str(gettext("All sealed results are here."))
    if news == "shown":
        return str(gettext("Now: %(title)s", title=title))
    return ""
