"""`hemicycle recount`: adds all ballots up again and compares."""

from __future__ import annotations

import sys
from functools import partial

import click
import orjson

from polls.commands.common import CommandRefused, open_context, panel_named, read_text
from polls.config import Config
from polls.domain.errors import Refusal
from polls.services.recounting import Recount, recount_file, recount_panel
from polls.store.panels import all_panels


@click.command()
@click.argument("code", required=False)
@click.option(
    "--receipts",
    "file",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Count a downloaded results.json again instead; needs no database.",
)
@click.pass_obj
def recount(config: Config, code: str | None, file: str | None) -> None:
    """Add up all ballots of every round again, of the panel CODE or of all panels.

    Prints a line for each round. The exit code is 0 if all counters equal the ballots, 1 if
    any differ, 2 if nothing could be counted.
    """
    if code and file:
        raise CommandRefused("give either a code or --receipts")
    found = _from_file(file) if file else _from_database(config, code)
    for line in found:
        click.echo(describe(line, "counters" if file is None else "counts"))
    if not found:
        click.echo("There are no rounds to count yet.")
    if any(line.differences for line in found):
        sys.exit(1)


def _from_database(config: Config, code: str | None) -> list[Recount]:
    context = open_context(config)
    database = context.database
    panels = [panel_named(context, code)] if code else database.read(all_panels)
    return [
        line
        for panel in panels
        for line in database.read(partial(recount_panel, panel_id=panel.id, code=panel.code))
    ]


def _from_file(file: str) -> list[Recount]:
    try:
        return recount_file(orjson.loads(read_text(file)))
    except orjson.JSONDecodeError as error:
        raise CommandRefused(f"{file} is not JSON") from error
    except Refusal as refusal:
        raise CommandRefused(f"{file} is not a results.json of Hemicycle") from refusal


def describe(line: Recount, what: str) -> str:
    """Return what became of one round in one line."""
    ballots = "1 ballot" if line.ballots == 1 else f"{line.ballots} ballots"
    start = f"{line.code} '{line.title.in_language('en')}' round {line.number}: {ballots}"
    if not line.is_listed:
        return f"{start}, answers in people's own words are not listed"
    if not line.differences:
        return f"{start}, {what} equal"
    if line.is_sealed:
        return f"{start}, {what} differ; the result is sealed, so no number is told"
    listed = "; ".join(
        f"{key.lstrip('=').replace(chr(31), ' as ')} is {kept}, ballots say {counted}"
        for key, (kept, counted) in line.differences.items()
    )
    return f"{start}, {what} differ: {listed}"
