"""What workers say to each other names nobody and holds no frame, and rubbish harms nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.support.redis_server import RedisServer
from tests.support.waiting import eventually
from tests.support.workers import Workers
from tests.workers.test_two_workers import shows_turnout

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]

RUBBISH = [
    b"rubbish",
    b"[]",
    b"null",
    b'{"kind":"changed"}',
    *[
        b'{"from":"nobody","kind":"%s"}' % kind
        for kind in (
            b"changed news hello everyone poll said picture dropped end missed unheard".split()
        )
    ],
    b'{"from":"nobody","kind":"end","panel":"no","poll":"no","round":"no","closes_at":1}',
    b'{"from":"nobody","kind":"dropped","role":"king"}',
    b'{"from":"nobody","kind":"everyone","here":7}',
]


@pytest.fixture
def spoken(redis_server: RedisServer) -> Iterator[list[bytes]]:
    """Everything that is published, as someone hears who listens to all of it."""
    heard: list[bytes] = []
    with redis.Redis.from_url(redis_server.url) as client, client.pubsub() as ears:
        ears.psubscribe(**{"*": lambda message: heard.append(message["data"])})
        thread = ears.run_in_thread(sleep_time=0.01, daemon=True)
        yield heard
        thread.stop()
        thread.join()


def test_no_participant_no_key_no_answer_and_no_page_is_said(
    spoken: list[bytes], workers: Workers
) -> None:
    phone = workers.at(workers.one)
    screen = workers.projector_at(workers.other)
    poll = workers.room.ask_room(visibility="live", options=["Carrots", "Cucumbers"])
    assert workers.room.cast(phone, poll)["ok"]
    screen.hear("poll.tally", shows_turnout(1))
    phone.done("comment.post", text="A word from the first row")
    eventually(lambda: any(b'"said"' in words for words in spoken), message="the comment is said")

    said = b" ".join(spoken).decode()
    assert '"votes":{"' in said, "someone did listen"
    people = [row[0] for row in workers.rows("SELECT id FROM participant")]
    assert people
    key = phone.first["you"]["key"]
    receipts = [row[0] for row in workers.rows("SELECT receipt FROM ballot")]
    for secret in (*people, *receipts, key, workers.room.moderator_key):
        assert secret not in said
    for written in ("Carrots", "A word", "<section", "html", "counts"):
        assert written not in said


def test_rubbish_harms_no_worker(workers: Workers, redis_server: RedisServer) -> None:
    phone, screen = workers.at(workers.one), workers.projector_at(workers.other)
    workers.hear_each_other()
    with redis.Redis.from_url(redis_server.url) as client:
        channels = client.pubsub_channels()
        assert len(channels) == 2, "one of the house, one of the panel"
        for channel in channels:
            for rubbish in RUBBISH:
                client.publish(channel, rubbish)

    poll = workers.room.ask_room(visibility="live")
    assert workers.room.cast(phone, poll)["ok"]
    assert screen.hear("poll.tally", shows_turnout(1))["counts"]["a"] == 1
    assert phone.is_connected
