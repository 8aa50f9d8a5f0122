"""The log says what happened to the server and nothing about anybody."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
import websocket

from tests.support.server import MakeServer
from tests.support.wire import Refused, make_wire_room

ADDRESS = "203.0.113.77"
AGENT = "UnusualBrowser/7.31"
SECRETS = {
    "a comment": "Heliotrope-comment",
    "a refused comment": "Heliotrope-refused",
    "a word": "heliotropeword",
    "an answer": "Heliotrope-answer",
    "a poll's title": "Heliotrope-title",
    "a PIN": "73519",
    "a wrong PIN": "86420",
    "a wrong key": "heliotrope-key",
    "a packet": "heliotrope-packet",
    "an unknown field": "heliotropefield",
    "a code": "HELIOTROPE",
    "a reason to hide": "Heliotrope-off-topic",
    "an address": ADDRESS,
    "a browser": AGENT,
}


def test_a_whole_session_leaves_no_key_no_text_and_no_address_in_the_log(
    make_server: MakeServer, tmp_path: Path
) -> None:
    """Nor a key or an address in the database."""
    server = make_server(
        settings={"HEMICYCLE_LOG_LEVEL": "debug", "HEMICYCLE_TRUSTED_PROXIES": "1"}
    )
    room = make_wire_room(server)
    headers = {"X-Forwarded-For": ADDRESS, "User-Agent": AGENT}
    browser = requests.Session()
    browser.headers.update(headers)
    page = f"{server.url}/p/{room.code}"

    title = SECRETS["a poll's title"]
    words = room.ask_room(kind="words", options=None, title=title)
    phone = room.phone()
    key = phone.first["you"]["key"]
    receipt = room.cast(phone, words, [SECRETS["a word"]])["receipt"]
    text = room.ask_room(kind="text", options=None)
    room.cast(phone, text, SECRETS["an answer"])
    phone.ask("comment.post", text=SECRETS["a comment"])
    phone.ask("comment.post", text=SECRETS["a refused comment"] * 100)
    phone.ask("ballot.cast", {SECRETS["an unknown field"]: SECRETS["an answer"]})
    phone.ask(SECRETS["a packet"], SECRETS["a comment"])
    room.moderator.done("panel.update", pin=SECRETS["a PIN"])
    for auth in ({"pin": SECRETS["a wrong PIN"]}, {"key": SECRETS["a wrong key"]}):
        with pytest.raises(Refused):
            room.phone(**auth)
    line = websocket.create_connection(
        server.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket",
        header=[f"{name}: {value}" for name, value in headers.items()],
    )
    line.send('40{"panel":"%s","key":"%s"}' % (room.code, key))  # noqa: UP031
    for packet in ("{bad", '["x"],{', "[[1]]", '{"a":1}', "[]"):
        line.send("42" + packet.replace("bad", SECRETS["a packet"]))
    line.recv()
    line.close()

    link = f"{page}/moderate?key={room.moderator_key}"
    browser.get(link, timeout=30)
    browser.get(f"{page}/moderate?key={SECRETS['a wrong key']}", timeout=30)
    browser.post(f"{page}/join", data={"pin": SECRETS["a PIN"]}, timeout=30)
    browser.get(page, timeout=30)
    browser.post(f"{page}/write", data={"text": SECRETS["a comment"]}, timeout=30)
    browser.post(f"{page}/vote", data={"poll": text, "answer": SECRETS["an answer"]}, timeout=30)
    browser.post(server.url, data={"code": SECRETS["a code"]}, timeout=30)
    browser.get(f"{server.url}/p/{SECRETS['a code']}", timeout=30)
    cookies = [cookie.value for cookie in browser.cookies if cookie.value and len(cookie.value) > 9]
    browser.get(f"{page}/traces.json", timeout=30)
    support = phone.done("comment.post", text=SECRETS["a comment"])["comment"]
    browser.post(f"{page}/write", data={"command": "comment.upvote", "comment": support})
    room.moderator.done("comment.hide", comment=support, reason=SECRETS["a reason to hide"])
    browser.post(f"{page}/erase", timeout=30)
    for path in ("/privacy", "/accessibility"):
        browser.get(server.url + path, timeout=30)
    room.close()
    server.stop()

    kept = SECRETS | {
        "a phone's key": key,
        "a moderator's key": room.moderator_key,
        "a projector's key": room.projector_key,
        "a receipt": receipt,
        **{f"cookie {number}": value for number, value in enumerate(cookies)},
    }
    assert "Hemicycle is at" in server.log
    found = [name for name, secret in kept.items() if secret.lower() in server.log.lower()]
    assert found == []

    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert SECRETS["a comment"].encode() in stored, "what people write is kept"
    never = {name for name in kept if name.endswith("key") or name.startswith("cookie")}
    never |= {"an address", "a browser", "a wrong PIN", "a packet"}
    assert sorted(name for name in never if kept[name].encode() in stored) == []
