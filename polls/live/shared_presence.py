"""Presence of a panel whose people come in at several workers: each person counts once.

Workers tell each other who came and who went under tags, which are short keyed hashes: they say
that two workers mean the same person and nothing else. Someone who sits at another worker is in
the room as someone with one more socket is, so that changing the worker changes no number.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from polls.live.presence import Presence

SEEN_AGAIN_SECONDS = 30.0
"""A page that is asked for again so soon is no news for other workers."""

Tag = Callable[[str], str]
"""Turns a participant into the tag under which workers speak of them."""


TAG_BYTES = 8
"""Of a million people in one room, two share a tag once in 37 million rooms."""


def tags_of(secret: bytes) -> Tag:
    """Return how this instance makes tags; without its secret no participant is found by one."""
    key = hashlib.blake2b(secret, person=b"presence").digest()

    def tag(participant: str) -> str:
        digest = hashlib.blake2b(participant.encode(), key=key, digest_size=TAG_BYTES).digest()
        return base64.b85encode(digest).decode()

    return tag


@dataclass(slots=True)
class News:
    """What other workers have not been told yet."""

    came: set[str] = field(default_factory=set)
    went: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    joins: int = 0
    votes: dict[str, set[str]] = field(default_factory=dict)
    """Who voted, by round. A round without anybody has counters that changed in another way."""
    comments: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.came or self.went or self.seen or self.joins or self.votes or self.comments
        )

    def as_message(self) -> dict[str, Any]:
        return {
            "kind": "news",
            "came": list(self.came),
            "went": list(self.went),
            "seen": list(self.seen),
            "joins": self.joins,
            "votes": {round_id: list(tags) for round_id, tags in self.votes.items()},
            "comments": self.comments,
        }


class _Connected:
    """Those who have a socket at any worker, to be asked by participant."""

    def __init__(self, sockets: Mapping[str, int], tag: Tag) -> None:
        self._sockets = sockets
        self._tag = tag

    def __contains__(self, participant: object) -> bool:
        return isinstance(participant, str) and self._tag(participant) in self._sockets


class SharedPresence(Presence):
    """Presence by tags: of those who are here, and of those who are at other workers."""

    def __init__(self, tag: Tag) -> None:
        super().__init__()
        self._tag = tag
        self._here: dict[str, tuple[str, int]] = {}
        self._at: dict[str, set[str]] = {}
        self.news = News()

    # Those who are here

    def connect(self, participant: str, now: float) -> None:
        tag = self._tag(participant)
        sockets = self._here.get(tag, (participant, 0))[1]
        self._here[tag] = (participant, sockets + 1)
        if not sockets:
            self.news.came.add(tag)
            self.news.went.discard(tag)
        self._sockets[tag] = self._sockets.get(tag, 0) + 1
        super().see(tag, now)

    def disconnect(self, participant: str, now: float) -> None:
        tag = self._tag(participant)
        left = self._here.get(tag, (participant, 1))[1] - 1
        if left > 0:
            self._here[tag] = (participant, left)
        elif self._here.pop(tag, None):
            self.news.went.add(tag)
            if tag in self.news.came:
                self.news.came.discard(tag)
                self.news.seen.add(tag)
        super().disconnect(tag, now)

    def see(self, participant: str, now: float) -> None:
        tag = self._tag(participant)
        if tag not in self._here and now - self._seen_at.get(tag, 0.0) > SEEN_AGAIN_SECONDS:
            self.news.seen.add(tag)
        super().see(tag, now)

    def knows(self, participant: str) -> bool:
        return super().knows(self._tag(participant))

    def forget(self, participant: str) -> None:
        self.forget_tag(self._tag(participant))

    def forget_tag(self, tag: str) -> None:
        self._here.pop(tag, None)
        for tags in self._at.values():
            tags.discard(tag)
        for told in (self.news.came, self.news.went, self.news.seen):
            told.discard(tag)
        super().forget(tag)

    def start_round(self, round_id: str | None, voters: Iterable[str]) -> None:
        super().start_round(round_id, [self._tag(voter) for voter in voters])

    def vote(self, round_id: str, participant: str) -> None:
        tag = self._tag(participant)
        self.news.votes.setdefault(round_id, set()).add(tag)
        super().vote(round_id, tag)

    def join(self, now: float) -> None:
        self.news.joins += 1
        super().join(now)

    @property
    def connected_participants(self) -> Container[str]:
        return _Connected(self._sockets, self._tag)

    def participant_here(self, tag: str) -> str | None:
        """Return who of those with a socket at this worker is meant."""
        found = self._here.get(tag)
        return found[0] if found else None

    def take_news(self) -> News:
        news, self.news = self.news, News()
        return news

    def tags_here(self) -> list[str]:
        return list(self._here)

    # Those who are at other workers

    def hear(self, worker: str, told: Mapping[str, Any], now: float) -> None:
        """Take another worker's news about its people."""
        here = self._at.setdefault(worker, set())
        for tag in told["came"]:
            self._arrive(here, str(tag), now)
        for tag in told["went"]:
            self._depart(here, str(tag), now)
        for tag in told["seen"]:
            super().see(str(tag), now)
        for _ in range(int(told["joins"])):
            super().join(now)
        for round_id, tags in told["votes"].items():
            for tag in tags:
                super().vote(round_id, str(tag))

    def hear_all(self, worker: str, tags: Iterable[str], now: float) -> None:
        """Take the list of everyone who is at another worker, whatever was known before."""
        here, everyone = self._at.setdefault(worker, set()), set(tags)
        for tag in here - everyone:
            self._depart(here, tag, now)
        for tag in everyone - here:
            self._arrive(here, tag, now)

    def lose(self, worker: str, now: float) -> None:
        """A worker is gone: its people were seen until now, and fade as others do."""
        here = self._at.pop(worker, set())
        for tag in list(here):
            self._depart(here, tag, now)

    def _arrive(self, here: set[str], tag: str, now: float) -> None:
        if tag not in here:
            here.add(tag)
            self._sockets[tag] = self._sockets.get(tag, 0) + 1
        super().see(tag, now)

    def _depart(self, here: set[str], tag: str, now: float) -> None:
        if tag in here:
            here.discard(tag)
            super().disconnect(tag, now)
