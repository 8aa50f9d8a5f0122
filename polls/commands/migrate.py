"""`hemicycle migrate`: the database of this version, made or brought up to date."""

from __future__ import annotations

import click

from polls.commands.common import open_context
from polls.config import Config


@click.command()
@click.pass_obj
def migrate(config: Config) -> None:
    """Bring the database up to date, or make it.

    "hemicycle serve" does so too; with several workers it is better done before they start.
    """
    open_context(config, must_exist=False).database.close()
    click.echo("The database is up to date.")
