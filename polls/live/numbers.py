"""What goes out with a tick: tallies, turnout, people in the room.

Screens at the front hear of every change with the next tick. Phones hear less often the more there
are, because a frame for each of a thousand phones costs as much as all their votes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from polls.domain.polls import Poll, PollState, Role, Visibility, may_see_results
from polls.domain.tally import VERSION
from polls.live.memory import PanelMemory
from polls.live.phones import phones_follow
from polls.live.rooms import role_room, voted_room
from polls.live.snapshots import PanelState, People, results_of
from polls.live.wire import tally_frame, turnout_frame

PRESENCE_EVERY_SECONDS = 1.0
PHONES_EVERY_SECONDS = 3.0
"""Turnout and presence reach phones less often than the projector: nobody votes by them."""
PHONES_AT_ONCE_MOST = 100
"""So many phones hear every tally with the projector."""
TALLIES_A_SECOND = 1000
"""About so many tally frames a second go to all phones together …"""
TALLY_EVERY_SECONDS_MOST = 2.0
"""… but never is a phone left longer than this with an old one."""

Emit = Callable[[str, Any, str], None]


def tally_interval(phones: int) -> float:
    """Return the seconds between two tallies to each of so many phones, 0 for with every tick."""
    if phones <= PHONES_AT_ONCE_MOST:
        return 0.0
    return min(TALLY_EVERY_SECONDS_MOST, phones / TALLIES_A_SECOND)


class Numbers:
    """Decides which numbers are new to whom."""

    def __init__(
        self,
        clock: Callable[[], float],
        state: Callable[[str], PanelState],
        people: Callable[[str], People],
    ) -> None:
        self._clock = clock
        self._state = state
        self._people = people
        self.emit: Emit = lambda _event, _payload, _room: None

    def send_tallies(self, panel_id: str, panel: PanelMemory, counted: Sequence[str]) -> None:
        """Send the tallies of rounds that were counted anew, and those that phones wait for."""
        changed = {*counted, *panel.unsent_rounds}
        panel.unsent_rounds.clear()
        now = self._clock()
        if now - panel.phones_sent_at >= PHONES_EVERY_SECONDS:
            changed |= panel.turnout_to_phones
        if not changed and not panel.tally_to_phones:
            return
        state = self._state(panel_id)
        phones_are_due = now - panel.tallies_sent_at >= tally_interval(panel.presence.connected)
        for poll in state.polls.values():
            if poll.round is None:
                continue
            is_due = poll.round.id in panel.tally_to_phones and (
                phones_are_due or poll.state is not PollState.OPEN
            )
            if is_due or poll.round.id in changed:
                self._send_tally(panel_id, panel, state, poll, phones_are_due=phones_are_due)

    def _send_tally(
        self,
        panel_id: str,
        panel: PanelMemory,
        state: PanelState,
        poll: Poll,
        *,
        phones_are_due: bool,
    ) -> None:
        results = results_of(state, poll)
        if results is None or poll.round is None or poll.state is PollState.DRAFT:
            return
        round_id = poll.round.id
        version = state.counters[round_id][VERSION]
        present = self._people(panel_id).present(state, poll)
        frame = tally_frame(poll.id, poll.round.number, version, present, results)
        turnout = turnout_frame(frame)
        follows = phones_follow(poll, results)
        is_due = follows and round_id in panel.tally_after_voting
        if is_due or panel.sent_versions.get(round_id, -1) < version:
            panel.sent_versions[round_id] = version
            panel.tally_after_voting.discard(round_id)
            if not follows:
                panel.tally_after_voting.add(round_id)
            panel.turnout_to_phones.add(round_id)
            for role in (Role.MODERATOR, Role.PROJECTOR):
                visible = may_see_results(role, poll.visibility, poll.state)
                event, payload = ("poll.tally", frame) if visible else ("poll.turnout", turnout)
                self.emit(event, payload, role_room(panel_id, role.value))
            if follows and _room_of_phones(panel_id, poll) is not None:
                panel.tally_to_phones.add(round_id)
        if phones_are_due or poll.state is not PollState.OPEN:
            self._send_tally_to_phones(panel_id, panel, poll, frame)
        if round_id in panel.turnout_to_phones and self._phones_may_hear(panel):
            panel.turnout_to_phones.discard(round_id)
            self.emit("poll.turnout", turnout, role_room(panel_id, "participant"))

    def _send_tally_to_phones(
        self, panel_id: str, panel: PanelMemory, poll: Poll, frame: dict[str, Any]
    ) -> None:
        round_id = poll.round.id if poll.round else ""
        if round_id not in panel.tally_to_phones:
            return
        panel.tally_to_phones.discard(round_id)
        panel.tallies_sent_at = self._clock()
        room = _room_of_phones(panel_id, poll)
        if room is None:
            return
        self.emit("poll.tally", frame, room)
        if room != voted_room(round_id):
            panel.turnout_to_phones.discard(round_id)

    def _phones_may_hear(self, panel: PanelMemory) -> bool:
        now = self._clock()
        if now - panel.phones_sent_at < PHONES_EVERY_SECONDS:
            return False
        panel.phones_sent_at = now
        return True

    def warn_of_crowd(self, panel_id: str, panel: PanelMemory) -> bool:
        """Tell whether the moderator's page must say anew that people join faster than they can."""
        warns = bool(self._people(panel_id).join_warning)
        if panel.state is None or warns is panel.is_warned:
            return False
        panel.is_warned = warns
        panel.fragments.clear()
        return True

    def send_presence(self, panel_id: str, panel: PanelMemory) -> None:
        """Send how many people are here, where that is news."""
        now = self._clock()
        if now - panel.presence_sent_at < PRESENCE_EVERY_SECONDS or panel.state is None:
            return
        state = panel.state
        present = self._people(panel_id).present(state, state.current_poll())
        if present != panel.present_sent:
            panel.present_sent = present
            panel.presence_sent_at = now
            for role in (Role.MODERATOR, Role.PROJECTOR):
                self.emit("panel.presence", {"present": present}, role_room(panel_id, role.value))
        if present != panel.present_on_phones and self._phones_may_hear(panel):
            panel.present_on_phones = present
            self.emit("panel.presence", {"present": present}, role_room(panel_id, "participant"))


def _room_of_phones(panel_id: str, poll: Poll) -> str | None:
    """Return the room of the phones that may see a poll's tally now; None if none may."""
    if may_see_results(Role.PARTICIPANT, poll.visibility, poll.state):
        return role_room(panel_id, "participant")
    if poll.visibility is Visibility.VOTED and poll.round is not None:
        return voted_room(poll.round.id)
    return None
