"""`hemicycle create`: a new panel and its three links."""

from __future__ import annotations

import click

from polls.commands.common import CommandRefused
from polls.commands.import_ import create_panel, read_definition
from polls.config import Config
from polls.domain.agenda import TITLE_LENGTH_MOST, PanelDefinition, parse_texts
from polls.domain.errors import FieldRefusal
from polls.domain.texts import INTERFACE_LANGUAGES


@click.command()
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--title", help="Title of an empty panel.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    type=click.Choice(INTERFACE_LANGUAGES),
    help="Language of an empty panel; may be given several times. Default: en.",
)
@click.option("--keep-days", type=int, help="Days until it ends. Default: the operator's.")
@click.pass_obj
def create(
    config: Config,
    file: str | None,
    title: str | None,
    languages: tuple[str, ...],
    keep_days: int | None,
) -> None:
    """Create a panel and print its phone, moderator and projector links, one a line.

    Either from an agenda FILE (YAML, see docs/agenda.md), or empty with a --title. Whoever
    has the moderator link runs the panel: the links are shown only now, and kept as hashes.
    """
    if (file is None) == (title is None):
        raise CommandRefused("give either an agenda file or --title")
    if file is not None:
        create_panel(config, read_definition(file), keep_days)
        return
    languages = languages or INTERFACE_LANGUAGES[:1]
    try:
        texts = parse_texts(title, "title", TITLE_LENGTH_MOST, languages[0])
    except FieldRefusal as refusal:
        raise CommandRefused(f"--title: expected {refusal.expected}") from refusal
    create_panel(config, PanelDefinition(title=texts, languages=languages), keep_days)
