"""One phone's WebSocket, read and written by the event loop itself, without a greenlet.

Part of what reaches below the libraries' public interface; see `polls/web/direct.py`.
"""

from __future__ import annotations

import _socket
import logging
import socket as plain_socket
import time
from collections.abc import Callable
from typing import Any

import gevent
import gevent.socket
import orjson
from engineio import exceptions as eio_exceptions
from engineio import packet as eio_packet
from engineio.async_drivers import gevent as stock_driver
from gevent.queue import Empty

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
UNREAD_MOST = 50
"""Messages that wait for the one before them; until then no more are taken in."""
WAITING_MOST = 500
"""Frames that wait for a socket nobody reads from; then it is let go."""
LAST_WORDS_SECONDS = 5
"""How long a line that is to be closed may take to send what still waits."""
KEPT_OF_REQUEST = ("HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "QUERY_STRING")
"""What a connection may ask of the request it came by; the rest is let go with the request."""
READABLE, WRITABLE = 1, 2

Kind = tuple[str, str]
"""What a frame replaces: its event, and the poll or the region that it is about."""

Answer = Callable[[dict[str, Any]], None]
Hot = Callable[[str, Any, Answer], bool]
"""Takes a command by the socket's id, its payload and how to answer; False to leave it.

The event loop itself calls it, so it must never wait for anything."""


class Lines:
    """All sockets that can be written to directly, and the commands that are taken early."""

    def __init__(self, environs: dict[str, Any] | None = None) -> None:
        """`environs` are the requests that sockets came by, as python-socketio keeps them."""
        self.by_id: dict[str, Line] = {}
        self.hot: dict[bytes, Hot] = {}
        self.environs = {} if environs is None else environs
        # Frames written at once, left to wait, replaced there by a newer one; lines let go.
        self.direct = self.queued = self.replaced = self.let_go = 0

    @property
    def waiting(self) -> int:
        """How many frames wait to be written now."""
        return sum(found.qsize() for found in list(self.by_id.values()))

    def driver(self, handler: Any, server: Any) -> Any:
        """Stand in for the libraries' WebSocket class: `driver(handler, server)(environ, …)`."""

        def take(environ: dict[str, Any], start_response: Any) -> Any:
            found = _socket_of(environ)
            if found is None:
                return stock_driver.WebSocketWSGI(handler, server)(environ, start_response)
            accepted = accept_key(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
            if accepted is None or environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
                headers = [("Sec-WebSocket-Version", "13"), ("Content-Length", "0")]
                start_response("426 Upgrade Required", headers)
                return ()
            Line(self, handler.__self__).begin(found, accepted, environ)
            # No list: the library would answer one as what long-polling brings.
            return ()

        return take


class Line:
    """One phone's WebSocket, which also is the library's queue of packets for it."""

    __slots__ = (
        "_direct", "_inbox", "_is_open", "_is_working", "_lines", "_newest", "_pause_ends",
        "_reader", "_reading", "_send", "_session", "_socket", "_taken", "_waiting", "_writing",
    )  # fmt: skip

    def __init__(self, lines: Lines, session: Any) -> None:
        self._lines = lines
        self._session = session
        self._reader = Reader(session.server.max_http_buffer_size)
        self._inbox: list[str | bytes] = []
        self._is_working = False
        self._waiting: list[bytes | Kind] = []
        """What is still to be written: bytes, or a place for the newest frame of a kind."""
        self._newest: dict[Kind, bytes] = {}
        self._is_open = False
        self._pause_ends = 0.0
        self._taken = 0
        self._socket: Any = None
        self._send: Any = None
        self._direct: Callable[[bytes], int] | None = None
        """How to write at once; None while something waits to be written before."""
        self._reading: Any = None
        self._writing: Any = None

    def begin(self, found: Any, accepted: str, environ: dict[str, Any]) -> None:
        """Take a request's socket over from its greenlet, which then ends."""
        server = self._session.server
        found.settimeout(server.ping_interval + server.ping_timeout)
        found.setsockopt(plain_socket.IPPROTO_TCP, plain_socket.TCP_NODELAY, 1)
        found.sendall(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accepted.encode() + b"\r\n\r\n"
        )
        early: list[bytes] = []
        if self._session.connected and not self._change_over(found, early):
            return
        self._take_over(found, environ)
        for message in early:
            self._take(TEXT, message)

    def _change_over(self, found: Any, early: list[bytes]) -> bool:
        """Bring a session here that began with long-polling; `early` is what it says already."""

        def hear() -> bytes:
            while not early:
                data = found.recv(RECEIVE_BYTES)
                if not data:
                    raise OSError("the line is down")
                early.extend(payload for kind, payload in self._reader.feed(data) if kind == TEXT)
            return early.pop(0)

        session = self._session
        session.upgrading = True
        try:
            if hear() == b"2probe":
                found.sendall(text_frame("3probe"))
                session.queue.put(eio_packet.Packet(eio_packet.NOOP))
                session.upgraded = hear() == b"5"
        except (OSError, FrameError):
            log.debug("a line was down before it was up")
        finally:
            session.upgrading = False
        return bool(session.upgraded)

    def _take_over(self, found: Any, environ: dict[str, Any]) -> None:
        session, queue = self._session, self._session.queue
        number = found.detach()
        _reader_of(environ).close()
        self._socket = _socket.socket(found.family, found.type, found.proto, fileno=number)
        self._socket.setblocking(False)
        self._send = self._direct = self._socket.send
        self._is_open = True
        self._lines.by_id[session.sid] = self
        self._lines.environs[session.sid] = {
            name: environ[name] for name in KEPT_OF_REQUEST if name in environ
        }
        loop = gevent.get_hub().loop
        self._reading = loop.io(number, READABLE)
        self._writing = loop.io(number, WRITABLE)
        session.queue, session.connected, session.upgraded = self, True, True
        while not queue.empty():
            self.put(queue.get(block=False))
        if self._reading is not None:
            self._reading.start(self._read)

    # What the library asks of a queue

    def put(self, packet: Any) -> None:
        """Send a packet; None is the last."""
        if packet is not None:
            told = packet.encode()
            self.offer(frame(told, BINARY) if isinstance(told, bytes) else text_frame(told))
            return
        self._is_open, self._direct = False, None
        if self._waiting:
            gevent.spawn_later(LAST_WORDS_SECONDS, self.hang_up)
        else:
            self._say_goodbye(NORMAL)
            self.hang_up()

    def get(self, *_arguments: Any, **_options: Any) -> Any:
        """Nothing can be fetched here: a line sends by itself."""
        raise Empty

    def qsize(self) -> int:
        return len(self._waiting)

    def task_done(self) -> None:
        """Nobody counts."""

    def join(self) -> None:
        """Nobody waits: a line closes once all is sent."""

    # Reading

    def _read(self) -> None:
        """The event loop calls this when bytes are there, so nothing here may wait."""
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        try:
            for kind, payload in self._reader.feed(data):
                self._take(kind, payload)
        except FrameError as error:
            self._say_goodbye(error.code)
            data = b""
        except Exception:
            log.exception("a message could not be taken")
            data = b""
        if not data:
            self.hang_up()
        elif self._taken >= MESSAGES_A_SECOND_MOST:
            self._hold_back()

    def _hold_back(self) -> None:
        """Let someone who floods wait for the next second; the network then slows them down."""
        now = time.monotonic()
        began, self._pause_ends = self._pause_ends, now
        pause = began + self._taken / MESSAGES_A_SECOND_MOST - now
        self._taken = 0
        if pause > 0 and self._reading is not None:
            self._pause_ends += pause
            self._reading.stop()
            gevent.spawn_later(pause, self._go_on)

    def _go_on(self) -> None:
        may_read = len(self._inbox) < UNREAD_MOST and time.monotonic() >= self._pause_ends
        if may_read and self._reading is not None and not self._reading.active:
            self._reading.start(self._read)

    def _take(self, kind: int, payload: bytes) -> None:
        self._taken += 1
        if kind == TEXT:
            if payload.startswith(b"42") and self._take_early(payload):
                return
            try:
                self._leave_to_library(payload.decode())
            except UnicodeDecodeError:
                raise FrameError(NOT_UTF8) from None
        elif kind == BINARY:
            self._leave_to_library(payload)
        elif kind == PING:
            self.offer(frame(payload, PONG))
        elif kind == CLOSE:
            raise FrameError(NORMAL)

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

    def _leave_to_library(self, message: str | bytes) -> None:
        """Let the library handle a message, in a greenlet of its own, one after the other."""
        if message == "3":
            self._session.schedule_ping()
            return
        self._inbox.append(message)
        if len(self._inbox) >= UNREAD_MOST and self._reading is not None:
            self._reading.stop()
        self._work_soon()

    def _work_soon(self) -> None:
        if not self._is_working:
            self._is_working = True
            gevent.spawn(self._work)

    def _work(self) -> None:
        while self._inbox and not self._session.closed:
            try:
                self._session.receive(eio_packet.Packet(encoded_packet=self._inbox.pop(0)))
            except eio_exceptions.UnknownPacketError:
                log.debug("a packet of no known kind")
            except Exception:
                log.exception("a message could not be handled")
                self.hang_up()
        self._is_working = False
        self._go_on()
        if self._reading is None:
            self._inbox.clear()
            server = self._session.server
            self._session.close(wait=False, abort=True, reason=server.reason.TRANSPORT_CLOSE)
            server.sockets.pop(self._session.sid, None)

    # Writing

    def offer(self, ready: bytes, kind: Kind | None = None) -> None:
        """Write a frame at once if nothing is before it; else it waits for its turn.

        A frame of a kind takes the place of an older one that has not been sent yet.
        """
        if self._direct is None:
            if self._is_open:
                self._keep(ready, kind)
            return
        try:
            sent = self._direct(ready)
        except BlockingIOError:
            self._keep(ready, kind)
        except OSError:
            self.hang_up()
        else:
            self._lines.direct += 1
            if sent != len(ready):
                self._keep(ready[sent:], None)

    def _keep(self, ready: bytes, kind: Kind | None) -> None:
        if len(self._waiting) > WAITING_MOST:
            self._lines.let_go += 1
            self.hang_up()
            return
        if kind in self._newest:
            self._lines.replaced += 1
        else:
            self._lines.queued += 1
            self._waiting.append(ready if kind is None else kind)
        if kind is not None:
            self._newest[kind] = ready
        if self._direct is not None:
            self._direct = None
            self._writing.start(self._write_on)

    def _write_on(self) -> None:
        """The event loop calls this when the socket takes more."""
        try:
            while self._waiting:
                first = self._waiting[0]
                ready = first if isinstance(first, bytes) else self._newest[first]
                sent = self._send(ready)
                if not isinstance(first, bytes):
                    del self._newest[first]
                if sent == len(ready):
                    del self._waiting[0]
                else:
                    self._waiting[0] = ready[sent:]
        except BlockingIOError:
            return
        except OSError:
            self.hang_up()
            return
        self._writing.stop()
        if self._is_open:
            self._direct = self._send
        else:
            self._say_goodbye(NORMAL)
            self.hang_up()

    def _say_goodbye(self, code: int) -> None:
        """Send a close frame if the socket takes it at once."""
        try:
            if not self._waiting:
                self._send(close_frame(code))
        except OSError:
            log.debug("a line was down before it was closed")

    def hang_up(self) -> None:
        """Let the socket go; the library hears of it once it has handled what came before."""
        self._is_open, self._direct = False, None
        if self._reading is None:
            return
        for watcher in (self._reading, self._writing):
            watcher.stop()
            watcher.close()
        self._reading = self._writing = None
        self._lines.by_id.pop(self._session.sid, None)
        self._waiting.clear()
        self._newest.clear()
        try:
            self._socket.shutdown(plain_socket.SHUT_RDWR)
            # What lies there unread would make the last words get lost.
            self._socket.recv(RECEIVE_BYTES)
        except OSError:
            log.debug("a socket was shut already")
        self._socket.close()
        self._work_soon()


def _reader_of(environ: dict[str, Any]) -> Any:
    source = environ.get("wsgi.input")
    return getattr(source, "rfile", source)


def _socket_of(environ: dict[str, Any]) -> Any:
    """Return the socket of a request served by gevent's own server, or None."""
    found = getattr(getattr(_reader_of(environ), "raw", None), "_sock", None)
    return found if type(found) is gevent.socket.socket else None
