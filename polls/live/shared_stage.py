"""A stage that shares its panels with the stages of other workers.

What is said to this one is told to the others, in a few words: that something changed, not what
it looks like now. Each reads the database itself and draws for its own sockets, so no frame
crosses Redis, and a message that is lost is made good by reading again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import gevent

from polls.domain.polls import Poll, PollState, Role, Round
from polls.live.memory import PanelMemory
from polls.live.relay import HOUSE, Message, Relay
from polls.live.rooms import panel_and_rest, participant_of, participant_room, role_room
from polls.live.shared_presence import SharedPresence, Tag
from polls.live.snapshots import PanelState
from polls.live.stage import FinishRound, Stage
from polls.store import agenda, panels
from polls.store.ballots import Cast
from polls.store.database import Database

LOOK_EVERY_SECONDS = 5.0
LOOK_EVERY_SECONDS_ALONE = 1.0
"""How often a worker asks the database what it may not have heard, with Redis and without."""

STRANGERS_WAIT_SECONDS = 2.0
"""Who has nobody in a panel closes its rounds only if those who have did not."""

IDLE_SECONDS = 600.0
"""A panel that nobody has a socket in, and no page was asked of for so long, is forgotten."""

log = logging.getLogger(__name__)


class Door(Protocol):
    """Where sockets can be shut that came in at this worker."""

    def drop_role_here(self, panel_id: str, role: Role) -> None: ...

    def drop_participant_here(self, panel_id: str, participant: str) -> None: ...


class SharedStage(Stage):
    """The stage of one worker of several."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        relay: Relay,
        tag: Tag,
        *,
        tick_seconds: float = 0.25,
        join_warning_count: int = 150,
    ) -> None:
        super().__init__(
            database, clock, tick_seconds=tick_seconds, join_warning_count=join_warning_count
        )
        self._news_every_seconds = tick_seconds
        self.relay = relay
        """This worker's line to the others."""
        self._tag = tag
        self._door: Door | None = None
        self._take_over: Callable[[], None] = lambda: None
        self._told_at: dict[str, float] = {}
        self._used_at: dict[str, float] = {}
        self._lists_due: set[str] = set()
        """Panels of which a worker that came new wants to know who is here."""
        self._said: dict[str, list[Any]] = {}
        """The last event of each poll that was sent."""
        self._newer: dict[str, int] = {}
        """Versions in the database that were newer than what was known here, at the last look."""
        self._turns: dict[str, deque[Callable[[], None]]] = {}
        self._looker: gevent.Greenlet | None = None
        self._hear: dict[str, Callable[[str, str, Message], None]] = {
            "changed": self._hear_changed,
            "news": self._hear_news,
            "hello": self._hear_hello,
            "everyone": self._hear_everyone,
            "poll": self._hear_poll,
            "said": self._hear_said,
            "picture": self._hear_picture,
            "dropped": self._hear_dropped,
            "end": self._hear_end,
        }

    def share_with(self, door: Door, take_over: Callable[[], None]) -> None:
        """`take_over` does what a worker that is gone may have left undone."""
        self._door, self._take_over = door, take_over

    def start(self, finish_round: FinishRound) -> None:
        def finish(panel_id: str, poll_id: str, round_id: str) -> None:
            if panel_id in self._panels:
                finish_round(panel_id, poll_id, round_id)
            else:
                gevent.spawn_later(
                    STRANGERS_WAIT_SECONDS, self._finish_if_left, finish_round, panel_id,
                    poll_id, round_id,
                )  # fmt: skip

        super().start(finish)
        self.relay.start(self)
        self._looker = gevent.spawn(self._look_forever)

    def _finish_if_left(
        self, finish_round: FinishRound, panel_id: str, poll_id: str, round_id: str
    ) -> None:
        try:
            closed = self._database.read(lambda reading: agenda.closed_at(reading, round_id))
        except Exception:
            log.exception("a round was not looked after; the next look finds it again")
        else:
            if closed is None:
                finish_round(panel_id, poll_id, round_id)

    def stop(self) -> None:
        super().stop()
        if self._looker is not None:
            self._looker.kill()
        self.relay.stop()

    # What is here

    def _panel(self, panel_id: str) -> PanelMemory:
        panel = self._panels.get(panel_id)
        if panel is None:
            panel = self._panels[panel_id] = PanelMemory(presence=SharedPresence(self._tag))
            self._used_at[panel_id] = self._clock()
            self.relay.follow(panel_id)
        return panel

    def state(self, panel_id: str) -> PanelState:
        self._used_at[panel_id] = self._clock()
        return super().state(panel_id)

    def _shared_presence(self, panel_id: str) -> SharedPresence:
        presence = self._panel(panel_id).presence
        if not isinstance(presence, SharedPresence):
            raise TypeError("a panel's presence is not shared")
        return presence

    # What changed, and is told

    def structure_changed(self, panel_id: str, news: str = "") -> None:
        self.relay.publish(panel_id, {"kind": "changed", "news": news})
        super().structure_changed(panel_id, news)

    def _show_structure(self, panel_id: str, news: str = "") -> None:
        if panel_id in self._panels:
            super()._show_structure(panel_id, news)

    def comments_changed(self, panel_id: str) -> None:
        super().comments_changed(panel_id)
        self._shared_presence(panel_id).news.comments = True
        self._tell_soon(panel_id)

    def comment_changed(self, rooms: Sequence[str], event: str, payload: dict[str, Any]) -> None:
        super().comment_changed(rooms, event, payload)
        for room in rooms:
            panel_id, rest = panel_and_rest(room)
            whose = participant_of(rest)
            place = {"room": rest} if whose is None else {"who": self._tag(whose)}
            self.relay.publish(
                panel_id, {"kind": "said", "event": event, "payload": payload, **place}
            )

    def _poll_event(self, event: str, panel_id: str, poll: Poll) -> None:
        if poll.round is not None:
            which = [event, poll.round.id, poll.round.closed_at]
            told = _told_of(poll.id, poll.round)
            self.relay.publish(panel_id, {"kind": "poll", "which": which, "payload": told})
            self._say_once(panel_id, which, told)

    def _say_once(self, panel_id: str, which: list[Any], payload: dict[str, Any]) -> None:
        """Send an event of a poll, unless it was sent already when the database told of it."""
        if self._said.get(payload["poll"]) != which:
            self._said[payload["poll"]] = which
            for role in Role:
                self._emit(which[0], payload, role_room(panel_id, role.value))

    def ballots_committed(self, casts: Sequence[Cast]) -> None:
        super().ballots_committed(casts)
        found = {self._round_panels.get(round_id) for round_id in {cast.round_id for cast in casts}}
        for panel_id in found:
            if panel_id is not None:
                self._tell_soon(panel_id)

    def counters_changed(self, panel_id: str, round_id: str) -> None:
        super().counters_changed(panel_id, round_id)
        self._shared_presence(panel_id).news.votes.setdefault(round_id, set())
        self._tell_soon(panel_id)

    def round_ends(
        self, panel_id: str, poll_id: str, round_id: str, closes_at: float | None
    ) -> None:
        super().round_ends(panel_id, poll_id, round_id, closes_at)
        ends = {"panel": panel_id, "poll": poll_id, "round": round_id, "closes_at": closes_at}
        self.relay.publish(HOUSE, {"kind": "end", **ends})

    def role_dropped(self, panel_id: str, role: Role) -> None:
        """The links of a role are no longer valid."""
        self.relay.publish(panel_id, {"kind": "dropped", "role": role.value})

    def participant_dropped(self, panel_id: str, participant: str) -> None:
        """Someone was erased."""
        self._shared_presence(panel_id).forget(participant)
        self.relay.publish(panel_id, {"kind": "dropped", "who": self._tag(participant)})

    # Telling: news of one panel at most once a tick

    def _tell_soon(self, panel_id: str) -> None:
        """The first news after a quiet while goes out at once, what follows with the next tick."""
        if self._clock() - self._told_at.get(panel_id, 0.0) >= self._news_every_seconds:
            self._tell_news(panel_id)

    def _tell_news(self, panel_id: str) -> None:
        presence = self._shared_presence(panel_id)
        if presence.news:
            self._told_at[panel_id] = self._clock()
            self.relay.publish(panel_id, presence.take_news().as_message())

    def tick(self) -> None:
        super().tick()
        for panel_id in list(self._panels):
            self._tell_news(panel_id)
        lists, self._lists_due = self._lists_due, set()
        for panel_id in lists:
            self._tell_everyone(panel_id)

    def _tell_everyone(self, panel_id: str) -> None:
        if panel_id in self._panels:
            here = self._shared_presence(panel_id).tags_here()
            self.relay.publish(panel_id, {"kind": "everyone", "here": here})

    def _map_drawn(self, panel_id: str, poll: Poll) -> None:
        super()._map_drawn(panel_id, poll)
        panel = self._panel(panel_id)
        drawing = panel.easel.drawings.get(poll.round.id) if poll.round else None
        if poll.round is not None and drawing is not None:
            told = {"round": poll.round.id, "picture": drawing.picture}
            self.relay.publish(panel_id, {"kind": "picture", **told})

    # What other workers say

    def heard(self, channel: str, worker: str, message: Message) -> None:
        """Take what another worker says of a panel that is in memory here."""
        hear = self._hear.get(message["kind"])
        if hear is not None and (channel == HOUSE or channel in self._panels):
            hear(channel, worker, message)

    def _hear_changed(self, panel_id: str, _worker: str, message: Message) -> None:
        self._panels[panel_id].outdate()
        self._in_turn(panel_id, partial(self._show_structure, panel_id, str(message["news"])))

    def _hear_news(self, panel_id: str, worker: str, message: Message) -> None:
        self._shared_presence(panel_id).hear(worker, message, self._clock())
        for round_id in message["votes"]:
            super().counters_changed(panel_id, round_id)
        if message["comments"]:
            super().comments_changed(panel_id)

    def _hear_hello(self, panel_id: str, _worker: str, _message: Message) -> None:
        self._lists_due.add(panel_id)

    def _hear_everyone(self, panel_id: str, worker: str, message: Message) -> None:
        self._shared_presence(panel_id).hear_all(worker, message["here"], self._clock())

    def _hear_poll(self, panel_id: str, _worker: str, message: Message) -> None:
        which, payload = message["which"], message["payload"]
        self._in_turn(panel_id, partial(self._say_once, panel_id, which, payload))

    def _in_turn(self, panel_id: str, work: Callable[[], None]) -> None:
        """Do what waits for the database beside the ears of this worker, in the order heard."""
        waiting = self._turns.setdefault(panel_id, deque())
        waiting.append(work)
        if len(waiting) == 1:
            gevent.spawn(self._take_turns, panel_id, waiting)

    def _take_turns(self, panel_id: str, waiting: deque[Callable[[], None]]) -> None:
        while waiting:
            try:
                waiting[0]()
            except Exception:
                log.exception("what another worker said could not be shown")
            waiting.popleft()
        self._turns.pop(panel_id, None)

    def _hear_said(self, panel_id: str, _worker: str, message: Message) -> None:
        room = f"{panel_id}/{message.get('room')}"
        if "who" in message:
            whose = self._shared_presence(panel_id).participant_here(message["who"])
            if whose is None:
                return
            room = participant_room(panel_id, whose)
        self._emit(message["event"], message["payload"], room)

    def _hear_picture(self, panel_id: str, worker: str, message: Message) -> None:
        """Show a picture drawn elsewhere. Of two workers that draw, the first by its id goes on:
        two pictures of the same room would be turned differently."""
        panel = self._panels[panel_id]
        if worker > self.relay.worker or panel.state is None:
            return
        poll = self._maps.take(panel.easel, panel.state, message["round"], message["picture"])
        if poll is not None:
            self._in_turn(panel_id, partial(super()._map_drawn, panel_id, poll))

    def _hear_dropped(self, panel_id: str, _worker: str, message: Message) -> None:
        if self._door is None:
            return
        if "role" in message:
            gevent.spawn(self._door.drop_role_here, panel_id, Role(message["role"]))
            return
        presence = self._shared_presence(panel_id)
        whose = presence.participant_here(message["who"])
        presence.forget_tag(message["who"])
        if whose is not None:
            gevent.spawn(self._door.drop_participant_here, panel_id, whose)

    def _hear_end(self, _channel: str, _worker: str, message: Message) -> None:
        super().round_ends(
            message["panel"], message["poll"], message["round"], message["closes_at"]
        )

    # What may have been missed

    def subscribed(self, channel: str) -> None:
        """Read anew what may have changed before this channel was heard."""
        if channel == HOUSE:
            self._in_turn(HOUSE, self._follow_ends)
        elif channel in self._panels:
            self.relay.publish(channel, {"kind": "hello"})
            self._lists_due.add(channel)
            self._in_turn(channel, partial(self._read_anew, channel))

    def missed(self) -> None:
        """Another worker could not tell all: read everything anew."""
        self._in_turn(HOUSE, self._follow_ends)
        for panel_id in list(self._panels):
            self.relay.publish(panel_id, {"kind": "hello"})
            self._in_turn(panel_id, partial(self._read_anew, panel_id))

    def gone(self, worker: str) -> None:
        """A worker has ended: its people fade, and one of the others does what it left undone."""
        for panel_id in self._panels:
            self._shared_presence(panel_id).lose(worker, self._clock())
        if self.relay.workers[0] == self.relay.worker:
            gevent.spawn(self._take_over)

    def back(self, worker: str) -> None:
        """A worker was taken for gone: ask who is where."""
        log.info("worker %s is back", worker)
        for panel_id in self._panels:
            self.relay.publish(panel_id, {"kind": "hello"})

    def _read_anew(self, panel_id: str) -> None:
        """Show a panel as it is in the database, and say what became of its polls meanwhile."""
        panel = self._panels.get(panel_id)
        if panel is None:
            return
        before = panel.state
        panel.presence.round_id = None
        panel.outdate()
        now = self.state(panel_id)
        panel.dirty_rounds.update(now.counters)
        self._show_structure(panel_id)
        if before is not None:
            self._tell_what_became(panel_id, before, now)

    def _tell_what_became(self, panel_id: str, before: PanelState, now: PanelState) -> None:
        """Send the events of polls that opened or closed while nothing was heard of it."""
        for poll in now.polls.values():
            known = before.polls.get(poll.id)
            was_open = known is not None and known.state is PollState.OPEN
            is_open = poll.state is PollState.OPEN
            if known is None or poll.round is None or is_open == was_open:
                continue
            event = "poll.opened" if is_open else "poll.closed"
            told = _told_of(poll.id, poll.round)
            self._say_once(panel_id, [event, poll.round.id, poll.round.closed_at], told)

    def _follow_ends(self) -> None:
        for found in self._database.read(agenda.rounds_with_an_end):
            ends = (found.panel_id, found.round.poll_id, found.round.closes_at)
            if self._ends.get(found.round.id) != ends:
                super().round_ends(ends[0], ends[1], found.round.id, ends[2])

    def _look_forever(self) -> None:
        while True:
            gevent.sleep(LOOK_EVERY_SECONDS if self.relay.is_up else LOOK_EVERY_SECONDS_ALONE)
            try:
                self.look()
            except Exception:
                log.exception("what was missed could not be looked up")

    def look(self) -> None:
        """Ask the database what was not heard; without Redis that is all there is to go by."""
        self._forget_idle_panels()
        self._follow_ends()
        known = {
            panel_id: panel.state.panel.version
            for panel_id, panel in self._panels.items()
            if panel.state is not None
        }
        if not known:
            return
        found = self._database.read(lambda reading: panels.versions_of(reading, known))
        for panel_id, version in known.items():
            panel = self._panels.get(panel_id)
            if panel is None or panel.state is None:
                continue
            newer = found.get(panel_id, version)
            if newer > panel.state.panel.version:
                # What was changed just now is being told just now.
                if self._newer.get(panel_id) == newer or not self.relay.is_up:
                    self._in_turn(panel_id, partial(self._read_anew, panel_id))
                self._newer[panel_id] = newer
            elif not self.relay.is_up:
                panel.dirty_rounds.update(panel.state.counters)
                panel.comments_dirty = True

    def _forget_idle_panels(self) -> None:
        for panel_id, used_at in list(self._used_at.items()):
            is_empty = not any(self._has_members(role_room(panel_id, role)) for role in Role)
            if is_empty and self._clock() - used_at > IDLE_SECONDS:
                self.relay.unfollow(panel_id)
                for known in (self._panels, self._used_at, self._told_at, self._newer):
                    known.pop(panel_id, None)


def _told_of(poll_id: str, latest: Round) -> dict[str, Any]:
    return {"poll": poll_id, "round": latest.number, "closes_at": latest.closes_at}
