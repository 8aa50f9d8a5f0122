"""`hemicycle erase`: deletes a panel with all that belongs to it."""

from __future__ import annotations

import click

from polls.commands.common import CommandRefused, open_context, panel_named
from polls.config import Config
from polls.services import retention


@click.command()
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(config: Config, code: str, yes: bool) -> None:
    """Delete the panel CODE with its votes, comments and results. Cannot be undone.

    A panel that goes on is ended by this, too: its phones are told that there is no such panel.
    """
    context = open_context(config)
    panel = panel_named(context, code)
    title = panel.title.in_language("en")
    state = "has ended" if panel.ended_at is not None else "has not ended"
    question = f"{panel.code} '{title}' {state}. Delete it with its results?"
    if not yes and not click.confirm(question, err=True):
        raise CommandRefused("nothing was deleted")
    retention.delete(context, panel.id)
    click.echo(f"{panel.code} '{title}': deleted with its results")
