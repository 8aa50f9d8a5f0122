"""Runs the installed `hemicycle` command as people do, in a process that can be killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.support.processes import end_process, find_free_port, start_process
from tests.support.waiting import eventually

START_TIMEOUT_SECONDS = 30
# What a failed test shows of a log: its end, where the reason is.
SHOWN_LOG_LINES = 120

_running: list[RunningServer] = []


class RunningServer:
    """`hemicycle serve` on a free port with a database of its own; settings are HEMICYCLE_…"""

    def __init__(
        self,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        database_url: str | None = None,
        command: Path | None = None,
        working_folder: Path | None = None,
    ) -> None:
        self.folder = folder
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = database_url or f"sqlite:///{folder / 'hemicycle.db'}"
        self.command = command or Path(sys.executable).with_name("hemicycle")
        self.log_path = folder / f"server-{self.port}.log"
        self._working_folder = working_folder or folder
        self._settings = dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The caller's environment without its own Hemicycle settings, plus the test's."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith("HEMICYCLE_") and key != "PYTHONPATH"
        }
        kept["PYTHONUNBUFFERED"] = "1"
        kept["HEMICYCLE_DATABASE_URL"] = self.database_url
        return kept | self._settings

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        return self.log_path.read_text("utf-8", "replace") if self.log_path.exists() else ""

    def start(self) -> RunningServer:
        self._process = start_process(
            [self.command, "serve", "--host", "127.0.0.1", "--port", str(self.port)],
            self.log_path,
            environment=self.environment,
            folder=self._working_folder,
        )
        if self not in _running:
            _running.append(self)
        try:
            eventually(self._is_live, START_TIMEOUT_SECONDS, message="the server is live")
        except BaseException:
            self.kill9()
            raise
        return self

    def _is_live(self) -> bool:
        if not self.is_running:
            raise RuntimeError(f"hemicycle serve ended at once:\n{self.log}")
        try:
            return requests.get(self.url + "/health/live", timeout=2).ok
        except requests.RequestException:
            return False

    def stop(self) -> int | None:
        """Ends it as an operator would; returns its exit code."""
        return end_process(self._process) if self._process else None

    def kill9(self) -> None:
        """Ends it as a power cut would."""
        if self._process is not None:
            end_process(self._process, signal.SIGKILL)

    def restart(self) -> None:
        """Comes back on the same port, with the same database and settings."""
        self.stop()
        self.start()

    def run(
        self, *arguments: str, check: bool = True, timeout_seconds: float = 50
    ) -> subprocess.CompletedProcess[str]:
        """Runs another `hemicycle` command with the same settings and database."""
        done = subprocess.run(
            [str(self.command), *arguments],
            env=self.environment,
            cwd=self._working_folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(
                f"hemicycle {' '.join(arguments)} ended with {done.returncode}:\n"
                f"{done.stdout}{done.stderr}"
            )
        return done

    def forget(self) -> None:
        self.stop()
        if self in _running:
            _running.remove(self)


MakeServer = Callable[..., RunningServer]


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    """Starts servers: `make_server(database_url=…, settings={"HEMICYCLE_…": "…"})`."""
    made: list[RunningServer] = []

    def make(
        *,
        folder: Path | None = None,
        settings: Mapping[str, str] | None = None,
        database_url: str | None = None,
    ) -> RunningServer:
        server = RunningServer(folder or tmp_path, settings=settings, database_url=database_url)
        made.append(server)
        return server.start()

    yield make
    for server in made:
        server.forget()


@pytest.fixture
def server(make_server: MakeServer) -> RunningServer:
    """A running server with an empty SQLite database, this test's alone."""
    return make_server()


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for whoever makes a panel of their own in it, and changes nothing else."""
    server = RunningServer(tmp_path_factory.mktemp("server"))
    yield server.start()
    server.forget()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure shows what the servers said, since the reason is often there."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.failed:
        for server in _running:
            tail = "\n".join(server.log.splitlines()[-SHOWN_LOG_LINES:])
            report.sections.append((f"log of the server on port {server.port}", tail))
