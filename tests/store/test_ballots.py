"""The counting: whatever is cast, changed or taken back, counters equal a recount."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from polls.domain.agenda import PollDefinition
from polls.domain.codes import new_receipt
from polls.domain.errors import Refusal
from polls.domain.kinds import Kind, all_kinds, kind_named
from polls.domain.polls import GRACE_SECONDS, Round
from polls.domain.tally import BALLOTS, VERSION
from polls.store import agenda, panels, schema
from polls.store.ballots import (
    Cast,
    CastResult,
    ballot_of,
    ballots_of_round,
    cast_batch,
    counters_of,
    recount,
)
from polls.store.database import Database
from polls.store.panels import new_id
from tests.factories import ANSWERS, NOON, OPTIONS, a_poll, parse_answer, seeded
from tests.support.postgres import PostgresServer

PEOPLE = [f"{number:032x}" for number in range(6)]


# What people may answer


def answers_of(kind: str) -> st.SearchStrategy[Any]:
    letters = [letter for letter, _ in zip("abcdefghijkl", OPTIONS.get(kind, ()), strict=False)]
    if kind == "single_choice":
        return st.sampled_from(letters)
    if kind == "multiple_choice":
        return st.lists(st.sampled_from(letters), min_size=1, max_size=4)
    if kind == "rating":
        return st.integers(1, 5)
    if kind == "words":
        spelt = st.sampled_from(["Privacy", "privacy", "privacité", "PRIVACITE", "trust", "the"])
        return st.lists(st.one_of(spelt, st.text(max_size=8)), min_size=1, max_size=3)
    if kind == "text":
        return st.text(min_size=1, max_size=40)
    if kind == "opinion":
        said = st.sampled_from(["agree", "disagree", "pass"])
        return st.dictionaries(st.sampled_from(["s1", "s2", "s3", "s4"]), said, min_size=1)
    if kind == "points":
        cuts = st.lists(st.integers(0, 100), min_size=3, max_size=3).map(sorted)
        ends = cuts.map(lambda cut: zip([0, *cut], [*cut, 100], strict=True))
        return ends.map(lambda pairs: dict(zip("abcd", (b - a for a, b in pairs), strict=True)))
    if kind == "numeric":
        return st.integers(0, 100)
    if kind == "knowledge":
        return st.sampled_from(letters)
    if kind in ("ranking", "budget"):
        return st.lists(st.sampled_from(letters), min_size=1, max_size=4, unique=True)
    raise AssertionError(f"no answers for {kind}: add how people answer this kind")


def valid_answers(definition: PollDefinition) -> st.SearchStrategy[Any]:
    """Answers in canonical form; what the kind refuses never reaches the box."""

    def parse(answer: Any) -> Any:
        try:
            return parse_answer(definition, answer)
        except Refusal:
            return None

    return answers_of(definition.kind).map(parse).filter(lambda answer: answer is not None)


@dataclass(frozen=True)
class Step:
    """Someone casts (or, without an answer, takes back) at some time."""

    person: int
    answer: Any
    sequence: int | None
    is_late: bool


def steps_of(definition: PollDefinition) -> st.SearchStrategy[list[list[Step]]]:
    step = st.builds(
        Step,
        person=st.integers(0, len(PEOPLE) - 1),
        answer=st.one_of(st.none(), valid_answers(definition), valid_answers(definition)),
        sequence=st.one_of(st.none(), st.integers(0, 9)),
        is_late=st.sampled_from([False] * 9 + [True]),
    )
    return st.lists(st.lists(step, max_size=6), max_size=8)


# A round to cast in


CLOSES_AT = NOON + 60


def make_round(database: Database, definition: PollDefinition) -> str:
    """Store a panel with one poll that is open; return its round."""
    panel_id, poll_id, round_id = new_id(), new_id(), new_id()

    def work(connection: Connection) -> None:
        values = {
            "id": panel_id,
            "code": panel_id,
            **{name: {} for name in ("title", "description", "theme", "place")},
            "panellists": [],
            "languages": ["en"],
            "moderation": "post",
            "comments_open": True,
            "joining_locked": False,
            "projector_view": "item",
            "version": 1,
            "created_at": NOON,
            "ends_at": NOON,
        }
        panels.insert_panel(connection, values)
        agenda.insert_poll(
            connection,
            {
                "id": poll_id,
                "panel_id": panel_id,
                "kind": definition.kind,
                "title": dict(definition.title.by_language),
                "options": agenda.options_as_json(definition.options),
                "settings": dict(definition.settings),
                "visibility": "live",
                "state": "open",
            },
        )
        agenda.insert_round(connection, Round(round_id, poll_id, 1, NOON, CLOSES_AT))

    database.write(work)
    return round_id


def a_cast(round_id: str, kind: Kind, person: str, answer: Any, **fields: Any) -> Cast:
    values: dict[str, Any] = {"sequence": None, "received_at": NOON}
    return Cast(round_id, person, kind, answer, **(values | fields))


Put = Callable[..., list[CastResult]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('ballots') / 'ballots.db'}")
    made.migrate()
    yield made
    made.close()


def put(database: Database, casts: list[Cast], shard: int = 0, seed: int = 1) -> list[CastResult]:
    choose = seeded(seed)
    return database.write(lambda c: cast_batch(c, casts, lambda: new_receipt(choose), shard))


def counted(database: Database, round_id: str) -> Counter[str]:
    return database.read(lambda connection: counters_of(connection, [round_id]))[round_id]


def counted_twice(
    database: Database, round_id: str, kind: Kind
) -> tuple[Counter[str], Counter[str]]:
    return database.read(lambda connection: recount(connection, round_id, kind))


# One after the other


class Model:
    """What a round must hold, told by the rules and without any database."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.answers: dict[str, Any] = {}
        self.sequences: dict[str, int] = {}

    def take(self, person: str, step: Step) -> str:
        """Return what the person must hear: `receipt` or the code of a refusal."""
        known = self.sequences.get(person)
        is_repeated = known is not None and step.sequence is not None and step.sequence <= known
        if is_repeated:
            return "receipt"
        if step.is_late:
            return "poll.not_open"
        if step.answer is None and person not in self.answers:
            return "ballot.none"
        self.sequences[person] = (
            (-1 if known is None else known) + 1 if step.sequence is None else step.sequence
        )
        if step.answer is None:
            del self.answers[person]
        else:
            self.answers[person] = self.kind.merge(self.answers.get(person), step.answer)
        return "receipt"

    def counters(self) -> Counter[str]:
        total: Counter[str] = Counter()
        for answer in self.answers.values():
            total.update(self.kind.contributions(answer))
            total[BALLOTS] += 1
        return total


@pytest.mark.parametrize("name", all_kinds())
def test_counters_equal_a_recount_of_whatever_was_cast(name: str, database: Database) -> None:
    definition, kind = a_poll(name), kind_named(name)

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(batches=steps_of(definition), seed=st.integers(0, 2**16))
    def check(batches: list[list[Step]], seed: int) -> None:
        round_id = make_round(database, definition)
        model = Model(kind)
        receipts: dict[str, str] = {}
        version = 0
        for number, batch in enumerate(batches):
            casts = [
                a_cast(
                    round_id,
                    kind,
                    PEOPLE[step.person],
                    step.answer,
                    sequence=step.sequence,
                    received_at=CLOSES_AT + GRACE_SECONDS + 0.01 if step.is_late else NOON,
                )
                for step in batch
            ]
            # Late ones are judged against what was stored before their batch.
            order = sorted(range(len(batch)), key=lambda index: not batch[index].is_late)
            expected = {i: model.take(PEOPLE[batch[i].person], batch[i]) for i in order}
            results = put(database, casts, shard=number % 3, seed=seed + number)
            assert len(results) == len(batch)
            for index, (step, result) in enumerate(zip(batch, results, strict=True)):
                person = PEOPLE[step.person]
                heard = result.refused or "receipt"
                assert heard == expected[index]
                if not result.refused:
                    assert receipts.setdefault(person, result.receipt) == result.receipt
            kept, again = counted_twice(database, round_id, kind)
            assert kept == again == model.counters()
            risen = counted(database, round_id)[VERSION]
            assert risen >= version
            version = risen
        assert len(set(receipts.values())) == len(receipts)
        stored = database.read(lambda connection: ballots_of_round(connection, round_id))
        answers = {ballot.receipt: ballot.answer for ballot in stored}
        assert answers == {receipts[person]: a for person, a in model.answers.items()}

    check()


@pytest.mark.parametrize("name", all_kinds())
def test_a_ballot_taken_back_leaves_no_trace_in_the_counters(name: str, database: Database) -> None:
    definition, kind = a_poll(name), kind_named(name)
    round_id = make_round(database, definition)
    rng = random.Random(5)
    answers = [a for a in _some_answers(definition, rng) for _ in range(2)]
    casts = [a_cast(round_id, kind, f"{n:032x}", answer) for n, answer in enumerate(answers)]
    put(database, casts)
    assert counted(database, round_id)[BALLOTS] == len(answers)
    put(database, [a_cast(round_id, kind, f"{n:032x}", None) for n in range(len(answers))])
    left = {key: value for key, value in counted(database, round_id).items() if value}
    assert set(left) == {VERSION}
    assert database.read(lambda connection: ballots_of_round(connection, round_id)) == []


def _some_answers(definition: PollDefinition, rng: random.Random) -> list[Any]:
    return [parse_answer(definition, rng.choice(ANSWERS[definition.kind])) for _ in range(5)]


# Receipts and sequences


def test_a_changed_ballot_keeps_its_receipt_and_takes_the_old_answer_out(
    database: Database,
) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    first = put(database, [a_cast(round_id, kind, PEOPLE[0], "a", sequence=5)])[0]
    second = put(database, [a_cast(round_id, kind, PEOPLE[0], "b", sequence=6)], seed=2)[0]
    assert second.receipt == first.receipt
    assert +counted(database, round_id) == Counter({"b": 1, BALLOTS: 1, VERSION: 2})


def test_a_repeated_cast_is_answered_like_the_first_time(database: Database) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    cast = a_cast(round_id, kind, PEOPLE[0], "a", sequence=5)
    first = put(database, [cast])[0]
    assert put(database, [cast, cast], seed=9) == [first, first]
    older = a_cast(round_id, kind, PEOPLE[0], "d", sequence=4)
    assert put(database, [older], seed=9) == [first]
    assert counted(database, round_id)["a"] == 1
    assert counted(database, round_id)["d"] == 0


def test_a_ballot_cast_again_after_it_was_taken_back_has_the_same_receipt(
    database: Database,
) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    first = put(database, [a_cast(round_id, kind, PEOPLE[0], "a")])[0]
    put(database, [a_cast(round_id, kind, PEOPLE[0], None)])
    again = put(database, [a_cast(round_id, kind, PEOPLE[0], "c")], seed=3)[0]
    assert again.receipt == first.receipt


def test_receipts_that_are_taken_are_drawn_again(database: Database) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    numbers = count()

    def stubborn() -> str:
        return f"AAA-{next(numbers) // 3:03d}"

    casts = [a_cast(round_id, kind, f"{n:032x}", "a") for n in range(20)]
    results = database.write(lambda c: cast_batch(c, casts, stubborn, 0))
    assert len({result.receipt for result in results}) == 20
    assert counted(database, round_id)["a"] == 20


def test_the_same_person_has_another_receipt_in_another_round(database: Database) -> None:
    kind = kind_named("single_choice")
    receipts = [
        put(database, [a_cast(make_round(database, a_poll()), kind, PEOPLE[0], "a")], seed=seed)[
            0
        ].receipt
        for seed in (1, 2)
    ]
    assert receipts[0] != receipts[1]


def test_taking_back_what_was_not_cast_leaves_nothing_behind(database: Database) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    result = put(database, [a_cast(round_id, kind, PEOPLE[0], None)])[0]
    assert result.refused == "ballot.none"
    query = select(schema.ballot.c.id).where(schema.ballot.c.round_id == round_id)
    assert database.read(lambda connection: connection.execute(query).all()) == []


# The end of a round


def test_a_ballot_counts_until_the_grace_is_over(database: Database) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    end = CLOSES_AT + GRACE_SECONDS
    in_time = a_cast(round_id, kind, PEOPLE[0], "a", received_at=end)
    late = a_cast(round_id, kind, PEOPLE[1], "a", received_at=end + 0.001)
    results = put(database, [in_time, late])
    assert [result.refused for result in results] == ["", "poll.not_open"]
    assert counted(database, round_id)[BALLOTS] == 1


def test_one_refused_ballot_does_not_fail_its_batch(database: Database) -> None:
    kind = kind_named("single_choice")
    open_round, gone = make_round(database, a_poll()), "no such round"
    results = put(
        database,
        [
            a_cast(gone, kind, PEOPLE[0], "a"),
            a_cast(open_round, kind, PEOPLE[0], "a"),
            a_cast(open_round, kind, PEOPLE[1], None),
        ],
    )
    assert [result.refused for result in results] == ["poll.not_open", "", "ballot.none"]
    assert counted(database, open_round)["a"] == 1


# All at once


WORKERS = 4
BATCHES = 25
CROWD = [f"{number:032x}" for number in range(40)]


def cast_at_random(database: Database, round_id: str, kind: Kind, shard: int) -> None:
    """One worker's share: batches of casts and withdrawals that clash with the others'."""
    rng = random.Random(shard)
    answers = _some_answers(a_poll(kind.name), rng)
    for number in range(BATCHES):
        casts = [
            a_cast(
                round_id,
                kind,
                rng.choice(CROWD),
                rng.choice([None, *answers]),
                sequence=rng.choice([None, number * WORKERS + shard]),
            )
            for _ in range(rng.randint(1, 12))
        ]
        put(database, casts, shard, seed=1000 * shard + number)


def run_all(works: list[Callable[[], None]]) -> None:
    """Run in threads; an error in one is an error here."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def assert_counts_hold(database: Database, round_id: str, kind: Kind) -> None:
    kept, again = counted_twice(database, round_id, kind)
    assert kept == again
    assert again[BALLOTS] > 0
    table = schema.ballot
    query = select(table.c.participant, table.c.receipt).where(table.c.round_id == round_id)
    rows = database.read(lambda connection: connection.execute(query).all())
    assert len({row.participant for row in rows}) == len(rows)
    assert len({row.receipt for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["single_choice", "words"])
def test_counters_hold_when_several_threads_write_to_sqlite(name: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'crowd.db'}"
    database = Database(url)
    database.migrate()
    kind = kind_named(name)
    round_id = make_round(database, a_poll(name))
    workers = [Database(url) for _ in range(WORKERS)]
    run_all(
        [
            partial(cast_at_random, worker, round_id, kind, shard)
            for shard, worker in enumerate(workers)
        ]
    )
    assert_counts_hold(database, round_id, kind)
    for made in (database, *workers):
        made.close()


@pytest.fixture(scope="module")
def shared_url(postgres_server: PostgresServer) -> Iterator[str]:
    """PostgreSQL for all kinds, each of which has a round of its own."""
    url = postgres_server.create_database()
    database = Database(url)
    database.migrate()
    database.close()
    yield url
    postgres_server.drop_database(url)


@pytest.mark.postgres
@pytest.mark.parametrize("name", all_kinds())
def test_counters_hold_when_workers_share_postgresql(name: str, shared_url: str) -> None:
    database = Database(shared_url)
    kind = kind_named(name)
    round_id = make_round(database, a_poll(name))
    workers = [Database(shared_url) for _ in range(WORKERS)]
    run_all(
        [
            partial(cast_at_random, worker, round_id, kind, shard)
            for shard, worker in enumerate(workers)
        ]
    )
    assert_counts_hold(database, round_id, kind)
    shards = select(schema.counter.c.shard).where(schema.counter.c.round_id == round_id).distinct()
    used = database.read(lambda connection: set(connection.execute(shards).scalars()))
    assert used == set(range(WORKERS))
    for made in (database, *workers):
        made.close()


@pytest.mark.postgres
def test_no_ballot_slips_in_while_a_round_is_closed_on_postgresql(postgres_url: str) -> None:
    """After a round is closed its counters stay as they are, whoever was casting."""
    database = Database(postgres_url)
    database.migrate()
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    workers = [Database(postgres_url) for _ in range(WORKERS)]
    at_closing: list[Counter[str]] = []

    def close() -> None:
        def work(connection: Connection) -> Counter[str]:
            due = CLOSES_AT + GRACE_SECONDS
            assert agenda.finish_round(connection, round_id, due, due, 40)
            return counters_of(connection, [round_id])[round_id]

        while counted(database, round_id)[VERSION] < 10:
            pass
        at_closing.append(database.write(work))

    run_all(
        [
            close,
            *(
                partial(cast_at_random, worker, round_id, kind, shard)
                for shard, worker in enumerate(workers)
            ),
        ]
    )
    assert counted(database, round_id) == at_closing[0]
    assert_counts_hold(database, round_id, kind)
    for made in (database, *workers):
        made.close()


def test_a_ballot_of_a_closed_round_is_answered_again_but_not_changed(database: Database) -> None:
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    first = put(database, [a_cast(round_id, kind, PEOPLE[0], "a", sequence=3)])[0]
    due = CLOSES_AT + GRACE_SECONDS
    assert database.write(lambda c: agenda.finish_round(c, round_id, due, due, 1))
    repeated = a_cast(round_id, kind, PEOPLE[0], "a", sequence=3)
    changed = a_cast(round_id, kind, PEOPLE[0], "b", sequence=4)
    assert put(database, [repeated]) == [first]
    assert put(database, [changed])[0].refused == "poll.not_open"
    stored = database.read(lambda connection: ballot_of(connection, round_id, PEOPLE[0]))
    assert stored is not None
    assert stored.answer == "a"


# The order of the options


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shuffled_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Both shelves: SQLite's own, and the one of servers."""
    url = f"sqlite:///{tmp_path / 'orders.db'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    made = Database(url)
    made.migrate()
    yield made
    made.close()


def test_the_order_a_voter_saw_is_kept_with_the_ballot(shuffled_database: Database) -> None:
    database = shuffled_database
    kind = kind_named("single_choice")
    round_id = make_round(database, a_poll())
    casts = [
        a_cast(round_id, kind, PEOPLE[0], "a", option_order="2,0,1,3"),
        a_cast(round_id, kind, PEOPLE[1], "a"),
        a_cast(round_id, kind, PEOPLE[2], None, option_order="3,2,1,0"),
    ]
    assert [result.refused for result in put(database, casts)] == ["", "", "ballot.none"]
    put(database, [a_cast(round_id, kind, PEOPLE[0], "b", option_order="2,0,1,3")], seed=2)
    kept = {
        place: database.read(lambda c, who=person: ballot_of(c, round_id, who))
        for place, person in enumerate(PEOPLE[:3])
    }
    assert (kept[0] and kept[0].option_order) == "2,0,1,3"
    assert kept[1] is not None
    assert kept[1].option_order is None
    assert kept[2] is None
