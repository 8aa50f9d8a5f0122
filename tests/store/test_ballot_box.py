"""The group commit: everyone is answered, after the commit, and nobody's trouble is another's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from sqlalchemy.exc import OperationalError

from polls.domain.codes import new_receipt
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.tally import BALLOTS
from polls.store.ballot_box import BallotBox
from polls.store.ballots import Cast, CastResult, counters_of
from polls.store.database import Database
from tests.factories import a_poll, seeded
from tests.store.test_ballots import a_cast, counted_twice, make_round

SINGLE = kind_named("single_choice")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path / 'box.db'}", threaded=True)
    made.migrate()
    yield made
    made.close()


def make_box(database: Database, committed: list[int] | None = None) -> BallotBox:
    choose = seeded()
    return BallotBox(
        database,
        lambda: new_receipt(choose),
        committed=None if committed is None else lambda casts: committed.append(len(casts)),
    )


def test_a_rush_is_stored_in_few_commits_and_everyone_gets_a_receipt(database: Database) -> None:
    round_id = make_round(database, a_poll())
    batches: list[int] = []
    box = make_box(database, batches)

    def vote(number: int) -> CastResult:
        return box.cast(a_cast(round_id, SINGLE, f"{number:032x}", "abcd"[number % 4]))

    voters = [gevent.spawn(vote, number) for number in range(300)]
    gevent.joinall(voters, timeout=30, raise_error=True)
    receipts = {voter.value.receipt for voter in voters}
    assert len(receipts) == 300
    assert sum(batches) == 300
    assert len(batches) < 30
    kept, again = counted_twice(database, round_id, SINGLE)
    assert kept == again
    assert again[BALLOTS] == 300


def test_people_who_change_their_minds_at_once_are_counted_once(database: Database) -> None:
    round_id = make_round(database, a_poll())
    box = make_box(database)

    def waver(number: int) -> None:
        for sequence, answer in enumerate(["a", None, "b", "c", None, "d"]):
            box.cast(a_cast(round_id, SINGLE, f"{number:032x}", answer, sequence=sequence))

    gevent.joinall(
        [gevent.spawn(waver, number % 20) for number in range(60)], timeout=30, raise_error=True
    )
    kept, again = counted_twice(database, round_id, SINGLE)
    assert kept == again == {"d": 20, BALLOTS: 20}


def test_a_receipt_is_only_given_once_the_ballot_is_there(database: Database) -> None:
    """Another connection, as after a crash, already sees what was acknowledged."""
    round_id = make_round(database, a_poll())
    box = make_box(database)
    other = Database(str(database.url))
    for number in range(5):
        box.cast(a_cast(round_id, SINGLE, f"{number:032x}", "a"))
        seen = other.read(lambda connection: counters_of(connection, [round_id]))
        assert seen[round_id]["a"] == number + 1


def test_what_could_not_be_stored_is_said_and_can_be_sent_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_id = make_round(database, a_poll())
    box = make_box(database)
    cast = a_cast(round_id, SINGLE, "0" * 32, "a", sequence=1)

    def full(_work: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as trouble:
        trouble.setattr(database, "write", full)
        with pytest.raises(Refusal) as refused:
            box.cast(cast)
    assert refused.value.code == "ballot.not_stored"
    assert refused.value.details["retry_after"] > 0
    first = box.cast(cast)
    assert box.cast(cast) == first
    kept, again = counted_twice(database, round_id, SINGLE)
    assert kept == again == {"a": 1, BALLOTS: 1}


def test_one_who_cannot_be_answered_does_not_keep_the_others_waiting(database: Database) -> None:
    round_id = make_round(database, a_poll())
    box = make_box(database)

    def gone(_result: CastResult) -> None:
        raise ConnectionError

    def a_vote(number: int) -> Cast:
        return a_cast(round_id, SINGLE, f"{number:032x}", "b")

    box.submit(a_vote(1), gone)
    assert box.cast(a_vote(2)).receipt
    assert box.cast(a_vote(3)).receipt
    kept, _ = counted_twice(database, round_id, SINGLE)
    assert kept[BALLOTS] == 3
