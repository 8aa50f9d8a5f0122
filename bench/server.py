"""The server that is measured: a real `hemicycle serve` in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psycopg

from bench.phones import BenchError
from polls.domain.tally import BALLOTS

START_SECONDS = 30.0
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024

AGENDA = """\
title: {en: A full room}
languages: [en]
moderation: post
items:
  - kind: single_choice
    visibility: VISIBILITY
    title: {en: "Will digital apps save democracy or kill it?"}
    options: [{en: Save it}, {en: Kill it}, {en: Neither}]
"""


def cpu_seconds_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


class Server:
    """One server process on a free port, with a database in a folder that is thrown away."""

    def __init__(self, database_url: str = "", settings: dict[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hemicycle-bench-")
        self.database = Path(self._folder.name) / "room.db"
        self.log = Path(self._folder.name) / "server.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HEMICYCLE_")}
        self._url = environment["HEMICYCLE_DATABASE_URL"] = (
            database_url or f"sqlite:///{self.database}"
        )
        environment["HEMICYCLE_PARTICIPANT_COMMANDS_PER_MINUTE"] = "1000000"
        environment.update(settings or {})
        command = [str(Path(sys.executable).with_name("hemicycle"))]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "serve", "--host", "127.0.0.1", "--port", "0"],
                env=environment,
                cwd=self._folder.name,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.port = self._read_port()

    def _read_port(self) -> int:
        if self._process.stdout is None:
            raise BenchError("the server says nothing")
        line = self._process.stdout.readline().decode()
        if "http://" not in line:
            raise BenchError(f"the server did not start: {self.log.read_text()[-2000:]}")
        return int(line.strip().rpartition(":")[2])

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._folder.cleanup()

    # What it costs

    @property
    def ports(self) -> list[int]:
        return [self.port]

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_seconds(self) -> float:
        """Return the processor time of all threads of the process so far."""
        return cpu_seconds_of(self.pid)

    def memory_kib(self) -> int:
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * PAGE_KIB

    # What it is asked by others than phones

    def post(self, path: str, body: bytes, kind: str, key: str = "") -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body)
        request.add_header("Content-Type", kind)
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS) as response:
                answer: dict[str, Any] = json.loads(response.read())
                return answer
        except urllib.error.HTTPError as error:
            raise BenchError(f"{path}: {error.read().decode()[:500]}") from error

    def create_panel(self, visibility: str) -> tuple[str, str, str]:
        """Return a new panel's code, the moderator's key and the projector's."""
        agenda = AGENDA.replace("VISIBILITY", visibility).encode()
        made = self.post("/api/v1/panels", agenda, "application/yaml")
        keys = (str(made[name]).partition("key=")[2] for name in ("moderate", "screen"))
        return (str(made["code"]), *keys)  # type: ignore[return-value]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the database itself, beside the server."""
        if self._url.startswith("postgresql"):
            with psycopg.connect(self._url.replace("+psycopg", "")) as server:
                return list(server.execute(query.encode()))
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as file:
            return list(file.execute(query))

    def first_item(self) -> str:
        return str(self._rows("SELECT id FROM agenda_item")[0][0])

    def ballots(self) -> dict[str, Any]:
        """Return the stored answers by receipt, read from the database itself."""
        query = "SELECT receipt, CAST(answer AS TEXT) FROM ballot WHERE answer IS NOT NULL"
        return {receipt: json.loads(answer) for receipt, answer in self._rows(query)}

    def counted(self) -> int:
        """Return the counter `ballots`, which must say the same as the ballots themselves."""
        rows = self._rows(f"SELECT sum(value) FROM counter WHERE key = '{BALLOTS}'")
        return int(rows[0][0] or 0)

    def log_tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-20:])
