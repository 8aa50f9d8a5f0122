"""`hemicycle static`: styles and scripts as files that a web server in front can serve."""

from __future__ import annotations

from pathlib import Path

import click

from polls.commands.common import CommandRefused
from polls.web.assets import Assets, project_folder


@click.command("static")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How many versions stay, for pages that were open before an upgrade.",
)
def static_command(folder: Path, keep: int) -> None:
    """Write styles and scripts to FOLDER/<version>, plain and compressed by brotli and gzip.

    FOLDER is what a web server serves as /static/. The newest versions of before stay there,
    older ones are removed. May be run while the server runs, and again.
    """
    try:
        written = Assets(project_folder("static")).write_tree(folder, keep)
    except OSError as error:
        raise CommandRefused(f"{folder} cannot be written: {error.strerror}") from error
    click.echo(f"{written}")
