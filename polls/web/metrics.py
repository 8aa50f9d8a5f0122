"""The door for Prometheus: what this worker did and how it fares, in numbers that name nobody.

Where something happens, a plain integer rises; all is gathered only when somebody asks.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version

from flask import Blueprint, Response, request
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from polls.domain.errors import Refusal
from polls.store.distribution import Distribution
from polls.web.line import Lines
from polls.web.parts import Parts, parts

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
def read_metrics() -> Response:
    """Answer who brings the token; without one in the settings there is no such page."""
    found = parts()
    token = found.context.config.metrics_token
    if not token:
        raise Refusal("page.unknown")
    brought = request.headers.get("Authorization", "").encode("latin-1", "replace")
    if not hmac.compare_digest(brought, f"Bearer {token}".encode()):
        return Response("", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(Gathering(found))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Gathering(Collector):
    """Reads the counts of all parts of one worker."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def describe(self) -> Iterable[Metric]:
        """Nothing is gathered before somebody asks."""
        return ()

    def collect(self) -> Iterator[Metric]:
        yield from self._room()
        yield from self._ballots()
        yield from self._frames()
        yield from self._workers()

    def _room(self) -> Iterator[Metric]:
        context = self._parts.context
        roles = self._parts.sockets.roles()
        yield _gauges(
            "sockets",
            "Sockets that are connected now",
            "role",
            {role: roles[role] for role in ("participant", "moderator", "projector")},
        )
        yield _counter("joins", "Participants who took a seat", context.counts.joins)
        yield _gauge("panels", "Panels in memory", context.stage.panels_in_memory)
        yield _histogram("tick_late_seconds", "How late ticks began", context.stage.ticker.lateness)

    def _ballots(self) -> Iterator[Metric]:
        context, box = self._parts.context, self._parts.context.ballot_box
        yield _counter("ballots_stored", "Ballots stored and acknowledged", box.stored)
        yield _counters("ballots_refused", "Ballots that a commit refused", "code", box.refused)
        yield _counters(
            "refused", "Commands and requests that were refused", "code", context.counts.refused
        )
        yield _gauge("ballots_waiting", "Ballots that wait for the next commit", box.waiting)
        yield _histogram("commit_ballots", "Ballots that shared a commit", box.batches)
        yield _histogram("commit_seconds", "Time that a commit of ballots took", box.commits)
        database = context.database
        yield _histogram("database_read_seconds", "Time that reading took", database.reads)
        yield _histogram("database_write_seconds", "Time that writing took", database.writes)

    def _frames(self) -> Iterator[Metric]:
        lines = self._parts.sockets.lines or Lines()
        ways = {"direct": lines.direct, "queued": lines.queued}
        yield _counters("frames", "Frames sent, at once or by way of a queue", "way", ways)
        yield _counter("frames_replaced", "Frames that a newer one replaced", lines.replaced)
        yield _gauge("frames_waiting", "Frames that wait for slow sockets", lines.waiting)
        yield _counter("sockets_let_go", "Sockets let go for being far behind", lines.let_go)

    def _workers(self) -> Iterator[Metric]:
        worker = str(self._parts.context.config.worker)
        info = GaugeMetricFamily(
            "hemicycle_worker", "This worker's number", labels=["worker", "version"]
        )
        info.add_metric([worker, version("hemicycle")], 1)
        yield info
        relay = self._parts.relay
        yield _gauge("redis_used", "Whether there is a line to other workers", relay is not None)
        if relay is not None:
            yield _gauge("redis_up", "Whether that line is up", relay.is_up)
            yield _gauge("workers", "Workers heard of, this one included", len(relay.workers))


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"hemicycle_{name}", f"{meaning}.", value=float(value))


def _gauges(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"hemicycle_{name}", f"{meaning}.", labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _counter(name: str, meaning: str, value: int) -> Metric:
    return CounterMetricFamily(f"hemicycle_{name}", f"{meaning}.", value=value)


def _counters(name: str, meaning: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"hemicycle_{name}", f"{meaning}.", labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _histogram(name: str, meaning: str, found: Distribution) -> Metric:
    return HistogramMetricFamily(
        f"hemicycle_{name}", f"{meaning}.", buckets=found.cumulative(), sum_value=found.total
    )
