"""Runs commands in this process, on a database of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from polls.commands.main import main
from tests.factories import Clock, Room, make_room

Run = Callable[..., Result]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "hemicycle.db"


@pytest.fixture
def run(database: Path) -> Run:
    """Call `hemicycle …`; the result has `exit_code`, `stdout` and `stderr`."""

    def call(*arguments: str, **settings: str) -> Result:
        environment = {
            "HEMICYCLE_DATABASE_URL": f"sqlite:///{database}",
            "HEMICYCLE_PUBLIC_URL": "https://vote.example",
            "HEMICYCLE_SECRET": "secret of the tests",
        }
        done = CliRunner().invoke(main, list(arguments), env=environment | settings)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return call


@pytest.fixture
def room(tmp_path: Path, database: Path) -> Room:
    """A panel with a poll of every kind on the database that commands work on."""
    made = make_room(tmp_path)
    assert isinstance(made.clock, Clock)
    assert database.is_file()
    return made
