"""The one place that reaches below the public interface of python-socketio and python-engineio.

Four things are done that the libraries do not offer, because they decide what a vote, a broadcast
and a phone cost: a WebSocket that needs no greenlet (`line.py`); commands that are taken off the
wire before a greenlet is made for each (there too); one heartbeat for all (`heartbeat.py`); and,
here, a frame that is encoded once and written straight to each socket. Whatever is not simple goes
the libraries' own way: long-polling, binary, callbacks, other servers than gevent's.

`fits()` looks at every internal that is used. If one has moved, `install` leaves everything
stock, which is slower and does the same.
"""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import Any

import gevent
import orjson
import socketio
from engineio import packet as eio_packet
from engineio.async_drivers import gevent as stock_driver
from engineio.socket import Socket as Session

from polls.web.frames import frame
from polls.web.heartbeat import Heartbeat
from polls.web.line import Hot, Lines

log = logging.getLogger(__name__)

GIVE_WAY_EVERY = 200
"""Sockets written to before other greenlets get their turn."""

WHOLE_STATE = {
    "poll.tally": "poll",
    "poll.turnout": "poll",
    "panel.view": "region",
    "panel.presence": "",
}
"""Events of which only the newest matters, and the field that says what they are about."""


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
    (Session, ("_upgrade_websocket", "_send_ping", "schedule_ping", "check_ping_timeout")),
    (Session, ("_websocket_handler", "send", "receive", "close")),
    (socketio.Manager, ("basic_enter_room", "basic_leave_room", "basic_disconnect", "get_rooms")),
    (socketio.Server, ("_send_eio_packet",)),
    (stock_driver, ("WebSocketWSGI",)),
)
SESSION_PARTS = ("sid", "server", "queue", "connected", "upgraded", "upgrading", "closed")
QUEUE_PARTS = ("put", "get", "qsize", "empty", "task_done", "join")
SERVER_PARTS = ("sockets", "start_service_task", "start_background_task", "reason")


def fits(server: Any) -> bool:
    """Tell whether the libraries are built as this file expects them."""
    if not all(version(name).startswith(known) for name, known in VERSIONS.items()):
        return False
    session = Session(server.eio, "probe")
    return (
        all(hasattr(owner, name) for owner, names in INTERNALS for name in names)
        and all(hasattr(session, name) for name in SESSION_PARTS)
        and all(hasattr(session.queue, name) for name in QUEUE_PARTS)
        and all(hasattr(server.eio, name) for name in SERVER_PARTS)
        and isinstance(server.manager, FanOut)
        and isinstance(server.environ, dict)
        and "websocket" in server.eio._async  # noqa: SLF001
    )


def install(server: Any, hot: dict[str, Hot]) -> bool:
    """Take these commands early and write frames directly; False if all stays stock."""
    if server.eio.async_mode != "gevent" or not fits(server):
        log.warning("sockets are served the libraries' way, which is slower")
        return False
    # A greenlet that remembers who made it, for debugging, costs a phone that joins 0.5 ms.
    gevent.config.track_greenlet_tree = False
    lines = Lines(server.environ)
    lines.hot = {name.encode(): handler for name, handler in hot.items()}
    server.eio._async = {**server.eio._async, "websocket": lines.driver}  # noqa: SLF001
    server.manager.lines = lines
    Heartbeat(server.eio).install()
    return True
