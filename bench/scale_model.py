"""A model of a crowd that votes: how many workers it needs, and how long it waits.

From the figures in `bench/scale_figures.py`, `size()` finds how many workers and database cores
are needed, and `simulate()` lets the people vote, in steps of a millisecond: arrivals → the worker
that a page draws → its batch → the database → the answer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.scale_figures import Costs, Store, assumed
from polls.live.numbers import PHONES_EVERY_SECONDS
from polls.live.relay import BEAT_SECONDS
from polls.store.ballot_box import (
    BATCH_MOST,
    COMPANY_SECONDS,
    ENOUGH_COMPANY,
    GOOD_COMPANY_SECONDS,
)

STEP = 0.001
LAST_MOMENTS = 0.3
RUSH_SECONDS = 5.0  # the steepest part of the curve of votes lies within
TICK = 0.25

Array = NDArray[np.floating[Any]]


# Who votes when


@dataclass(frozen=True)
class Room:
    """So many phones on so many workers."""

    phones: int
    workers: int
    store: Store
    database_cores: float = 1.0
    frames_every: float = PHONES_EVERY_SECONDS
    """Seconds between two frames on phones: tallies, or where only screens see those, turnouts."""
    panels: int = 1
    own_workers: bool = False
    """Each panel keeps to few workers, rather than having phones on all of them."""
    tick: float = TICK
    """Seconds between two readings of the counters, and between two facts told."""
    even_seconds: float | None = None
    """All vote evenly within so many seconds, as in the benches; None: as people do."""

    @property
    def voters(self) -> float:
        if self.even_seconds is not None:
            return self.phones
        return self.phones * assumed("turnout") * self.voting_share

    @property
    def voting_share(self) -> float:
        return 1.0 if self.panels == 1 else assumed("panels voting")

    @property
    def panels_here(self) -> float:
        """How many panels have phones on one worker."""
        return max(1.0, self.panels / self.workers) if self.own_workers else self.panels

    @property
    def workers_of_panel(self) -> float:
        return max(1.0, self.workers / self.panels) if self.own_workers else self.workers

    @property
    def voting_here(self) -> float:
        """How many panels of one worker are voting."""
        return max(1.0, self.panels_here * self.voting_share)


def voted_by(seconds: Array) -> Array:
    """Return the share of voters who have voted by then: a log-normal distribution."""
    far = np.log(np.maximum(seconds, 1e-9) / assumed("vote median")) / assumed("vote spread")
    return np.array([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in far])


def peak_rate(room: Room) -> float:
    """Return the most votes a second: voters times the density at its mode."""
    if room.even_seconds is not None:
        return room.voters / room.even_seconds
    spread = assumed("vote spread")
    mode = assumed("vote median") * math.exp(-(spread**2))
    density = math.exp(-(spread**2) / 2) / (mode * spread * math.sqrt(2 * math.pi))
    return room.voters * density


def arrivals(room: Room, steps: int, seed: int) -> NDArray[np.int64]:
    """Return votes by worker and step; every page draws its worker by lot."""
    draw = np.random.default_rng(seed)
    edges = np.arange(steps + 1) * STEP
    if room.even_seconds is not None:
        share = np.minimum(edges / room.even_seconds, 1.0)
    else:
        share = voted_by(edges)
    per_worker = draw.multinomial(round(room.voters), np.full(room.workers, 1 / room.workers))
    chances = np.diff(share)
    chances = np.append(chances, max(0.0, 1 - chances.sum()))  # those who vote later still
    return np.stack([draw.multinomial(count, chances)[:-1] for count in per_worker])


# What it takes


def rounds_in(room: Room, batch: Any) -> Any:
    """Return how many rounds a batch touches; balls thrown into bins (Feller 1968)."""
    bins = room.voting_here
    return bins * (1 - (1 - 1 / bins) ** batch) if bins > 1 else np.ones_like(batch) * 1.0


def background(room: Room, costs: Costs) -> tuple[float, float, float]:
    """Return cores taken in each worker, in the database and in Redis beside votes and frames.

    A tick reads the counters of each voting panel, a row for each of its workers. Each worker of
    a panel tells the others once a tick who voted, by a tag for each vote.
    """
    shards, ticks = room.workers_of_panel, room.voting_here / room.tick
    is_alone, rate = shards <= 1, peak_rate(room)
    told = min(1 / room.tick, rate / room.workers / room.voting_here)
    facts = 0.0 if is_alone else shards * (room.voting_here * told + 1 / BEAT_SECONDS)
    tags = 0.0 if is_alone else rate * min(1.0, room.panels_here / room.panels)
    pings = room.phones / room.workers * assumed("ping") * 1e-6 / 25
    reads = ticks * (costs.tick_worker[0] + costs.tick_worker[1] * shards)
    served = room.workers * ticks * (costs.tick_cpu[0] + costs.tick_cpu[1] * shards)
    if is_alone and room.store.cpu_row == 0:
        reads, served = 0.0, 0.0  # SQLite: within what a batch costs
    heard = facts * costs.fact + tags * costs.tag
    return reads + heard + pings, served, room.workers * facts * costs.delivery


def needs(room: Room, costs: Costs) -> dict[str, float]:
    """Return how full each part is at the peak of voting or of joining, 1 being all of it."""
    rate = peak_rate(room)
    each = rate / room.workers
    batch = min(ENOUGH_COMPANY, 1 + each * GOOD_COMPANY_SECONDS)
    batches, more = each / batch, float(rounds_in(room, batch)) - 1
    store = room.store
    worker = each * (costs.vote + store.worker_row)
    worker += batches * (store.worker_batch + more * store.worker_round)
    frames = room.phones * room.voting_share / room.frames_every
    worker += frames / room.workers * costs.frame
    beside, reads, redis = background(room, costs)
    joins = room.phones * assumed("joins at the peak")
    served = rate * store.cpu_row + reads
    served += batches * room.workers * (store.cpu_batch + more * store.cpu_round)
    bits = 8 * max(
        frames * (costs.bytes["tally_frame_bytes"] + assumed("packet"))
        + rate * (costs.bytes["ack_frame_bytes"] + assumed("packet")),
        joins * sum(costs.bytes[n] for n in ("page_bytes", "static_bytes", "snapshot_bytes")),
    )
    return {
        "workers, voting": worker + beside,
        "workers, joining": joins / room.workers * (costs.page + costs.join) + beside,
        "phones of a worker": room.phones / room.workers / assumed("phones a worker"),
        "database, voting": served / room.database_cores,
        "database, joining": (joins * (store.cpu_batch + store.cpu_row)) / room.database_cores,
        "seats counted": joins
        * room.phones
        / room.panels
        * costs.seat_count
        / assumed("PostgreSQL cores"),
        "WAL": rate * store.wal_row / (assumed("WAL") * 1e6),
        "Redis": redis,
        "network": bits / (assumed("network card") * 1e9),
        "nginx cores": max(
            (frames + 2 * rate) * assumed("nginx frame") * 1e-6,
            2 * joins * assumed("TLS handshake") * 1e-6,
        ),
    }


def memory_gib(room: Room, costs: Costs) -> float:
    """Return the memory of all workers: phones, what is empty, and tags of people elsewhere."""
    elsewhere = 0.0 if room.workers_of_panel <= 1 else room.phones * room.panels_here / room.panels
    tags = room.workers * elsewhere * costs.tag_bytes / 2**30
    empty = room.workers * assumed("worker base") / 2**10
    return room.phones * costs.phone_kib / 2**20 + empty + tags


def back_seconds(room: Room, costs: Costs) -> float:
    """Return how long it takes until all are back when every phone lost its line at once."""
    return max(assumed("reconnect"), room.phones * costs.join / room.workers)


def size(room: Room, costs: Costs, workers_most: int = 1000) -> Room:
    """Return the room with the fewest workers and database cores that stay below `fill`.

    Where no number of workers does, the one with the least busy workers is returned.
    """
    fill, workers, best = assumed("fill"), 1, (math.inf, 1)
    while workers < workers_most:
        found = needs(replace(room, workers=workers, database_cores=1.0), costs)
        busiest = max(found["workers, voting"], found["workers, joining"])
        if found["phones of a worker"] <= 1:
            best = min(best, (busiest, workers))
            if busiest <= fill:
                break
        workers = max(workers + 1, math.floor(workers * 1.02))
    room = replace(room, workers=best[1], database_cores=1.0)
    found = needs(room, costs)
    cores = max(found["database, voting"], found["database, joining"]) / fill
    return replace(room, database_cores=float(max(2, math.ceil(cores))))


# The simulation


@dataclass(frozen=True)
class Seen:
    """What a simulation came to."""

    arrived: int
    acked: int
    waiting: int
    p50: float
    p99: float
    cpu_per_vote: float
    batches: int
    late_frames: float
    """The share of ticks whose frames to phones were not out before the next."""


def share_out(demands: Array, capacity: float) -> Array:
    """Give every part of each worker an equal share of its processor, none more than it wants."""
    if (demands.sum(axis=0) <= capacity).all():
        return demands
    granted = np.zeros_like(demands)
    left = np.full(demands.shape[1], capacity)
    for _ in range(len(demands)):
        open_ = demands - granted > 1e-12
        share = left / np.maximum(open_.sum(axis=0), 1)
        more = np.where(open_, np.minimum(demands - granted, share), 0.0)
        granted += more
        left = left - more.sum(axis=0)
    return granted


class Workers:
    """All workers of a room, a column each; times in seconds, votes in whole votes.

    A worker is one core, shared by reading votes, its batch and its frames (processor sharing,
    Kleinrock 1976). Its batch then takes its part of the database's cores, and a flush.
    """

    def __init__(self, room: Room, costs: Costs) -> None:
        count = room.workers
        self.room, self.costs = room, costs
        beside, reads, _ = background(room, costs)
        self.capacity = STEP * max(0.0, 1 - beside)
        self.database = max(0.0, room.database_cores - reads)
        self.arrived, self.acked, self.batch = (np.zeros(count) for _ in range(3))
        self.unread, self.own, self.frames = (np.zeros(count) for _ in range(3))
        self.served, self.flush = np.zeros(count), np.zeros(count)
        self.since = np.full(count, np.inf)
        self.company = np.full(count, COMPANY_SECONDS)
        self.spent, self.batches = 0.0, 0

    def tick(self) -> float:
        """Begin a frame to every phone; return the share of workers still at the last one.

        Only the newest tally goes out, so what was late is dropped and never grows.
        """
        late = float((self.frames > 0).mean())
        here = self.room.phones / self.room.workers * self.room.voting_share
        self.frames[:] = here * self.costs.frame
        return late

    def step(self, coming: NDArray[np.int64], now: float) -> Array:
        """Live through one step; return the votes acknowledged in it."""
        self.arrived += coming
        self.unread += coming * self.costs.vote
        demands = np.stack([self.unread, self.own, self.frames])
        granted = share_out(demands, self.capacity)
        self.spent += float(granted.sum())
        self.unread, self.own, self.frames = np.maximum(demands - granted, 0)
        read = np.floor(self.arrived - self.unread / self.costs.vote + 1e-6)
        done = self._store()
        self._begin(read - self.acked - self.batch, done, now)
        return done

    def _store(self) -> Array:
        """Bring batches on in the database; return what is durable now."""
        there = (self.batch > 0) & (self.own <= 1e-12)
        busy = there & (self.served > 0)
        self.served[busy] -= STEP * min(1.0, self.database / max(1, int(busy.sum())))
        flushing = there & (self.served <= 0)
        self.flush[flushing] -= STEP
        done = np.where(flushing & (self.flush <= 0), self.batch, 0.0)
        self.batch -= done
        self.acked += done
        return done

    def _begin(self, box: Array, done: Array, now: float) -> None:
        """Begin batches: at once in a rush, after a wait for company in a trickle."""
        self.since = np.where(box > 0, np.minimum(self.since, now), np.inf)
        is_time = (done > 0) | (box >= ENOUGH_COMPANY) | (now - self.since >= self.company)
        begins = (self.batch == 0) & (box > 0) & is_time
        if not begins.any():
            return
        waited = begins & (done == 0)
        good = np.where(box > 1, GOOD_COMPANY_SECONDS, COMPANY_SECONDS)
        self.company = np.where(waited, good, self.company)
        size_, store = np.minimum(box, BATCH_MOST)[begins], self.room.store
        more = rounds_in(self.room, size_) - 1
        self.batch[begins] = size_
        self.own[begins] = store.worker_batch + size_ * store.worker_row + more * store.worker_round
        self.served[begins] = store.cpu_batch + size_ * store.cpu_row + more * store.cpu_round
        self.flush[begins] = store.flush
        self.since[begins] = np.inf
        self.batches += int(begins.sum())


def simulate(room: Room, costs: Costs, seconds: float = RUSH_SECONDS, seed: int = 1) -> Seen:
    """Let the room vote and return how long the acknowledgements took."""
    steps = round(seconds / STEP)
    coming, workers = arrivals(room, steps, seed), Workers(room, costs)
    acked = np.zeros(coming.shape, np.int64)
    tick, late = round(room.frames_every / STEP), []
    for step in range(steps):
        if step and step % tick == 0:
            late.append(workers.tick())
        acked[:, step] = workers.step(coming[:, step], step * STEP)
    waits = np.sort(np.concatenate([_waits(*each) for each in zip(coming, acked, strict=True)]))
    arrived, stored = int(coming.sum()), int(acked.sum())
    p50, p99 = (_at(waits, share) for share in (0.5, 0.99))
    return Seen(
        arrived=arrived,
        acked=stored,
        waiting=int(workers.batch.sum() + (workers.arrived - workers.acked - workers.batch).sum()),
        p50=p50,
        p99=p99,
        cpu_per_vote=workers.spent / max(1, stored),
        batches=workers.batches,
        late_frames=float(np.mean(late)) if late else 0.0,
    )


def _waits(coming: NDArray[np.int64], acked: NDArray[np.int64]) -> Array:
    """Return how long each vote waited; a worker answers in the order of arrival.

    Votes of the last moments have had no time for an answer and are left out; those that came
    before and have none waited for ever.
    """
    came = np.repeat(np.arange(len(coming)), coming)
    told = np.repeat(np.arange(len(acked)), acked).astype(float)
    told = np.append(told, np.full(len(came) - len(told), np.inf))
    return (told - came)[came < len(coming) - round(LAST_MOMENTS / STEP)] * STEP


def _at(ordered: Array, share: float) -> float:
    """Return a percentile by the nearest rank; 0 where nobody voted."""
    return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)]) if len(ordered) else 0.0
