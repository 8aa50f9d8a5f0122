"""What someone tries who means harm, or is only unlucky: each of these once worked."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import time
from urllib.parse import urlencode

import orjson
import requests

from tests.support.wire import WireRoom, make_wire_room


def cookie_of(room: WireRoom, key: str) -> dict[str, str]:
    return {f"hc_participant_{room.code}": key}


def test_undo_does_not_bring_an_erased_comment_back_to_the_projector(wire_room: WireRoom) -> None:
    phone = wire_room.phone()
    key = phone.first["you"]["key"]
    comment = phone.done("comment.post", text="Soon gone")["comment"]
    wire_room.moderator.done("comment.spotlight", comment=comment)
    wire_room.moderator.done("agenda.show", item=None)
    erased = requests.post(
        f"{wire_room.server.url}/p/{wire_room.code}/erase",
        cookies=cookie_of(wire_room, key),
        timeout=10,
    )
    assert erased.status_code == 200
    wire_room.moderator.done("panel.undo")
    assert wire_room.moderator.snapshot()["panel"]["code"] == wire_room.code
    for path in ("", "/results"):
        address = f"{wire_room.server.url}/p/{wire_room.code}{path}"
        assert requests.get(address, timeout=10).status_code == 200


def test_two_panels_tick_apart(wire_room: WireRoom) -> None:
    other = make_wire_room(wire_room.server)
    try:
        wire_room.ask_room(countdown_seconds=5)
        poll = other.ask_room()
        phone, screen = other.phone(), other.projector()
        other.cast(phone, poll)
        assert screen.hear("poll.tally", lambda frame: frame["turnout"] == 1)
    finally:
        other.close()


def test_a_ballot_kept_from_a_rehearsal_does_not_count_in_the_real_round(
    wire_room: WireRoom,
) -> None:
    poll = wire_room.ask_room()
    phone = wire_room.phone()
    wire_room.cast(phone, poll, sequence=5)
    wire_room.moderator.done("poll.clear", poll=poll)
    opened = wire_room.moderator.done("poll.open", poll=poll)
    assert opened["round"] == 2
    late = phone.ask("ballot.cast", poll=poll, round=1, answer="a", sequence=6)
    assert late["code"] == "poll.wrong_round"
    assert wire_room.moderator.snapshot()["turnout"] == 0


def test_an_answer_changed_after_it_was_read_is_not_shown_unread(wire_room: WireRoom) -> None:
    wire_room.moderator.done("panel.update", moderation="pre")
    poll = wire_room.ask_room(title="In your words?", kind="text", options=[])
    phone = wire_room.phone()
    read = wire_room.cast(phone, poll, "Kind words", sequence=3)
    wire_room.cast(phone, poll, "Other words", sequence=4)
    fields = {"poll": poll, "receipt": read["receipt"]}
    assert wire_room.moderator.refused("answer.approve", **fields, sequence=3) == "answer.changed"
    wire_room.moderator.done("answer.approve", **fields, sequence=4)


def test_a_hidden_answer_stays_hidden_when_its_author_writes_again(wire_room: WireRoom) -> None:
    poll = wire_room.ask_room(title="In your words?", kind="text", options=[])
    phone = wire_room.phone()
    receipt = wire_room.cast(phone, poll, "Not for this room", sequence=1)["receipt"]
    wire_room.moderator.done("answer.hide", poll=poll, receipt=receipt)
    wire_room.cast(phone, poll, "Not for this room", sequence=2)
    states = wire_room.rows("SELECT state FROM ballot WHERE receipt = ?", receipt)
    assert states == [("hidden",)]


def test_an_undo_that_means_an_older_action_takes_nothing_back(wire_room: WireRoom) -> None:
    wire_room.moderator.done("projector.show", view="join")
    (older,) = wire_room.rows("SELECT max(id) FROM action")[0]
    wire_room.moderator.done("projector.show", view="idle")
    assert wire_room.moderator.refused("panel.undo", action=older) == "undo.newer"
    assert wire_room.rows("SELECT projector_view FROM panel WHERE code = ?", wire_room.code) == [
        ("idle",)
    ]


def test_a_pin_cannot_be_tried_out(wire_room: WireRoom) -> None:
    wire_room.moderator.done("panel.update", pin="9876")
    codes = [
        wire_room.api("POST", "/participants", json={"pin": f"{guess:04}"}).json()["code"]
        for guess in range(70)
    ]
    assert codes[0] == "pin.wrong"
    assert "rate.limited" in codes


def open_line(room: WireRoom) -> socket.socket:
    """A WebSocket by hand, connected as a participant."""
    line = socket.create_connection(("127.0.0.1", room.server.port))
    query = urlencode({"EIO": 4, "transport": "websocket"})
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /socket.io/?{query} HTTP/1.1\r\nHost: 127.0.0.1:{room.server.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n".encode()
    )
    line.recv(4096)
    line.sendall(masked(b"40" + orjson.dumps({"panel": room.code})))
    return line


def masked(payload: bytes) -> bytes:
    size = len(payload)
    head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2)
    return head + b"\0\0\0\0" + payload


def test_a_flood_on_one_line_keeps_nobody_else_waiting(wire_room: WireRoom) -> None:
    line = open_line(wire_room)
    flood = masked(b'421["ballot.cast",{"poll":"x","round":1,"answer":"a"}]') * 200
    line.settimeout(0.2)
    until = time.monotonic() + 3
    slowest = 0.0
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            line.sendall(flood)
        asked = time.monotonic()
        assert requests.get(f"{wire_room.server.url}/health/live", timeout=10).ok
        slowest = max(slowest, time.monotonic() - asked)
    line.close()
    assert slowest < 1.5
    poll, phone = wire_room.ask_room(), wire_room.phone()
    assert wire_room.cast(phone, poll)["ok"]
