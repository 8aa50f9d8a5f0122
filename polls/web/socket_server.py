"""The libraries' socket server, as this house wants it: orjson, no chatter, one writer."""

from __future__ import annotations

import logging
from typing import Any

import orjson
from engineio.packet import Packet as EnginePacket
from flask import Flask
from flask_socketio import SocketIO
from socketio.packet import Packet

from polls import protocol
from polls.web import direct

MALFORMED = "command.malformed"
"""Under this name, what is no message at all reaches a handler that can answer it."""


class _PlainJson:
    """orjson in the shape that python-engineio asks for; text that is no JSON raises."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        return orjson.loads(text)


class _Json(_PlainJson):
    """The same for python-socketio, one floor above."""

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        """Return what a packet says; the library would print what it cannot read."""
        try:
            found = orjson.loads(text)
        except orjson.JSONDecodeError:
            return [MALFORMED]
        if isinstance(found, list) and not (found and isinstance(found[0], str)):
            return [MALFORMED]
        return found


class _Packet(Packet):  # type: ignore[misc]
    """A class of its own to hang the JSON on: a client in this process keeps the stock one."""


def create_socketio(app: Flask) -> SocketIO:
    for name in ("socketio.server", "engineio.server"):
        # Below this level they log what people send; without one they add a handler of their own.
        logging.getLogger(name).setLevel(logging.ERROR)
    socketio = SocketIO(  # type: ignore[call-arg]
        app,
        async_mode="gevent",
        json=_Json,
        serializer=_Packet,
        client_manager=direct.FanOut(),
        manage_session=False,
        max_http_buffer_size=protocol.MESSAGE_BYTES_MOST,
        http_compression=False,
        ping_interval=25,
        ping_timeout=20,
        cors_allowed_origins=None,  # type: ignore[arg-type]
        always_connect=False,
    )
    # The floor below knows by the error that `probe` is text; without it no phone that begins
    # with long-polling would ever get a WebSocket.
    EnginePacket.json = _PlainJson
    return socketio
