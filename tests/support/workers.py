"""Two real workers of one instance, over a real PostgreSQL and a real Redis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.redis_server import RedisServer
from tests.support.server import MakeServer, RunningServer
from tests.support.waiting import eventually
from tests.support.wire import AGENDA, Client, WireRoom, make_wire_room

TICK_SECONDS = 0.25


@dataclass
class Workers:
    """Two workers, one panel, and the clients that came in at either."""

    one: RunningServer
    other: RunningServer
    room: WireRoom
    clients: list[Client] = field(default_factory=list)

    def at(self, server: RunningServer, **auth: Any) -> Client:
        client = Client(server.url, {"panel": self.room.code, **auth})
        self.clients.append(client)
        return client

    def projector_at(self, server: RunningServer) -> Client:
        return self.at(server, role="projector", key=self.room.projector_key)

    def moderator_at(self, server: RunningServer) -> Client:
        return self.at(server, role="moderator", key=self.room.moderator_key)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database holds, read beside the workers."""
        address = self.one.database_url.replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            return list(connection.execute(query, values))  # type: ignore[arg-type]

    def hear_each_other(self) -> bool:
        """Each knows of the other's people: what follows is not of the first moments."""
        first, second = self.at(self.one), self.at(self.other)
        for server in (self.one, self.other):
            screen = self.projector_at(server)
            eventually(
                lambda screen=screen: screen.snapshot()["present"] >= 2,
                10,
                message="both workers know of both people",
            )
            screen.close()
        first.close()
        second.close()
        return True

    def close(self) -> None:
        for client in [*self.clients, *self.room.clients]:
            client.close()


@pytest.fixture
def workers(
    make_server: MakeServer, postgres_url: str, redis_server: RedisServer, tmp_path: Path
) -> Iterator[Workers]:
    redis_server.clear()
    settings = {"HEMICYCLE_REDIS_URL": redis_server.url}
    servers = [
        make_server(folder=tmp_path, settings=settings, database_url=postgres_url) for _ in range(2)
    ]
    made = Workers(*servers, make_wire_room(servers[0], AGENDA))
    yield made
    made.close()
