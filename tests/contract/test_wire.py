"""The wire as a third party meets it: who is let in, how a ballot is cast, what is refused."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
import requests
import websocket

from polls.protocol import COMMANDS
from polls.services.permissions import WHO_MAY
from tests.support.waiting import eventually
from tests.support.wire import Client, Refused, WireRoom

SNAPSHOT = {
    "version", "now", "present", "panel", "item", "poll", "round", "turnout", "tally", "you",
    "polls", "finished",
}  # fmt: skip
PANEL = {"code", "title", "languages", "comments_open", "moderation", "ended"}
POLL = {
    "id", "kind", "shape", "title", "state", "counting", "round", "options", "settings",
    "visibility", "closes_at", "results_visible", "results_after_voting",
}  # fmt: skip
TALLY = {"poll", "round", "version", "turnout", "present", "counts", "percents", "details"}


# Connecting


@pytest.mark.parametrize("role", ["participant", "moderator", "projector"])
def test_the_first_message_is_the_snapshot_whatever_the_role(
    wire_room: WireRoom, role: str
) -> None:
    poll = wire_room.ask_room()
    keys = {"moderator": wire_room.moderator_key, "projector": wire_room.projector_key}
    client = wire_room.connect(role=role, **({"key": keys[role]} if role in keys else {}))
    snapshot = client.first
    assert client.heard[0][0] == "panel.snapshot"
    assert set(snapshot) == SNAPSHOT
    assert set(snapshot["panel"]) == PANEL
    assert set(snapshot["poll"]) == POLL
    assert set(snapshot["tally"]) == TALLY
    assert snapshot["poll"]["id"] == poll
    assert [set(option) for option in snapshot["poll"]["options"]] == [{"id", "label"}] * 3
    assert snapshot["round"] == 1
    assert ("key" in snapshot["you"]) is (role == "participant")


def test_a_snapshot_speaks_the_language_that_was_asked_for(wire_room: WireRoom) -> None:
    wire_room.ask_room(title={"en": "Now?", "fr": "Maintenant ?"})
    assert wire_room.phone(language="fr").first["poll"]["title"] == "Maintenant ?"
    assert wire_room.phone(language="en").first["poll"]["title"] == "Now?"
    assert wire_room.phone(language="xx").first["poll"]["title"] == "Now?"


def test_before_anything_is_on_the_snapshot_says_so(wire_room: WireRoom) -> None:
    snapshot = wire_room.phone().first
    assert [snapshot[name] for name in ("item", "poll", "round", "tally", "turnout")] == [None] * 5
    assert snapshot["you"]["ballot"] is None


def test_an_identity_is_given_once_and_found_again_by_its_key(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    receipt = wire_room.cast(anna, poll, "b", sequence=3)["receipt"]
    key = anna.first["you"]["key"]
    anna.close()
    again = wire_room.phone(key=key)
    assert again.first["you"]["key"] == key
    assert again.first["you"]["ballot"] == {"answer": "b", "receipt": receipt, "sequence": 3}
    assert again.sees_turnout(1)


def test_two_without_a_key_are_two_people(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    one, other = wire_room.phone(), wire_room.phone()
    assert one.first["you"]["key"] != other.first["you"]["key"]
    assert wire_room.cast(one, poll)["receipt"] != wire_room.cast(other, poll)["receipt"]


def test_a_key_that_nobody_was_given_is_a_new_person(wire_room: WireRoom) -> None:
    phone = wire_room.phone(key="made up by somebody")
    assert phone.first["you"]["key"] != "made up by somebody"


def test_one_person_on_two_sockets_has_one_ballot(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    phone = wire_room.phone()
    tablet = wire_room.phone(key=phone.first["you"]["key"])
    first = wire_room.cast(phone, poll, "a")["receipt"]
    assert wire_room.cast(tablet, poll, "b")["receipt"] == first
    assert wire_room.moderator.sees_turnout(1)


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"panel": "NOSUCH"}, "panel.unknown"),
        ({"panel": ""}, "panel.unknown"),
        ({"panel": 5}, "command.malformed"),
        ({}, "command.malformed"),
        ({"role": "moderator"}, "permission.denied"),
        ({"role": "moderator", "key": "wrong"}, "permission.denied"),
        ({"role": "projector", "key": ""}, "permission.denied"),
        ({"role": "king"}, "command.malformed"),
        ({"admin": True}, "command.malformed"),
        ({"key": ["a"]}, "command.malformed"),
    ],
)
def test_who_is_not_let_in_is_told_why(
    wire_room: WireRoom, auth: dict[str, Any], code: str
) -> None:
    whole = {"panel": wire_room.code, **auth} if auth else {"nothing": 1}
    with pytest.raises(Refused) as caught:
        Client(wire_room.server.url, whole)
    assert caught.value.code == code
    assert caught.value.answer["message"] == caught.value.answer["data"]["message"]


def test_a_projectors_key_does_not_open_the_moderators_seat(wire_room: WireRoom) -> None:
    with pytest.raises(Refused) as caught:
        wire_room.connect(role="moderator", key=wire_room.projector_key)
    assert caught.value.code == "permission.denied"


def test_the_key_of_another_panel_opens_nothing(wire_room: WireRoom) -> None:
    other = requests.post(
        f"{wire_room.server.url}/api/v1/panels",
        data=b"title: Another\nitems:\n  - kind: comments\n    title: Here\n",
        timeout=30,
    ).json()
    with pytest.raises(Refused):
        Client(
            wire_room.server.url,
            {"panel": other["code"], "role": "moderator", "key": wire_room.moderator_key},
        )


def test_a_page_of_another_site_cannot_connect(wire_room: WireRoom) -> None:
    """Its socket would carry the cookies of whoever looks at it."""
    with pytest.raises(Refused):
        Client(wire_room.server.url, {"panel": wire_room.code}, Origin="https://evil.example")


# Ballots


def test_a_ballot_is_durable_before_it_is_acknowledged(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    for answer in "abca":
        receipt = wire_room.cast(wire_room.phone(), poll, answer)["receipt"]
        query = "SELECT answer FROM ballot WHERE receipt = ?"
        assert wire_room.rows(query, receipt) == [(f'"{answer}"',)]


def test_a_changed_ballot_keeps_its_receipt_and_counts_once(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    first = wire_room.cast(anna, poll, "a")
    second = wire_room.cast(anna, poll, "b")
    assert second["receipt"] == first["receipt"]
    assert second["sequence"] > first["sequence"]
    assert anna.snapshot()["you"]["ballot"]["answer"] == "b"
    frame = anna.hear("poll.tally", lambda frame: frame["counts"]["b"] == 1)
    assert frame["counts"] == {"a": 0, "b": 1, "c": 0}
    assert frame["turnout"] == 1


def test_a_ballot_taken_back_counts_no_more_and_may_come_again(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    receipt = wire_room.cast(anna, poll, "a")["receipt"]
    anna.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    anna.done("ballot.withdraw", poll=poll, round=1)
    anna.hear("poll.tally", lambda frame: frame["turnout"] == 0 and frame["version"] == 2)
    assert anna.snapshot()["you"]["ballot"] is None
    assert wire_room.cast(anna, poll, "c")["receipt"] == receipt
    assert anna.refused("ballot.withdraw", poll="none", round=1) == "poll.unknown"


def test_there_is_nothing_to_take_back_before_a_vote_nor_twice(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    assert anna.refused("ballot.withdraw", poll=poll, round=1) == "ballot.none"
    wire_room.cast(anna, poll)
    anna.done("ballot.withdraw", poll=poll, round=1)
    assert anna.refused("ballot.withdraw", poll=poll, round=1) == "ballot.none"


def test_the_same_sequence_gets_the_same_answer_and_counts_once(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    answers = [wire_room.cast(anna, poll, "a", sequence=7) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["sequence"] == 7
    assert anna.sees_turnout(1)


def test_a_lower_sequence_is_answered_and_ignored(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    newest = wire_room.cast(anna, poll, "b", sequence=9)
    assert wire_room.cast(anna, poll, "a", sequence=8) == newest
    anna.done("ballot.withdraw", poll=poll, round=1, sequence=4)
    assert anna.snapshot()["you"]["ballot"]["answer"] == "b"
    assert wire_room.cast(anna, poll, "c", sequence=10)["sequence"] == 10
    assert anna.snapshot()["you"]["ballot"]["answer"] == "c"


def test_ballots_sent_at_once_in_any_order_leave_the_newest(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    answers: list[Any] = []
    for sequence in (3, 1, 5, 2, 4):
        payload = {"poll": poll, "round": 1, "answer": "abc"[sequence % 3], "sequence": sequence}
        anna.send("ballot.cast", payload, answers.append)
    eventually(lambda: len(answers) == 5)
    assert all(answer["ok"] for answer in answers)
    assert anna.snapshot()["you"]["ballot"]["answer"] == "abc"[5 % 3]
    assert anna.sees_turnout(1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"poll": "no such poll"}, "command.malformed"),
        ({"poll": "0123456789abcdef"}, "poll.unknown"),
        ({"poll": ""}, "poll.unknown"),
        ({"round": 2}, "poll.wrong_round"),
        ({"round": 0}, "poll.wrong_round"),
        ({"answer": "z"}, "answer.unknown_option"),
        ({"answer": None}, "answer.unknown_option"),
        ({"answer": ["a"]}, "answer.unknown_option"),
        ({"answer": {"a": 1}}, "answer.unknown_option"),
        ({"answer": "a" * 10_000}, "answer.unknown_option"),
        ({"round": "1"}, "command.malformed"),
        ({"round": 1.5}, "command.malformed"),
        ({"sequence": -1}, "command.malformed"),
        ({"sequence": 2**63}, "command.malformed"),
        ({"sequence": 1e300}, "command.malformed"),
        ({"sequence": "7"}, "command.malformed"),
        ({"weight": 1000}, "command.malformed"),
        ({"participant": "ben"}, "command.malformed"),
    ],
)
def test_a_wrong_ballot_is_refused_by_name_and_the_right_one_stays(
    wire_room: WireRoom, change: dict[str, Any], code: str
) -> None:
    poll = wire_room.ask_room()
    anna = wire_room.phone()
    wire_room.cast(anna, poll, "b")
    whole = {"poll": poll, "round": 1, "answer": "a", **change}
    answer = anna.ask("ballot.cast", whole)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert answer["message"]
    ballot = anna.snapshot()["you"]["ballot"]
    assert ballot["answer"] == "b"


@pytest.mark.parametrize(
    ("kind", "settings", "answer", "code"),
    [
        ("multiple_choice", {"most": 2}, ["a", "b", "c"], "answer.too_many"),
        ("multiple_choice", {"least": 2}, ["a"], "answer.too_few"),
        ("multiple_choice", {}, [], "answer.too_few"),
        ("multiple_choice", {}, ["a", "z"], "answer.unknown_option"),
        ("rating", {"steps": 5}, 6, "answer.not_a_step"),
        ("rating", {}, "4", "answer.not_a_step"),
        ("words", {}, ["a", "b", "c", "d"], "answer.too_many"),
        ("words", {}, [""], "answer.no_word"),
        ("words", {}, ["x" * 31], "answer.word_too_long"),
        ("text", {"length": 20}, "x" * 21, "text.too_long"),
        ("text", {}, "   ", "text.empty"),
        ("text", {}, 5, "text.not_text"),
    ],
)
def test_each_kind_refuses_what_is_no_answer_to_it(
    wire_room: WireRoom, kind: str, settings: dict[str, Any], answer: Any, code: str
) -> None:
    options = ["One", "Two", "Three"] if kind == "multiple_choice" else None
    poll = wire_room.ask_room(kind=kind, settings=settings, options=options)
    refused = wire_room.cast(wire_room.phone(), poll, answer)
    assert refused["code"] == code
    assert wire_room.moderator.sees_turnout(0)


@pytest.mark.parametrize(
    ("kind", "answer", "stored", "counts"),
    [
        ("multiple_choice", ["c", "a"], ["a", "c"], {"a": 1, "b": 0, "c": 1}),
        ("rating", 4, 4, {"1": 0, "2": 0, "3": 0, "4": 1, "5": 0}),
        ("words", ["Privacy", "trust"], ["privacy", "trust"], {"privacy": 1, "trust": 1}),
        ("text", " More\nbuses ", "More\nbuses", {}),
    ],
)
def test_each_kind_takes_its_answer_and_counts_it(
    wire_room: WireRoom, kind: str, answer: Any, stored: Any, counts: dict[str, int]
) -> None:
    options = ["One", "Two", "Three"] if kind == "multiple_choice" else None
    poll = wire_room.ask_room(kind=kind, options=options)
    anna = wire_room.phone()
    assert wire_room.cast(anna, poll, answer)["ok"]
    assert anna.snapshot()["you"]["ballot"]["answer"] == stored
    frame = anna.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    assert frame["counts"] == counts


def test_a_ballot_for_a_draft_is_refused(wire_room: WireRoom) -> None:
    poll = wire_room.moderator.done("poll.create", title="Later?", options=["Yes", "No"])["poll"]
    assert wire_room.cast(wire_room.phone(), poll)["code"] == "poll.not_open"


def test_a_ballot_for_another_panels_poll_is_refused(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    other = requests.post(
        f"{wire_room.server.url}/api/v1/panels",
        data=b"title: Another\nitems:\n  - kind: comments\n    title: Here\n",
        timeout=30,
    ).json()
    stranger = Client(wire_room.server.url, {"panel": other["code"]})
    wire_room.clients.append(stranger)
    assert wire_room.cast(stranger, poll)["code"] == "poll.unknown"


# What is no command


@pytest.mark.parametrize("name", ["nonsense", "poll", "connect", "disconnect", "__class__"])
def test_an_unknown_command_is_refused_and_the_line_stays(wire_room: WireRoom, name: str) -> None:
    phone = wire_room.phone()
    assert phone.refused(name, {"panel": wire_room.code}) == "command.unknown"
    assert phone.snapshot()["panel"]["code"] == wire_room.code


@pytest.mark.parametrize("payload", ["{{{", 5, [1, 2], True, {"poll": {}}, {"": 1}])
def test_a_payload_that_does_not_fit_is_refused_with_the_place(
    wire_room: WireRoom, payload: Any
) -> None:
    answer = wire_room.phone().ask("ballot.cast", payload)
    assert answer["code"] == "command.malformed"
    assert answer["problem"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_of_another_role_is_refused(wire_room: WireRoom, name: str) -> None:
    whole: dict[str, Any] = {
        "poll": "p", "round": 1, "answer": "a", "comment": "c", "item": "i", "place": 1,
        "word": "w", "receipt": "r", "reason": "off_topic", "text": "t", "title": "t",
        "view": "join", "role": "moderator", "visibility": "live", "statement": "s",
    }  # fmt: skip
    fields = {key: whole[key] for key in COMMANDS[name].__struct_fields__ if key in whole}
    fields["kind"] = "slide"
    if name != "agenda.add":
        del fields["kind"]
    clients = {
        "participant": wire_room.phone,
        "moderator": lambda: wire_room.moderator,
        "projector": wire_room.projector,
    }
    for role, connect in clients.items():
        if role not in {str(allowed) for allowed in WHO_MAY[name]}:
            assert connect().refused(name, fields) == "permission.denied"


def test_refusals_are_told_in_the_participants_language(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    messages = {
        language: wire_room.cast(wire_room.phone(language=language), poll, "z")["message"]
        for language in ("en", "fr", "nl")
    }
    assert len(set(messages.values())) == 3
    assert messages["en"] == "This choice is not part of the question. Please choose again."


def speak(room: WireRoom, *packets: str) -> websocket.WebSocket:
    """Open a bare WebSocket, take a seat, and say what no client library would."""
    address = room.server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    line = websocket.create_connection(address, timeout=5)
    line.send("40" + json.dumps({"panel": room.code}))
    while not str(line.recv()).startswith('42["panel.snapshot"'):
        pass
    for packet in packets:
        line.send(packet)
    return line


@pytest.mark.parametrize(
    "packet", ['427["ballot.cast",{bad', "427[]", '427[["a"],1]', "427[5]", '427["x","\\ud800"]']
)
def test_a_packet_that_is_no_message_is_answered(wire_room: WireRoom, packet: str) -> None:
    line = speak(wire_room, packet)
    answer = str(line.recv())
    while not answer.startswith("437"):
        answer = str(line.recv())
    line.close()
    assert '"code":"command.' in answer
    assert "Traceback" not in answer


@pytest.mark.parametrize("packet", ["42" + "[" * 5000, "49", "hello", "4", '42{"a":1}', "451-[]"])
def test_rubbish_hurts_nobody_else(wire_room: WireRoom, packet: str) -> None:
    poll = wire_room.ask_room()
    line = speak(wire_room, packet)
    assert wire_room.cast(wire_room.phone(), poll)["ok"]
    line.close()


def test_a_message_of_many_kilobytes_ends_only_its_senders_line(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    big, small = wire_room.phone(), wire_room.phone()
    big.send("comment.post", {"text": "a" * 100_000}, lambda _answer: None)
    eventually(lambda: not big.is_connected, message="the line is cut")
    assert wire_room.cast(small, poll)["ok"]


# Tallies


def test_a_tally_is_whole_and_its_version_only_rises(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room()
    screen = wire_room.projector()
    for answer in "abcab":
        wire_room.cast(wire_room.phone(), poll, answer)
    screen.hear("poll.tally", lambda frame: frame["turnout"] == 5)
    frames = screen.all("poll.tally")
    assert all(set(frame) == TALLY for frame in frames)
    assert all(set(frame["counts"]) == {"a", "b", "c"} for frame in frames)
    assert all(sum(frame["counts"].values()) == frame["turnout"] for frame in frames)
    assert all(earlier["version"] < later["version"] for earlier, later in pairwise(frames))
    assert frames[-1]["counts"] == {"a": 2, "b": 2, "c": 1}
    assert sum(frames[-1]["percents"].values()) == 100
    assert frames[-1]["present"] >= 5


@pytest.mark.parametrize("visibility", ["projector", "published"])
def test_phones_hear_of_the_turnout_only_while_results_are_not_theirs(
    wire_room: WireRoom, visibility: str
) -> None:
    poll = wire_room.ask_room(visibility=visibility)
    phone, screen = wire_room.phone(), wire_room.projector()
    wire_room.cast(phone, poll, "a")
    turnout = phone.hear("poll.turnout", lambda event: event["turnout"] == 1, 6)
    assert set(turnout) == {"poll", "round", "turnout", "present"}
    assert phone.all("poll.tally") == []
    assert phone.first["tally"] is None
    assert phone.snapshot()["tally"] is None
    wire_room.moderator.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    if visibility == "projector":
        screen.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    else:
        screen.hear("poll.turnout", lambda event: event["turnout"] == 1)
        assert screen.all("poll.tally") == []


def test_results_for_those_who_voted_come_to_them_alone(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(visibility="voted")
    anna, ben, screen = wire_room.phone(), wire_room.phone(), wire_room.projector()
    assert wire_room.cast(anna, poll, "a")["ok"]
    anna.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    assert anna.snapshot()["tally"]["counts"]["a"] == 1
    assert ben.snapshot()["tally"] is None
    wire_room.cast(wire_room.phone(), poll, "b")
    anna.hear("poll.tally", lambda frame: frame["turnout"] == 2)
    ben.hear("poll.turnout", lambda event: event["turnout"] >= 1, 6)
    assert ben.all("poll.tally") == []
    assert screen.all("poll.tally") == []
    anna.done("ballot.withdraw", poll=poll, round=1)
    assert anna.snapshot()["tally"] is None
