"""Long sums, done beside the sockets: a hall goes on voting while its ballots are counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from gevent.threadpool import ThreadPool

T = TypeVar("T")

_bench = ThreadPool(1)


def off_loop(work: Callable[[], T]) -> T:
    """Return what `work` returns, computed in a thread; only the caller waits.

    One sum at a time: two would slow the sockets, which share the processor with them.
    """
    result, error = _bench.apply(_outcome_of, (work,))
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _outcome_of(work: Callable[[], Any]) -> tuple[Any, BaseException | None]:
    """An error travels as a value: the pool would print one that it sees."""
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001
        return None, error
