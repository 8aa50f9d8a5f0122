"""What goes to every screen shows the room and nobody in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from polls.domain.opinions.map import draw_map
from polls.domain.opinions.public import as_public
from tests.domain.opinions.rooms import camps, conversation, votes_of


def texts_in(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for each in value.values() for text in texts_in(each)}
    if isinstance(value, list | tuple):
        return {text for each in value for text in texts_in(each)}
    return {value} if isinstance(value, str) else set()


def test_a_frame_names_no_participant() -> None:
    votes, _ = conversation("brexit-consensus")
    named = replace(votes, participants=tuple(f"secret {p}" for p in votes.participants))
    frame = as_public(draw_map(named), 3)
    assert not any("secret" in text for text in texts_in(frame))
    assert "members" not in json.dumps(frame)


def test_points_are_sorted_and_count_everyone() -> None:
    votes, _ = conversation("15-per-hour-seattle")
    points = as_public(draw_map(votes), 3)["points"]
    assert points == sorted(points)
    assert sum(people for *_, people in points) == len(votes.participants)
    assert all(round(axis, 2) == axis for x, y, *_ in points for axis in (x, y))


def test_the_order_of_people_does_not_show() -> None:
    votes = camps(20, 15, statements=15)
    turned = replace(votes, votes=votes.votes[::-1])
    assert as_public(draw_map(turned), 3) == as_public(draw_map(votes), 3)


@pytest.mark.parametrize("answered", [1.0, 0.2])
def test_the_frame_of_a_full_hall_stays_small(answered: float) -> None:
    drawn = draw_map(camps(1100, 600, 300, statements=60, answered=answered, firm=0.5))
    frame = as_public(drawn, 5)
    assert len(json.dumps(frame, separators=(",", ":"))) < 20_000
    assert sum(people for *_, people in frame["points"]) == drawn.participants


def test_a_small_group_is_withheld_and_cannot_be_worked_out() -> None:
    drawn = draw_map(camps(24, 4, statements=20))
    assert sorted(group.size for group in drawn.groups) == [4, 24]
    frame = as_public(drawn, 5)
    assert frame["withheld"] == 1
    assert [group["size"] for group in frame["groups"]] == [24]
    assert {place for _, _, place, _ in frame["points"]} == {0, -1}
    assert frame["divisive"] == []
    assert all("agree" not in each for each in (*frame["consensus"], *frame["statements"]))


def test_groups_large_enough_are_shown_with_their_numbers() -> None:
    frame = as_public(draw_map(camps(24, 6, statements=20)), 5)
    assert frame["withheld"] == 0
    assert [group["size"] for group in frame["groups"]] == [24, 6]
    chosen = frame["groups"][0]["representative"][0]
    assert chosen["agree"] + chosen["disagree"] + chosen["pass"] == chosen["answered"] == 24
    assert len(frame["divisive"][0]["percents"]) == 2


def test_lists_are_at_most_five_long() -> None:
    frame = as_public(draw_map(camps(40, 30, statements=60)), 3)
    lists = [frame["consensus"], frame["divisive"], frame["statements"]]
    lists += [group["representative"] for group in frame["groups"]]
    assert all(len(each) <= 5 for each in lists)


def test_a_picture_of_few_people_has_statements_and_no_groups() -> None:
    frame = as_public(draw_map(votes_of([1, -1], [1, 0], [1, 1], [1, -1])), 3)
    assert (frame["is_map"], frame["groups"]) == (False, [])
    assert frame["statements"][0] == {
        "statement": "s0",
        "side": "agree",
        "percent": 100,
        "agree": 4,
        "disagree": 0,
        "pass": 0,
        "answered": 4,
    }


def test_two_people_are_told_nothing_of_each_other() -> None:
    frame = as_public(draw_map(votes_of([1, -1], [1, 1])), 3)
    assert (frame["points"], frame["statements"], frame["consensus"]) == ([], [], [])
