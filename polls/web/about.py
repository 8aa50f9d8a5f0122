"""What the operator owes everyone: what is kept and for how long, and what works for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template
from flask_babel import format_date

from polls.config import Config
from polls.domain.kept import KEPT
from polls.web.parts import parts

about = Blueprint("about", __name__)

STATEMENT_DATE = date(2026, 11, 25)
"""When `/accessibility` was last compared with what was tested."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Where people can write: a text, and its address where a browser can open it."""

    text: str
    address: str = ""


def contact_of(text: str) -> Contact | None:
    """Return a contact from what an operator wrote, None from nothing.

    A mail address and a web address can be opened; anything else is a text, such as an address
    for letters.
    """
    text = text.strip()
    if not text:
        return None
    if " " in text or "\n" in text:
        return Contact(text)
    if text.startswith(("https://", "http://", "mailto:")):
        return Contact(text.removeprefix("mailto:"), text)
    return Contact(text, f"mailto:{text}" if "@" in text else "")


def missing_settings(config: Config) -> list[str]:
    """Return the settings without which `/privacy` names nobody who answers for the data."""
    wanted = ("controller_name", "controller_contact")
    return [name for name in wanted if not getattr(config, name).strip()]


@about.get("/privacy")
def privacy() -> str:
    config = parts().context.config
    return render_template(
        "privacy.html",
        kept=KEPT,
        controller=config.controller_name.strip(),
        contact=contact_of(config.controller_contact),
        officer=contact_of(config.privacy_officer),
        basis=config.legal_basis,
        days=config.retention_days,
        days_most=config.keep_days_most,
        results_days=config.results_days,
    )


@about.get("/accessibility")
def accessibility() -> str:
    config = parts().context.config
    return render_template(
        "accessibility.html",
        controller=config.controller_name.strip(),
        contact=contact_of(config.controller_contact),
        stated=format_date(STATEMENT_DATE, "long"),
    )
