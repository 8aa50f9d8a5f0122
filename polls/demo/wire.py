"""The least of a Socket.IO client that a guest needs: text frames over one WebSocket.

The runtime lock holds no Socket.IO client and needs none: the simulated audience speaks the
protocol by itself, on the WebSocket library that the server uses too.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from simple_websocket import AioClient, ConnectionClosed

ACK_SECONDS = 15.0
CONNECT_SECONDS = 15.0
RECEIVE_BYTES = 64 * 1024

# Engine.IO packets, and with their second digit those of Socket.IO inside a message.
OPEN, CLOSE, PING, PONG = "0", "1", "2", "3"
CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR = "40", "41", "42", "43", "44"

Payload = dict[str, Any]
OnEvent = Callable[[str, Payload], None]


class LineLost(Exception):
    """The connection is gone, or never came to be."""


class Refused(Exception):
    """The server does not admit this guest; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Line:
    """One connection. `on_event` is called for every event whose name is in `heard`."""

    def __init__(self, socket: Any, on_event: OnEvent, heard: frozenset[str]) -> None:
        self._socket = socket
        self._on_event = on_event
        self._heard = heard
        self._numbers = itertools.count(1)
        self._awaited: dict[int, asyncio.Future[Payload]] = {}

    @classmethod
    async def connect(
        cls, url: str, auth: Payload, on_event: OnEvent, heard: frozenset[str]
    ) -> Line:
        """Connect and be admitted, or raise LineLost or Refused."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                socket = await AioClient.connect(_socket_url(url), receive_bytes=RECEIVE_BYTES)
                line = cls(socket, on_event, heard)
                await socket.send(CONNECT + json.dumps(auth))
                while not await line._is_admitted():
                    pass
                return line
        except (OSError, TimeoutError, ConnectionClosed, ConnectionError) as error:
            raise LineLost from error

    async def _is_admitted(self) -> bool:
        packet = str(await self._socket.receive())
        if packet.startswith(CONNECT_ERROR):
            raise Refused(_refusal_code(packet[2:]))
        if packet.startswith(PING):
            await self._socket.send(PONG)
        return packet.startswith(CONNECT)

    async def listen(self) -> None:
        """Take in what the server says until the line is lost, which raises LineLost."""
        try:
            while True:
                packet = await self._socket.receive()
                if packet is not None and not await self._take(str(packet)):
                    raise LineLost
        except (OSError, ConnectionClosed, ValueError) as error:
            raise LineLost from error
        finally:
            for awaited in self._awaited.values():
                if not awaited.done():
                    awaited.set_exception(LineLost())

    async def _take(self, packet: str) -> bool:
        if packet.startswith(PING):
            await self._socket.send(PONG + packet[1:])
        elif packet.startswith(EVENT):
            self._take_event(packet[2:])
        elif packet.startswith(ACK):
            number = packet[2 : packet.index("[")]
            awaited = self._awaited.pop(int(number), None)
            if awaited is not None and not awaited.done():
                awaited.set_result(json.loads(packet[2 + len(number) :])[0])
        return not packet.startswith((CLOSE, DISCONNECT))

    def _take_event(self, text: str) -> None:
        """Most events are pages for screens; what nobody here hears is not even parsed."""
        name = text[2 : text.find('"', 2)]
        if name in self._heard:
            arguments = json.loads(text)
            self._on_event(name, arguments[1] if len(arguments) > 1 else {})

    async def command(self, name: str, payload: Payload) -> Payload:
        """Give a command and return its acknowledgement."""
        number = next(self._numbers)
        awaited: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._awaited[number] = awaited
        try:
            await self._socket.send(f"{EVENT}{number}{json.dumps([name, payload])}")
            return await asyncio.wait_for(awaited, ACK_SECONDS)
        except (OSError, ConnectionClosed, TimeoutError) as error:
            raise LineLost from error
        finally:
            self._awaited.pop(number, None)

    async def close(self) -> None:
        try:
            await self._socket.close()
        except (OSError, ConnectionClosed):
            return


def _socket_url(url: str) -> str:
    parts = urlsplit(url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    path = parts.path.rstrip("/") + "/socket.io/"
    return urlunsplit((scheme, parts.netloc, path, "EIO=4&transport=websocket", ""))


def _refusal_code(text: str) -> str:
    """A refused connection carries the same body as a refused command, as data or message."""
    try:
        body = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    for candidate in (body, body.get("data"), body.get("message")):
        if isinstance(candidate, dict) and "code" in candidate:
            return str(candidate["code"])
    return ""
