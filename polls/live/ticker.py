"""The clock of the stage: calls something at a steady pace and notes how late it was."""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent

from polls.store.distribution import SECONDS, Distribution

log = logging.getLogger(__name__)


class Ticker:
    """Ticks on a schedule, so that work in a tick does not slow the pace."""

    def __init__(
        self, tick: Callable[[], None], clock: Callable[[], float], every_seconds: float
    ) -> None:
        self._tick = tick
        self._clock = clock
        self._every_seconds = every_seconds
        self._greenlet: gevent.Greenlet | None = None
        self.lateness = Distribution(SECONDS)

    def start(self) -> None:
        self._greenlet = gevent.spawn(self._tick_forever)

    def stop(self) -> None:
        if self._greenlet is not None:
            self._greenlet.kill()

    def _tick_forever(self) -> None:
        due = self._clock()
        while True:
            due = max(due + self._every_seconds, self._clock() - self._every_seconds)
            gevent.sleep(max(0.0, due - self._clock()))
            self.lateness.add(max(0.0, self._clock() - due))
            try:
                self._tick()
            except Exception:
                log.exception("a tick failed")
