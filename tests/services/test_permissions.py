"""The table of who may do what, read as a table: role × command × state."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.protocol import COMMANDS
from polls.services.commands import USE_CASES
from polls.services.panels import end
from polls.services.permissions import WHO_MAY, check_permission
from tests.factories import a_poll, make_room

# Written out once more on purpose: who changes the one table must mean it.
EVERYONE = {"panel.snapshot", "panel.watch"}
PARTICIPANTS = {"ballot.cast", "ballot.withdraw", "comment.post", "comment.upvote"}
AFTER_THE_END = {"panel.snapshot", "panel.watch", "panel.reveal"}


def may(role: Role, command: str) -> bool:
    if command in EVERYONE:
        return True
    return role is (Role.PARTICIPANT if command in PARTICIPANTS else Role.MODERATOR)


def code_of(role: Role, command: str, *, is_ended: bool = False) -> str:
    try:
        check_permission(role, command, is_ended=is_ended)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_the_table_names_every_command_and_no_other() -> None:
    assert set(WHO_MAY) == set(COMMANDS)
    assert all(WHO_MAY.values())


@pytest.mark.parametrize(("role", "command"), list(product(Role, sorted(COMMANDS))))
def test_a_role_may_do_what_is_its_to_do_and_nothing_else(role: Role, command: str) -> None:
    assert code_of(role, command) == ("" if may(role, command) else "permission.denied")


@pytest.mark.parametrize(("role", "command"), list(product(Role, sorted(COMMANDS))))
def test_after_the_end_one_may_only_look_and_break_the_seals(role: Role, command: str) -> None:
    expected = "" if may(role, command) else "permission.denied"
    if not expected and command not in AFTER_THE_END:
        expected = "panel.ended"
    assert code_of(role, command, is_ended=True) == expected


@pytest.mark.parametrize("command", ["", "nonsense", "poll", "POLL.OPEN", "poll.open "])
def test_nobody_may_do_what_does_not_exist(command: str) -> None:
    assert {code_of(role, command) for role in Role} == {"permission.denied"}


def test_an_ended_panel_takes_nothing_from_anyone(tmp_path: Path) -> None:
    room = make_room(tmp_path, a_poll())
    room.open()
    anna = room.join()
    poll = room.poll().id
    end(room.context, room.panel_id)
    attempts = (
        (anna, "ballot.cast", {"poll": poll, "round": 1, "answer": "a"}),
        (anna, "comment.post", {"text": "Still here?"}),
        (room.moderator, "poll.close", {"poll": poll}),
        (room.moderator, "panel.undo", {}),
    )
    for actor, name, fields in attempts:
        with pytest.raises(Refusal) as caught:
            room.give(actor, name, **fields)
        assert caught.value.code == "panel.ended"


def test_no_use_case_is_reached_without_permission(tmp_path: Path) -> None:
    """Every use case is behind the one door that asks first."""
    room = make_room(tmp_path, a_poll())
    anna = room.join()
    for name in sorted(set(USE_CASES) - PARTICIPANTS):
        with pytest.raises(Refusal) as caught:
            room.give(
                anna,
                name,
                **({} if name in {"panel.undo", "panel.clear", "panel.reveal"} else _any(name)),
            )
        assert caught.value.code == "permission.denied", name


def _any(name: str) -> dict[str, object]:
    """Fields that fit the command, whatever they mean."""
    fits: dict[str, object] = {
        "poll": "p", "item": "i", "comment": "c", "title": "t", "word": "w", "receipt": "r",
        "visibility": "live", "place": 1, "text": "t", "reason": "r", "view": "join",
        "role": "moderator", "statement": "s",
    }  # fmt: skip
    fields = {field: fits[field] for field in COMMANDS[name].__struct_fields__ if field in fits}
    return fields | ({"kind": "slide"} if name == "agenda.add" else {})
