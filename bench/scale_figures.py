"""The figures that the model of a crowd reckons with: what was measured, and what is assumed.

`bench/measured.json` is the one place of all measured figures (`bench/unit_costs.py` writes it);
`ASSUMED` is the one place of what nobody here could measure.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from polls.live.numbers import PHONES_EVERY_SECONDS
from polls.store.ballot_box import ENOUGH_COMPANY, GOOD_COMPANY_SECONDS

MEASURED = Path(__file__).resolve().parent / "measured.json"


@dataclass(frozen=True)
class Assumed:
    value: float
    unit: str
    why: str


ASSUMED = {
    "turnout": Assumed(0.9, "of all", "who came mostly votes; only the benches let all vote"),
    "vote median": Assumed(
        6.7, "s", "two thirds of the votes within 10 s, nearly all within 60 s of 'vote now'"
    ),
    "vote spread": Assumed(0.945, "σ of ln s", "reaction times are log-normal (Luce 1986)"),
    "joins at the peak": Assumed(
        0.02, "of all a s", "a QR code appears: a hall is in after a minute, most sooner"
    ),
    "reconnect": Assumed(5, "s", "a client waits 0.2 to 5 s, more after each failure (room.js)"),
    "panel": Assumed(500, "phones", "many panels: town halls rather than stadiums"),
    "panels voting": Assumed(0.2, "of all", "halls are not in step; the worst case is 1"),
    "fill": Assumed(
        0.7, "of a core", "above it waits grow fast: at 0.85 an M/D/1 queue is 2.4 x as long"
    ),
    "phones a worker": Assumed(8000, "phones", "the most that was measured in one process"),
    "PostgreSQL cores": Assumed(16, "cores", "beyond, one hot table's index and WAL do not scale"),
    "WAL": Assumed(300, "MB/s", "a server's SSD, written in order, with a replica following"),
    "flush": Assumed(1, "ms", "SSD with a capacitor; group commit shares it"),
    "nginx frame": Assumed(12, "µs", "one read and one write; a bare write took 5 to 9 µs here"),
    "TLS handshake": Assumed(
        300, "µs", "two at each join, elliptic curves; no other load of nginx"
    ),
    "packet": Assumed(95, "bytes", "IP, TCP with time stamps, TLS record around each frame"),
    "network card": Assumed(10, "Gbit/s", "of one front machine; more of them share the load"),
    "worker base": Assumed(120, "MiB", "an empty worker: Python, SQLAlchemy, templates"),
    "ping": Assumed(60, "µs", "each 25 s: one frame out, one in, one timer; four frames' worth"),
}


def assumed(name: str) -> float:
    return ASSUMED[name].value


# What was measured


@dataclass(frozen=True)
class Store:
    """Seconds that a batch of ballots costs: each batch, each row, each round beyond the first."""

    worker_batch: float
    worker_row: float
    worker_round: float
    cpu_batch: float
    cpu_row: float
    cpu_round: float
    flush: float
    wal_row: float = 0.0


@dataclass(frozen=True)
class Costs:
    """Seconds of processor time, bytes and KiB."""

    vote: float
    frame: float
    join: float
    page: float
    fact: float
    delivery: float
    tag: float
    tag_bytes: float
    phone_kib: float
    seat_count: float
    tick_worker: tuple[float, float]
    tick_cpu: tuple[float, float]
    sqlite: Store
    postgres: Store
    bytes: dict[str, float]


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return (what is fixed, what comes with each) by least squares of the relative errors."""
    sizes, costs = (np.array(each) for each in zip(*points, strict=True))
    slope, fixed = np.polyfit(sizes, costs, 1, w=1 / costs)
    return max(float(fixed), 0.0), max(float(slope), 0.0)


def read_costs(path: Path = MEASURED) -> Costs:
    """Derive unit costs from what the benches printed.

    In a closed loop batches are large, and what a vote costs there is the vote alone. In a slow
    room two or three share a batch, so what a vote costs there beyond that, and beyond the few
    frames, is its part of the batch: cost = vote + batch / (1 + votes a second x the wait).
    """
    parts = json.loads(path.read_text())["parts"]
    frame = parts["fanout"]["cpu_us_per_frame"] * 1e-6

    def lines(part: dict[str, Any], what: str) -> tuple[float, float]:
        sizes = [1, 16, 128, 500]
        return line_through([(n, part[f"batch_{n}.{what}"] * 1e-3) for n in sizes])

    found, lite = parts["postgres"], parts["sqlite"]
    worker, served = lines(found, "worker_cpu_ms"), lines(found, "postgres_cpu_ms")

    def a_round(what: str) -> float:
        more = found[f"batch_500_over_100_rounds.{what}"] - found[f"batch_500.{what}"]
        return float(max(0.0, more) * 1e-3 / 99)

    def reading(what: str) -> tuple[float, float]:
        return line_through([(n, found[f"tick_read_{n}_shards.{what}"] * 1e-3) for n in (1, 100)])

    vote = parts["throughput"]["server_cpu_ms_per_vote"] * 1e-3
    slow = parts["room_1000_projector_10s"]["server_cpu_ms_per_vote"] * 1e-3
    company = min(ENOUGH_COMPANY, 1 + 1000 / 10 * GOOD_COMPANY_SECONDS)
    batch = max(0.0, slow - vote - 10 / PHONES_EVERY_SECONDS * frame) * company
    # A row on PostgreSQL takes the place of SQLite's. They were measured under different loads, so
    # a third of a vote at least is taken to be its way over the wire.
    wire = max(vote / 3, vote - lines(lite, "worker_cpu_ms")[1])
    return Costs(
        vote=wire,
        frame=frame,
        join=parts["room_1000_live_5s"]["join.cpu_ms_each"] * 1e-3,
        page=parts["bytes"]["pages_cpu_ms"] * 1e-3,
        fact=parts["redis"]["worker_cpu_us_per_fact_heard"] * 1e-6,
        delivery=parts["redis"]["redis_cpu_us_per_delivery"] * 1e-6,
        tag=parts["redis"]["worker_cpu_us_per_tag"] * 1e-6,
        tag_bytes=parts["redis"]["bytes_kept_per_tag"],
        phone_kib=parts["room_8000_projector_5s"]["memory_kib_per_phone"],
        seat_count=found["count_20000_seats.postgres_cpu_ms"] * 1e-3 / 20_000,
        tick_worker=reading("worker_cpu_ms"),
        tick_cpu=reading("postgres_cpu_ms"),
        sqlite=Store(batch, vote - wire, 0, 0, 0, 0, lite["flush_ms"] * 1e-3),
        postgres=Store(
            *(*worker, a_round("worker_cpu_ms"), *served, a_round("postgres_cpu_ms")),
            flush=assumed("flush") * 1e-3,
            wal_row=found["batch_500.wal_bytes"] / 500,
        ),
        bytes={name: value for name, value in parts["bytes"].items() if name.endswith("bytes")},
    )
