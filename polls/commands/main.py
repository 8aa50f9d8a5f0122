"""Puts the subcommands together and turns refusals into one clear line."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import click
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from polls.commands.backup import backup
from polls.commands.count import count
from polls.commands.create import create
from polls.commands.demo import demo
from polls.commands.erase import erase
from polls.commands.expire import expire
from polls.commands.export import export
from polls.commands.import_ import import_command
from polls.commands.links import links
from polls.commands.migrate import migrate
from polls.commands.recount import recount
from polls.commands.rehearse import rehearse
from polls.commands.serve import serve
from polls.commands.static import static_command
from polls.config import Config, SettingError
from polls.domain.errors import Refusal
from polls.web.messages import message_of


class _Group(click.Group):
    """Shows a refusal or a wrong setting as a line, not as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SettingError as error:
            click.echo(f"hemicycle: {error}", err=True)
        except Refusal as refusal:
            click.echo(f"hemicycle: {message_of(refusal)}", err=True)
        except (ArgumentError, NoSuchModuleError, OperationalError, ImportError) as error:
            reason = str(error).splitlines()[0]
            click.echo(f"hemicycle: the database cannot be used: {reason}", err=True)
        sys.exit(2)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--database-url", help="Overrides HEMICYCLE_DATABASE_URL.")
@click.pass_context
def main(ctx: click.Context, database_url: str | None) -> None:
    """Hemicycle: live polls and debate for citizens' panels.

    Settings are environment variables HEMICYCLE_…, described in docs/settings.md.
    """
    config = Config.from_environment()
    if database_url:
        config = replace(config, database_url=database_url)
    ctx.obj = config


for command in (
    serve,
    demo,
    create,
    import_command,
    export,
    recount,
    count,
    rehearse,
    backup,
    expire,
    erase,
    links,
    migrate,
    static_command,
):
    main.add_command(command)
