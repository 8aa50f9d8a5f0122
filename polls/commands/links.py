"""`hemicycle links`: a new link where the old one was lost."""

from __future__ import annotations

import click

from polls.commands.common import CommandRefused, base_address, open_context, panel_named
from polls.config import Config
from polls.domain.polls import Role
from polls.services import panels

PATHS = {Role.MODERATOR: "moderate", Role.PROJECTOR: "screen"}


@click.command()
@click.argument("code")
@click.option(
    "--role",
    type=click.Choice([role.value for role in PATHS]),
    default=Role.MODERATOR.value,
    show_default=True,
    help="Whose link is made anew.",
)
@click.pass_obj
def links(config: Config, code: str, role: str) -> None:
    """Make a new moderator or projector link for the panel CODE and print it.

    The old link of that role stops working. This is the way back in when a link was lost, or
    after a backup was restored: backups hold no keys, so old links, and the seats that phones
    had, do not work with them.
    """
    context = open_context(config)
    panel = panel_named(context, code)
    if panel.ended_at is not None and role == Role.PROJECTOR.value:
        raise CommandRefused(f"the panel {panel.code} has ended")
    chosen = Role(role)
    key = panels.reissue_key(context, panel.id, chosen)
    if panel.ended_at is None and panels.seat_again(context, panel.id):
        click.echo("The panel had no hashing key, as after a restored backup; people join anew.")
    address = f"{base_address(config)}/p/{panel.code}/{PATHS[chosen]}?key={key}"
    click.echo(f"{chosen.value.capitalize()}:  {address}")
