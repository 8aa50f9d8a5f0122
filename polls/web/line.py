"""The one place that reaches below the public interface of python-socketio and python-engineio.

Three things are done here that the libraries do not offer, because they decide what a vote and
a broadcast cost: a WebSocket with one greenlet instead of two and without deflate; a frame that
is encoded once and written straight to each socket; and commands that are taken off the wire
before a greenlet is made for each. Whatever is not simple goes the libraries' own way: a socket
that is busy or behind, long-polling, binary, callbacks.

`fits()` looks at every internal that is used. If one has moved, `install` leaves everything
stock, which is slower and does the same.
"""

from __future__ import annotations

import logging
import socket as plain_socket
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import gevent
import orjson
import socketio
from engineio import packet as eio_packet
from engineio.async_drivers import gevent as stock_driver
from engineio.socket import Socket as Session

from polls.web.frames import (
    BINARY,
    CLOSE,
    NORMAL,
    NOT_UTF8,
    PING,
    PONG,
    TEXT,
    FrameError,
    Reader,
    accept_key,
    close_frame,
    frame,
    text_frame,
)

log = logging.getLogger(__name__)

RECEIVE_BYTES = 4096
MESSAGES_A_SECOND_MOST = 200
"""More than any person sends. Who sends more waits, and with them nobody else."""
WAITING_MOST = 500
"""Frames that wait for a socket nobody reads from; then it is let go."""
GIVE_WAY_EVERY = 200
"""Sockets written to before other greenlets get their turn."""

Kind = tuple[str, str]
"""What a frame replaces: its event, and the poll or the region that it is about."""

Answer = Callable[[dict[str, Any]], None]
Hot = Callable[[str, Any, Answer], bool]
"""Takes a command by the socket's id, its payload and how to answer; False to leave it."""

WHOLE_STATE = {
    "poll.tally": "poll",
    "poll.turnout": "poll",
    "panel.view": "region",
    "panel.presence": "",
}
"""Events of which only the newest matters, and the field that says what they are about."""


class _Ready(bytes):
    """Bytes that are a frame already."""


class _ReadyPacket(eio_packet.Packet):  # type: ignore[misc]
    """A frame that waits in the library's queue, encoded before it came there."""

    def __init__(self, ready: bytes) -> None:
        super().__init__(eio_packet.MESSAGE, "")
        self._ready = _Ready(ready)

    def encode(self, b64: bool = False) -> bytes:  # noqa: ARG002
        return self._ready


class _NewestPacket(eio_packet.Packet):  # type: ignore[misc]
    """A place in the queue for the newest frame of a kind, whichever that will be by then."""

    def __init__(self, newest: dict[Kind, bytes], kind: Kind) -> None:
        super().__init__(eio_packet.MESSAGE, "")
        self._newest, self._kind = newest, kind

    def encode(self, b64: bool = False) -> bytes:  # noqa: ARG002
        return _Ready(self._newest.pop(self._kind, b""))


class Lines:
    """All sockets that can be written to directly, and the commands that are taken early."""

    def __init__(self) -> None:
        self.by_id: dict[str, Line] = {}
        self.hot: dict[bytes, Hot] = {}
        # Frames written at once, left to a queue, replaced there by a newer one; lines let go.
        self.direct = self.queued = self.replaced = self.let_go = 0

    @property
    def waiting(self) -> int:
        """How many frames wait in queues now."""
        return sum(found.waiting for found in list(self.by_id.values()))

    def driver(self, handler: Any, server: Any) -> Any:
        """Stand in for the libraries' WebSocket class: `driver(handler, server)(environ, …)`."""
        return Line(self, handler, server)


class Line:
    """One phone's WebSocket, read by the greenlet of its request."""

    __slots__ = (
        "_handler", "_inbox", "_is_busy", "_is_open", "_lines", "_newest", "_raw_send",
        "_reader", "_second_began", "_session", "_socket", "_taken",
    )  # fmt: skip

    def __init__(self, lines: Lines, handler: Any, server: Any) -> None:
        self._lines = lines
        self._handler = handler
        self._session = handler.__self__
        self._reader = Reader(server.max_http_buffer_size)
        self._inbox: list[str | bytes] = []
        self._newest: dict[Kind, bytes] = {}
        self._is_busy = False
        self._is_open = False
        self._second_began = 0.0
        self._taken = 0
        self._socket: Any = None
        self._raw_send: Callable[[bytes], int] = len

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        found = _socket_of(environ)
        if found is None:
            return stock_driver.WebSocketWSGI(self._handler, self._session.server)(
                environ, start_response
            )
        accepted = accept_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
        if accepted is None or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
            headers = [("Sec-WebSocket-Version", "13"), ("Content-Length", "0")]
            start_response("426 Upgrade Required", headers)
            return []
        self._begin(found, accepted)
        try:
            return self._handler(self)
        finally:
            self._end()

    def _begin(self, found: Any, accepted: str) -> None:
        self._socket = found
        self._raw_send = found._sock.send  # noqa: SLF001
        # Reading takes as long as it takes: the library ends sessions that answer no ping.
        found.settimeout(None)
        found.setsockopt(plain_socket.IPPROTO_TCP, plain_socket.TCP_NODELAY, 1)
        found.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepted.encode() + b"\r\n\r\n"
        )
        self._is_open = True
        self._lines.by_id[self._session.sid] = self

    def _end(self) -> None:
        self._is_open = False
        self._lines.by_id.pop(self._session.sid, None)
        self._newest.clear()
        _shut(self._socket)

    # What the library calls

    def wait(self) -> str | bytes | None:
        """Return the next message that is not taken early, or None once the line is down."""
        while not self._inbox:
            if not self._is_open:
                return None
            try:
                data = self._socket.recv(RECEIVE_BYTES)
                if not data:
                    return None
                for kind, payload in self._reader.feed(data):
                    self._take(kind, payload)
                    self._hold_back()
            except FrameError as error:
                self._say_goodbye(error.code)
                return None
            except OSError:
                return None
        return self._inbox.pop(0)

    def _hold_back(self) -> None:
        """Let someone who floods wait for the next second; the network then slows them down."""
        now = time.monotonic()
        if now - self._second_began >= 1:
            self._second_began, self._taken = now, 0
        self._taken += 1
        if self._taken >= MESSAGES_A_SECOND_MOST:
            gevent.sleep(max(0.0, self._second_began + 1 - now))

    def send(self, message: str | bytes) -> None:
        """Send what the library's writer took from its queue; waits while the phone is slow."""
        if not self._is_open:
            raise OSError("the line is down")
        if isinstance(message, _Ready):
            ready: bytes = message
        else:
            ready = frame(message, BINARY) if isinstance(message, bytes) else text_frame(message)
        server = self._session.server
        self._is_busy = True
        try:
            with gevent.Timeout(server.ping_interval + server.ping_timeout, OSError):
                self._socket.sendall(ready)
        finally:
            self._is_busy = False

    def close(self) -> None:
        self._say_goodbye(NORMAL)
        _shut(self._socket)

    # Reading

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == TEXT:
            if payload.startswith(b"42") and self._take_early(payload):
                return
            try:
                self._inbox.append(payload.decode())
            except UnicodeDecodeError:
                raise FrameError(NOT_UTF8) from None
        elif kind == BINARY:
            self._inbox.append(payload)
        elif kind == PING:
            self.offer(frame(payload, PONG))
        elif kind == CLOSE:
            self._say_goodbye(NORMAL)

    def _take_early(self, payload: bytes) -> bool:
        """Give a hot command to its handler, `42<number>["name",{…}]`; False to leave it."""
        bracket = payload.find(b"[", 2, 20)
        number = payload[2:bracket]
        name_end = payload.find(b'",', bracket + 2, bracket + 40)
        hot = self._lines.hot.get(payload[bracket + 2 : name_end])
        if hot is None or not number.isdigit():
            return False
        try:
            arguments = orjson.loads(payload[bracket:])
        except orjson.JSONDecodeError:
            return False

        def answer(body: dict[str, Any]) -> None:
            self.offer(frame(b"43" + number + orjson.dumps([body])))

        return len(arguments) == 2 and hot(self._session.sid, arguments[1], answer)

    # Writing past the library

    def offer(self, ready: bytes, kind: Kind | None = None) -> None:
        """Write a frame at once if nothing is before it; else leave it to the library's queue.

        A frame of a kind takes the place of an older one that has not been sent yet.
        """
        session = self._session
        if not self._is_open or session.closed:
            return
        if self._is_busy or not session.upgraded or session.queue.qsize():
            self._enqueue(ready, kind)
            return
        try:
            sent = self._raw_send(ready)
        except BlockingIOError:
            self._enqueue(ready, kind)
        except OSError:
            self.hang_up()
        else:
            self._lines.direct += 1
            if sent != len(ready):
                session.queue.put(_ReadyPacket(ready[sent:]))

    @property
    def waiting(self) -> int:
        return int(self._session.queue.qsize())

    def _enqueue(self, ready: bytes, kind: Kind | None) -> None:
        lines = self._lines
        if self.waiting > WAITING_MOST:
            lines.let_go += 1
            self.hang_up()
            return
        if kind is None:
            lines.queued += 1
            self._session.send(_ReadyPacket(ready))
            return
        is_waiting = kind in self._newest
        self._newest[kind] = ready
        if is_waiting:
            lines.replaced += 1
        else:
            lines.queued += 1
            self._session.send(_NewestPacket(self._newest, kind))

    def _say_goodbye(self, code: int) -> None:
        """Send a close frame if the socket takes it at once, and take nothing in any more."""
        if self._is_open and not self._is_busy:
            try:
                self._raw_send(close_frame(code))
            except OSError:
                log.debug("a line was down before it was closed")
        self._is_open = False

    def hang_up(self) -> None:
        """The other side is gone; the reader finds out and the library cleans up."""
        self._is_open = False
        _shut(self._socket)


def _shut(found: Any) -> None:
    try:
        found.shutdown(plain_socket.SHUT_RDWR)
    except OSError:
        log.debug("a socket was shut already")


def _socket_of(environ: dict[str, Any]) -> Any:
    """Return the socket of a request served by gevent's own server, or None."""
    source = environ.get("wsgi.input")
    found = getattr(getattr(getattr(source, "rfile", source), "raw", None), "_sock", None)
    return found if hasattr(found, "_sock") else None


class FanOut(socketio.Manager):  # type: ignore[misc]
    """The libraries' room keeper, which encodes a frame once and writes it straight out.

    It also remembers the rooms of each socket; the library walks through all rooms for that.
    """

    lines: Lines | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rooms_of: dict[tuple[str, str], set[str]] = {}

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        room = to or room
        is_plain = isinstance(data, dict) and not callback and not skip_sid and namespace == "/"
        if self.lines is None or not is_plain or not isinstance(room, str):
            super().emit(event, data, namespace, room, skip_sid, callback, **options)
            return
        members = self.rooms.get(namespace, {}).get(room)
        if members:
            self._write_out(list(members.values()), event, data)

    def _write_out(self, ids: list[str], event: str, data: dict[str, Any]) -> None:
        text = b"2" + orjson.dumps([event, data])
        ready = frame(b"4" + text)
        about = WHOLE_STATE.get(event)
        kind = None if about is None else (event, str(data.get(about, "")))
        lines = self.lines.by_id if self.lines else {}
        stock: Any = None
        for number, session_id in enumerate(ids, start=1):
            line = lines.get(session_id)
            if line is not None:
                line.offer(ready, kind)
            else:
                stock = stock or eio_packet.Packet(eio_packet.MESSAGE, text.decode())
                self.server._send_eio_packet(session_id, stock)  # noqa: SLF001
            if not number % GIVE_WAY_EVERY:
                gevent.sleep(0)

    # Rooms

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        if room is not None:
            self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        if room is not None:
            self._rooms_of.get((namespace, sid), set()).discard(room)

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        return list(self._rooms_of.get((namespace, sid), ()))

    def basic_disconnect(self, sid: str, namespace: str, **_options: Any) -> None:
        """Leave all rooms; the library's own way then finds none of them to walk through."""
        for room in [*self._rooms_of.pop((namespace, sid), ()), None]:
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            waiting = pending.get(namespace, [])
            if sid in waiting:
                waiting.remove(sid)
                if not waiting:
                    del pending[namespace]


VERSIONS = {"python-engineio": "4.15.", "python-socketio": "5.18."}
INTERNALS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (Session, ("_websocket_handler", "_upgrade_websocket", "send", "poll")),
    (socketio.Manager, ("basic_enter_room", "basic_leave_room", "basic_disconnect", "get_rooms")),
    (socketio.Server, ("_send_eio_packet",)),
    (stock_driver, ("WebSocketWSGI",)),
)
SESSION_PARTS = ("sid", "server", "queue", "upgraded", "closed")


def fits(server: Any) -> bool:
    """Tell whether the libraries are built as this file expects them."""
    if not all(version(name).startswith(known) for name, known in VERSIONS.items()):
        return False
    session = Session(server.eio, "probe")
    return (
        all(hasattr(owner, name) for owner, names in INTERNALS for name in names)
        and all(hasattr(session, name) for name in SESSION_PARTS)
        and hasattr(session.queue, "qsize")
        and isinstance(server.manager, FanOut)
        and "websocket" in server.eio._async  # noqa: SLF001
    )


def install(server: Any, hot: dict[str, Hot]) -> bool:
    """Take these commands early and write frames directly; False if all stays stock."""
    if server.eio.async_mode != "gevent" or not fits(server):
        log.warning("sockets are served the libraries' way, which is slower")
        return False
    # A greenlet that remembers who made it, for debugging, costs a phone that joins 0.5 ms.
    gevent.config.track_greenlet_tree = False
    lines = Lines()
    lines.hot = {name.encode(): handler for name, handler in hot.items()}
    server.eio._async = {**server.eio._async, "websocket": lines.driver}  # noqa: SLF001
    server.manager.lines = lines
    return True
