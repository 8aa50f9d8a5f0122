"""A simulated audience: people who join, vote, change their mind, comment and support.

    python -m polls.demo.audience URL CODE COUNT [--seed SECRET]

They come in over the wire like every plain client, from a process of their own. The same seed
is the same people, and it makes their keys, so it is a secret (HEMICYCLE_AUDIENCE_SEED does as
well as the argument). The crowd leaves on SIGTERM, or when the server has been gone for a while.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import secrets
import signal
import sys
import time
from collections.abc import Coroutine
from typing import Any

from polls.demo.mind import (
    Person,
    Step,
    Utterance,
    chance,
    english_title,
    gather,
    key_of,
    occasion_of,
    plan_answers,
    plan_sayings,
    plan_support,
)
from polls.demo.opinions import GENERAL
from polls.demo.wire import Line, LineLost, Payload, Refused

SERVER_GONE_SECONDS = 30.0
RECONNECT_SECONDS = (0.5, 8.0)
TRIES_MOST = 4
FIRST_SAYING_SECONDS = 6.0

HOPELESS = {"panel.unknown", "panel.ended"}
"""Refusals after which nobody needs to try again."""


class Room:
    """What the people in the room share, without the server knowing."""

    def __init__(
        self, url: str, code: str, people: list[Person], seed: str, patience_seconds: float
    ) -> None:
        self.url = url
        self.code = code
        self.people = people
        self.seed = seed
        self.patience_seconds = patience_seconds
        self.guests = [Guest(self, person) for person in people]
        self.is_over = asyncio.Event()
        self.last_contact = time.monotonic()
        self._occasions: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def hold(self) -> None:
        """Let everyone in and wait until the server is gone for good or the process must end."""
        for guest in self.guests:
            self.start(guest.attend())
        while not self.is_over.is_set():
            if any(guest.line is not None for guest in self.guests):
                self.last_contact = time.monotonic()
            elif time.monotonic() - self.last_contact > self.patience_seconds:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.is_over.wait(), 1.0)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def occasion(self, name: str) -> None:
        """Something is on that people talk about; each occasion is talked about once."""
        if name not in self._occasions:
            self._occasions.add(name)
            self.start(self._talk(name))

    async def _talk(self, name: str) -> None:
        if name == GENERAL:
            await asyncio.sleep(FIRST_SAYING_SECONDS)
        for utterance in plan_sayings(self.seed, self.people, name):
            await asyncio.sleep(utterance.after_seconds)
            if await self.guests[utterance.speaker].say(utterance):
                for person, delay in plan_support(self.seed, self.people, utterance):
                    self.start(self.guests[person.number].support(utterance, delay))


class Guest:
    """One simulated person with one connection, which comes back when it is lost."""

    def __init__(self, room: Room, person: Person) -> None:
        self._room = room
        self._person = person
        self._key = key_of(room.seed, person.number)
        self._jitter = chance(room.seed, "jitter", person.number)
        self._answering: tuple[str, int] | None = None
        self._sequence = 0
        self.line: Line | None = None

    @property
    def _heard(self) -> frozenset[str]:
        """One person looks up at the screen for all; the others only need the polls."""
        looks_up = {"panel.view"} if self._person.number == 0 else set()
        return frozenset({"panel.snapshot", "poll.opened", *looks_up})

    async def attend(self) -> None:
        await asyncio.sleep(self._person.joins_after)
        pause = RECONNECT_SECONDS[0]
        while True:
            try:
                self.line = await self._connect()
                pause = RECONNECT_SECONDS[0]
                await self.line.listen()
            except LineLost:
                pass
            except Refused as refused:
                if refused.code in HOPELESS:
                    self._room.is_over.set()
                    return
                pause = RECONNECT_SECONDS[1]
            finally:
                if self.line is not None:
                    await self.line.close()
                self.line = None
                self._answering = None
            await asyncio.sleep(pause * self._jitter.uniform(0.6, 1.4))
            pause = min(pause * 2, RECONNECT_SECONDS[1])

    async def _connect(self) -> Line:
        auth = {
            "panel": self._room.code,
            "role": "participant",
            "key": self._key,
            "language": self._person.language,
        }
        return await Line.connect(self._room.url, auth, self._hear, self._heard)

    def _hear(self, name: str, payload: Payload) -> None:
        if name == "panel.snapshot":
            self._key = payload["you"].get("key") or self._key
            self._consider(payload)
            self._room.occasion(GENERAL)
        elif name == "poll.opened":
            self._room.start(self._look())
        elif payload.get("region") == "now":
            self._room.occasion(occasion_of(str(payload.get("html")), self._person.language))

    async def _look(self) -> None:
        """See what is on now, not all at once."""
        await asyncio.sleep(self._jitter.uniform(0.1, 2.0))
        ack = await self._give("panel.snapshot", {})
        if ack.get("ok"):
            self._consider(ack["snapshot"])

    def _consider(self, snapshot: Payload) -> None:
        poll, ballot = snapshot.get("poll"), snapshot["you"].get("ballot")
        if not poll or poll["state"] != "open" or poll.get("counting") or ballot is not None:
            return
        asked = (str(poll["id"]), int(poll["round"]))
        if self._answering == asked:
            return
        self._answering = asked
        if poll["kind"] == "opinion":
            self._room.occasion(english_title(str(poll["title"])))
        closes_at, now = poll.get("closes_at"), snapshot.get("now")
        left = float(closes_at) - float(now) if closes_at and now else None
        steps = plan_answers(self._room.seed, self._person, poll, asked[1], left)
        self._room.start(self._answer(asked, steps))

    async def _answer(self, asked: tuple[str, int], steps: list[Step]) -> None:
        for step in steps:
            await asyncio.sleep(step.after_seconds)
            if self._answering is not asked:
                return
            self._sequence = max(int(time.time() * 1000), self._sequence + 1)
            cast = {
                "poll": asked[0],
                "round": asked[1],
                "answer": step.answer,
                "sequence": self._sequence,
            }
            if not (await self._give("ballot.cast", cast)).get("ok"):
                return

    async def say(self, utterance: Utterance) -> bool:
        saying = utterance.saying
        comment = {"id": utterance.id, "text": saying.text, "kind": saying.kind}
        return bool((await self._give("comment.post", comment)).get("ok"))

    async def support(self, utterance: Utterance, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._give("comment.upvote", {"comment": utterance.id, "on": True, "sequence": 1})

    async def _give(self, name: str, payload: Payload) -> Payload:
        """Give a command, again after a while if the server asks for it; {} if all is in vain."""
        for _ in range(TRIES_MOST):
            ack: Payload = {}
            if self.line is not None:
                with contextlib.suppress(LineLost):
                    ack = await self.line.command(name, payload)
            if ack and (ack.get("ok") or "retry_after" not in ack):
                return ack
            pause = float(ack.get("retry_after") or 2.0)
            await asyncio.sleep(pause * self._jitter.uniform(1.0, 1.5))
        return {}


async def _run(url: str, code: str, count: int, seed: str, patience_seconds: float) -> None:
    room = Room(url, code, gather(count, seed), seed, patience_seconds)
    loop = asyncio.get_running_loop()
    # A line that breaks in the middle of something is no news: whoever sat on it comes back.
    loop.set_exception_handler(lambda _loop, _context: None)
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, room.is_over.set)
    await room.hold()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m polls.demo.audience", description="Let simulated people join a panel."
    )
    parser.add_argument("url", help="address of the server, such as http://127.0.0.1:5000")
    parser.add_argument("code", help="code of the panel")
    parser.add_argument("count", type=int, help="how many people")
    parser.add_argument("--seed", help="secret that makes their keys and opinions")
    parser.add_argument(
        "--patience",
        type=float,
        default=SERVER_GONE_SECONDS,
        metavar="SECONDS",
        help="leave when the server has been gone for so long (default: %(default)s)",
    )
    given = parser.parse_args(arguments)
    seed = given.seed or os.environ.get("HEMICYCLE_AUDIENCE_SEED") or secrets.token_hex(16)
    logging.disable(logging.CRITICAL)
    asyncio.run(_run(given.url, given.code, given.count, seed, given.patience))
    return 0


if __name__ == "__main__":
    sys.exit(main())
