"""Workers that start at the same moment on an empty database, and one that comes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.support.redis_server import RedisServer
from tests.support.server import RunningServer

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


def number_of(server: RunningServer) -> int:
    return int(requests.get(f"{server.url}/health/ready", timeout=10).json()["worker"])


def test_workers_may_start_at_once_and_one_that_was_killed_gets_its_number_back(
    postgres_url: str, redis_server: RedisServer, tmp_path: Path
) -> None:
    settings = {"HEMICYCLE_REDIS_URL": redis_server.url}
    servers = [
        RunningServer(tmp_path, settings=settings, database_url=postgres_url) for _ in range(3)
    ]
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(RunningServer.start, servers))
        assert sorted(map(number_of, servers)) == [0, 1, 2]
        number = number_of(servers[0])
        servers[0].kill9()
        servers[0].start()
        assert number_of(servers[0]) == number
    finally:
        for server in servers:
            server.forget()
