"""Messages between the workers of one instance, over Redis; small ones, never a frame.

A worker publishes without waiting and hears only the channels it follows. Whatever may have been
missed is said so, by `subscribed` and by `missed`: whoever hears that reads the database again.
"""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

import gevent
import orjson
import redis
from gevent.event import Event
from redis.backoff import NoBackoff
from redis.retry import Retry

HOUSE = "house"
"""The channel that every worker follows; all others are followed where they are needed."""

BEAT_SECONDS = 2.0
SILENCE_SECONDS = 7.0
"""A worker that is not heard for so long is gone; nor is a Redis that brings not even one's own
words back any good."""

PATIENCE_SECONDS = 2.0
RETRY_PAUSES_SECONDS = (0.0, 0.1, 0.5, 2.0)
RECONNECT_SECONDS = 0.2
RECONNECT_MOST_SECONDS = 3.0
WAITING_MOST = 5000
"""Messages that wait while Redis is away; it is no loss if they are more, since all is read anew."""

log = logging.getLogger(__name__)

Message = dict[str, Any]


class Listener(Protocol):
    """Who is told what other workers say."""

    def heard(self, channel: str, worker: str, message: Message) -> None:
        """Another worker said something."""

    def subscribed(self, channel: str) -> None:
        """From now on nothing is missed on this channel; what was said before may have been."""

    def missed(self) -> None:
        """Another worker could not say all it had to say."""

    def gone(self, worker: str) -> None:
        """A worker has ended or has not been heard for long."""

    def back(self, worker: str) -> None:
        """A worker that was taken for gone is there after all."""


class Relay:
    """One worker's line to the others."""

    def __init__(self, url: str, prefix: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`prefix` keeps instances apart that share a Redis."""
        self.worker = secrets.token_hex(6)
        self.is_up = False
        self._prefix = prefix
        self._clock = clock
        self._redis: Any = redis.Redis.from_url(
            url,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._channels = {HOUSE}
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._wakes = Event()
        self._was_lost = False
        self._pubsub: Any = None
        self._heard_at: dict[str, float] = {}
        self._missing: set[str] = set()
        """Workers that fell silent without a word; they may only have been very busy."""
        self._listener: Listener | None = None
        self._greenlets: list[gevent.Greenlet] = []

    def start(self, listener: Listener) -> None:
        self._listener = listener
        self._greenlets = [
            gevent.spawn(work)
            for work in (self._listen_forever, self._publish_forever, self._beat_forever)
        ]

    def stop(self) -> None:
        """Say goodbye, so that nobody waits for this worker, and hang up."""
        gevent.killall(self._greenlets)
        try:
            self._redis.publish(self._prefix + HOUSE, self._packed({"kind": "leaving"}))
        except redis.RedisError:
            log.debug("nobody could be told that this worker ends")
        self._redis.close()

    @property
    def workers(self) -> list[str]:
        """Return the workers that are there, this one among them, in the same order everywhere."""
        return sorted({self.worker, *self._heard_at})

    # Saying

    def publish(self, channel: str, message: Message) -> None:
        """Say something to the workers that follow a channel; never waits and never fails."""
        if len(self._waiting) >= WAITING_MOST:
            self._waiting.clear()
            self._was_lost = True
        self._waiting.append((channel, self._packed(message)))
        self._wakes.set()

    def _packed(self, message: Message) -> bytes:
        return orjson.dumps({**message, "from": self.worker})

    def _publish_forever(self) -> None:
        while True:
            self._wakes.wait()
            self._wakes.clear()
            if self._was_lost:
                self._waiting.append((HOUSE, self._packed({"kind": "missed"})))
            batch = list(self._waiting)
            self._waiting.clear()
            if batch:
                self._was_lost = not self._send(batch)

    def _send(self, batch: list[tuple[str, bytes]]) -> bool:
        for pause in RETRY_PAUSES_SECONDS:
            gevent.sleep(pause)
            try:
                with self._redis.pipeline(transaction=False) as pipeline:
                    for channel, packed in batch:
                        pipeline.publish(self._prefix + channel, packed)
                    pipeline.execute()
            except (redis.RedisError, OSError) as error:
                log.debug("not published: %s", type(error).__name__)
            else:
                return True
        return False

    def _beat_forever(self) -> None:
        """Let the others know that this worker is there, and miss those who are not."""
        while True:
            self.publish(HOUSE, {"kind": "alive"})
            gevent.sleep(BEAT_SECONDS)
            if not self.is_up:
                continue
            for worker, heard_at in list(self._heard_at.items()):
                if self._clock() - heard_at > SILENCE_SECONDS:
                    self._missing.add(worker)
                    self._lose(worker)

    def _lose(self, worker: str) -> None:
        if self._heard_at.pop(worker, None) is not None:
            log.info("worker %s is gone", worker)
            self._tell("gone", worker)

    # Hearing

    def follow(self, channel: str) -> None:
        """Hear a channel; `subscribed` tells when that has begun."""
        if channel not in self._channels:
            self._channels.add(channel)
            self._ask_of_pubsub("subscribe", channel)

    def unfollow(self, channel: str) -> None:
        if channel in self._channels:
            self._channels.discard(channel)
            self._ask_of_pubsub("unsubscribe", channel)

    def _ask_of_pubsub(self, name: str, channel: str) -> None:
        if self._pubsub is None:
            return
        try:
            getattr(self._pubsub, name)(self._prefix + channel)
        except (redis.RedisError, OSError) as error:
            # Who listens finds out as well, and subscribes to everything again.
            log.debug("no %s: %s", name, type(error).__name__)

    def _listen_forever(self) -> None:
        pause = RECONNECT_SECONDS
        while True:
            try:
                self._listen()
            except (redis.RedisError, OSError) as error:
                if self.is_up:
                    pause = RECONNECT_SECONDS
                    log.warning("Redis is away: %s", type(error).__name__)
            self.is_up = False
            gevent.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(pause * 2, RECONNECT_MOST_SECONDS)

    def _listen(self) -> None:
        with self._redis.pubsub() as pubsub:
            pubsub.subscribe(*[self._prefix + channel for channel in self._channels])
            self._pubsub = pubsub
            try:
                while True:
                    message = pubsub.get_message(timeout=SILENCE_SECONDS)
                    if message is None:
                        raise redis.ConnectionError("Redis says nothing")
                    self._take(message)
            finally:
                self._pubsub = None

    def _take(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode().removeprefix(self._prefix)
        if message["type"] == "subscribe":
            if channel == HOUSE:
                self._come_back()
            self._tell("subscribed", channel)
        elif message["type"] == "message":
            self._take_words(channel, message["data"])

    def _come_back(self) -> None:
        """Whoever spoke while nothing was heard is not gone for that."""
        if not self.is_up:
            log.info("worker %s hears the others", self.worker)
        self.is_up = True
        now = self._clock()
        self._heard_at = dict.fromkeys(self._heard_at, now)

    def _take_words(self, channel: str, packed: bytes) -> None:
        try:
            message: Message = orjson.loads(packed)
            worker, kind = str(message["from"]), str(message["kind"])
        except (ValueError, TypeError, KeyError):
            log.warning("a message that is none was heard on %s", channel)
            return
        if worker == self.worker:
            return
        if kind == "leaving":
            self._lose(worker)
            return
        self._heard_at[worker] = self._clock()
        if worker in self._missing:
            self._missing.discard(worker)
            self._tell("back", worker)
        if kind == "missed":
            self._tell("missed")
        elif kind != "alive":
            self._tell("heard", channel, worker, message)

    def _tell(self, name: str, *arguments: Any) -> None:
        """One message that cannot be dealt with must not keep the next from being heard."""
        try:
            getattr(self._listener, name)(*arguments)
        except Exception:
            log.exception("what other workers said could not be dealt with")
