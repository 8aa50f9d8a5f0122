"""`hemicycle backup`: a copy of the database that names nobody."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import click
from sqlalchemy.engine import URL, make_url

from polls.commands.common import CommandRefused
from polls.config import Config
from polls.store.backup import WITHOUT_ROWS, BackupFailed, copy_without_keys


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace FILE if it is there already.")
@click.pass_obj
def backup(config: Config, file: Path, force: bool) -> None:
    """Write a consistent copy of the SQLite database to FILE; the server may go on running.

    The copy leaves out this instance's secret and the panels' hashing keys, so that it leads
    to nobody. After restoring one, make new links with "hemicycle links". For PostgreSQL this
    prints the command of its own tool that does the same.
    """
    url = make_url(config.database_url)
    if url.get_backend_name() != "sqlite":
        raise CommandRefused(f"PostgreSQL is copied by its own tool:\n{pg_dump_command(url, file)}")
    source = Path(url.database or "")
    if not source.is_file():
        raise CommandRefused(f"there is no database at {source}")
    if file.exists() and file.resolve() == source.resolve():
        raise CommandRefused("that is the database itself")
    if file.exists() and not force:
        raise CommandRefused(f"{file} is there already; --force replaces it")
    try:
        size = copy_without_keys(source, file)
    except (OSError, sqlite3.Error, BackupFailed) as error:
        raise CommandRefused(f"no copy was made: {error}") from error
    click.echo(f"{file}: {size} bytes, without keys")


def pg_dump_command(url: URL, file: Path) -> str:
    address = url._replace(drivername="postgresql", password=None).render_as_string()
    left_out = " ".join(f"--exclude-table-data={table}" for table in WITHOUT_ROWS)
    return f"pg_dump --format=custom {left_out} --file={file} {address}"
