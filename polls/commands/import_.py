"""`hemicycle import`: an agenda file becomes a panel, or more items of one."""

from __future__ import annotations

import click

from polls.agenda_file import AgendaFileError, read_agenda
from polls.commands.common import (
    CommandRefused,
    open_context,
    panel_named,
    print_links,
    read_text,
)
from polls.config import Config
from polls.domain.agenda import PanelDefinition
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.services import panels
from polls.services.agenda_files import import_into
from polls.services.context import Actor


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--into", metavar="CODE", help="Add the items to this panel instead.")
@click.pass_obj
def import_command(config: Config, file: str, into: str | None) -> None:
    """Make a panel from an agenda FILE (YAML, see docs/agenda.md); - reads standard input.

    A file with faults is refused whole: each fault is named with its line, nothing is made,
    and the exit code is 2. With --into, the items come after those that the panel has; a
    server that is running shows them from the panel's next change on.
    """
    definition = read_definition(file)
    if into is None:
        create_panel(config, definition)
        return
    context = open_context(config)
    panel = panel_named(context, into)
    if panel.ended_at is not None:
        raise CommandRefused(f"the panel {panel.code} has ended")
    count = import_into(context, Actor(Role.MODERATOR, panel.id), definition)
    click.echo(f"{panel.code}: {count} items added")


def read_definition(file: str) -> PanelDefinition:
    """Return what an agenda file says, or name all its faults, one a line."""
    text = read_text(file)
    try:
        return read_agenda(text)
    except AgendaFileError as error:
        name = "standard input" if file == "-" else file
        listed = "\n".join(f"{name}: {line}" for line in str(error).splitlines())
        raise CommandRefused(f"nothing was made, because the file has faults\n{listed}") from error


def create_panel(config: Config, definition: PanelDefinition, keep_days: int | None = None) -> None:
    """Store a panel and print its links."""
    context = open_context(config, must_exist=False)
    try:
        links = panels.create(context, definition, keep_days)
    except Refusal as refusal:
        if refusal.code != "panel.code_taken":
            raise
        code = definition.code or ""
        raise CommandRefused(
            f"the code {code} is in use already; change it in the file, "
            f"or add the items to that panel with --into {code}"
        ) from refusal
    print_links(config, links)
