"""Workers die, Redis goes away, people are erased: the other worker goes on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest
import redis
import requests

from tests.support.redis_server import RedisServer
from tests.support.waiting import eventually
from tests.support.wire import Client
from tests.support.workers import TICK_SECONDS, Workers
from tests.workers.test_two_workers import shows_turnout

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]


@pytest.fixture
def redis_that_goes_away(redis_server: RedisServer) -> Iterator[RedisServer]:
    yield redis_server
    redis_server.clear()


def closed(poll: str) -> object:
    return lambda event: event["poll"] == poll


def test_when_a_worker_is_killed_the_other_counts_its_votes_and_closes_its_countdown(
    workers: Workers,
) -> None:
    screen, stays = workers.projector_at(workers.other), workers.at(workers.other)
    goes = workers.at(workers.one)
    workers.hear_each_other()
    poll = workers.room.ask_room(visibility="live", countdown_seconds=8)
    assert workers.room.cast(goes, poll, "a")["ok"]
    screen.hear("poll.opened", closed(poll))

    workers.one.kill9()

    assert workers.room.cast(stays, poll, "b")["ok"]
    counts = screen.hear("poll.tally", shows_turnout(2))["counts"]
    assert (counts["a"], counts["b"]) == (1, 1)
    back = workers.at(workers.other, key=goes.first["you"]["key"])
    assert back.first["you"]["ballot"]["answer"] == "a"
    for client in (screen, stays, back):
        client.hear("poll.closed", closed(poll), 15)
    assert len(screen.all("poll.closed")) == 1
    assert workers.rows("SELECT count(*) FROM ballot WHERE answer IS NOT NULL") == [(2,)]
    assert "Traceback" not in workers.other.log


def test_a_round_that_only_a_dead_worker_had_people_in_is_closed_too(workers: Workers) -> None:
    phone = workers.at(workers.one)
    poll = workers.room.ask_room(countdown_seconds=5)
    assert workers.room.cast(phone, poll)["ok"]

    workers.one.kill9()

    eventually(
        lambda: workers.rows("SELECT 1 FROM round WHERE closed_at IS NOT NULL"),
        20,
        message="the other worker has closed the round",
    )


def test_without_redis_votes_are_stored_and_screens_follow(
    workers: Workers, redis_that_goes_away: RedisServer
) -> None:
    screen = workers.projector_at(workers.other)
    phones = [workers.at(server) for server in (workers.one, workers.other, workers.one)]
    workers.hear_each_other()
    poll = workers.room.ask_room(visibility="live")
    screen.hear("poll.opened", closed(poll))

    redis_that_goes_away.stop()

    assert workers.room.cast(phones[0], poll)["ok"]
    assert workers.room.cast(phones[1], poll)["ok"]
    screen.hear("poll.tally", shows_turnout(2), 8)
    moderator = workers.moderator_at(workers.one)
    moderator.done("poll.close", poll=poll)
    screen.hear("poll.closed", closed(poll), 12)
    assert screen.snapshot()["poll"]["state"] == "closed"

    redis_that_goes_away.start()
    for server in (workers.one, workers.other):
        eventually(lambda server=server: server.log.count("hears the others") == 2, 15)
    again = workers.room.ask_room(visibility="live", title="And now?")
    screen.hear("poll.opened", closed(again))
    screen.forget()
    assert workers.room.cast(phones[2], again)["ok"]
    acked = time.monotonic()
    screen.hear("poll.tally", shows_turnout(1))
    assert time.monotonic() - acked < 2 * TICK_SECONDS + 0.5
    for server in (workers.one, workers.other):
        assert "Traceback" not in server.log


def test_whoever_erases_themselves_at_one_worker_is_off_at_the_other(workers: Workers) -> None:
    phone, neighbour = workers.at(workers.other), workers.at(workers.other)
    screen = workers.projector_at(workers.other)
    workers.hear_each_other()
    poll = workers.room.ask_room(visibility="live")
    assert workers.room.cast(phone, poll)["ok"]
    screen.hear("poll.tally", shows_turnout(1))

    _erase(workers, phone.first["you"]["key"])

    eventually(lambda: not phone.is_connected, message="the phone is off")
    assert neighbour.is_connected
    screen.hear("poll.tally", shows_turnout(0))


def _erase(workers: Workers, key: str) -> None:
    url = workers.one.url
    cookie = {f"hc_participant_{workers.room.code}": key}
    answer = requests.post(
        f"{url}/p/{workers.room.code}/erase",
        cookies=cookie,
        headers={"Origin": url, "Sec-Fetch-Site": "same-origin"},
        timeout=30,
    )
    assert answer.ok, answer.text


def test_news_of_a_worker_that_says_goodbye_are_heard_at_once(workers: Workers) -> None:
    phone = workers.at(workers.one)
    screen = workers.projector_at(workers.other)
    eventually(lambda: screen.snapshot()["present"] == 1, message="the phone is present")

    workers.one.stop()

    eventually(lambda: "is gone" in workers.other.log, 5, message="the worker is missed")
    # Its people were seen just now: they fade, they do not vanish.
    assert screen.snapshot()["present"] == 1
    assert isinstance(phone, Client)


def test_people_of_a_worker_that_only_stood_still_are_asked_for_again(
    workers: Workers, redis_server: RedisServer
) -> None:
    phone, screen = workers.at(workers.one), workers.projector_at(workers.other)
    eventually(lambda: screen.snapshot()["present"] == 1, message="the phone is present")
    heard: list[bytes] = []
    with redis.Redis.from_url(redis_server.url) as client, client.pubsub() as ears:
        os.kill(workers.one.pid, signal.SIGSTOP)
        eventually(lambda: "is gone" in workers.other.log, 20, message="the worker is missed")
        ears.psubscribe(**{"*": lambda message: heard.append(message["data"])})
        os.kill(workers.one.pid, signal.SIGCONT)

        def is_told_again() -> bool:
            ears.get_message(timeout=0.05)
            return any(b'"everyone"' in words and b'"here":["' in words for words in heard)

        eventually(is_told_again, 10, message="the worker says who is with it")
    assert phone.is_connected
