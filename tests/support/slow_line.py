"""A bad line: a TCP proxy with delay and a rate, that can be cut, go deaf, or refuse WebSockets.

It forwards real bytes between a real browser and a real server, and so counts them too:

    with SlowLine(server.port, SLOW) as line:
        phone = screens.phone(f"{line.url}/p/{code}")
        line.cut()                   # the tunnel: what is open breaks, nothing new comes through
        line.restore()
        line.goes_deaf = True        # what is sent arrives, but no answer comes back

All connections share the line, as a phone's do. A new connection costs a round trip of its own
before its first byte, as TCP's greeting does.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType

CHUNK_BYTES = 4096
REFUSAL = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Quality:
    """How good a line is: seconds from one end to the other, and bytes a second each way."""

    one_way_seconds: float = 0.0
    bytes_per_second: float = float("inf")
    refuses_websockets: bool = False
    swallows_websockets: bool = False


PERFECT = Quality()
SLOW = Quality(one_way_seconds=1.0, bytes_per_second=50_000)
"""50 kB/s, and two seconds from a question to its answer."""


@dataclass
class _Direction:
    """One way of the line: chunks leave it in order, as fast as it carries them."""

    quality: Quality
    free_at: float = 0.0
    carried: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def arrival_of(self, chunk: bytes) -> float:
        with self.lock:
            start = max(time.monotonic(), self.free_at)
            self.free_at = start + len(chunk) / self.quality.bytes_per_second
            self.carried += len(chunk)
            return self.free_at + self.quality.one_way_seconds


class _Pipe:
    """One way of one connection: reads as bytes come, writes when their time has come."""

    def __init__(self, line: SlowLine, source: socket.socket, target: socket.socket, *, up: bool):
        self.line, self.source, self.target, self.is_up = line, source, target, up
        self.direction = line.up if up else line.down
        self.chunks: deque[tuple[float, bytes]] = deque()
        self.news = threading.Condition()
        # The greeting: an answer has to be back before the first question is sent.
        greeting = 2 * line.quality.one_way_seconds if up else 0.0
        self.not_before = time.monotonic() + greeting + line.quality.one_way_seconds

    def start(self) -> None:
        for work in (self.read, self.write):
            threading.Thread(target=work, daemon=True).start()

    def read(self) -> None:
        while chunk := self._receive():
            if self.is_up and self._is_refused(chunk):
                break
            if not self.is_up and self.line.goes_deaf:
                continue
            self._put(self.direction.arrival_of(chunk), chunk)
        self._put(time.monotonic() + self.line.quality.one_way_seconds, b"")

    def _receive(self) -> bytes:
        try:
            return self.source.recv(CHUNK_BYTES)
        except OSError:
            return b""

    def _is_refused(self, chunk: bytes) -> bool:
        if b"\r\nupgrade: websocket" not in chunk.lower():
            return False
        quality = self.line.quality
        if quality.swallows_websockets:
            self.line.refused_websockets += 1
            while self._receive():
                pass
            return True
        if not quality.refuses_websockets:
            return False
        self.line.refused_websockets += 1
        with contextlib.suppress(OSError):
            self.source.sendall(REFUSAL)
        return True

    def _put(self, at: float, chunk: bytes) -> None:
        with self.news:
            self.chunks.append((max(at, self.not_before), chunk))
            self.news.notify()

    def write(self) -> None:
        while True:
            with self.news:
                self.news.wait_for(lambda: self.chunks)
                at, chunk = self.chunks.popleft()
            time.sleep(max(0.0, at - time.monotonic()))
            if not chunk or not self._send(chunk):
                break
        _close(self.source, self.target)

    def _send(self, chunk: bytes) -> bool:
        try:
            self.target.sendall(chunk)
        except OSError:
            return False
        return True


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


class SlowLine:
    """A line of this quality to a server on this machine, open while it is a context."""

    def __init__(self, server_port: int, quality: Quality = PERFECT) -> None:
        self.quality = quality
        self.up, self.down = _Direction(quality), _Direction(quality)
        self.goes_deaf = False
        self.refused_websockets = 0
        self.connections = 0
        self._server_port = server_port
        self._is_cut = False
        self._open: list[socket.socket] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    @property
    def bytes_down(self) -> int:
        """How much the far end has sent to the browsers so far, headers and all."""
        return self.down.carried

    def cut(self) -> None:
        """Break what is open, and let nothing through until the line is restored."""
        self._is_cut = True
        broken, self._open = self._open, []
        _close(*broken)

    def restore(self) -> None:
        self._is_cut = False

    def __enter__(self) -> SlowLine:
        threading.Thread(target=self._welcome, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cut()
        _close(self._door)

    def _welcome(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            if self._is_cut:
                _close(near)
                continue
            far = socket.create_connection(("127.0.0.1", self._server_port))
            for end in (near, far):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open += [near, far]
            _Pipe(self, near, far, up=True).start()
            _Pipe(self, far, near, up=False).start()
