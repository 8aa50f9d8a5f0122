"""How minds moved, as a panel lives it: counted at closing, kept for good, cut where few."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from polls.domain.shifts import Shift, shift_from_json
from polls.services import closing, finishing, panels, participants, polls
from polls.services.context import Actor
from tests.factories import Clock, Room, a_panel, a_poll, make_context, make_room, room_in

STAY = [("a", "a")] * 8 + [("b", "b")] * 6
MOVE = [("a", "b")] * 5 + [("b", "c")] * 2


def vote_twice(room: Room, pairs: list[tuple[Any, Any]], place: int = 0) -> list[Actor]:
    """Let people vote in two rounds; None for a round in which one does not."""
    people = [room.join() for _ in pairs]
    for side in range(2):
        vote_again(room, people, [pair[side] for pair in pairs], place)
    return people


def vote_again(room: Room, people: list[Actor], answers: list[Any], place: int = 0) -> None:
    room.open(place)
    for person, answer in zip(people, answers, strict=True):
        if answer is not None:
            room.cast(person, answer, place)
    room.close(place)


def stored(room: Room, place: int = 0) -> Any:
    latest = room.poll(place).round
    assert latest is not None
    return latest.shift


def shift_in(room: Room, place: int = 0) -> Shift:
    return shift_from_json(stored(room, place))


def test_a_first_round_has_nothing_to_compare_with(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.hold(0, *"aabbc")
    assert stored(room) is None


def test_a_second_round_knows_who_moved_came_and_left(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [*STAY, *MOVE, (None, "c"), ("d", None), (None, None)])
    shift = shift_in(room)
    assert (shift.from_round, shift.both, shift.moved) == (1, 21, 7)
    assert (shift.newcomers, shift.leavers) == (1, 1)
    assert shift.moves is not None
    assert [(f.before, f.after, f.count) for f in shift.moves.flows()] == [
        ("a", "b", 5),
        ("b", "c", 2),
    ]
    assert shift.moves.newcomers == (0, 0, 1, 0)


def test_a_ballot_taken_back_is_no_ballot(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, STAY)
    room.open()
    for person in people[1:]:
        room.cast(person, "a")
    room.cast(people[0], "b")
    room.withdraw(people[0])
    room.close()
    assert (shift_in(room).both, shift_in(room).leavers) == (len(STAY) - 1, 1)


def test_with_few_people_not_even_the_database_has_a_table(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [("a", "a")] * 5 + [("a", "b")] * 4 + [(None, "c")] * 20)
    assert stored(room) == {"from": 1, "both": 9, "moved": 4, "newcomers": 20, "leavers": 0}


def test_written_answers_are_not_compared_and_opinions_and_many_choices_have_only_totals(
    tmp_path: Path,
) -> None:
    room = make_room(
        tmp_path, a_poll("words"), a_poll("multiple_choice"), a_poll("rating"), a_poll("opinion")
    )
    vote_twice(room, [(["trust"], ["rust"])] * 12)
    vote_twice(room, [(["a"], ["a", "b"])] * 12, 1)
    vote_twice(room, [(1, 5)] * 12, 2)
    kept = [({"s1": "agree"}, {"s1": "agree", "s2": "pass"})] * 4
    vote_twice(room, [*[({"s1": "agree"}, {"s1": "disagree"})] * 8, *kept], 3)
    assert stored(room, 0) == {"from": 1, "both": 12, "moved": None, "newcomers": 0, "leavers": 0}
    assert (shift_in(room, 3).moved, shift_in(room, 3).moves) == (8, None), "more is no other mind"
    assert (shift_in(room, 1).moved, shift_in(room, 1).moves) == (12, None)
    assert shift_in(room, 2).moves is not None


def test_any_poll_can_be_asked_five_times_and_every_round_keeps_its_shift(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, [*STAY, *MOVE])
    for moved in (3, 0, 5):
        answers = [ballot for _, ballot in [*STAY, *MOVE]]
        vote_again(room, people, ["d"] * moved + answers[moved:])
    poll = room.poll()
    assert poll.round is not None
    assert poll.round.number == 5
    kept = [shift_from_json(shift) for shift in poll.earlier_shifts]
    assert [shift.from_round for shift in kept] == [1, 2, 3]
    assert [shift.moved for shift in [*kept, shift_in(room)]] == [7, 3, 3, 5]


def test_closing_again_after_taking_it_back_counts_anew(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, STAY)
    assert shift_in(room).moved == 0
    room.direct("panel.undo")
    assert stored(room) is None, "an open round has no shift yet"
    for person in people[:3]:
        room.cast(person, "d")
    room.close()
    assert shift_in(room).moved == 3


def test_closing_twice_at_once_does_no_harm(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, [*STAY, *MOVE])
    before = stored(room)
    polls.finish_round(room.context, room.panel_id, room.poll().id, room.round_id())
    assert stored(room) == before


def test_erasing_someone_later_changes_nothing(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, [*STAY, *MOVE])
    before = stored(room)
    participants.erase(room.context, people[-1])
    assert stored(room) == before
    vote_again(room, people[:-1], ["a"] * (len(people) - 1))
    assert (shift_in(room).both, shift_in(room).leavers) == (len(people) - 1, 1)


def test_clearing_throws_shifts_away_with_the_votes(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, STAY)
    room.direct("poll.clear", poll=room.poll().id)
    room.hold(0, *"aab")
    assert stored(room) is None
    assert room.poll().earlier_shifts == ()


def test_a_round_that_the_panels_end_cuts_short_is_compared_before_the_trail_is_wiped(
    tmp_path: Path,
) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, STAY)
    room.open()
    for person in people:
        room.cast(person, "c")
    panels.end(room.context, room.panel_id)
    assert (shift_in(room).from_round, shift_in(room).moved) == (2, len(STAY))


def test_a_round_that_is_closed_but_not_concluded_is_compared_before_the_trail_is_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(tmp_path, a_poll(), a_poll())
    people = vote_twice(room, MOVE, place=0)
    with monkeypatch.context() as broken:
        broken.setattr(finishing, "conclude", _dies)
        vote_again(room, people, ["a"] * len(people))
        vote_again(room, people, ["b"] * len(people))
    assert stored(room) is None
    panels.end(room.context, room.panel_id)
    moved = [shift_from_json(shift).moved for shift in room.poll().earlier_shifts]
    assert (moved, shift_in(room).moved) == ([7, 7], 7)
    assert closing.conclude_all(room.context) == 0


def test_a_round_that_still_counts_votes_when_the_panel_ends_is_compared_with_them(
    tmp_path: Path,
) -> None:
    room = make_room(tmp_path, a_poll())
    people = vote_twice(room, STAY)
    room.open()
    room.direct("poll.close", poll=room.poll().id)
    for person in people:
        room.cast(person, "c")
    panels.end(room.context, room.panel_id)
    assert (shift_in(room).both, shift_in(room).moved) == (len(STAY), len(STAY))
    assert (shift_in(room).newcomers, shift_in(room).leavers) == (0, 0)


def test_a_panel_that_ends_while_a_round_is_concluded_keeps_who_moved_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = make_room(tmp_path, a_poll("ranking"))
    outcome = closing._outcome

    def outcome_meanwhile(*given: Any) -> Any:
        monkeypatch.undo()
        panels.end(room.context, room.panel_id)
        return outcome(*given)

    people = [room.join() for _ in range(12)]
    vote_again(room, people, [["a"]] * 12)
    monkeypatch.setattr(closing, "_outcome", outcome_meanwhile)
    vote_again(room, people, [["b"]] * 12)
    assert (shift_in(room).both, shift_in(room).moved) == (12, 12)
    assert (shift_in(room).newcomers, shift_in(room).leavers) == (0, 0)


def test_a_panel_that_two_workers_end_keeps_who_moved_as_it_was(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    vote_twice(room, STAY)
    assert panels.end(room.context, room.panel_id) == len(STAY) * 2
    before = shift_in(room)
    room.clock.advance(5)
    assert panels.end(room.context, room.panel_id) == 0
    assert shift_in(room) == before


def _dies(*_: Any) -> None:
    raise RuntimeError("killed")


@pytest.mark.postgres
def test_postgresql_counts_the_same_moves(tmp_path: Path, postgres_url: str) -> None:
    clock = Clock()
    context = make_context(tmp_path, clock, database_url=postgres_url)
    room = room_in(context, a_panel(a_poll()), clock)
    vote_twice(room, [*STAY, *MOVE, (None, "c"), ("d", None)])
    shift = shift_in(room)
    assert (shift.both, shift.moved, shift.newcomers, shift.leavers) == (21, 7, 1, 1)
    context.database.close()
