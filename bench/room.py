"""A full room votes: N phones over real WebSockets against one real server process.

Starts `hemicycle serve` on a free port with a fresh SQLite database, fills the room, lets
everyone vote within a few seconds, and prints what it cost as one JSON object.

    python bench/room.py --phones 1000 --visibility live
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.instance import Instance
from bench.phones import BenchError, Client, Hall, acked, masked_frame
from bench.server import Server
from polls.domain.polls import GRACE_SECONDS

TICK_SECONDS = 0.25
TICK_TOLERANCE = 0.5
"""Ticks keep their schedule: after one that was late, the next comes sooner than a tick later."""
PATIENCE_SECONDS = 20.0
OPTIONS = ("a", "b", "c")


def percentiles(values: Sequence[float], *wanted: int) -> dict[str, float]:
    """Return percentiles in milliseconds, by the nearest rank."""
    ordered = sorted(values)
    return {
        f"p{each}": round(ordered[max(0, math.ceil(each / 100 * len(ordered)) - 1)] * 1000, 2)
        if ordered
        else math.nan
        for each in wanted
    }


def raise_file_limit(needed: int) -> None:
    """Take as many files as the system lets us have; the server inherits the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        if wanted < needed:
            raise BenchError(f"{needed} open files are needed, the limit is {hard}: ulimit -n")


Measured = Server | Instance


def start(options: argparse.Namespace) -> Measured:
    """Start what is to be measured: one process with a file, or workers with their servers."""
    if options.database == "sqlite" and options.workers == 1:
        return Server()
    return Instance(options.workers)


class Vote:
    """One cast on its way."""

    __slots__ = ("acked_at", "answer", "frame", "is_ok", "receipt", "sent_at")

    def __init__(self, poll: str, number: int, answer: str, sequence: int) -> None:
        body = {"poll": poll, "round": 1, "answer": answer, "sequence": sequence}
        self.frame = masked_frame(f'42{number}["ballot.cast",{json.dumps(body)}]')
        self.answer = answer
        self.sent_at = 0.0
        self.acked_at = 0.0
        self.is_ok = False
        self.receipt = ""


class Room:
    """The hall, the server and what was seen."""

    def __init__(self, server: Measured, options: argparse.Namespace) -> None:
        self.server = server
        self.options = options
        self.random = random.Random(options.seed)
        self.hall = Hall(server.ports)
        self.code, self.moderator_key, self.projector_key = server.create_panel(options.visibility)
        self.phones: list[Client] = []
        self.votes: list[Vote] = []
        self.unanswered = 0
        self.poll = ""
        self._told: dict[int, dict[str, Any]] = {}
        self._number = 0

    # People come in

    def seat_the_others(self) -> None:
        """The moderator and the projector are there before the audience."""
        self.moderator = Client(
            {"panel": self.code, "role": "moderator", "key": self.moderator_key}
        )
        self.projector = Client(
            {"panel": self.code, "role": "projector", "key": self.projector_key}
        )
        self.projector.keeps = []
        self.moderator.on_ack = self._hear_moderator
        for client in (self.moderator, self.projector):
            self.hall.connect(client)
        self._until(lambda: bool(self.moderator.joined_at and self.projector.joined_at), "screens")
        self.command("agenda.show", item=self.server.first_item())
        answer = self.command("panel.snapshot")
        self.poll = answer["snapshot"]["poll"]["id"]

    def command(self, name: str, **payload: Any) -> dict[str, Any]:
        """Give the moderator's command over the socket and wait for its answer."""
        self._number += 1
        number = self._number
        self.moderator.send(masked_frame(f"42{number}{json.dumps([name, payload])}"))
        self._until(lambda: number in self._told, name)
        answer = self._told.pop(number)
        if not answer["ok"]:
            raise BenchError(f"{name}: {answer}")
        return answer

    def _hear_moderator(self, _client: Client, payload: bytes, _now: float) -> None:
        number, answer = acked(payload)
        self._told[number] = answer

    def fill(self) -> dict[str, float]:
        """Let the phones join, evenly over some seconds."""
        count, seconds = self.options.phones, self.options.join_seconds
        self.phones = [Client(self._auth()) for _ in range(count)]
        cpu = self.server.cpu_seconds()
        now = time.monotonic()
        for place, phone in enumerate(self.phones):
            self.hall.at(now + seconds * place / count, partial(self.hall.connect, phone))
        self._until(self._is_full, "phones", seconds)
        refused = sum(bool(phone.refusal) for phone in self.phones)
        if refused:
            raise BenchError(f"{refused} phones were refused")
        self.hall.rest(0.5)
        spent = self.server.cpu_seconds() - cpu
        times = [phone.joined_at - phone.began_at for phone in self.phones]
        return {
            "p95_ms": percentiles(times, 95)["p95"],
            "cpu_ms_each": round(spent * 1000 / count, 3),
        }

    def _auth(self) -> dict[str, str]:
        """Return what each of the many says when it connects."""
        return {"panel": self.code}

    def _is_full(self) -> bool:
        return all(phone.joined_at or phone.refusal for phone in reversed(self.phones))

    def _until(self, is_done: Callable[[], bool], what: str, seconds: float = 0) -> None:
        if not self.hall.run(is_done, seconds + PATIENCE_SECONDS):
            raise BenchError(f"waited in vain for: {what}")

    def opened_everywhere(self) -> float:
        """Open the poll and return the p99 until every phone knows and has its picture."""
        for phone in self.phones:
            phone.opened_at = 0.0
        began_at = time.monotonic()
        self.command("poll.open", poll=self.poll)
        self._until(lambda: all(phone.opened_at for phone in self.phones), "opened on phones")
        return percentiles([phone.opened_at - began_at for phone in self.phones], 99)["p99"]

    def published_everywhere(self) -> float:
        """Close the poll, publish its result and return the p99 until every phone shows it."""
        self.command("poll.close", poll=self.poll)
        self.hall.rest(GRACE_SECONDS + 1)
        for phone in self.phones:
            phone.viewed_at = 0.0
        began_at = time.monotonic()
        self.command("poll.publish", poll=self.poll)
        self._until(lambda: all(phone.viewed_at for phone in self.phones), "the result on phones")
        return percentiles([phone.viewed_at - began_at for phone in self.phones], 99)["p99"]

    # Everybody votes

    def vote(self) -> dict[str, Any]:
        """All phones vote within some seconds; a share of them changes its mind after."""
        now = time.monotonic() + 0.2
        for phone in self.phones:
            self._plan(phone, now + self.random.uniform(0, self.options.seconds), 1)
        changing = self.random.sample(self.phones, round(self.options.change * len(self.phones)))
        for phone in changing:
            self._plan(phone, now + self.options.seconds + self.random.uniform(0, 1), 2)
        frames = self._frames_so_far()
        cpu = self.server.cpu_seconds()
        self.unanswered = len(self.votes)
        ends_in = self.options.seconds + 1 + PATIENCE_SECONDS
        self.hall.run(lambda: self.unanswered == 0, ends_in)
        self.hall.rest(3 * TICK_SECONDS)
        spent = self.server.cpu_seconds() - cpu
        delivered = self._frames_so_far() - frames + len(self.votes) - self.unanswered
        return {
            "server_cpu_ms_per_vote": round(spent * 1000 / len(self.votes), 4),
            "cpu_us_per_delivered_frame": round(spent * 1e6 / max(1, delivered), 2),
            "delivered_frames": delivered,
        }

    def _frames_so_far(self) -> int:
        others = self.moderator.frames + self.projector.frames
        return sum(phone.frames for phone in self.phones) + others

    def _plan(self, phone: Client, when: float, sequence: int) -> None:
        vote = Vote(self.poll, sequence, self.random.choice(OPTIONS), sequence)
        self.votes.append(vote)

        def hear(_client: Client, payload: bytes, now: float) -> None:
            _, answer = acked(payload)
            vote.acked_at = now
            vote.is_ok = answer["ok"]
            vote.receipt = answer.get("receipt", "")
            self.unanswered -= 1

        def send() -> None:
            phone.on_ack = hear
            vote.sent_at = time.monotonic()
            phone.send(vote.frame)

        self.hall.at(when, send)

    # What came of it

    def results(self) -> dict[str, Any]:
        counted = [vote for vote in self.votes if vote.is_ok]
        stored = self.server.ballots()
        last = {vote.receipt: vote.answer for vote in counted}
        lost = sum(stored.get(receipt) != answer for receipt, answer in last.items())
        tallies = self._projector_tallies()
        return {
            "acked": len(counted),
            "refused": len(self.votes) - len(counted) - self.unanswered,
            "unanswered": self.unanswered,
            "stored": len(stored),
            "counted": self.server.counted(),
            "lost": lost,
            "ack_ms": percentiles([v.acked_at - v.sent_at for v in counted], 50, 99),
            "projector_ms": percentiles(self._until_projected(counted, tallies), 50, 99),
            "tally_frames_to_projector": len(tallies),
            "most_per_tick": _most_within([at for at, _ in tallies], TICK_SECONDS * TICK_TOLERANCE),
            "tally_frames_to_phones": sum(phone.tallies for phone in self.phones),
            "tally_frames_to_each_phone": round(
                sum(phone.tallies for phone in self.phones) / len(self.phones), 1
            ),
        }

    def _projector_tallies(self) -> list[tuple[float, int]]:
        return [
            (at, json.loads(payload[2:])[1]["turnout"])
            for at, payload in self.projector.keeps or ()
            if payload.startswith(b'42["poll.tally"')
        ]

    def _until_projected(
        self, counted: Sequence[Vote], tallies: Sequence[tuple[float, int]]
    ) -> list[float]:
        """The n-th ballot that was counted is on the projector once the turnout is n.

        Only first ballots raise the turnout, so changed ones are left out.
        """
        first = {vote.receipt: vote for vote in sorted(counted, key=lambda v: -v.acked_at)}
        waits = []
        frames = iter(tallies)
        at, turnout = next(frames, (math.inf, 0))
        ordered = sorted(first.values(), key=lambda v: v.acked_at)
        for number, vote in enumerate(ordered, start=1):
            while turnout < number and at < math.inf:
                at, turnout = next(frames, (math.inf, 0))
            waits.append(at - vote.sent_at)
        return waits


def say(options: argparse.Namespace, what: str) -> None:
    """Tell on standard error where the run is, for someone who watches or profiles."""
    if options.verbose:
        print(what, file=sys.stderr, flush=True)


def _most_within(times: Sequence[float], window: float) -> int:
    return max((sum(at <= other < at + window for other in times) for at in times), default=0)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run a room from the first phone to the published result; return the figures."""
    raise_file_limit(options.phones + 200)
    load = os.getloadavg()[0]
    server = start(options)
    try:
        room = Room(server, options)
        room.seat_the_others()
        before = server.memory_kib()
        say(options, "joining")
        joined = room.fill()
        memory = (server.memory_kib() - before) / options.phones
        opened = room.opened_everywhere()
        room.hall.rest(1)
        say(options, "voting")
        costs = room.vote()
        found = room.results()
        published = room.published_everywhere()
        room.hall.close()
    except BenchError as error:
        raise BenchError(f"{error}\n{server.log_tail()}") from error
    finally:
        server.stop()
    return {
        "phones": options.phones,
        "seconds": options.seconds,
        "visibility": options.visibility,
        **found,
        **costs,
        "memory_kib_per_phone": round(memory, 1),
        "join": joined,
        "opened_everywhere_p99_ms": opened,
        "published_everywhere_p99_ms": published,
        "load_before": round(load, 1),
    }


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--phones", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5, help="within which all vote")
    parser.add_argument("--join-seconds", type=float, default=5, help="within which all join")
    parser.add_argument(
        "--visibility", choices=["live", "projector", "voted", "published"], default="live"
    )
    parser.add_argument(
        "--change", type=float, default=0, help="share of phones that vote a second time"
    )
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--workers", type=int, default=1, help="more than one takes PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="tell where the run is")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        figures = measure(parse(arguments))
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
