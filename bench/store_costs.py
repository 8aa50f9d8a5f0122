"""What a batch of ballots costs on each database, asked as a worker's ballot box asks.

`bench/unit_costs.py` runs this; the databases are fresh, durable, and thrown away after.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.phones import BenchError
from bench.server import TICKS_A_SECOND
from polls.domain.codes import new_receipt
from polls.domain.kinds import kind_named
from polls.domain.polls import Round
from polls.store import agenda, panels
from polls.store.ballots import Cast, cast_batch, counters_of
from polls.store.database import Database

BATCH_SIZES = (1, 16, 128, 500)
BATCHES_EACH = 40
SEATS = 20_000
LOCKERS = 64

Readings = dict[str, float]

# PostgreSQL


@contextmanager
def own_postgres() -> Iterator[tuple[str, int]]:
    """Start a PostgreSQL with its defaults, durable ones; give its address and process."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    programs = found[-1] if found else Path(shutil.which("initdb") or "").parent
    become: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="hemicycle-bench-") as folder:
        if become:
            shutil.chown(folder, "postgres")
        data, port = Path(folder) / "data", 20_000 + os.getpid() % 20_000
        made = ["--username=hemicycle", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]
        quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
        subprocess.run([programs / "initdb", "-D", data, *made], check=True, **quiet, **become)
        options = [f"-cport={port}", "-clisten_addresses=127.0.0.1"]
        options += [f"-cunix_socket_directories={folder}", "-cshared_buffers=256MB"]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *options],
            stderr=subprocess.DEVNULL,
            **quiet,
            **become,
        )
        try:
            wait_for([programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)])
            yield f"postgresql+psycopg://hemicycle@127.0.0.1:{port}/postgres", server.pid
        finally:
            # PostgreSQL's fast shutdown: it does not wait for clients to leave.
            server.send_signal(signal.SIGINT)
            server.wait(30)


def wait_for(command: list[Any], seconds: float = 30) -> None:
    ends_at = time.monotonic() + seconds
    while subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        if time.monotonic() > ends_at:
            raise BenchError(f"{command[0]} waited in vain")
        time.sleep(0.2)


def cpu_of_family(pid: int) -> float:
    """Return the processor seconds of a process and its living children."""
    ticks = 0
    if not pid:
        return 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid or stat.parent.name == str(pid):
            ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS_A_SECOND


def make_rounds(database: Database, count: int) -> list[str]:
    """Store a panel with so many open polls; return their rounds."""
    panel = panels.new_id()
    texts = ("title", "description", "theme", "place")
    values: dict[str, Any] = {"id": panel, "code": panel[:16], **{name: {} for name in texts}}
    values |= {"panellists": [], "languages": ["en"], "moderation": "post", "version": 1}
    values |= {"comments_open": True, "joining_locked": False, "projector_view": "item"}
    database.write(lambda c: panels.insert_panel(c, {**values, "created_at": 0.0, "ends_at": 2e9}))
    poll = {"panel_id": panel, "kind": "single_choice", "title": {}, "options": []}
    poll |= {"settings": {}, "visibility": "live", "state": "open"}
    rounds = [panels.new_id() for _ in range(count)]
    for each in rounds:
        database.write(lambda c, each=each: agenda.insert_poll(c, {**poll, "id": each}))  # type: ignore[misc]
        database.write(lambda c, each=each: agenda.insert_round(c, Round(each, each, 1, 0.0)))  # type: ignore[misc]
    return rounds


def casts_of(rounds: Sequence[str], count: int) -> list[Cast]:
    kind = kind_named("single_choice")
    return [
        Cast(rounds[place % len(rounds)], secrets.token_hex(16), kind, "abc"[place % 3], 1, 1.0)
        for place in range(count)
    ]


def a_receipt() -> str:
    return new_receipt(secrets.choice)


class StoreBench:
    """Batches of first ballots, as a worker's ballot box sends them."""

    def __init__(self, url: str, pid: int = 0) -> None:
        """`pid` is the database server's process, if it has one."""
        self.database = Database(url)
        self.database.migrate()
        self._pid = pid

    def wal_bytes(self) -> int:
        if self.database.is_sqlite:
            return 0
        asked = text("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
        return int(self.database.read(lambda c: c.execute(asked).scalar_one()))

    def cost(self, work: Callable[[], object], times: int) -> Readings:
        """Return milliseconds on the clock, of the client's and the server's processors, WAL."""
        wal, server = self.wal_bytes(), cpu_of_family(self._pid)
        clock, client = time.perf_counter(), time.process_time()
        for _ in range(times):
            work()
        took, spent = time.perf_counter() - clock, time.process_time() - client
        served = cpu_of_family(self._pid) - server
        return {
            "ms": round(took * 1000 / times, 3),
            "worker_cpu_ms": round(spent * 1000 / times, 3),
            "postgres_cpu_ms": round(served * 1000 / times, 3),
            "wal_bytes": round((self.wal_bytes() - wal) / times),
        }

    def batch(self, rounds: Sequence[str], size: int) -> Readings:
        def store() -> None:
            casts = casts_of(rounds, size)
            self.database.write(lambda c: cast_batch(c, casts, a_receipt, 0))

        return self.cost(store, BATCHES_EACH * (4 if size < 100 else 1))

    def fill_seats(self, panel_round: str) -> None:
        """Give the panel of a round so many participants, as names that lead to nobody."""
        panel = self.database.read(
            lambda c: c.execute(
                text("SELECT panel_id FROM poll WHERE id = :id"), {"id": panel_round}
            ).scalar_one()
        )
        made = (
            "INSERT INTO participant SELECT :panel, md5(n::text), 'en', 0 "
            f"FROM generate_series(1, {SEATS}) n"
        )
        self.database.write(lambda c: c.execute(text(made), {"panel": panel}))
        self.panel = panel

    def read_counters(self, round_id: str, shards: int) -> Readings:
        """Return what a tick's read costs when so many workers have counted."""
        table = "INSERT INTO counter SELECT :round, k, s, 1 FROM unnest(ARRAY['a','b','c','ballots','version']) k, "
        fill = table + f"generate_series(1, {shards}) s ON CONFLICT DO NOTHING"
        self.database.write(lambda c: c.execute(text(fill), {"round": round_id}))
        return self.cost(
            lambda: self.database.read(lambda c: counters_of(c, [round_id])), 10 * BATCHES_EACH
        )

    def share_a_row(self, lockers: int) -> Readings:
        """Return what `FOR SHARE` leaves on a row that so many transactions hold at a time."""
        connection = self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        asked = "SELECT next_multi_offset::text::bigint FROM pg_control_checkpoint()"

        def members() -> int:
            connection.execute(text("CHECKPOINT"))
            return int(connection.execute(text(asked)).scalar_one())

        address = self.database.url
        with connection, tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(
                "BEGIN;\nSELECT id FROM instance_setting_row FOR SHARE;\n"
                "SELECT pg_sleep(0.02);\nCOMMIT;\n"
            )
            script.flush()
            connection.execute(text("CREATE TABLE instance_setting_row AS SELECT 1 AS id"))
            before = members()
            place = ["-h", str(address.host), "-p", str(address.port), "-U", str(address.username)]
            done = subprocess.run(
                [
                    "pgbench",
                    *place,
                    "-n",
                    f"-c{lockers}",
                    "-j2",
                    "-T5",
                    f"-f{script.name}",
                    "postgres",
                ],
                capture_output=True,
                text=True,
                check=True,
            )
            found = re.search(r"processed: (\d+)", done.stdout)
            transactions = int(found[1]) if found else 1
            return {"row_members_per_commit": round((members() - before) / transactions, 1)}


def measure_postgres() -> Readings:
    found: Readings = {}
    with own_postgres() as (url, pid):
        bench = StoreBench(url, pid)
        try:
            rounds = make_rounds(bench.database, 100)
            bench.batch(rounds[:1], 500)
            for size in BATCH_SIZES:
                found |= _named(f"batch_{size}", bench.batch(rounds[:1], size))
            found |= _named("batch_500_over_100_rounds", bench.batch(rounds, 500))
            bench.fill_seats(rounds[0])
            counting = bench.cost(
                lambda: bench.database.read(lambda c: panels.participant_count(c, bench.panel)), 50
            )
            found |= _named(f"count_{SEATS}_seats", counting)
            for shards in (1, 100):
                read = bench.read_counters(rounds[1], shards)
                found |= _named(f"tick_read_{shards}_shards", read)
            found |= _named(f"share_by_{LOCKERS}", bench.share_a_row(LOCKERS))
        finally:
            bench.database.close()
    return found


def _named(name: str, costs: Readings) -> Readings:
    return {f"{name}.{cost}": value for cost, value in costs.items()}


def measure_sqlite() -> Readings:
    """The same batches on SQLite, and what it takes this disk to make 8 KiB durable."""
    with tempfile.TemporaryDirectory(prefix="hemicycle-bench-") as folder:
        bench = StoreBench(f"sqlite:///{folder}/room.db")
        rounds = make_rounds(bench.database, 1)
        found: Readings = {}
        for size in BATCH_SIZES:
            costs = bench.batch(rounds, size)
            found |= {f"batch_{size}.{name}": costs[name] for name in ("ms", "worker_cpu_ms")}
        bench.database.close()
        times = []
        with (Path(folder) / "disk").open("wb") as file:
            for _ in range(200):
                before = time.perf_counter()
                file.write(b"x" * 8192)
                file.flush()
                os.fdatasync(file.fileno())
                times.append(time.perf_counter() - before)
    return {**found, "flush_ms": round(statistics.median(times) * 1000, 3)}
