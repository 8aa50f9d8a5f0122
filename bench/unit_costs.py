"""What one vote, frame, join, batch and page cost: the figures that `bench/scale.py` reckons with.

Runs the other programs of this folder, and measures here what none of them does: a batch of
ballots on a PostgreSQL of its own (fsync on), a fact over a Redis of its own, bytes of pages and
frames. Writes `bench/measured.json`: each reading with its command, and the commit and the day.

    python bench/unit_costs.py --write            # all, some ten minutes
    python bench/unit_costs.py --only postgres    # print one part, write nothing
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import secrets
import subprocess
import sys
import time
import tracemalloc
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson

from bench.phones import BenchError
from bench.room import Room, parse
from bench.server import Server
from bench.store_costs import Readings, cpu_of_family, measure_postgres, measure_sqlite, wait_for

HERE = Path(__file__).resolve().parent
MEASURED = HERE / "measured.json"
FACT_LISTENERS = 50
TAGS = 200_000
FONT = HERE.parent / "static" / "vendor" / "atkinson-hyperlegible-next-latin.woff2"
LOADED_BY_PAGE = r'(?:href|src)="(/static/[^"]+\.(?:js|css|svg)[^"]*)"'
IMPORTED = r'(?:^|\n)import[^"\n]*"(\.[^"]+\.js)"'

ROOMS: dict[str, tuple[str, ...]] = {
    "room_1000_live_5s": ("room.py", "--seconds", "5"),
    "room_1000_live_10s": ("room.py", "--seconds", "10"),
    "room_1000_projector_10s": ("room.py", "--seconds", "10", "--visibility", "projector"),
    "room_8000_projector_5s": (
        *("room.py", "--phones", "8000", "--join-seconds", "40"),
        *("--visibility", "projector"),
    ),
    "throughput": ("throughput.py", "--visibility", "projector"),
    "fanout": ("fanout.py",),
}


def run_other(arguments: Sequence[str]) -> Readings:
    """Run another program of this folder and return its figures, nested ones by dotted names."""
    command = [sys.executable, str(HERE / arguments[0]), *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(arguments)}: {done.stderr.strip()[-500:]}")
    return dict(_flat(json.loads(done.stdout)))


def _flat(found: dict[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    for name, value in found.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, int | float):
            yield before + name, value


# Redis


def measure_redis() -> Readings:
    """What a fact costs that one worker tells so many others: in Redis, and in one who hears."""
    import redis

    port = 40_001 + os.getpid() % 20_000
    quiet = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1"]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), *quiet], stdout=subprocess.DEVNULL
    )
    try:
        wait_for(["redis-cli", "-p", str(port), "ping"])
        time.sleep(0.5)
        teller = redis.Redis(port=port)
        listeners = [
            redis.Redis(port=port).pubsub()  # type: ignore[no-untyped-call]
            for _ in range(FACT_LISTENERS)
        ]
        for each in listeners:
            each.subscribe("panel")
            each.get_message(timeout=5)
        fact = json.dumps({"round": secrets.token_hex(16), "worker": 17, "version": 12345})
        facts = 400
        before, clock = cpu_of_family(server.pid), time.perf_counter()
        for _ in range(facts):
            teller.publish("panel", fact)
        told, redis_cpu = time.perf_counter() - clock, cpu_of_family(server.pid) - before
        heard, spent = 0, time.process_time()
        for each in listeners:
            while each.get_message(timeout=0) is not None:
                heard += 1
        spent = time.process_time() - spent
    finally:
        server.terminate()
        server.wait(10)
    if heard != facts * FACT_LISTENERS:
        raise BenchError(f"{heard} facts were heard of {facts * FACT_LISTENERS}")
    return {
        "redis_cpu_us_per_delivery": round(redis_cpu * 1e6 / heard, 3),
        "worker_cpu_us_per_fact_heard": round(spent * 1e6 / heard, 2),
        "ms_per_publish": round(told * 1000 / facts, 3),
        **measure_tags(),
    }


def measure_tags() -> Readings:
    """What it takes to hear of one person's vote at another worker, and to keep who came."""
    tags = [secrets.token_hex(5) for _ in range(TAGS)]
    messages = [orjson.dumps({"votes": tags[at : at + 50]}) for at in range(0, TAGS, 50)]
    voters: set[str] = set()
    before = time.process_time()
    for message in messages:
        for tag in orjson.loads(message)["votes"]:
            voters.add(tag)
    spent = time.process_time() - before
    tracemalloc.start()
    heard = [tag for message in messages for tag in orjson.loads(message)["votes"]]
    kept = (dict.fromkeys(heard, 1), dict.fromkeys(heard, 0.5), set(heard))
    del heard
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return {
        "worker_cpu_us_per_tag": round(spent * 1e6 / len(voters), 3),
        "bytes_kept_per_tag": round(memory / len(kept[2])),
    }


# Bytes


def measure_bytes() -> Readings:
    """The size of the phone's page and of what it loads, compressed; of a snapshot and frames."""
    server = Server()
    try:
        room = Room(server, parse(["--phones", "20", "--join-seconds", "0.2", "--seconds", "0.5"]))
        room.seat_the_others()
        room.fill()
        for phone in room.phones:
            phone.keeps = []
        room.command("poll.open", poll=room.poll)
        room.vote()
        kept = [payload for _, payload in room.phones[0].keeps or ()]
        address = f"http://127.0.0.1:{server.port}/p/{room.code}"
        page, body = join_by_page(address)
        static = _all_that_loads(address, body)
        snapshot = len(json.dumps(room.phones[0].snapshot or {}, separators=(",", ":")))
        cpu, times = server.cpu_seconds(), 100
        for _ in range(times):
            join_by_page(address)
        spent = server.cpu_seconds() - cpu
        room.hall.close()
    finally:
        server.stop()
    return {
        "page_bytes": page,
        "pages_cpu_ms": round(spent * 1000 / times, 3),
        "static_bytes": static,
        "snapshot_bytes": snapshot,
        "tally_frame_bytes": _longest(kept, b'42["poll.tally"') + 4,
        "view_frame_bytes": _longest(kept, b'42["panel.view"') + 4,
        "ack_frame_bytes": 60,
    }


def _all_that_loads(page: str, body: str) -> int:
    """Return the bytes of what a first visit loads beside the page: scripts, styles and a font."""
    waiting = {urljoin(page, found) for found in re.findall(LOADED_BY_PAGE, body)}
    seen: set[str] = set()
    total = 0
    while waiting:
        address = waiting.pop()
        seen.add(address)
        length, loaded = _fetched(address)
        total += length
        if address.partition("?")[0].endswith(".js"):
            found = re.findall(IMPORTED, loaded)
            waiting |= {urljoin(address, each) for each in found} - seen
    return total + FONT.stat().st_size


def _longest(kept: Sequence[bytes], start: bytes) -> int:
    return max((len(each) for each in kept if each.startswith(start)), default=0)


def join_by_page(address: str) -> tuple[int, str]:
    """Come as a newcomer: see the panel, take a seat, get the phone's page; return that."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    first, _ = _fetched(address, opener.open)
    origin = address.partition("/p/")[0]
    seat = urllib.request.Request(address + "/join", b"language=en", {"Origin": origin})
    second, body = _fetched(seat, opener.open)
    return first + second, body


def _fetched(asked: Any, fetch: Callable[..., Any] = urllib.request.urlopen) -> tuple[int, str]:
    """Return the size on the wire, compressed, and the text."""
    if isinstance(asked, str):
        asked = urllib.request.Request(asked)
    with fetch(asked) as response:
        data = response.read()
    return len(zlib.compress(data, 6)), data.decode("utf-8", "replace")


# All


HERE_MEASURED: dict[str, Callable[[], Readings]] = {
    "sqlite": measure_sqlite,
    "postgres": measure_postgres,
    "redis": measure_redis,
    "bytes": measure_bytes,
}


def measure_part(name: str) -> dict[str, Any]:
    if name in HERE_MEASURED:
        return {"command": f"unit_costs.py --only {name}", **HERE_MEASURED[name]()}
    return {"command": " ".join(ROOMS[name]), **run_other(ROOMS[name])}


def main(arguments: Sequence[str] | None = None) -> int:
    parts = (*ROOMS, *HERE_MEASURED)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=parts, nargs="+", default=parts)
    parser.add_argument("--write", action="store_true", help=f"into {MEASURED.name}")
    options = parser.parse_args(arguments)
    written = json.loads(MEASURED.read_text()) if MEASURED.exists() else {"parts": {}}
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    for name in options.only:
        try:
            found = measure_part(name)
        except BenchError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        day = dt.datetime.now(dt.UTC).date().isoformat()
        load = round(os.getloadavg()[0], 1)
        written["parts"][name] = {**found, "commit": commit, "day": day, "load": load}
        print(json.dumps({name: written["parts"][name]}, indent=2), flush=True)
        if options.write:
            MEASURED.write_text(json.dumps(written, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
