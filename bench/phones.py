"""A hall of phones in one process: raw sockets, one epoll loop, frames built before they are due.

Ready-made Socket.IO clients cost more than the server that is to be measured. These phones know
the few bytes that matter, so that what is measured is the server and not its load.
"""

from __future__ import annotations

import errno
import heapq
import json
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

RECEIVE_BYTES = 65536
TEXT, CLOSE, PING = 0x1, 0x8, 0x9
SHORT_FRAME_MOST_BYTES = 125


class BenchError(Exception):
    """The room did not come about; the message says what the server did."""


def masked_frame(text: str) -> bytes:
    """Return a client's text frame. The mask is zero, which leaves the bytes as they are."""
    data = text.encode()
    if len(data) <= SHORT_FRAME_MOST_BYTES:
        head = struct.pack("!BB", 0x80 | TEXT, 0x80 | len(data))
    else:
        head = struct.pack("!BBH", 0x80 | TEXT, 0x80 | 126, len(data))
    return head + b"\0\0\0\0" + data


PONG_FRAME = masked_frame("3")


class Client:
    """One socket in the hall: a phone, the moderator or the projector."""

    def __init__(self, auth: dict[str, Any]) -> None:
        self.connect_frame = masked_frame("40" + json.dumps(auth))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.buffer = b""
        self.is_upgraded = False
        self.is_lost = False
        self.began_at = 0.0
        self.joined_at = 0.0
        self.snapshot: dict[str, Any] | None = None
        self.refusal = ""
        self.frames = 0
        self.tallies = 0
        self.opened_at = 0.0
        self.viewed_at = 0.0
        self.keeps: list[tuple[float, bytes]] | None = None
        """Every event with its time of arrival, for the few clients that want them."""
        self.on_ack: Callable[[Client, bytes, float], None] | None = None

    def send(self, frame: bytes) -> None:
        """Send a whole frame; frames are small, so a full buffer means a broken server."""
        if self.socket.send(frame) != len(frame):
            raise BenchError("a phone's socket is full")


class Hall:
    """All clients and their loop."""

    def __init__(self, ports: Sequence[int]) -> None:
        """With more than one port, one client after the other goes to the next."""
        self._ports = cycle(ports)
        self.clients: dict[int, Client] = {}
        self._epoll = select.epoll()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self._request = (
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
            b"Accept-Language: en\r\n\r\n"
        )

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do something at a time of the monotonic clock."""
        self._order += 1
        heapq.heappush(self._due, (when, self._order, action))

    def connect(self, client: Client) -> None:
        client.began_at = time.monotonic()
        client.socket.setblocking(False)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        error = client.socket.connect_ex(("127.0.0.1", next(self._ports)))
        if error not in (0, errno.EINPROGRESS):
            raise BenchError(f"a phone cannot connect: {os.strerror(error)}")
        self.clients[client.socket.fileno()] = client
        self._epoll.register(client.socket.fileno(), select.EPOLLOUT)

    def run(self, is_done: Callable[[], bool], seconds: float) -> bool:
        """Turn the loop until something is so, or the time is over; return whether it is so."""
        ends_at = time.monotonic() + seconds
        while not is_done():
            now = time.monotonic()
            if now >= ends_at:
                return False
            self._do_what_is_due(now)
            until = min(ends_at, self._due[0][0]) if self._due else ends_at
            pause = max(0.0, min(until - time.monotonic(), 0.05))
            for number, what in self._epoll.poll(pause):
                self._attend(self.clients[number], number, what)
        return True

    def rest(self, seconds: float) -> None:
        self.run(lambda: False, seconds)

    def close(self) -> None:
        for client in self.clients.values():
            client.socket.close()
        self._epoll.close()

    def _do_what_is_due(self, now: float) -> None:
        while self._due and self._due[0][0] <= now:
            heapq.heappop(self._due)[2]()

    def _attend(self, client: Client, number: int, what: int) -> None:
        if what & select.EPOLLOUT and not client.is_upgraded:
            client.send(self._request)
            self._epoll.modify(number, select.EPOLLIN)
            return
        try:
            data = client.socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            client.is_lost = True
            self._epoll.unregister(number)
            return
        self._take(client, client.buffer + data if client.buffer else data)

    def _take(self, client: Client, data: bytes) -> None:
        now = time.monotonic()
        place = 0
        if not client.is_upgraded:
            place = _end_of_upgrade(data)
            client.is_upgraded = place > 0
        size = len(data)
        while client.is_upgraded and size - place >= 2:
            start, length = _payload(data, place)
            if start + length > size or start > size:
                break
            self._hear(client, data[place] & 0x0F, data[start : start + length], now)
            place = start + length
        client.buffer = data[place:] if place else data

    def _hear(self, client: Client, kind: int, payload: bytes, now: float) -> None:
        """Take in one frame; the most frequent ones are told apart by their first bytes."""
        if kind != TEXT:
            if kind == CLOSE:
                client.is_lost = True
            return
        if payload.startswith(b"42["):
            self._hear_event(client, payload, now)
        elif payload.startswith(b"43"):
            if client.on_ack is not None:
                client.on_ack(client, payload, now)
        elif payload.startswith(b"2"):
            client.send(PONG_FRAME)
        elif payload.startswith(b"0"):
            client.send(client.connect_frame)
        elif payload.startswith(b"44"):
            client.refusal = payload[2:].decode()

    @staticmethod
    def _hear_event(client: Client, payload: bytes, now: float) -> None:
        client.frames += 1
        if payload.startswith(b'42["poll.tally"'):
            client.tallies += 1
        elif payload.startswith(b'42["panel.snapshot"'):
            client.joined_at = now
            client.snapshot = json.loads(payload[2:])[1]
        elif payload.startswith(b'42["poll.opened"'):
            client.opened_at = now
        elif payload.startswith(b'42["panel.view"'):
            client.viewed_at = now
        if client.keeps is not None:
            client.keeps.append((now, payload))


def _end_of_upgrade(data: bytes) -> int:
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0
    if b" 101 " not in data[:32]:
        raise BenchError(f"no WebSocket: {data[:60]!r}")
    if b"permessage-deflate" in data[:end]:
        raise BenchError("the server wants to deflate, which this hall does not speak")
    return end + 4


def _payload(data: bytes, place: int) -> tuple[int, int]:
    """Return where a frame's payload starts and how long it is."""
    length = data[place + 1] & 0x7F
    if length < 126:
        return place + 2, length
    if length == 126:
        if len(data) < place + 4:
            return len(data) + 1, 0
        return place + 4, int.from_bytes(data[place + 2 : place + 4], "big")
    if len(data) < place + 10:
        return len(data) + 1, 0
    return place + 10, int.from_bytes(data[place + 2 : place + 10], "big")


def acked(payload: bytes) -> tuple[int, dict[str, Any]]:
    """Return the number and the body of an acknowledgement."""
    text = payload.decode()
    end = text.index("[")
    return int(text[2:end]), json.loads(text[end:])[0]
