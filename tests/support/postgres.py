"""A real PostgreSQL for the tests, made fresh in a folder of its own and thrown away after."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.processes import end_process, find_free_port, start_process, unprivileged_user
from tests.support.waiting import eventually

SPEED_SETTINGS = {
    # Durability over a power cut is PostgreSQL's own business, and its tests are elsewhere.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


def find_postgres_programs() -> Path | None:
    """The folder with `initdb` and `postgres`; Debian keeps them out of the PATH."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name)
    )
    in_path = shutil.which("initdb")
    if in_path:
        folders.insert(0, Path(in_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class PostgresServer:
    """One cluster for the whole test run; every test asks it for a database of its own."""

    def __init__(
        self,
        programs: Path,
        folder: Path,
        settings: Mapping[str, str] = SPEED_SETTINGS,
        settings_file: Path | None = None,
    ) -> None:
        """`settings_file` is read instead of what `initdb` wrote; `settings` go before it."""
        self.port = find_free_port()
        self._folder = folder
        self._log = folder / "postgres.log"
        user = unprivileged_user()
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._log.touch()
        data = folder / "data"
        become: dict[str, Any] = {}
        if user is not None:
            become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        subprocess.run(
            [
                str(programs / "initdb"),
                f"--pgdata={data}",
                "--username=hemicycle",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=folder,
            **become,
        )
        own_settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(folder),
            **settings,
        }
        if settings_file is not None:
            # Whoever PostgreSQL runs as may not look into the project's folder.
            copied = folder / settings_file.name
            copied.write_bytes(settings_file.read_bytes())
            copied.chmod(0o644)
            own_settings["config_file"] = str(copied)
        options = [part for item in own_settings.items() for part in ("-c", "=".join(item))]
        self._process = start_process(
            [programs / "postgres", "-D", data, *options], self._log, folder=folder, user=user
        )
        eventually(self._answers, 30, message="PostgreSQL answers")

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError("PostgreSQL ended at once:\n" + self._log.read_text())
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="hemicycle",
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def create_database(self) -> str:
        """Makes an empty database and returns its address for SQLAlchemy."""
        name = "test_" + uuid.uuid4().hex
        with self._connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql+psycopg://hemicycle@127.0.0.1:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        name = url.rpartition("/")[2]
        with self._connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def stop(self) -> None:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients to leave.
        end_process(self._process, signal.SIGINT)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    programs = find_postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (package postgresql)")
    # Not pytest's own folder: that one is closed to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="hemicycle-postgres-") as folder:
        server = PostgresServer(programs, Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database that is this test's alone."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)
