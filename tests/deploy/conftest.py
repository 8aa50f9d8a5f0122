"""The whole house from the files of deploy/: nginx, two workers, PostgreSQL and Redis."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.support.nginx import DEPLOY, NginxServer, find_nginx
from tests.support.postgres import PostgresServer, find_postgres_programs
from tests.support.redis_server import RedisServer
from tests.support.server import RunningServer
from tests.support.wire import Client, WireRoom, make_wire_room

TOKEN = "token-of-the-tests"

# The file is for a server with 8 GB; the tests' machine may have less.
SMALL_MACHINE = {"shared_buffers": "128MB"}


def settings_of(path: Path) -> dict[str, str]:
    """Read a file of settings as systemd and compose do."""
    lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


@dataclass
class House:
    """Everything that runs on one server, and the clients that a test let in by the front door."""

    nginx: NginxServer
    workers: list[RunningServer]
    room: WireRoom
    clients: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.nginx.url

    def browser(self) -> requests.Session:
        """A browser that trusts this house's certificate, with cookies of its own."""
        session = requests.Session()
        # Bundles that the machine's environment names would go before this one.
        session.trust_env = False
        session.verify = str(self.nginx.certificate)
        return session

    def get(self, path: str, **headers: str) -> requests.Response:
        url = self.url + path
        return self.browser().get(url, headers=headers, timeout=30, allow_redirects=False)

    def enter(
        self, spread: int | None, auth: Mapping[str, Any] | None = None, **options: Any
    ) -> Client:
        """Connect by way of nginx, with the number that a page would bring."""
        query = "" if spread is None else f"?spread={spread}"
        client = Client(
            self.url + query,
            {"panel": self.room.code, **(auth or {})},
            session=self.browser(),
            **options,
        )
        self.clients.append(client)
        return client

    def participants(self) -> list[int]:
        """How many phones each worker has."""
        return [self.participants_of(place) for place in range(len(self.workers))]

    def participants_of(self, place: int) -> int:
        return int(number(self.workers[place], "hemicycle_sockets", role="participant"))

    def worker_of(self, spread: int) -> int:
        """Return which worker a page with this number comes to."""
        before = self.participants()
        client = self.enter(spread)
        now = self.participants()
        client.close()
        return next(place for place, count in enumerate(now) if count > before[place])

    def empty(self) -> None:
        """Let everyone go; the moderator comes in anew when next asked for."""
        for client in (*self.clients, *self.room.clients):
            client.close()
        self.clients.clear()
        self.room.clients.clear()
        self.room._moderator = None


def number(worker: RunningServer, name: str, **labels: str) -> float:
    """Read one of a worker's numbers, as whoever watches over it does."""
    answer = requests.get(
        worker.url + "/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30
    )
    assert answer.status_code == 200, answer.text
    return next(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    )


@pytest.fixture(scope="session")
def nginx_program() -> str:
    program = find_nginx()
    if program is None:
        pytest.skip("nginx is not installed (package nginx)")
    return program


@pytest.fixture(scope="session")
def deployed_postgres() -> Iterator[PostgresServer]:
    programs = find_postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (package postgresql)")
    with tempfile.TemporaryDirectory(prefix="hemicycle-deploy-") as folder:
        file = DEPLOY / "postgresql" / "hemicycle.conf"
        server = PostgresServer(programs, Path(folder), SMALL_MACHINE, file)
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def deployed_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed (package redis-server)")
    file = DEPLOY / "redis" / "hemicycle.conf"
    server = RedisServer(program, tmp_path_factory.mktemp("redis"), file)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nginx_folder() -> Iterator[Path]:
    # Not pytest's own folder: that one is closed to the user nginx runs as.
    with tempfile.TemporaryDirectory(prefix="hemicycle-nginx-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def standing_house(
    nginx_program: str,
    nginx_folder: Path,
    deployed_postgres: PostgresServer,
    deployed_redis: RedisServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("workers")
    url = deployed_postgres.create_database()
    settings = settings_of(DEPLOY / "hemicycle.env") | {
        "HEMICYCLE_DATABASE_URL": url,
        "HEMICYCLE_REDIS_URL": deployed_redis.url,
        "HEMICYCLE_METRICS_TOKEN": TOKEN,
    }
    workers = [RunningServer(folder, settings=settings, database_url=url) for _ in range(2)]
    nginx = NginxServer(nginx_program, nginx_folder, [worker.port for worker in workers])
    # What hemicycle-prepare.service does.
    workers[0].run("migrate")
    workers[0].run("static", str(nginx.served / "static"))
    with ExitStack() as stack:
        for worker in workers:
            stack.callback(worker.forget)
            worker.start()
        nginx.start()
        stack.callback(nginx.stop)
        room = make_wire_room(workers[0])
        stack.callback(room.close)
        yield House(nginx, workers, room)


@pytest.fixture
def house(standing_house: House) -> Iterator[House]:
    yield standing_house
    standing_house.empty()
