"""The line around a group of points."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def outline(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the convex hull of the points, anticlockwise (Andrew's monotone chain, 1979).

    One or two different points are their own outline.
    """
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return tuple(ordered)
    lower, upper = _half(ordered), _half(ordered[::-1])
    return (*lower[:-1], *upper[:-1])


def _half(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
