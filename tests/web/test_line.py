"""Direct writing does what the libraries do, byte for byte, with slow and broken sockets too."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.socket
import pytest
from flask import Flask
from gevent.pywsgi import WSGIServer

from polls.web import direct as direct_way
from polls.web import heartbeat, line
from polls.web.socket_server import create_socketio
from tests.web.test_frames import masked

HANDSHAKE = (
    b"GET /socket.io/?EIO=4&transport=websocket%s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n"
)
DEFLATE = b"Sec-WebSocket-Extensions: permessage-deflate\r\n"
BIG = "x" * 120_000


class Phone:
    """A plain WebSocket that keeps every byte that comes."""

    def __init__(
        self, port: int, extra: bytes = b"", receive_buffer: int = 0, session: str = ""
    ) -> None:
        self.socket = gevent.socket.socket()
        if receive_buffer:
            self.socket.setsockopt(gevent.socket.SOL_SOCKET, gevent.socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.settimeout(5)
        self.data = b""
        self.socket.sendall(HANDSHAKE % (f"&sid={session}".encode() if session else b"", extra))
        self.head = self._until(lambda: b"\r\n\r\n" in self.data)
        self.data = self.data.partition(b"\r\n\r\n")[2]
        if session:
            self.say("2probe")
            self.until(lambda frames: b"3probe" in frames)
            self.say("5")
        self.say("40")
        self.until(lambda frames: any(f.startswith(b"40") for f in frames))
        self.data = b""

    def _until(self, is_done: Callable[[], bool]) -> bytes:
        while not is_done():
            more = self.socket.recv(65536)
            if not more:
                raise EOFError
            self.data += more
        return self.data

    def until(self, is_done: Callable[[list[bytes]], bool]) -> list[bytes]:
        self._until(lambda: is_done(self.frames()))
        return self.frames()

    def say(self, text: str) -> None:
        self.socket.sendall(masked(text.encode()))

    def frames(self) -> list[bytes]:
        """Return the payloads of all whole frames; a torn one would not parse."""
        found, place = [], 0
        while place + 2 <= len(self.data):
            assert self.data[place] in (0x81, 0x88, 0x8A), "a frame was torn"
            size, start = self.data[place + 1], place + 2
            if size >= 126:
                width = 2 if size == 126 else 8
                size = int.from_bytes(self.data[start : start + width], "big")
                start += width
            if start + size > len(self.data):
                break
            found.append(self.data[start : start + size])
            place = start + size
        return found


class Site:
    """A Socket.IO server whose clients all sit in one room."""

    def __init__(self, *, is_direct: bool) -> None:
        app = Flask("site")
        self.server: Any = create_socketio(app).server  # type: ignore[attr-defined]
        self.gone: list[str] = []
        self.early: list[Any] = []
        self.server.on("connect", lambda sid, *_: self.server.enter_room(sid, "all"))
        self.server.on("disconnect", lambda sid, *_: self.gone.append(sid))
        self.server.on("cast", lambda _sid, payload: {"stock": payload})
        self.is_direct = is_direct and direct_way.install(self.server, {"cast": self._cast})
        self.http = WSGIServer(("127.0.0.1", 0), app, log=None, error_log=None)
        self.http.start()
        self.phones: list[Phone] = []

    def _cast(self, session: str, payload: Any, answer: line.Answer) -> bool:
        self.early.append(payload)
        if payload == "leave it":
            return False
        answer({"stock": payload})
        return True

    def phone(self, **options: Any) -> Phone:
        self.phones.append(Phone(self.http.server_port, **options))
        return self.phones[-1]

    def tell(self, event: str, payload: Any) -> None:
        self.server.emit(event, payload, to="all")

    @property
    def sessions(self) -> list[Any]:
        return list(self.server.eio.sockets.values())

    def close(self) -> None:
        for phone in self.phones:
            phone.socket.close()
        gevent.sleep(0.05)
        self.http.stop(timeout=1)
        self.server.shutdown()


@pytest.fixture(params=[True, False], ids=["direct", "stock"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    made = Site(is_direct=request.param)
    yield made
    made.close()


@pytest.fixture
def direct() -> Iterator[Site]:
    made = Site(is_direct=True)
    yield made
    made.close()


def story(site: Site) -> None:
    site.tell("poll.tally", {"poll": "p", "counts": {"é": 1}})
    site.tell("panel.view", {"region": "now", "html": "<b>" + "y" * 70_000})
    site.tell("other", {"text": "z" * 130})
    site.tell("list", [1, 2])
    site.tell("nothing", None)
    site.tell("end", {})


def test_the_internals_that_are_used_are_still_there() -> None:
    made = Site(is_direct=True)
    assert made.is_direct, "a library has moved: look at polls/web/direct.py and its versions"
    made.close()


def test_both_ways_send_the_same_bytes() -> None:
    seen = []
    for is_direct in (True, False):
        made = Site(is_direct=is_direct)
        phone = made.phone()
        story(made)
        phone.until(lambda frames: bool(frames) and frames[-1] == b'42["end",{}]')
        seen.append(phone.data)
        made.close()
    assert seen[0] == seen[1]


def test_deflate_is_refused(direct: Site) -> None:
    assert b"permessage-deflate" not in direct.phone(extra=DEFLATE).head


def test_commands_are_answered(site: Site) -> None:
    phone = site.phone()
    phone.say('421["cast",{"a":"é"}]')
    phone.say('422["cast","leave it"]')
    phone.say('423["unheard of",{}]')
    phone.say('424["cast",{"b":2}]')
    frames = phone.until(lambda found: len(found) >= 3)
    answers = {frame[:3]: json.loads(frame[3:]) for frame in frames if frame.startswith(b"43")}
    assert answers == {
        b"431": [{"stock": {"a": "é"}}],
        b"432": [{"stock": "leave it"}],
        b"434": [{"stock": {"b": 2}}],
    }
    assert site.early == ([{"a": "é"}, "leave it", {"b": 2}] if site.is_direct else [])


def test_what_is_no_command_is_left_to_the_library(direct: Site) -> None:
    phone = direct.phone()
    for text in ('42["cast",{}]', '42x["cast",{}]', '421["cast"]', '42/ns,1["cast",{}]'):
        phone.say(text)
    phone.say('425["cast",{"last":1}]')
    phone.until(lambda found: bool(found) and found[-1].startswith(b"435"))
    assert direct.early == [{"last": 1}]


def test_a_slow_phone_gets_whole_frames_and_the_newest(direct: Site) -> None:
    slow, quick = direct.phone(receive_buffer=4096), direct.phone()
    for number in range(90):
        direct.tell("poll.tally", {"poll": "p", "n": number, "pad": BIG})
        quick.until(lambda found, n=number: bool(found) and b'"n":%d,' % n in found[-1])
        quick.data = b""
        if not number % 30:
            direct.tell("poll.closed", {"n": number})
    direct.tell("poll.tally", {"poll": "q", "pad": BIG})
    direct.tell("end", {})
    frames = slow.until(lambda found: bool(found) and found[-1] == b'42["end",{}]')
    tallies = [json.loads(f[2:])[1] for f in frames if f.startswith(b'42["poll.tally"')]
    numbers = [tally["n"] for tally in tallies if tally["poll"] == "p"]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 89, "the newest came"
    assert len(numbers) < 90, "those in between were left out"
    assert sum(f.startswith(b'42["poll.closed"') for f in frames) == 3, "no event was left out"


def test_a_stuck_phone_holds_one_frame_of_each_kind(direct: Site) -> None:
    direct.phone(receive_buffer=4096)
    for number in range(100):
        direct.tell("poll.tally", {"poll": "p", "n": number, "pad": BIG})
        direct.tell("panel.view", {"region": "now", "n": number, "pad": BIG})
        gevent.sleep(0)
    assert max(session.queue.qsize() for session in direct.sessions) <= 3


def test_a_phone_that_hangs_up_is_forgotten(site: Site) -> None:
    half, gone = site.phone(), site.phone()
    half.socket.shutdown(gevent.socket.SHUT_WR)
    gone.socket.close()
    for _ in range(40):
        site.tell("poll.tally", {"poll": "p", "pad": BIG})
        gevent.sleep(0.02)
    assert len(site.gone) == 2
    assert site.server.manager.rooms == {}
    assert site.sessions == []


def test_a_farewell_is_answered(direct: Site) -> None:
    phone = direct.phone()
    phone.socket.sendall(masked(b"\x03\xe8", 0x8))
    with pytest.raises(EOFError):
        phone.until(lambda _found: False)
    assert phone.data.startswith(b"\x88\x02\x03\xe8")


def test_a_ping_is_answered_and_nonsense_ends_the_line(direct: Site) -> None:
    phone = direct.phone()
    phone.socket.sendall(masked(b"hello", 0x9))
    phone.until(lambda found: b"hello" in found)
    phone.socket.sendall(masked(b"\xff\xfe"))
    with pytest.raises(EOFError):
        phone.until(lambda _found: False)
    assert b"\x88\x02\x03\xef" in phone.data, "not UTF-8"


def test_the_server_can_hang_up(direct: Site) -> None:
    phone = direct.phone()
    direct.server.eio.disconnect(direct.sessions[0].sid)
    with pytest.raises(EOFError):
        phone.until(lambda _found: False)
    gevent.sleep(0.05)
    assert len(direct.gone) == 1


def test_a_line_needs_no_greenlet_while_nothing_happens(direct: Site) -> None:
    def count() -> int:
        return sum(isinstance(found, gevent.Greenlet) for found in gc.get_objects())

    direct.phone()
    gevent.sleep(0.05)
    before = count()
    for _ in range(10):
        direct.phone()
    gevent.sleep(0.05)
    assert count() - before < 10


def test_of_a_request_only_what_a_connection_asks_for_is_kept(direct: Site) -> None:
    direct.phone(extra=b"Cookie: a=b\r\nUser-Agent: told\r\n")
    (kept,) = direct.server.environ.values()
    assert kept["HTTP_COOKIE"] == "a=b"
    assert set(kept) <= set(line.KEPT_OF_REQUEST)


def test_messages_are_handled_in_the_order_they_came(site: Site) -> None:
    heard: list[int] = []

    def slow(_sid: str, payload: int) -> None:
        gevent.sleep(0.02 if payload == 0 else 0)
        heard.append(payload)

    site.server.async_handlers = False
    site.server.on("slow", slow)
    phone = site.phone()
    phone.socket.sendall(b"".join(masked(b'42["slow",%d]' % n) for n in range(120)))
    phone.say('421["cast",{"last":1}]')
    phone.until(lambda found: any(f.startswith(b"431") for f in found))
    while len(heard) < 120:
        gevent.sleep(0.01)
    assert heard == list(range(120))


def test_who_does_not_answer_a_ping_is_let_go(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(site.server.eio, "ping_interval", 0.1)
    monkeypatch.setattr(site.server.eio, "ping_timeout", 0.2)
    silent, lively = site.phone(), site.phone()

    def answer_forever() -> None:
        while True:
            lively.until(lambda found: b"2" in found)
            lively.data = b""
            lively.say("3")

    answering = gevent.spawn(answer_forever)
    with pytest.raises((EOFError, OSError)):
        silent.until(lambda _found: False)
    gevent.sleep(0.3)
    answering.kill()
    assert len(site.gone) == 1
    assert len([session for session in site.sessions if not session.closed]) == 1


def test_a_stuck_phone_that_is_to_go_is_not_waited_for(
    direct: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LAST_WORDS_SECONDS", 0.05)
    direct.phone(receive_buffer=4096)
    for number in range(40):
        direct.tell("poll.tally", {"poll": str(number), "pad": BIG})
    (session,) = direct.sessions
    assert session.queue.qsize()
    direct.server.eio.disconnect(session.sid)
    gevent.sleep(0.2)
    assert direct.server.manager.lines.by_id == {}
    assert len(direct.gone) == 1


def test_long_polling_upgrades_to_a_line(site: Site) -> None:
    with gevent.socket.create_connection(("127.0.0.1", site.http.server_port)) as asking:
        asking.sendall(b"GET /socket.io/?EIO=4&transport=polling HTTP/1.0\r\n\r\n")
        opened = b""
        while more := asking.recv(65536):
            opened += more
    sid = json.loads(opened[opened.index(b"0{") + 1 :])["sid"]
    phone = site.phone(session=sid)
    site.tell("end", {})
    phone.until(lambda found: bool(found) and found[-1] == b'42["end",{}]')


def test_a_moved_library_is_served_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(direct_way.VERSIONS, "python-engineio", "4.14.")
    made = Site(is_direct=True)
    assert not made.is_direct
    phone = made.phone()
    made.tell("end", {})
    phone.until(lambda found: bool(found) and found[-1] == b'42["end",{}]')
    made.close()
