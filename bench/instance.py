"""Several workers with a real PostgreSQL and a real Redis, measured as if they were one server."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from bench.phones import BenchError
from bench.server import Server
from tests.support.postgres import PostgresServer, find_postgres_programs
from tests.support.redis_server import RedisServer

DURABLE_SETTINGS = {"max_connections": "200", "shared_buffers": "256MB"}
"""All else is as PostgreSQL comes: what it acknowledges is on the disk."""


class Instance:
    """Workers of one instance, each a `hemicycle serve` of its own."""

    def __init__(self, workers: int = 2) -> None:
        programs, redis = find_postgres_programs(), shutil.which("redis-server")
        if programs is None or redis is None:
            raise BenchError("PostgreSQL and Redis are needed (packages postgresql, redis-server)")
        self._folder = tempfile.TemporaryDirectory(prefix="hemicycle-bench-")
        self._workers: list[Server] = []
        self._postgres = PostgresServer(programs, self._made("postgres"), DURABLE_SETTINGS)
        self._redis = RedisServer(redis, self._made("redis"))
        url = self._postgres.create_database()
        settings = {"HEMICYCLE_REDIS_URL": self._redis.url}
        try:
            self._workers = [Server(url, settings) for _ in range(workers)]
        except BenchError:
            self.stop()
            raise

    def _made(self, name: str) -> Path:
        # PostgreSQL runs as somebody else where this is root's.
        Path(self._folder.name).chmod(0o755)
        folder = Path(self._folder.name) / name
        folder.mkdir()
        return folder

    @property
    def ports(self) -> list[int]:
        return [worker.port for worker in self._workers]

    def stop(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._redis.stop()
        self._postgres.stop()
        self._folder.cleanup()

    def cpu_seconds(self) -> float:
        """Return the processor time of all workers; what the databases take is beside it."""
        return sum(worker.cpu_seconds() for worker in self._workers)

    def memory_kib(self) -> int:
        return sum(worker.memory_kib() for worker in self._workers)

    def create_panel(self, visibility: str) -> tuple[str, str, str]:
        return self._workers[0].create_panel(visibility)

    def first_item(self) -> str:
        return self._workers[0].first_item()

    def ballots(self) -> dict[str, Any]:
        return self._workers[0].ballots()

    def counted(self) -> int:
        return self._workers[0].counted()

    def log_tail(self) -> str:
        return "\n".join(worker.log_tail() for worker in self._workers)
