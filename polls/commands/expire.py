"""`hemicycle expire`: ends and deletes the panels whose day has passed."""

from __future__ import annotations

from collections.abc import Sequence

import click

from polls.commands.common import open_context
from polls.config import Config
from polls.services import retention
from polls.services.retention import Due


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what is due; change nothing.")
@click.pass_obj
def expire(config: Config, dry_run: bool) -> None:
    """End every panel whose last day has passed, and delete those whose results are due to go.

    A running server does the same every ten minutes. Ending unlinks ballots from phones and
    cannot be undone; results stay, unless HEMICYCLE_RESULTS_DAYS says for how long.
    """
    context = open_context(config)
    found: Sequence[tuple[Due, int | None]] = (
        [(each, None) for each in retention.due(context)] if dry_run else retention.expire(context)
    )
    for each, unlinked in found:
        click.echo(describe(each, unlinked))
    if not found:
        click.echo("No panel is due.")


def describe(each: Due, unlinked: int | None) -> str:
    """Return what was done to a panel, or what is due if no number of ballots is known."""
    name = f"{each.panel.code} '{each.panel.title.in_language('en')}'"
    if unlinked is None:
        return f"{name}: to be {'deleted with its results' if each.is_deletion else 'ended'}"
    if each.is_deletion:
        return f"{name}: deleted with its results"
    return f"{name}: ended, {unlinked} {'ballot' if unlinked == 1 else 'ballots'} unlinked"
