"""A database that an older version left is brought up to date, and nothing in it is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, select

from polls.store.database import Database
from polls.store.schema import metadata
from tests.factories import NOON

TEXTS = {"en": "x"}
PANEL = {
    "title": TEXTS,
    "description": TEXTS,
    "theme": TEXTS,
    "place": {},
    "panellists": [],
    "languages": ["en"],
    "moderation": "none",
    "comments_open": True,
    "joining_locked": False,
    "projector_view": "item",
    "version": 1,
    "created_at": NOON,
    "ends_at": NOON,
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    made = Database(url)
    yield made
    made.close()


def fill(database: Database, paced: list[str] | None) -> None:
    """A panel with two polls, as a version before the steps of the agenda kept it."""
    tables = MetaData()

    def work(connection: Connection) -> None:
        tables.reflect(bind=connection)

        def insert(name: str, **values: object) -> None:
            table: Table = tables.tables[name]
            missing = {
                column.name: _filler(column.type.python_type)
                for column in table.columns
                if not column.nullable and column.server_default is None
            }
            connection.execute(table.insert().values({**missing, **values}))

        insert("panel", id="p", code="ABC", **PANEL, **({} if paced is None else {"paced": paced}))
        for number, poll in enumerate(("tea", "coffee")):
            insert("poll", id=poll, panel_id="p", kind="single_choice", state="open")
            insert(
                "agenda_item",
                id=f"item-{poll}",
                panel_id="p",
                position=number,
                kind="poll",
                poll_id=poll,
            )

    database.write(work)


def _filler(wanted: type) -> object:
    return {str: "x", int: 1, float: NOON, bool: False, dict: TEXTS}.get(wanted, TEXTS)


def paced_of(database: Database) -> list[object]:
    panel = metadata.tables["panel"]
    return database.read(
        lambda connection: list(connection.execute(select(panel.c.paced, panel.c.paced_last)))
    )


def test_polls_that_were_open_together_are_steps_of_the_agenda_now(old_database: Database) -> None:
    old_database.migrate("0002")
    fill(old_database, ["coffee", "tea", "one that is gone"])
    old_database.migrate()
    assert paced_of(old_database) == [(["item-coffee", "item-tea"], None)]


def test_where_nothing_was_open_together_nothing_is_now(old_database: Database) -> None:
    old_database.migrate("0002")
    fill(old_database, None)
    old_database.migrate()
    old_database.migrate()
    assert paced_of(old_database) == [(None, None)]


def test_a_projector_from_before_follows_its_browser(old_database: Database) -> None:
    old_database.migrate("0003")
    fill(old_database, None)
    old_database.migrate()
    panel = metadata.tables["panel"].c
    asked = select(panel.projector_languages, panel.projector_turns)
    assert old_database.read(lambda connection: connection.execute(asked).one()) == (None, False)


def test_the_migrations_make_the_tables_that_the_code_expects(old_database: Database) -> None:
    old_database.migrate()
    with old_database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    assert differences == []
