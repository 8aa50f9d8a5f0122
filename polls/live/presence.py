"""Who is in the room: seen in the last two minutes, or voted in this round."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterable

SEEN_SECONDS = 120.0
JOIN_WINDOW_SECONDS = 10.0
FORGET_EVERY_SECONDS = 5.0


class Presence:
    """Presence of one panel's participants, kept in memory only.

    Every call costs the same however many people are here.
    """

    def __init__(self) -> None:
        self._sockets: dict[str, int] = {}
        self._seen_at: dict[str, float] = {}
        self._joined_at: deque[float] = deque()
        self._forgot_at = 0.0
        self._voters: set[str] = set()
        self._voters_gone: set[str] = set()
        self.round_id: str | None = None

    def connect(self, participant: str, now: float) -> None:
        self._sockets[participant] = self._sockets.get(participant, 0) + 1
        self.see(participant, now)

    def disconnect(self, participant: str, now: float) -> None:
        left = self._sockets.get(participant, 1) - 1
        if left > 0:
            self._sockets[participant] = left
        else:
            self._sockets.pop(participant, None)
        if participant in self._seen_at:
            self._seen_at[participant] = now

    def see(self, participant: str, now: float) -> None:
        """Note that a participant is here, with or without a socket."""
        self._seen_at[participant] = now
        self._voters_gone.discard(participant)

    def knows(self, participant: str) -> bool:
        """Say whether a participant was seen here lately, or has voted in this round."""
        return any(participant in found for found in (self._seen_at, self._sockets, self._voters))

    def forget(self, participant: str) -> None:
        """Erase all that is known of a participant."""
        self._sockets.pop(participant, None)
        self._seen_at.pop(participant, None)
        self._voters.discard(participant)
        self._voters_gone.discard(participant)

    def start_round(self, round_id: str | None, voters: Iterable[str]) -> None:
        """Begin to keep the voters of another round."""
        self.round_id = round_id
        self._voters = set(voters)
        self._voters_gone = {voter for voter in self._voters if voter not in self._seen_at}

    def vote(self, round_id: str, participant: str) -> None:
        if round_id == self.round_id:
            self._voters.add(participant)
            if participant not in self._seen_at:
                self._voters_gone.add(participant)

    def join(self, now: float) -> None:
        """Note that a new identity was handed out."""
        self._joined_at.append(now)

    def joins_lately(self, now: float) -> int:
        while self._joined_at and now - self._joined_at[0] > JOIN_WINDOW_SECONDS:
            self._joined_at.popleft()
        return len(self._joined_at)

    @property
    def connected(self) -> int:
        return len(self._sockets)

    @property
    def connected_participants(self) -> Container[str]:
        """Return those who have a socket, to be asked whether someone is among them."""
        return frozenset(self._sockets)

    def present(self, now: float) -> int:
        """Return how many people are here, voters of this round who left included."""
        if now - self._forgot_at >= FORGET_EVERY_SECONDS:
            self._forgot_at = now
            self._forget_those_who_left(now)
        return len(self._seen_at) + len(self._voters_gone)

    def _forget_those_who_left(self, now: float) -> None:
        for participant, at in list(self._seen_at.items()):
            if now - at > SEEN_SECONDS and participant not in self._sockets:
                del self._seen_at[participant]
                if participant in self._voters:
                    self._voters_gone.add(participant)
