"""What 10,000, 100,000 and 1,000,000 people at once would need, reckoned from measured costs.

Prints the tables of `docs/scale.md`, from `bench/measured.json` and the model in
`bench/scale_model.py`.

    python bench/scale.py            # print
    python bench/scale.py --doc      # write them into docs/scale.md
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.scale_figures import ASSUMED, MEASURED, Costs, assumed, read_costs
from bench.scale_model import (
    TICK,
    Room,
    back_seconds,
    memory_gib,
    needs,
    peak_rate,
    simulate,
    size,
)
from polls.live.numbers import PHONES_EVERY_SECONDS, tally_interval

DOC = Path(__file__).resolve().parent.parent / "docs" / "scale.md"


def as_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def ms(seconds: float) -> str:
    if math.isinf(seconds):
        return "never"
    return f"{seconds * 1000:,.0f} ms" if seconds < 2 else f"{seconds:,.0f} s"


def costs_table(costs: Costs) -> str:
    parts = json.loads(MEASURED.read_text())["parts"]
    postgres = costs.postgres

    def source(name: str) -> list[str]:
        part = parts[name]
        return [f"`{part['command']}`", f"{part['commit']}, load {part['load']}"]

    us = "{:,.0f} µs"
    rows = [
        ["a vote over the wire", us.format(costs.vote * 1e6), *source("throughput")],
        ["a row of a batch, SQLite", us.format(costs.sqlite.worker_row * 1e6), *source("sqlite")],
        [
            "a batch, SQLite",
            us.format(costs.sqlite.worker_batch * 1e6),
            *source("room_1000_projector_10s"),
        ],
        ["a frame to a phone", us.format(costs.frame * 1e6), *source("fanout")],
        ["a join", us.format(costs.join * 1e6), *source("room_1000_live_5s")],
        ["memory of a phone", f"{costs.phone_kib:,.0f} KiB", *source("room_8000_projector_5s")],
        [
            "two pages for a newcomer, a seat included",
            us.format(costs.page * 1e6),
            *source("bytes"),
        ],
    ]
    for name, value in (
        ("PostgreSQL: a batch, in the worker", postgres.worker_batch),
        ("a row, in the worker", postgres.worker_row),
        ("a further round in it, in the worker", postgres.worker_round),
        ("PostgreSQL: a batch, in the database", postgres.cpu_batch),
        ("a row, in the database", postgres.cpu_row),
        ("a further round in it, in the database", postgres.cpu_round),
        ("reading a tick's counters, in the worker", costs.tick_worker[0]),
        ("… more for each worker that counts", costs.tick_worker[1]),
        ("reading a tick's counters, in the database", costs.tick_cpu[0]),
        ("… more for each worker that counts", costs.tick_cpu[1]),
    ):
        rows.append([name, f"{value * 1e6:,.1f} µs", *source("postgres")])
    rows += [
        [
            "counting one seat, at each join",
            f"{costs.seat_count * 1e9:,.0f} ns",
            *source("postgres"),
        ],
        ["WAL of a vote", f"{postgres.wal_row:,.0f} bytes", *source("postgres")],
        ["Redis: a fact delivered", f"{costs.delivery * 1e6:,.1f} µs", *source("redis")],
        ["a fact heard, in the worker", f"{costs.fact * 1e6:,.1f} µs", *source("redis")],
    ]
    for name, value in costs.bytes.items():
        rows.append([name.replace("_", " "), f"{value:,.0f}", *source("bytes")])
    return as_table(["what", "cost", "command under `bench/`", "measured at"], rows)


def assumptions_table(_costs: Costs) -> str:
    rows = [[n, f"{each.value:g} {each.unit}", each.why] for n, each in ASSUMED.items()]
    return as_table(["assumed", "value", "why"], rows)


CHECKS = {
    "room_1000_projector_10s": (1000, 10, PHONES_EVERY_SECONDS),
    "room_8000_projector_5s": (8000, 5, PHONES_EVERY_SECONDS),
    "room_1000_live_5s": (1000, 5, tally_interval(1000)),
    "room_1000_live_10s": (1000, 10, tally_interval(1000)),
}
FITTED = ("room_1000_projector_10s", "server_cpu_ms_per_vote")
FIGURES = ("server_cpu_ms_per_vote", "ack_ms.p50", "ack_ms.p99")


def checked(costs: Costs) -> list[tuple[str, str, float, float]]:
    """Return (room, figure, predicted, measured), all in milliseconds."""
    found = []
    for name, (phones, seconds, every) in CHECKS.items():
        measured = json.loads(MEASURED.read_text())["parts"][name]
        room = Room(phones, 1, costs.sqlite, frames_every=every, even_seconds=seconds)
        seen = simulate(room, costs, seconds + 1)
        told = (seen.cpu_per_vote, seen.p50, seen.p99)
        found += [
            (name, figure, value * 1000, float(measured[figure]))
            for figure, value in zip(FIGURES, told, strict=True)
            if figure in measured
        ]
    return found


def _use(name: str, figure: str) -> str:
    return "fitted" if (name, figure) == FITTED else "checked"


def checks_table(costs: Costs) -> str:
    rows = [
        [name, figure, f"{told:.2f}", f"{seen:.2f}", f"{told / seen:.2f}", _use(name, figure)]
        for name, figure, told, seen in checked(costs)
    ]
    return as_table(["room", "figure", "predicted", "measured", "ratio", "use"], rows)


SIZES = (10_000, 100_000, 1_000_000)


def changed(costs: Costs) -> Costs:
    """Return the costs once pages come from a content network, and presence is told and seats are
    kept as numbers. Taking a seat is then one request that costs as much as a join.
    """
    sizes = {**costs.bytes, "page_bytes": 0.0, "static_bytes": 0.0}
    return replace(costs, page=costs.join, tag=0.0, tag_bytes=0.0, seat_count=0.0, bytes=sizes)


def plans(costs: Costs) -> list[tuple[str, Room, Costs]]:
    """Return what is reckoned: one hall and many, as built and as changed."""
    found = []
    for phones in SIZES:
        hall = Room(phones, 1, costs.postgres)
        on_phones = replace(hall, frames_every=tally_interval(phones))
        panel = int(assumed("panel"))
        many = replace(hall, panels=phones // panel, frames_every=tally_interval(panel))
        lean = changed(costs)
        found += [
            ("one hall, tallies on screens only", hall, costs),
            ("one hall, tallies on phones", on_phones, costs),
            ("one hall, tallies on phones, changed", replace(on_phones, tick=1.0), lean),
            ("many panels, each on all workers", many, costs),
            ("many panels, each on few workers, changed", replace(many, own_workers=True), lean),
        ]
    return found


def planned(costs: Costs, name: str, room: Room) -> list[str]:
    """Return a row of the table of sizes."""
    sized = size(room, costs)
    found = needs(sized, costs)
    nginx = math.ceil(found.pop("nginx cores") / assumed("fill"))
    first = max(found, key=lambda part: found[part])
    databases = math.ceil(sized.database_cores / assumed("PostgreSQL cores"))
    row = [
        f"{room.phones:,}",
        name,
        f"{sized.workers:,}",
        f"{databases} × {math.ceil(sized.database_cores / databases)}",
        f"{nginx}",
        f"{memory_gib(sized, costs):,.1f} GiB",
        f"{found['network'] * assumed('network card'):,.2f} Gbit/s",
        f"{peak_rate(sized):,.0f}",
        f"{first}, {found[first]:.0%}",
    ]
    if found["workers, voting"] > 1:
        return [*row, "grows", "grows", "–"]
    seen = simulate(sized, costs)
    return [*row, ms(seen.p50), ms(seen.p99), f"{back_seconds(sized, costs):,.0f} s"]


def sizes_table(costs: Costs) -> str:
    head = ["phones", "where", "workers", "databases × cores", "nginx cores", "memory of workers"]
    head += ["out at the peak", "votes/s at the peak", "fullest", "ack p50", "ack p99"]
    rows = [planned(with_costs, name, room) for name, room, with_costs in plans(costs)]
    return as_table([*head, "back after a Wi-Fi drop"], rows)


PORTS = 28_232
"""Linux lends ports 32768 to 60999 for lines to one address and port."""
CONNECTIONS = 200
RANKING_BALLOT = 3.3 / 120_000
"""Seconds a ballot: `hemicycle count` with 15 options, see bench/README.md."""


def stop_votes(costs: Costs) -> float:
    """Return how many votes a second fill one worker on PostgreSQL."""
    room, rate = Room(0, 1, costs.postgres, even_seconds=1.0), 1
    while needs(replace(room, phones=rate), costs)["workers, voting"] < assumed("fill"):
        rate += 10
    return rate


def stops(costs: Costs) -> dict[str, str]:
    """Return where each part stops, by a short name: a number and its unit."""
    fill, store, frame = assumed("fill"), costs.postgres, costs.bytes["tally_frame_bytes"]
    cores, joins = assumed("PostgreSQL cores") * fill, assumed("joins at the peak")
    card = assumed("network card") * 1e9 / 8
    a_row = store.cpu_row + store.cpu_batch / 20
    return {
        "worker, votes": f"{stop_votes(costs):,.0f} votes/s",
        "worker, frames": f"{fill * TICK / costs.frame:,.0f} phones at 4 tallies/s",
        "worker, pages": f"{fill / (costs.page + costs.join):,.0f} newcomers/s",
        "worker, all back at once": f"{assumed('reconnect') / costs.join:,.0f} phones in 5 s",
        "worker, memory": f"{2 * 2**20 / costs.phone_kib:,.0f} phones in 2 GiB",
        "nginx, ports": f"{PORTS:,} phones for each worker's address",
        "nginx, frames": f"{fill * TICK / assumed('nginx frame') * 1e6:,.0f} phones a core at 4 tallies/s",
        "Redis, facts": f"{math.sqrt(fill * TICK / costs.delivery):,.0f} workers that share one panel",
        "presence, tags": f"{2**30 / costs.tag_bytes:,.0f} people in one panel: 1 GiB in every worker",
        "PostgreSQL, one hot round": f"{cores / a_row:,.0f} votes/s on 16 cores",
        "PostgreSQL, WAL": f"{assumed('WAL') * 1e6 / store.wal_row:,.0f} votes/s",
        "PostgreSQL, seats counted": f"{math.sqrt(cores / joins / costs.seat_count):,.0f} seats in one panel",
        "PostgreSQL, seats taken": f"{cores / (store.cpu_batch + store.cpu_row):,.0f} newcomers/s on 16 cores",
        "PostgreSQL, connections": f"{CONNECTIONS // 17:,} workers of 17 connections each, as in deploy/",
        "PostgreSQL, tick reads": f"{cores * TICK / costs.tick_cpu[0]:,.0f} voting panels × workers on 16 cores",
        "network, tallies": f"{card * TICK / (frame + assumed('packet')):,.0f} phones a card at 4 tallies/s",
        "network, a poll opens": f"{card * 0.3 / costs.bytes['view_frame_bytes']:,.0f} phones a card in 0.3 s",
        "closing a ranking": f"{10 / RANKING_BALLOT:,.0f} ballots in 10 s",
    }


def stops_table(costs: Costs) -> str:
    return as_table(["part", "stops at"], [[*each] for each in stops(costs).items()])


TABLES: dict[str, Callable[[Costs], str]] = {
    "costs": costs_table,
    "assumptions": assumptions_table,
    "checks": checks_table,
    "sizes": sizes_table,
    "stops": stops_table,
}


def written(document: str, tables: dict[str, str]) -> str:
    """Return the document with each table between its marks replaced."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = document.partition(begin)
        _, mark, after = rest.partition(end)
        if not mark:
            raise ValueError(f"there is no place for the table {name}")
        document = before + begin + table + "\n" + end + after
    return document


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--doc", action="store_true", help="write the tables into docs/scale.md")
    options = parser.parse_args(arguments)
    costs = read_costs()
    tables = {name: make(costs) for name, make in TABLES.items()}
    if options.doc:
        DOC.write_text(written(DOC.read_text(), tables))
    else:
        print("\n\n".join(tables.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
