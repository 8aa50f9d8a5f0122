"""Who is asking: the cookies that links and seats become, and the language they read."""

from __future__ import annotations

from flask import Request, Response, g, request
from werkzeug.datastructures import LanguageAccept

from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.services import panels, participants
from polls.services.context import Actor, Context
from polls.store.panels import PanelRecord

LANGUAGE_COOKIE = "hc_language"
LANGUAGE_NAMES = {
    "en": "English",
    "fr": "Français",
    "nl": "Nederlands",
    "de": "Deutsch",
    "et": "Eesti",
    "fi": "Suomi",
    "sv": "Svenska",
}
DAY_SECONDS = 86_400
YEAR_SECONDS = 31_536_000


def cookie_name(role: Role, code: str) -> str:
    return f"hc_{role.value}_{code}"


def set_key(response: Response, role: Role, panel: PanelRecord, key: str, now: float) -> None:
    """Keep a key in the browser until the panel ends, so that its address bar stays clean.

    A moderator can still look at a panel that has ended, for a day after opening the link.
    """
    response.set_cookie(
        cookie_name(role, panel.code),
        key,
        max_age=max(int(panel.ends_at - now), DAY_SECONDS),
        path="/",
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
    )


def drop_key(response: Response, role: Role, code: str) -> None:
    response.delete_cookie(cookie_name(role, code), path="/", httponly=True, samesite="Lax")


def set_language(response: Response, language: str) -> None:
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR_SECONDS,
        path="/",
        httponly=True,
        secure=request.is_secure,
        samesite="Lax",
    )


def choose_language(wished: str | None, accepted: LanguageAccept | None) -> str:
    """Return the interface language: the one chosen, else the browser's wish, else English."""
    if wished in INTERFACE_LANGUAGES:
        return wished
    best = accepted.best_match(INTERFACE_LANGUAGES) if accepted else None
    return best or INTERFACE_LANGUAGES[0]


def request_language(source: Request | None = None) -> str:
    """Return the language of the current request; kept for its duration."""
    if "language" not in g:
        asked = source or request
        g.language = choose_language(asked.cookies.get(LANGUAGE_COOKIE), asked.accept_languages)
    return str(g.language)


def _bearer_key() -> str | None:
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" and key.strip() else None


def participant_of_request(context: Context, panel: PanelRecord) -> Actor | None:
    """Return the participant who holds this browser's seat, and note that they are here."""
    key = _bearer_key() or request.cookies.get(cookie_name(Role.PARTICIPANT, panel.code))
    if not key:
        return None
    actor = participants.recognise(context, panel.id, key, request_language())
    if actor is not None and actor.participant is not None:
        context.stage.presence(panel.id).see(actor.participant, context.clock())
    return actor


def holder_of_link(context: Context, panel: PanelRecord, role: Role) -> Actor | None:
    """Return the moderator or projector whose link this browser opened."""
    key = _bearer_key() or request.cookies.get(cookie_name(role, panel.code))
    if not key or not panels.key_is_valid(context, panel.id, role, key):
        return None
    return Actor(role, panel.id, request_language())


def require(actor: Actor | None) -> Actor:
    if actor is None:
        raise Refusal("permission.denied")
    return actor
