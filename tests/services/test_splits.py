"""Results by group, made when rounds close: what is kept, when, and what is never kept."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from polls.domain.kinds import kind_named
from polls.domain.polls import Role
from polls.live.views import PollView
from polls.services import panels
from polls.services.closing import conclude_all
from polls.services.results import load_results
from polls.services.split_files import SPLIT_COLUMNS, splits_table
from polls.store import schema
from polls.store.ballots import Cast, cast_batch
from tests.factories import ANSWERS, Room, a_poll, make_room

HERE_AS = "I am here as…"


def a_grouping(title: str = HERE_AS, *labels: str, **fields: Any) -> Any:
    return a_poll(
        title=title,
        options=labels or ("Citizen", "Expert", "Official"),
        settings={"grouping": True},
        **fields,
    )


def seat(room: Room, count: int) -> None:
    for _ in range(count):
        room.join()


def answer(room: Room, place: int, answers: list[Any], *, close: bool = True) -> None:
    """Let people, in the order they came, give these answers; None does not vote."""
    room.open(place)
    for person, given in zip(room.people, answers, strict=False):
        if given is not None:
            room.cast(person, given, place)
    if close:
        room.close(place)


def splits(room: Room, place: int) -> dict[str, Any]:
    latest = room.poll(place).round
    assert latest is not None
    return dict(latest.splits or {})


def rows(room: Room, place: int, by: int = 0) -> dict[str | None, list[int | None]]:
    kept = splits(room, place)[room.poll(by).id]
    return {
        row["group"]: list(row["counts"].values())
        for row in kept["rows"]
        if row["group"] or row["ballots"]
    }


GROUPS = ["a"] * 12 + ["b"] * 12
VOTES = (["a"] * 7 + ["b"] * 5) + (["a"] * 5 + ["b"] * 7)


def view_of(room: Room) -> PollView:
    room.context.stage.fresh_state(room.panel_id)
    item = room.context.stage.view(room.panel_id, Role.MODERATOR, "en").item
    assert item is not None
    assert item.poll is not None
    return item.poll


def test_a_result_is_split_by_what_the_same_people_said_of_themselves(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 36)
    answer(room, 0, GROUPS)
    answer(room, 1, [*VOTES, *["a", "b"] * 6])
    assert rows(room, 1)["a"] == [7, 5]
    kept = splits(room, 1)[room.poll(0).id]
    assert kept["round"] == 1
    assert [(row["group"], row["size"], row["ballots"]) for row in kept["rows"]] == [
        ("a", 12, 12),
        ("b", 12, 12),
        ("c", 0, None),
        (None, None, 12),
    ]


def test_what_points_at_a_few_never_reaches_the_store(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 30)
    answer(room, 0, [*GROUPS, *["c"] * 3])
    answer(room, 1, [*VOTES, *["a"] * 2, "b", *["a"] * 3])
    kept = splits(room, 1)[room.poll(0).id]
    expert = next(row for row in kept["rows"] if row["group"] == "c")
    assert expert == {"group": "c", "size": 3, "ballots": None, "counts": {"a": None, "b": None}}
    numbers = [
        count for row in kept["rows"] for count in row["counts"].values() if count is not None
    ]
    assert all(count >= 5 for count in numbers)


def test_a_grouping_question_asked_later_splits_what_was_asked_before(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]), a_poll("rating"))
    seat(room, 24)
    answer(room, 1, VOTES)
    answer(room, 2, [1, 5] * 12)
    assert splits(room, 1) == {}
    answer(room, 0, GROUPS)
    assert rows(room, 1) == {"a": [7, 5], "b": [5, 7], "c": [None, None]}
    assert rows(room, 2)["a"] == [6, 0, 0, 0, 6]


def test_a_split_that_was_shown_stays_when_the_groups_are_asked_again(tmp_path: Path) -> None:
    """Two versions of it could be compared, and tell what the one person said who moved."""
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]), a_poll("rating"))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    before = splits(room, 1)
    answer(room, 0, ["b", *GROUPS[1:]])
    assert splits(room, 1) == before
    answer(room, 2, [1, 5] * 12)
    assert splits(room, 2)[room.poll(0).id]["round"] == 2, "what comes after has the new groups"


def test_a_split_that_showed_nothing_is_made_anew(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, ["a", "b"])
    answer(room, 1, VOTES)
    assert rows(room, 1)["a"] == [None, None]
    answer(room, 0, GROUPS)
    assert rows(room, 1)["a"] == [7, 5]


def test_each_round_has_its_own_split(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    answer(room, 1, list(reversed(VOTES)))
    assert rows(room, 1) == {"a": [5, 7], "b": [7, 5], "c": [None, None]}


def test_a_second_grouping_question_leaves_the_first_split_as_it_was(tmp_path: Path) -> None:
    room = make_room(
        tmp_path,
        a_grouping(),
        a_grouping("I live", "In town", "Outside"),
        a_poll(options=["Y", "N"]),
    )
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 2, VOTES)
    before = splits(room, 2)
    answer(room, 1, ["a", "b"] * 12)
    now = splits(room, 2)
    assert now[room.poll(0).id] == before[room.poll(0).id]
    assert rows(room, 2, by=1) == {"a": [7, 5], "b": [5, 7]}


@pytest.mark.parametrize("kind", [kind for kind in ANSWERS if kind not in ("text", "words")])
def test_every_kind_whose_answers_are_picked_is_split_on_screen_and_in_files(
    tmp_path: Path, kind: str
) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(kind))
    seat(room, 48)
    answer(room, 0, ["a", "b"] * 24)
    given = [ANSWERS[kind][0], ANSWERS[kind][-1]]
    answer(room, 1, [given[number // 2 % 2] for number in range(48)])
    (split,) = view_of(room).splits
    assert [group.ballots for group in split.groups] == [24, 24]
    assert {cell.count for group in split.groups for cell in group.cells} >= {12}
    assert all(key.label for key in split.keys) or kind == "rating"
    room.direct("projector.show", view="split")
    assert room.context.stage.view(room.panel_id, Role.PROJECTOR, "en").split == split
    found = room.context.database.read(
        lambda connection: load_results(connection, room.panel_id, everything=True)
    )
    table = splits_table(found, "en")
    assert len(table) == 1 + 2 * len(split.keys)
    assert any(row[SPLIT_COLUMNS.index("count")] == 12 for row in table[1:])


def test_estimates_are_split_by_bands_and_the_middle_is_read_off_them(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll("numeric", settings={"unit": "kg"}))
    seat(room, 48)
    answer(room, 0, ["a"] * 24 + ["b"] * 24)
    answer(room, 1, [10, 30, 30, 50] * 6 + [10] * 6 + [30] * 6 + [50] * 12)
    (split,) = view_of(room).splits
    assert [key.label for key in split.keys][:2] == ["0–19 kg", "20–39 kg"]
    assert split.has_middle
    first = split.groups[0]
    assert [cell.count for cell in first.cells] == [6, 12, 6, 0, 0]
    assert (first.median, first.half) == ("20–39 kg", "0–59 kg")


@pytest.mark.parametrize("kind", ["text", "words"])
def test_what_people_write_is_not_split(tmp_path: Path, kind: str) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(kind))
    seat(room, 12)
    answer(room, 0, ["a", "b"] * 6)
    answer(room, 1, [["trust"] if kind == "words" else "Trust"] * 12)
    assert splits(room, 1) == {}


def test_grouping_questions_are_not_split_by_each_other(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_grouping("I live", "In town", "Outside"))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, ["a", "b"] * 12)
    assert splits(room, 0) == splits(room, 1) == {}


def test_no_question_of_another_panel_splits_anything(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, VOTES)
    assert splits(room, 0) == {}


def test_votes_taken_back_and_groups_taken_back_do_not_count(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 30)
    answer(room, 0, [*GROUPS, *["b"] * 6], close=False)
    for person in room.people[24:]:
        room.withdraw(person, 0)
    room.close(0)
    answer(room, 1, [*VOTES, *["b"] * 3, *["a"] * 3])
    kept = {row["group"]: row for row in splits(room, 1)[room.poll(0).id]["rows"]}
    assert kept["b"]["ballots"] == kept["b"]["size"] == 12
    assert kept[None]["ballots"] == 6


def test_clearing_the_groups_clears_the_splits_by_them(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    room.direct("poll.clear", poll=room.poll(0).id)
    assert splits(room, 1) == {}


def test_splits_stay_when_the_panel_has_ended_and_nothing_joins_ballots_any_more(
    tmp_path: Path,
) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    before = splits(room, 1)
    panels.end(room.context, room.panel_id)
    assert splits(room, 1) == before
    assert not any(
        person.require_participant() in orjson.dumps(before).decode() for person in room.people
    )


@pytest.mark.alone
@pytest.mark.timeout(240)
def test_two_thousand_people_are_split_within_a_second(tmp_path: Path) -> None:
    labels = [f"Group {number}" for number in range(12)]
    room = make_room(tmp_path, a_grouping(HERE_AS, *labels), a_poll(options=labels))
    cast_at_once(room, 0, [chr(97 + number * number % 12) for number in range(2000)])
    room.close(0)
    cast_at_once(room, 1, [chr(97 + number % 12) for number in range(2000)])
    began = time.perf_counter()
    room.close(1)
    assert time.perf_counter() - began < 1
    assert splits(room, 1)


def cast_at_once(room: Room, place: int, answers: list[str]) -> None:
    """Let people without a name in the room give these answers, in one transaction."""
    room.open(place)
    kind, now, round_id = kind_named("single_choice"), room.clock(), room.round_id(place)
    casts = [
        Cast(round_id, f"person{number}", kind, given, 1, now)
        for number, given in enumerate(answers)
    ]
    receipts = iter(f"{number:03}-{number:03}"[:7] for number in range(10_000))
    room.context.database.write(
        lambda connection: cast_batch(connection, casts, lambda: next(receipts), 0)
    )


def test_a_round_opened_again_after_its_split_was_shown_has_none_any_more(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll(options=["Yes", "No"]), a_grouping())
    seat(room, 24)
    answer(room, 1, GROUPS)
    answer(room, 0, VOTES)
    assert rows(room, 0, 1)["a"] == [7, 5]
    room.direct("panel.undo")
    room.cast(room.people[0], "b", 0)
    room.close(0)
    assert room.poll(1).id not in splits(room, 0)
    answer(room, 1, GROUPS)
    assert room.poll(1).id not in splits(room, 0), "nor by groups asked later"


def forget_splits(room: Room) -> None:
    with room.context.database.engine.begin() as connection:
        connection.execute(update(schema.round_).values(splits=None))


def test_splits_lost_with_a_server_are_made_at_the_next_start(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]), a_poll("words"))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    answer(room, 2, [["trust"]])
    kept = splits(room, 1)
    assert conclude_all(room.context) == 0
    forget_splits(room)
    assert conclude_all(room.context) == 2
    assert splits(room, 1) == kept
    assert conclude_all(room.context) == 0


def test_a_round_that_its_panels_end_closes_is_split_too(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES, close=False)
    panels.end(room.context, room.panel_id)
    assert rows(room, 1)["a"] == [7, 5]


def test_what_would_take_too_long_is_not_split(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("polls.services.splitting.WORK_MOST", 10)
    room = make_room(tmp_path, a_grouping(), a_poll(options=["Yes", "No"]))
    seat(room, 24)
    answer(room, 0, GROUPS)
    answer(room, 1, VOTES)
    assert splits(room, 1) == {}
