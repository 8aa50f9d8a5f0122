"""Waits for a fact and not for a time, so that tests are neither slow nor lucky."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(
    condition: Callable[[], T],
    timeout_seconds: float = 5.0,
    *,
    interval_seconds: float = 0.02,
    message: str | None = None,
) -> T:
    """Returns the first truthy answer of `condition`; what it asserted last is what fails."""
    deadline = time.monotonic() + timeout_seconds
    complaint: AssertionError | None = None
    answer: T | None = None
    while True:
        try:
            answer = condition()
            complaint = None
        except AssertionError as error:
            complaint = error
        else:
            if answer:
                return answer
        if time.monotonic() > deadline:
            what = message or getattr(condition, "__doc__", None) or "the awaited fact"
            raise AssertionError(
                f"{what}: not within {timeout_seconds} s (last answer: {answer!r})"
            ) from complaint
        time.sleep(interval_seconds)
