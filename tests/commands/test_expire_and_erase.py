"""Panels end and go by command, as they do by themselves, and never before anybody wants it."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path

import pytest

from polls.commands.serve import warn_of_missing_names
from polls.store.panels import DAY_SECONDS
from tests.commands.conftest import Run
from tests.factories import Room, make_config


def overdue(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE panel SET ends_at = created_at + 60")


def count(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_what_is_due_is_told_before_it_is_done(run: Run, room: Room, database: Path) -> None:
    room.hold(0, "a", "b")
    overdue(database)
    told = run("expire", "--dry-run")
    assert (told.exit_code, room.code in told.stdout) == (0, True)
    assert "to be ended" in told.stdout
    assert count(database, "hashing_key") == 1, "a dry run changes nothing"
    assert "ended, 2 ballots unlinked" in run("expire").stdout
    assert count(database, "hashing_key") == count(database, "participant") == 0
    assert run("expire").stdout == "No panel is due.\n"


def test_results_go_only_where_the_operator_says_when(run: Run, room: Room, database: Path) -> None:
    overdue(database)
    run("expire")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE panel SET ended_at = ended_at - ?", (8 * DAY_SECONDS,))
    assert run("expire").stdout == "No panel is due.\n"
    gone = run("expire", HEMICYCLE_RESULTS_DAYS="7")
    assert f"{room.code} " in gone.stdout
    assert "deleted with its results" in gone.stdout
    assert count(database, "panel") == count(database, "poll") == 0


def test_a_panel_is_erased_only_if_that_is_meant(run: Run, room: Room, database: Path) -> None:
    room.hold(0, "a")
    refused = run("erase", room.code)
    assert refused.exit_code != 0
    assert count(database, "ballot") == 1
    assert run("erase", "NOSUCH", "--yes").exit_code == 2
    assert run("erase", room.code, "--yes").exit_code == 0
    assert count(database, "panel") == count(database, "ballot") == count(database, "counter") == 0


def test_serve_warns_while_nobody_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        warn_of_missing_names(make_config(tmp_path, controller_name="City of Tartu"))
        assert "HEMICYCLE_CONTROLLER_CONTACT" in caplog.text
        assert "HEMICYCLE_CONTROLLER_NAME" not in caplog.text
        caplog.clear()
        named = {"controller_name": "City of Tartu", "controller_contact": "data@tartu.example"}
        warn_of_missing_names(make_config(tmp_path, **named))
        assert not caplog.text


def test_a_panel_is_made_for_some_days_within_the_limit(run: Run, database: Path) -> None:
    assert run("create", "--title", "A square", "--keep-days", "7").exit_code == 0
    with sqlite3.connect(database) as connection:
        (days,) = connection.execute("SELECT (ends_at - created_at) / 86400 FROM panel").fetchone()
    assert days == pytest.approx(7)
    refused = run("create", "--title", "A square", "--keep-days", "366")
    assert (refused.exit_code, count(database, "panel")) == (2, 1)
    assert "from 1 to 365 days" in refused.stderr
