"""One heartbeat for all sockets, in place of a greenlet for each and one that walks through all.

Part of `polls/web/direct.py`, which looks whether python-engineio is built as this expects it.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from typing import Any

import gevent
from engineio import packet as eio_packet
from engineio.socket import Socket as Session

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
"""Pings that are due within this time go out together."""


class Heartbeat:
    """Asks sockets whether they are there, and lets those go that do not answer."""

    def __init__(self, server: Any) -> None:
        """`server` is the server of python-engineio."""
        self._server = server
        self._stock_start = server.start_background_task
        self._resting: deque[tuple[float, Any]] = deque()
        """When each session is to be asked next. All rest as long, so they stay in order."""
        self._asked: deque[tuple[float, Any]] = deque()
        """Until when each session that was asked must have answered."""
        self._beating: gevent.Greenlet | None = None

    def install(self) -> None:
        self._server.start_service_task = False
        self._server.start_background_task = self._start

    def _start(self, target: Any, *arguments: Any, **options: Any) -> Any:
        """Start what the library starts, but for the greenlet that waits to ping one session."""
        if getattr(target, "__func__", None) is not Session._send_ping:  # noqa: SLF001
            return self._stock_start(target, *arguments, **options)
        self._resting.append((time.monotonic() + self._server.ping_interval, target.__self__))
        if self._beating is None:
            self._beating = gevent.spawn(self._beat_until_all_are_gone)
        return None

    def _beat_until_all_are_gone(self) -> None:
        while self._resting or self._asked:
            gevent.sleep(BEAT_SECONDS)
            now = time.monotonic()
            while self._resting and self._resting[0][0] <= now:
                self._ask(self._resting.popleft()[1], now)
            while self._asked and self._asked[0][0] <= now:
                gevent.spawn(self._look_after, self._asked.popleft()[1])
        self._beating = None

    def _ask(self, session: Any, now: float) -> None:
        if session.closing or session.closed:
            self._forget(session)
            return
        session.last_ping = time.time()
        self._asked.append((now + self._server.ping_timeout + BEAT_SECONDS, session))
        try:
            session.send(eio_packet.Packet(eio_packet.PING))
        except Exception:
            log.exception("a socket could not be asked whether it is there")

    def _look_after(self, session: Any) -> None:
        if not session.closed:
            session.check_ping_timeout()
        if session.closed:
            self._forget(session)

    def _forget(self, session: Any) -> None:
        if session.closed and self._server.sockets.get(session.sid) is session:
            del self._server.sockets[session.sid]
