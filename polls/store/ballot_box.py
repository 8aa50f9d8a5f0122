"""The group commit: ballots that arrive together are made durable together.

In a rush, a commit begins as soon as the last one is done, so batches form by themselves and
hundreds share one flush of the disk. In a trickle, a ballot waits some milliseconds for company,
which nobody notices: most of what a commit costs does not depend on how many share it. Where
company came the last time, it is worth waiting for longer.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence

import gevent
from gevent.event import AsyncResult, Event
from sqlalchemy.exc import SQLAlchemyError

from polls.domain.errors import Refusal
from polls.store.ballots import Cast, CastResult, cast_batch
from polls.store.database import Database
from polls.store.distribution import BATCHES, SECONDS, Distribution
from polls.store.shelves import NewReceipt

BATCH_MOST = 500
ENOUGH_COMPANY = 16
COMPANY_SECONDS = 0.02
GOOD_COMPANY_SECONDS = 0.08
"""Less than the 100 ms from which people notice that they wait."""
RETRY_AFTER_SECONDS = 2

Done = Callable[[CastResult], None]
Committed = Callable[[Sequence[Cast]], None]

log = logging.getLogger(__name__)


def refusal_of(result: CastResult) -> Refusal | None:
    """Return why a cast was not stored, or None if it was."""
    if result.refused == "ballot.not_stored":
        return Refusal(result.refused, retry_after=RETRY_AFTER_SECONDS)
    return Refusal(result.refused) if result.refused else None


class BallotBox:
    """Takes casts and answers each one after the commit that made it durable."""

    def __init__(
        self,
        database: Database,
        new_receipt: NewReceipt,
        shard: int = 0,
        committed: Committed | None = None,
    ) -> None:
        """`committed` hears of every batch that was stored."""
        self._database = database
        self._new_receipt = new_receipt
        self._shard = shard
        self._committed = committed
        self._waiting: deque[tuple[Cast, Done]] = deque()
        self.stored = 0
        self.refused: Counter[str] = Counter()
        self.batches = Distribution(BATCHES)
        self.commits = Distribution(SECONDS)
        self._arrived = Event()
        self._enough = Event()
        self._committer: gevent.Greenlet | None = None

    @property
    def waiting(self) -> int:
        """How many casts wait for the next commit."""
        return len(self._waiting)

    def submit(self, cast: Cast, done: Done) -> None:
        """Take a cast; `done` is called once its fate is durable."""
        self._waiting.append((cast, done))
        self._arrived.set()
        if len(self._waiting) >= ENOUGH_COMPANY:
            self._enough.set()
        if self._committer is None or self._committer.dead:
            self._committer = gevent.spawn(self._commit_forever)

    def cast(self, cast: Cast) -> CastResult:
        """Take a cast and wait for its fate; raise Refusal if it was not stored."""
        answer: AsyncResult = AsyncResult()
        self.submit(cast, answer.set)
        result: CastResult = answer.get()
        if (refusal := refusal_of(result)) is not None:
            raise refusal
        return result

    def _commit_forever(self) -> None:
        company = COMPANY_SECONDS
        while True:
            self._arrived.wait()
            self._enough.clear()
            if len(self._waiting) < ENOUGH_COMPANY:
                self._enough.wait(company)
            self._arrived.clear()
            company = GOOD_COMPANY_SECONDS if len(self._waiting) > 1 else COMPANY_SECONDS
            while self._waiting:
                batch = [
                    self._waiting.popleft() for _ in range(min(BATCH_MOST, len(self._waiting)))
                ]
                self._commit(batch)

    def _commit(self, batch: list[tuple[Cast, Done]]) -> None:
        casts = [cast for cast, _ in batch]
        began = time.perf_counter()
        try:
            results = self._database.write(
                lambda connection: cast_batch(connection, casts, self._new_receipt, self._shard)
            )
        except (Refusal, SQLAlchemyError, OSError) as error:
            log.warning("ballots not stored: %s", type(error).__name__)
            results = [CastResult(refused="ballot.not_stored")] * len(batch)
        except Exception:
            log.exception("ballots not stored")
            results = [CastResult(refused="ballot.not_stored")] * len(batch)
        else:
            if self._committed is not None:
                self._committed(casts)
        self._count(results, time.perf_counter() - began)
        for (_, done), result in zip(batch, results, strict=True):
            try:
                done(result)
            except Exception:
                log.exception("a ballot's sender could not be answered")

    def _count(self, results: Sequence[CastResult], seconds: float) -> None:
        refused = [result.refused for result in results if result.refused]
        self.stored += len(results) - len(refused)
        self.refused.update(refused)
        self.batches.add(len(results))
        self.commits.add(seconds)
