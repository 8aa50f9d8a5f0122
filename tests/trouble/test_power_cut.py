"""The server is killed without warning: what was acknowledged is there, and time went on."""

from __future__ import annotations

import time
from typing import Any

import pytest

from polls.domain.polls import GRACE_SECONDS
from tests.support.server import MakeServer, RunningServer
from tests.support.waiting import eventually
from tests.support.wire import Client, WireRoom, make_wire_room

VOTERS = 6


def cast_until_killed(
    server: RunningServer, phones: list[Client], poll: str, sequence: int, kill_after: int
) -> list[dict[str, Any]]:
    """Let all vote at once, kill the server at the nth answer; return the answers that came."""
    answers: list[dict[str, Any]] = []

    def note(phone: int, answer: dict[str, Any]) -> None:
        answers.append({"phone": phone, **answer})
        if len(answers) == kill_after:
            server.kill9()

    for number, phone in enumerate(phones):
        payload = {"poll": poll, "round": 1, "answer": "abc"[number % 3], "sequence": sequence}
        phone.send("ballot.cast", payload, lambda answer, number=number: note(number, answer))
    eventually(lambda: not server.is_running, 20, message="the server is dead")
    return list(answers)


@pytest.mark.timeout(120)
def test_no_acknowledged_ballot_is_lost_when_the_server_is_killed(make_server: MakeServer) -> None:
    server = make_server()
    room = make_wire_room(server)
    poll = room.ask_room()
    keys = [room.phone().first["you"]["key"] for _ in range(VOTERS)]
    for sequence, kill_after in enumerate((1, 3, VOTERS), start=1):
        phones = [room.phone(key=key) for key in keys]
        for phone in phones:
            phone.first  # noqa: B018
        answers = cast_until_killed(server, phones, poll, sequence, kill_after)
        room.close()
        assert len(answers) >= kill_after
        for answer in answers:
            assert answer["ok"], answer
            stored = room.rows(
                "SELECT answer, sequence FROM ballot WHERE receipt = ?", answer["receipt"]
            )
            assert stored == [(f'"{"abc"[answer["phone"] % 3]}"', sequence)]
        server.start()
        tally = room.phone().first["tally"]
        count = room.rows("SELECT count(*) FROM ballot WHERE answer IS NOT NULL")[0][0]
        assert tally["turnout"] == count == sum(tally["counts"].values())
    room.close()


def test_no_acknowledged_comment_is_lost_when_the_server_is_killed(
    make_server: MakeServer,
) -> None:
    server = make_server()
    room = make_wire_room(server)
    anna = room.phone()
    key = anna.first["you"]["key"]
    fields = {"text": "Written a moment before", "id": "aaaabbbbccccdddd"}
    answer = anna.done("comment.post", **fields)
    server.kill9()
    room.close()
    server.start()
    anna = room.phone(key=key)
    assert [found["id"] for found in anna.first["you"]["comments"]] == [answer["comment"]]
    assert anna.done("comment.post", **fields) == answer
    assert len(anna.snapshot()["you"]["comments"]) == 1
    room.close()


def state_of(room: WireRoom) -> str:
    return str(room.api("GET", "", room.moderator_key).json()["snapshot"]["poll"]["state"])


def test_a_countdown_goes_on_while_the_server_is_down(make_server: MakeServer) -> None:
    server = make_server()
    ending, going_on = make_wire_room(server), make_wire_room(server)
    short = ending.ask_room(countdown_seconds=5)
    long = going_on.ask_room(countdown_seconds=300)
    phone = ending.phone()
    receipt = ending.cast(phone, short, "b", sequence=1)["receipt"]
    key = phone.first["you"]["key"]
    ends_at = phone.first["poll"]["closes_at"]
    goes_on_until = going_on.moderator.snapshot()["poll"]["closes_at"]
    server.kill9()
    ending.close()
    going_on.close()

    eventually(lambda: time.time() > ends_at + GRACE_SECONDS, 15)
    server.start()
    eventually(lambda: state_of(ending) == "closed", message="the round is closed after the start")
    phone = ending.phone(key=key)
    assert phone.first["tally"]["counts"] == {"a": 0, "b": 1, "c": 0}
    assert ending.cast(phone, short, "a", sequence=2)["code"] == "poll.not_open"
    assert ending.cast(phone, short, "b", sequence=1)["receipt"] == receipt

    voter = going_on.phone()
    assert voter.first["poll"]["closes_at"] == goes_on_until
    assert going_on.cast(voter, long)["ok"]
    ending.close()
    going_on.close()


def test_a_stopped_server_comes_back_with_links_and_seats_as_they_were(
    make_server: MakeServer,
) -> None:
    server = make_server()
    room = make_wire_room(server)
    poll = room.ask_room()
    phone = room.phone()
    receipt = room.cast(phone, poll, "c")["receipt"]
    key = phone.first["you"]["key"]
    room.close()
    server.restart()
    assert room.phone(key=key).first["you"]["ballot"]["receipt"] == receipt
    assert room.projector().first["tally"]["counts"]["c"] == 1
    assert room.api("GET", "", room.moderator_key).status_code == 200
    room.close()
