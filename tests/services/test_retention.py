"""What is left of a panel once its last day has passed, and who may choose that day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from polls.domain.errors import Refusal
from polls.services import panels
from polls.services.recounting import recount_panel
from polls.services.retention import due, expire
from polls.store import schema
from polls.store.panels import DAY_SECONDS
from tests.factories import Clock, Room, a_panel, a_poll, make_context, make_room, room_in


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return make_room(tmp_path, a_poll("single_choice"), a_poll("text"))


def all_rows(room: Room) -> dict[str, list[dict[str, Any]]]:
    return room.context.database.read(
        lambda connection: {
            name: [dict(row._mapping) for row in connection.execute(select(table))]
            for name, table in schema.metadata.tables.items()
        }
    )


def hold_everything(room: Room) -> list[str]:
    """Ballots in two polls, comments in all states, support; return who did it."""
    anna, ben = room.join(), room.join("fr")
    room.give(room.moderator, "panel.update", moderation="pre")
    room.open(0)
    for person, answer in ((anna, "a"), (ben, "b")):
        room.cast(person, answer)
    room.close(0, publish=True)
    room.open(1)
    room.cast(anna, "A text that nobody approved", 1)
    room.close(1)
    room.give(room.moderator, "panel.update", moderation="post")
    shown = room.comment("The room has read this", anna)
    hidden = room.comment("This names a neighbour", ben)
    room.give(room.moderator, "comment.hide", comment=hidden, reason="names_person")
    room.give(ben, "comment.upvote", comment=shown, on=True)
    room.give(room.moderator, "panel.update", moderation="pre")
    room.comment("Nobody has read this", ben)
    room.give(room.moderator, "panel.update", pin="4711")
    return [anna.require_participant(), ben.require_participant()]


def test_once_a_panel_has_ended_nothing_kept_leads_to_anybody(room: Room) -> None:
    people = hold_everything(room)
    room.clock.advance(30 * DAY_SECONDS)
    ((ended, unlinked),) = expire(room.context)
    assert (ended.panel.code, ended.is_deletion, unlinked) == (room.code, False, 3)
    kept = all_rows(room)
    assert kept["hashing_key"] == kept["participant"] == kept["upvote"] == []
    assert not any(person in str(kept) for person in people)
    assert [row["text"] for row in kept["comment"]] == ["The room has read this"]
    assert kept["comment"][0]["participant"] is None
    assert "nobody approved" not in str(kept["ballot"])
    assert {row["sequence"] for row in kept["ballot"]} == {0}, "a sequence tells the time"
    assert all(row["before"] is None for row in kept["action"])
    assert kept["panel"][0]["pin"] is None


def test_once_a_panel_has_ended_counts_and_receipts_are_as_before(room: Room) -> None:
    hold_everything(room)
    before = {row["receipt"] for row in all_rows(room)["ballot"]}
    panels.end(room.context, room.panel_id)
    assert {row["receipt"] for row in all_rows(room)["ballot"]} == before
    counted = room.context.database.read(
        lambda connection: recount_panel(connection, room.panel_id, room.code)
    )
    assert [(line.ballots, line.differences) for line in counted] == [(2, {}), (1, {})]


def test_after_the_end_the_numbers_of_rows_do_not_tell_who_came_first(room: Room) -> None:
    room.open(0)
    for _ in range(24):
        room.cast(room.join(), "a")
    query = text("SELECT receipt FROM ballot ORDER BY id")
    orders = []
    for _ in range(2):
        found = room.context.database.read(lambda c: list(c.execute(query).scalars()))
        orders.append(found)
        panels.end(room.context, room.panel_id)
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]


def test_an_ended_panel_gets_no_new_key_even_with_new_links(room: Room) -> None:
    panels.end(room.context, room.panel_id)
    assert not panels.seat_again(room.context, room.panel_id)
    assert all_rows(room)["hashing_key"] == []
    with pytest.raises(Refusal, match=r"panel\.ended"):
        room.join()


def test_a_panel_is_not_ended_before_its_day(room: Room) -> None:
    hold_everything(room)
    room.clock.advance(30 * DAY_SECONDS - 60)
    assert not due(room.context)
    assert not expire(room.context)
    assert all_rows(room)["hashing_key"]


def test_results_stay_unless_the_operator_says_for_how_long(room: Room) -> None:
    hold_everything(room)
    panels.end(room.context, room.panel_id)
    room.clock.advance(10_000 * DAY_SECONDS)
    assert expire(room.context) == []
    short = replace(room.context, config=replace(room.context.config, results_days=90))
    ((gone, _),) = expire(short)
    assert gone.is_deletion
    kept = all_rows(room)
    assert {name for name, rows in kept.items() if rows} <= {"instance_setting"}


@pytest.mark.parametrize("days", ["1", 7, " 365 "])
def test_a_moderator_chooses_how_long_a_panel_is_kept(room: Room, days: int | str) -> None:
    room.give(room.moderator, "panel.update", keep_days=days)
    (panel,) = all_rows(room)["panel"]
    assert panel["ends_at"] == panel["created_at"] + int(days) * DAY_SECONDS


@pytest.mark.parametrize("days", [0, -3, 366, "", "a week", "1.5", "٣"])
def test_what_the_operator_does_not_allow_is_refused(room: Room, days: int | str) -> None:
    before = all_rows(room)
    with pytest.raises(Refusal, match=r"retention\.refused"):
        room.give(room.moderator, "panel.update", keep_days=days)
    assert all_rows(room) == before


def test_what_people_were_promised_is_kept_or_bettered(room: Room) -> None:
    room.join()
    with pytest.raises(Refusal, match=r"retention\.promised"):
        room.give(room.moderator, "panel.update", keep_days=31)
    room.give(room.moderator, "panel.update", keep_days=7)
    with pytest.raises(Refusal, match=r"retention\.promised"):
        room.give(room.moderator, "panel.update", keep_days=30)
    with pytest.raises(Refusal, match=r"undo\.nothing"):
        room.give(room.moderator, "panel.undo")
    (panel,) = all_rows(room)["panel"]
    assert panel["ends_at"] == panel["created_at"] + 7 * DAY_SECONDS


def test_a_maker_chooses_within_the_same_limits(room: Room) -> None:
    with pytest.raises(Refusal, match=r"retention\.refused"):
        panels.create(room.context, a_panel(), keep_days=366)
    made = panels.create(room.context, a_panel(code=None), keep_days="3")
    found = panels.find(room.context, made.code)
    assert found.ends_at == found.created_at + 3 * DAY_SECONDS


@pytest.mark.postgres
def test_on_postgresql_a_panel_ends_and_goes_just_so(tmp_path: Path, postgres_url: str) -> None:
    clock = Clock()
    context = make_context(tmp_path, clock, database_url=postgres_url, results_days=90)
    room = room_in(context, a_panel(a_poll("single_choice"), a_poll("text")), clock)
    people = hold_everything(room)
    clock.advance(30 * DAY_SECONDS)
    ((_, unlinked),) = expire(context)
    kept = all_rows(room)
    assert unlinked == len(kept["ballot"]) == 3
    assert not any(person in str(kept) for person in people)
    clock.advance(90 * DAY_SECONDS)
    assert [each.is_deletion for each, _ in expire(context)] == [True]
    assert {name for name, rows in all_rows(room).items() if rows} <= {"instance_setting"}
