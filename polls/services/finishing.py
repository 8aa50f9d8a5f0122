"""Rounds whose grace is over: closed, concluded and announced, without keeping the clock waiting."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from weakref import WeakValueDictionary

import gevent
from gevent.lock import RLock
from sqlalchemy import Connection

from polls.domain.polls import GRACE_SECONDS, Poll, PollState
from polls.services.closing import conclude
from polls.services.context import Context
from polls.store import agenda, panels
from polls.store.pace import end_pace_if_over

RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)

_at_work: WeakValueDictionary[str, RLock] = WeakValueDictionary()
"""A lock for each panel whose rounds are being finished."""

Due = tuple[str, str]
"""A poll's id and its round's."""


class Finisher:
    """Finishes rounds that are due beside whoever asks: those of a panel one after the other."""

    def __init__(self, context: Context, retry_seconds: float = RETRY_SECONDS) -> None:
        self._context = context
        self._retry_seconds = retry_seconds
        self._due: dict[str, list[Due]] = {}
        """The rounds that wait, of each panel that somebody is at work for."""

    def finish_soon(self, panel_id: str, poll_id: str, round_id: str) -> None:
        """Ask for a round to be finished; returns at once."""
        if panel_id in self._due:
            if (poll_id, round_id) not in self._due[panel_id]:
                self._due[panel_id].append((poll_id, round_id))
        else:
            self._due[panel_id] = [(poll_id, round_id)]
            gevent.spawn(self._finish_all_of, panel_id)

    def _finish_all_of(self, panel_id: str) -> None:
        while due := self._due[panel_id]:
            self._due[panel_id] = []
            try:
                finish_rounds(self._context, panel_id, due)
            except Exception:
                # What is closed already is passed over when it is tried again.
                log.exception("rounds could not be finished")
                self._due[panel_id] += [one for one in due if one not in self._due[panel_id]]
                gevent.sleep(self._retry_seconds)
        del self._due[panel_id]


def finish_rounds(context: Context, panel_id: str, due: Iterable[Due]) -> None:
    """Close the rounds whose grace is over, work out what they came to, and tell the screens.

    Only one caller does it for a round, one at a time for a panel, and nothing is left to do when this returns. Screens go
    on also where a conclusion fails: that one is worked out at the next start.
    """
    with _at_work.setdefault(panel_id, RLock()):
        _finish_rounds(context, panel_id, due)


def _finish_rounds(context: Context, panel_id: str, due: Iterable[Due]) -> None:
    closed: list[Poll] = []
    try:
        for poll_id, round_id in due:
            poll = _close(context, panel_id, poll_id, round_id)
            if poll is not None:
                closed.append(poll)
        for poll in closed:
            _conclude(context, panel_id, poll)
    finally:
        _announce(context, panel_id, closed)


def _close(context: Context, panel_id: str, poll_id: str, round_id: str) -> Poll | None:
    now = context.clock()
    present = context.stage.people(panel_id).present(context.stage.state(panel_id), None)

    def work(connection: Connection) -> Poll | None:
        due_by = now - GRACE_SECONDS
        if not agenda.finish_round(connection, round_id, due_by, now, present):
            return None
        agenda.change_poll(connection, poll_id, state=PollState.CLOSED.value)
        panels.change_panel(connection, panel_id)
        end_pace_if_over(connection, panel_id)
        return agenda.poll_of(connection, panel_id, poll_id)

    return context.database.write(work)


def _conclude(context: Context, panel_id: str, poll: Poll) -> None:
    if poll.round is None:
        return
    try:
        conclude(context, panel_id, poll.id, poll.round.id)
    except Exception:
        log.exception("a round could not be concluded")


def _announce(context: Context, panel_id: str, closed: Iterable[Poll]) -> None:
    """Tell the screens, but not of a round that was opened again meanwhile."""

    def is_still_closed(connection: Connection, poll: Poll) -> bool:
        latest = poll.round
        return latest is not None and (agenda.closed_at(connection, latest.id) == latest.closed_at)

    still = context.database.read(
        lambda connection: [poll for poll in closed if is_still_closed(connection, poll)]
    )
    if still:
        context.stage.structure_changed(panel_id, "closed")
    for poll in still:
        if poll.round is not None:
            context.stage.counters_changed(panel_id, poll.round.id)
        context.stage.poll_closed(panel_id, poll)
