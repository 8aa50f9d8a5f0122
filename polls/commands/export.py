"""`hemicycle export`: a panel's results or its agenda as a file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import orjson

from polls.commands.common import CommandRefused, open_context, panel_named
from polls.config import Config
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.services.agenda_files import export_agenda
from polls.services.context import Context
from polls.services.csv_files import as_csv
from polls.services.result_files import as_json, counts_table, receipts_table
from polls.services.results import load_results
from polls.services.shift_files import flows_table
from polls.services.split_files import splits_table
from polls.store.panels import PanelRecord

FORMATS = {
    "results": ("json", "csv"),
    "receipts": ("csv",),
    "splits": ("csv",),
    "flows": ("csv",),
    "agenda": ("yaml",),
}

TABLES = {
    "results": counts_table,
    "receipts": receipts_table,
    "splits": splits_table,
    "flows": flows_table,
}


@click.command()
@click.argument("code")
@click.option("--results", "what", flag_value="results", default=True, help="Results (default).")
@click.option("--receipts", "what", flag_value="receipts", help="Every ballot by its receipt.")
@click.option("--splits", "what", flag_value="splits", help="Results by group.")
@click.option("--flows", "what", flag_value="flows", help="Who moved, small moves merged.")
@click.option("--agenda", "what", flag_value="agenda", help="The agenda, without any votes.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["json", "csv", "yaml"]),
    help="json or csv for results, csv for receipts, splits and flows, yaml for the agenda.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Also closed polls that are not public; never sealed ones.",
)
@click.option(
    "--language",
    type=click.Choice(INTERFACE_LANGUAGES),
    default=INTERFACE_LANGUAGES[0],
    show_default=True,
    help="Language of titles and labels in CSV.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="File to write.")
@click.pass_obj
def export(
    config: Config,
    code: str,
    what: str,
    format_: str | None,
    everything: bool,
    language: str,
    output: str | None,
) -> None:
    """Write the results or the agenda of the panel CODE to a file, or to standard output.

    Results are those of closed rounds that everyone may see, as on the panel's results page.
    """
    chosen = format_ or FORMATS[what][0]
    if chosen not in FORMATS[what]:
        raise CommandRefused(f"--{what} writes {' or '.join(FORMATS[what])}, not {chosen}")
    context = open_context(config)
    panel = panel_named(context, code)
    body = _body(context, panel, what, chosen, language, everything=everything)
    if output is None:
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
        return
    write_file(Path(output), body)
    click.echo(f"{panel.code}: {what} written to {output}")


def _body(
    context: Context,
    panel: PanelRecord,
    what: str,
    chosen: str,
    language: str,
    *,
    everything: bool,
) -> bytes:
    if what == "agenda":
        return export_agenda(context, panel.id).encode()
    found = context.database.read(
        lambda connection: load_results(connection, panel.id, everything=everything)
    )
    if chosen == "json":
        return orjson.dumps(as_json(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return as_csv(TABLES[what](found, language))


def write_file(path: Path, body: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(body)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise CommandRefused(f"{path} cannot be written: {error.strerror}") from error
