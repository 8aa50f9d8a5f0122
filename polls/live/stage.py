"""Tells every screen what changed: structure at once, numbers once a tick.

Parts of the server say what changed; the stage decides who hears of it, when, and in which
language, and sends the whole state, never a difference.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from polls.domain.polls import GRACE_SECONDS, Poll, Role
from polls.domain.tally import VERSION
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.live.maps import Maps
from polls.live.memory import PanelMemory
from polls.live.numbers import Emit, Numbers
from polls.live.pace import is_news, pace_frame
from polls.live.phones import screens_with_pictures
from polls.live.presence import Presence
from polls.live.reasons import phones_read_reasons
from polls.live.rooms import (
    comments_room,
    language_room,
    role_room,
)
from polls.live.snapshots import (
    PanelState,
    People,
    load_state,
    room_view,
)
from polls.live.ticker import Ticker
from polls.live.views import RoomView
from polls.live.wire import wire_snapshot
from polls.store import agenda, ballots
from polls.store.ballots import BallotRecord, Cast
from polls.store.database import Database

COMMENTS_EVERY_SECONDS = 1.0

log = logging.getLogger(__name__)

HasMembers = Callable[[str], bool]
FinishRound = Callable[[str, str, str], None]


class Render(Protocol):
    """Turns a view into the payload of `panel.view` for one region of a role's page."""

    def __call__(self, view: RoomView, region: str, news: str) -> dict[str, Any]: ...


class Stage:
    """The one place that sends events."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        *,
        tick_seconds: float = 0.25,
        join_warning_count: int = 150,
    ) -> None:
        self._database = database
        self._clock = clock
        self._join_warning_count = join_warning_count
        self._panels: dict[str, PanelMemory] = {}
        self._round_panels: dict[str, str] = {}
        self._ends: dict[str, tuple[str, str, float]] = {}
        self._counting: set[str] = set()
        self._maps = Maps(database, clock, self._map_drawn)
        self._numbers = Numbers(clock, self.state, self.people)
        self._emit: Emit = lambda _event, _payload, _room: None
        self._has_members: HasMembers = lambda _room: False
        self._render: Render = lambda view, region, news: {}  # noqa: ARG005
        self._finish_round: FinishRound = lambda _panel, _poll, _round: None
        self.ticker = Ticker(self.tick, clock, tick_seconds)
        self._gathered: dict[str, str] | None = None
        """Panels that changed while rounds ended: several that end together are one change."""

    def connect_to(self, *, emit: Emit, has_members: HasMembers, render: Render) -> None:
        """Give the stage its audience."""
        self._emit, self._has_members, self._render = emit, has_members, render
        self._numbers.emit = emit

    def start(self, finish_round: FinishRound) -> None:
        """Begin to tick; rounds whose end passed while nobody was here are finished soon."""
        self._finish_round = finish_round
        for found in self._database.read(agenda.rounds_with_an_end):
            self.round_ends(
                found.panel_id, found.round.poll_id, found.round.id, found.round.closes_at
            )
        self.ticker.start()

    def stop(self) -> None:
        self.ticker.stop()

    # What is here

    def _panel(self, panel_id: str) -> PanelMemory:
        panel = self._panels.get(panel_id)
        if panel is None:
            panel = self._panels[panel_id] = PanelMemory()
        return panel

    @property
    def panels_in_memory(self) -> int:
        return len(self._panels)

    def presence(self, panel_id: str) -> Presence:
        return self._panel(panel_id).presence

    def state_at_hand(self, panel_id: str) -> PanelState | None:
        """Return a panel as it is now, or None if it would have to be read first."""
        panel = self._panels.get(panel_id)
        return None if panel is None else panel.state

    def state(self, panel_id: str) -> PanelState:
        """Return a panel as it is now; counters are at most a tick old."""
        panel = self._panel(panel_id)
        while panel.state is None:
            generation = panel.generation
            state = self._database.read(lambda connection: load_state(connection, panel_id))
            self._follow_rounds(panel_id, panel, state)
            if generation == panel.generation:
                self._maps.lend(panel.easel, state)
                panel.state = state
                panel.fragments.clear()
        return panel.state

    def fresh_state(self, panel_id: str) -> PanelState:
        """Return a panel with counters read now, for pages that are not updated later."""
        panel = self._panel(panel_id)
        panel.unsent_rounds.update(self._refresh_counters(panel_id, panel))
        return self.state(panel_id)

    def _follow_rounds(self, panel_id: str, panel: PanelMemory, state: PanelState) -> None:
        for poll in state.polls.values():
            if poll.round is not None:
                self._round_panels[poll.round.id] = panel_id
        current = state.current_poll()
        round_id = current.round.id if current and current.round else None
        if panel.presence.round_id != round_id:
            voters: set[str] = set()
            if round_id is not None:
                voters = self._database.read(
                    lambda connection: ballots.voters_of_round(connection, round_id)
                )
            panel.presence.start_round(round_id, voters)

    def people(self, panel_id: str) -> People:
        presence = self.presence(panel_id)
        now = self._clock()
        joins = presence.joins_lately(now)
        return People(
            seen=presence.present(now),
            connected=presence.connected,
            join_warning=joins if joins >= self._join_warning_count else 0,
        )

    def view(self, panel_id: str, role: Role, language: str) -> RoomView:
        return room_view(self.state(panel_id), role, language, self.people(panel_id), self._clock())

    def fragment(
        self, panel_id: str, role: Role, language: str, region: str, news: str = ""
    ) -> dict[str, Any]:
        """Return a `panel.view` payload, rendered once for all readers of a language."""
        self.state(panel_id)
        panel = self._panel(panel_id)
        place = (role.value, language, region)
        if place not in panel.fragments or news:
            rendered = self._render(self.view(panel_id, role, language), region, news)
            panel.fragments[place] = {**rendered, "announcement": ""}
            return rendered
        return panel.fragments[place]

    def snapshot(
        self, panel_id: str, role: Role, language: str, ballot: BallotRecord | None, *more: Any
    ) -> dict[str, Any]:
        """Return `panel.snapshot` without the part `you`; see `wire_snapshot`."""
        people, now = self.people(panel_id), self._clock()
        return wire_snapshot(self.state(panel_id), role, language, ballot, people, now, *more)

    def _map_drawn(self, panel_id: str, poll: Poll) -> None:
        """A picture of an open round is new: draw it on every screen that may show it."""
        panel = self._panel(panel_id)
        if panel.state is not None:
            self._maps.lend(panel.easel, panel.state)
        panel.fragments.clear()
        self._send_now_regions(panel_id, screens_with_pictures(poll))

    # What changed

    def structure_changed(self, panel_id: str, news: str = "") -> None:
        """Something on screen is different now: send it to every screen at once."""
        self._show_structure(panel_id, news)

    def _show_structure(self, panel_id: str, news: str = "") -> None:
        panel = self._panel(panel_id)
        panel.outdate()
        if self._gathered is not None:
            self._gathered[panel_id] = news
            return
        self._send_now_regions(panel_id, (Role.PROJECTOR, Role.PARTICIPANT, Role.MODERATOR), news)
        self._send_comments(panel_id)

    def comments_changed(self, panel_id: str) -> None:
        """Comments are different now; screens hear of it within a second."""
        self._panel(panel_id).comments_dirty = True

    def comment_changed(self, rooms: Sequence[str], event: str, payload: dict[str, Any]) -> None:
        """Tell those whom it concerns what became of a comment."""
        for room in rooms:
            self._emit(event, payload, room)

    def poll_opened(self, panel_id: str, poll: Poll) -> None:
        self._poll_event("poll.opened", panel_id, poll)

    def poll_closed(self, panel_id: str, poll: Poll) -> None:
        self._poll_event("poll.closed", panel_id, poll)

    def _poll_event(self, event: str, panel_id: str, poll: Poll) -> None:
        if poll.round is None:
            return
        payload = {
            "poll": poll.id,
            "round": poll.round.number,
            "closes_at": poll.round.closes_at,
        }
        for role in Role:
            self._emit(event, payload, role_room(panel_id, role.value))

    def ballots_committed(self, casts: Sequence[Cast]) -> None:
        """Ballots are durable; their tallies go out with the next tick."""
        for cast in casts:
            panel_id = self._round_panels.get(cast.round_id)
            if panel_id is not None:
                panel = self._panel(panel_id)
                panel.dirty_rounds.add(cast.round_id)
                panel.presence.vote(cast.round_id, cast.participant)

    def counters_changed(self, panel_id: str, round_id: str) -> None:
        """Counters changed by something other than a cast."""
        self._panel(panel_id).dirty_rounds.add(round_id)

    def round_ends(
        self, panel_id: str, poll_id: str, round_id: str, closes_at: float | None
    ) -> None:
        """Note when a round ends, or that it has no end any more."""
        self._counting.discard(round_id)
        if closes_at is None:
            self._ends.pop(round_id, None)
        else:
            self._ends[round_id] = (panel_id, poll_id, closes_at)
            if closes_at <= self._clock():
                self._counting.add(round_id)

    # Sending

    def _languages(self, panel_id: str, role: Role) -> list[str]:
        languages = self.state(panel_id).panel.languages
        return [
            language
            for language in dict.fromkeys((*languages, *INTERFACE_LANGUAGES))
            if self._has_members(language_room(panel_id, role.value, language))
        ]

    def _send_now_regions(self, panel_id: str, roles: Sequence[Role], news: str = "") -> None:
        for role in roles:
            for language in self._languages(panel_id, role):
                room = language_room(panel_id, role.value, language)
                self._send_fragment(panel_id, role, language, "now", room, news)

    def _send_fragment(
        self, panel_id: str, role: Role, language: str, region: str, room: str, news: str = ""
    ) -> None:
        """Send a part of the page; a template that fails must not fail what was done."""
        try:
            payload = self.fragment(panel_id, role, language, region, news)
        except Exception:
            log.exception("the %s of the %s could not be drawn", region, role.value)
        else:
            self._emit("panel.view", payload, room)

    def _send_comments(self, panel_id: str) -> None:
        panel = self._panel(panel_id)
        panel.comments_dirty = False
        panel.comments_sent_at = self._clock()
        for language in self._languages(panel_id, Role.MODERATOR):
            room = language_room(panel_id, Role.MODERATOR.value, language)
            self._send_fragment(panel_id, Role.MODERATOR, language, "comments", room)
        for language in self._languages(panel_id, Role.PARTICIPANT):
            room = comments_room(panel_id, language)
            if self._has_members(room):
                self._send_fragment(panel_id, Role.PARTICIPANT, language, "comments", room)

    def _refresh_counters(self, panel_id: str, panel: PanelMemory) -> list[str]:
        """Read the counters of rounds with new ballots; return those rounds."""
        if not panel.dirty_rounds:
            return []
        dirty, panel.dirty_rounds = panel.dirty_rounds, set()
        state = self.state(panel_id)
        try:
            counters = self._database.read(lambda reading: ballots.counters_of(reading, dirty))
        except Exception:
            panel.dirty_rounds |= dirty
            raise
        for round_id, counter in counters.items():
            known = state.counters.get(round_id)
            if known is None or counter[VERSION] >= known[VERSION]:
                state.counters[round_id] = counter
        if any(found in state.texts or found in state.reasons for found in dirty):
            # Written answers are drawn like comments: for a crowd that writes, once a second.
            # Reasons follow the ballots of their authors, who may change their minds.
            panel.comments_dirty = True
        panel.fragments.clear()
        return list(dirty)

    # The clock

    def tick(self) -> None:
        """Send what changed since the last tick, and finish rounds that are due."""
        self._watch_ends()
        for panel_id, panel in list(self._panels.items()):
            try:
                self._tick_panel(panel_id, panel)
            except Exception:
                log.exception("a panel's tick failed")

    def _tick_panel(self, panel_id: str, panel: PanelMemory) -> None:
        self._numbers.send_tallies(panel_id, panel, self._refresh_counters(panel_id, panel))
        now = self._clock()
        if panel.comments_dirty and now - panel.comments_sent_at >= COMMENTS_EVERY_SECONDS:
            panel.outdate()
            self._send_comments(panel_id)
            self._send_now_regions(panel_id, (Role.MODERATOR, Role.PROJECTOR))
            panel.reasons_due = True
        if panel.reasons_due and phones_read_reasons(panel, now):
            self._send_now_regions(panel_id, (Role.PARTICIPANT,))
        if self._numbers.warn_of_crowd(panel_id, panel):
            self._send_now_regions(panel_id, (Role.MODERATOR,))
        self._numbers.send_presence(panel_id, panel)
        if panel.state is not None and is_news(self._database, panel, panel.state, now):
            frame = pace_frame(panel.state.pace, self.people(panel_id).present(panel.state, None))
            for role in (Role.MODERATOR, Role.PROJECTOR):
                self._emit("panel.pace", frame, role_room(panel_id, role.value))
        if panel.state is not None:
            self._maps.watch(panel_id, panel.easel, panel.state)

    def _watch_ends(self) -> None:
        now = self._clock()
        self._gathered = {}
        for round_id, (panel_id, poll_id, closes_at) in list(self._ends.items()):
            try:
                self._watch_end(panel_id, poll_id, round_id, closes_at, now)
            except Exception:
                # One panel in trouble keeps no other waiting; the next tick tries again.
                log.exception("a round could not be ended")
        gathered, self._gathered = self._gathered, None
        for panel_id, news in gathered.items():
            self._show_structure(panel_id, news)

    def _watch_end(
        self, panel_id: str, poll_id: str, round_id: str, closes_at: float, now: float
    ) -> None:
        if now >= closes_at + GRACE_SECONDS:
            self._finish_round(panel_id, poll_id, round_id)
            self._ends.pop(round_id, None)
            self._counting.discard(round_id)
        elif now >= closes_at and round_id not in self._counting:
            self._counting.add(round_id)
            self._show_structure(panel_id, "counting")
