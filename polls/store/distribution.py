"""How large things were, counted in plain integers where they happen and read when asked for."""

from __future__ import annotations

from bisect import bisect_left

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
BATCHES = (1, 2, 5, 10, 20, 50, 100, 200, 350, 500)


class Distribution:
    """Counts values by size. Adding one costs a bisection and two additions, and takes no lock."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        """`bounds` are the largest values of each class but the last, rising."""
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total: float = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, int]]:
        """Return for each bound how many values are at most that, the last without a bound."""
        found, so_far = [], 0
        names = [*(str(bound) for bound in self.bounds), "+Inf"]
        for name, count in zip(names, self.counts, strict=True):
            so_far += count
            found.append((name, so_far))
        return found
