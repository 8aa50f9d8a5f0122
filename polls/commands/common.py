"""What commands share: a context on an existing database, a panel by its code, plain errors."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import click
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from polls.app import create_context
from polls.config import Config
from polls.domain.codes import normalise_panel_code
from polls.services.context import Context
from polls.services.panels import PanelLinks
from polls.store.panels import PanelRecord, find_by_code


class CommandRefused(click.ClickException):
    """Ends a command with one line that says why."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"hemicycle: {self.message}", file=file, err=True)


def open_context(config: Config, *, must_exist: bool = True) -> Context:
    """Return a context; a mistyped database is named, not made."""
    try:
        url = make_url(config.database_url)
        is_missing_file = (
            url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file()
        )
        if must_exist and is_missing_file:
            raise CommandRefused(
                f"there is no database at {url.database}; HEMICYCLE_DATABASE_URL names it"
            )
        return create_context(config)
    except (ArgumentError, ValueError) as error:
        raise CommandRefused(f"HEMICYCLE_DATABASE_URL cannot be used: {_line(error)}") from error
    except SQLAlchemyError as error:
        raise CommandRefused(f"the database cannot be used: {_line(error)}") from error


def _line(error: Exception) -> str:
    """Return the cause of an error in one line, without statements and addresses."""
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__


def panel_named(context: Context, code: str) -> PanelRecord:
    """Return the panel with this code, however it was typed."""
    typed = normalise_panel_code(code)
    panel = context.database.read(lambda connection: find_by_code(connection, typed))
    if panel is None:
        raise CommandRefused(f"there is no panel with the code {typed or code}")
    return panel


def base_address(config: Config) -> str:
    """Return the address that links begin with."""
    return (config.public_url or f"http://localhost:{config.port}").rstrip("/")


def print_links(config: Config, links: PanelLinks) -> None:
    """Print the three links of a new panel, one a line; the keys cannot be read again later."""
    base = f"{base_address(config)}/p/{links.code}"
    click.echo(f"Phone:      {base}")
    click.echo(f"Moderator:  {base}/moderate?key={links.moderator_key}")
    click.echo(f"Projector:  {base}/screen?key={links.projector_key}")


def read_text(path: str) -> str:
    """Return the text of a file, or of standard input for `-`."""
    try:
        with click.open_file(path, "rb") as file:
            return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CommandRefused(f"{path} is not a text in UTF-8") from error
    except OSError as error:
        raise CommandRefused(f"{path} cannot be read: {error.strerror}") from error
