"""Every worker has a number of its own, and leaves it to the next when it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from polls.store.database import Database
from polls.store.worker_numbers import WorkerNumber


@pytest.mark.postgres
def test_workers_take_the_lowest_number_that_is_free(postgres_url: str) -> None:
    database = Database(postgres_url)
    first, second, third = (WorkerNumber(database) for _ in range(3))
    assert [first.number, second.number, third.number] == [0, 1, 2]
    second.give_back()
    again, last = WorkerNumber(database), WorkerNumber(database)
    assert (again.number, last.number) == (1, 3)
    for number in (first, third, again, last):
        number.give_back()
    database.close()


@pytest.mark.postgres
def test_a_number_is_kept_though_nothing_else_is_asked_of_the_database(postgres_url: str) -> None:
    database, elsewhere = Database(postgres_url), Database(postgres_url)
    kept = WorkerNumber(database)
    database.engine.dispose()
    assert kept.number == 0
    other = WorkerNumber(elsewhere)
    assert other.number == 1
    kept.give_back()
    kept.give_back()
    freed = WorkerNumber(elsewhere)
    assert freed.number == 0
    for number in (other, freed):
        number.give_back()
    for each in (database, elsewhere):
        each.close()


def test_with_one_writer_there_is_one_number(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'one.db'}")
    assert [WorkerNumber(database).number for _ in range(2)] == [0, 0]
    database.close()
