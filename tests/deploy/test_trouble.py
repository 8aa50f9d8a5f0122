"""A worker dies, all workers die, Redis dies: who comes by way of nginx sees little of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.deploy.conftest import House
from tests.support.nginx import NginxServer
from tests.support.processes import find_free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import eventually
from tests.support.wire import Client, Refused

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def lonely(nginx_program: str) -> Iterator[NginxServer]:
    """nginx in front of workers that are not there."""
    with tempfile.TemporaryDirectory(prefix="hemicycle-nginx-") as folder:
        ports = [find_free_port(), find_free_port()]
        server = NginxServer(nginx_program, Path(folder), ports).start()
        yield server
        server.stop()


def ask(server: NginxServer, path: str) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(server.certificate)
        return session.get(server.url + path, timeout=30)


def test_when_nobody_is_there_a_page_asks_for_a_moment_and_comes_back_by_itself(
    lonely: NginxServer,
) -> None:
    answer = ask(lonely, "/p/ABC123")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Cache-Control"] == "no-store"
    for text in ("One moment", "Un instant", "Een ogenblik", 'http-equiv="refresh"'):
        assert text in answer.text


def test_trouble_is_written_down_without_key_and_address(lonely: NginxServer) -> None:
    ask(lonely, "/p/ABC123/moderate?key=secret-of-the-moderator")
    ask(lonely, "/socket.io/?EIO=4&transport=polling&spread=12345")
    log = eventually(lambda: lonely.log, message="trouble is written down")
    assert " 503 GET /p/ABC123/moderate " in log
    for secret in ("secret-of-the-moderator", "key=", "12345", "spread"):
        assert secret not in log
    assert "127.0.0.1" not in log


def come_in(house: House, spread: int, auth: dict[str, str] | None = None) -> Client:
    """A phone tries again, as pages do, until nginx knows which worker is there."""

    def attempt() -> Client | None:
        try:
            return house.enter(spread, auth or {})
        except Refused:
            return None

    found = eventually(attempt, 20, interval_seconds=0.2, message="the phone comes in")
    assert found is not None
    return found


def test_a_phone_whose_worker_died_comes_in_at_the_other(house: House) -> None:
    spread = next(number for number in range(50) if house.worker_of(number) == 0)
    phone = house.enter(spread)
    key = phone.first["you"]["key"]
    poll = house.room.ask_room(title="Still there?")
    assert phone.done("ballot.cast", poll=poll, round=1, answer="a")["ok"]
    house.room.close_poll(poll)
    house.workers[1].kill9()
    assert come_in(house, spread + 1).first["panel"]["code"] == house.room.code
    house.workers[1].start()
    house.workers[0].kill9()
    eventually(lambda: not phone.is_connected, 10, message="the phone notices")
    again = come_in(house, spread, {"key": key})
    assert again.first["you"]["ballot"]["answer"] == "a"
    assert house.get("/health/ready").json()["ready"] is True
    house.workers[0].start()


def test_without_redis_the_house_is_degraded_and_takes_votes(
    house: House, deployed_redis: RedisServer
) -> None:
    def state() -> str:
        return str(house.get("/health/ready").json()["redis"])

    eventually(lambda: state() == "ok", 20)
    deployed_redis.stop()
    eventually(lambda: state() == "degraded", 20)
    assert house.get("/health/ready").status_code == 200
    phone = come_in(house, 3)
    assert phone.first["panel"]["code"] == house.room.code
    deployed_redis.start()
    eventually(lambda: state() == "ok", 20)
