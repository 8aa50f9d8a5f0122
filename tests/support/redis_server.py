"""A real Redis for the tests; a make-believe one would hide what happens when it goes away."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.support.processes import end_process, find_free_port, start_process
from tests.support.waiting import eventually


class RedisServer:
    """May be stopped and started again on the same port, as in a real outage."""

    def __init__(self, program: str, folder: Path, settings_file: Path | None = None) -> None:
        """`settings_file` is read instead of settings that suit tests."""
        self._settings_file = settings_file
        self._program = program
        self._folder = folder
        self._log = folder / "redis.log"
        self.port = find_free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        settings: list[str | Path] = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        if self._settings_file is not None:
            settings = []
        self._process = start_process(
            [
                self._program,
                *([self._settings_file] if self._settings_file else []),
                *("--port", str(self.port)),
                *("--dir", self._folder),
                *settings,
            ],
            self._log,
        )
        eventually(self._answers, 15, message="Redis answers")

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError("Redis ended at once:\n" + self._log.read_text())
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def clear(self) -> None:
        if self._process.poll() is not None:
            self.start()
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        end_process(self._process)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed (package redis-server)")
    server = RedisServer(program, tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of the running, emptied Redis."""
    redis_server.clear()
    return redis_server.url
