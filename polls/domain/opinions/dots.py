"""The dots of an opinion map: a dot for each person, none on top of another.

People who answer alike stand on one spot, and spots stand close. Dots that lie over each other
cannot be counted by eye, so they are pushed apart as little as that takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import cos, sin
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]

MOST_DOTS: Final = 600
_LARGEST, _SMALLEST = 0.05, 0.014
_ROOM_FOR_ONE: Final = 0.42
_AIR: Final = 1.08
_EDGE: Final = 0.92
_GOLDEN_ANGLE: Final = 2.399963
_ROUNDS: Final = 40
_ROUNDS_WITH_NEIGHBOURS: Final = 5


def radius_for(dots: int) -> float:
    """Return how large dots are drawn, in the measure of the map (its edge is 1)."""
    return float(np.clip(_ROOM_FOR_ONE / max(dots, 1) ** 0.5, _SMALLEST, _LARGEST))


def spread_dots(spots: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return `[x, y, group, people]` for each dot, from such spots of `as_public`.

    Up to `MOST_DOTS` people have a dot each; in a larger room a dot stands for all on its spot.
    The same spots give the same dots, and a spot more moves only those around it.
    """
    people = sum(int(spot[3]) for spot in spots)
    has_dot_each = people <= MOST_DOTS
    dots = people if has_dot_each else len(spots)
    if not dots:
        return []
    distance = _AIR * 2 * radius_for(dots)
    found = [
        [x + right, y + up, group, 1 if has_dot_each else count]
        for x, y, group, count in spots
        for right, up in _around(int(count) if has_dot_each else 1, distance)
    ]
    places = _apart(np.array([[float(x), float(y)] for x, y, _, _ in found]), distance)
    places = places * min(1.0, _EDGE / max(float(np.abs(places).max()), 1e-9))
    return [
        [round(float(x), 3), round(float(y), 3), group, count]
        for (x, y), (_, _, group, count) in zip(places, found, strict=True)
    ]


def _around(dots: int, distance: float) -> Iterator[tuple[float, float]]:
    """Yield places around a spot, packed like the seeds of a sunflower (Vogel 1979)."""
    for number in range(dots):
        away = 0.56 * distance * (number**0.5)
        yield away * cos(number * _GOLDEN_ANGLE), away * sin(number * _GOLDEN_ANGLE)


def _apart(places: Floats, distance: float) -> Floats:
    """Push points apart until they are so far from each other, or nearly so."""
    # Dots of two groups may share a spot: they begin to part in directions of their own.
    turns = np.arange(len(places)) * _GOLDEN_ANGLE
    x = places[:, 0] + distance * 0.001 * np.cos(turns)
    y = places[:, 1] + distance * 0.001 * np.sin(turns)
    one, other = _neighbours(x, y, 2 * distance)
    for done in range(1, _ROUNDS + 1):
        if done % _ROUNDS_WITH_NEIGHBOURS == 0:
            one, other = _neighbours(x, y, 2 * distance)
        right, down = x[one] - x[other], y[one] - y[other]
        far = np.maximum(np.sqrt(right**2 + down**2), 1e-9)
        lacking = np.maximum(distance - far, 0.0)
        if lacking.max(initial=0.0) < distance * 0.05:
            break
        step = lacking / far * 0.5
        x = x + _moved(one, other, step * right, len(x))
        y = y + _moved(one, other, step * down, len(y))
    return np.stack([x, y], axis=1)


def _neighbours(x: Floats, y: Floats, distance: float) -> tuple[Indexes, Indexes]:
    """Return the pairs of points that are near each other, each pair once."""
    near = (x[:, None] - x[None]) ** 2 + (y[:, None] - y[None]) ** 2 < distance**2
    one, other = np.nonzero(np.triu(near, 1))
    return one, other


def _moved(one: Indexes, other: Indexes, step: Floats, points: int) -> Floats:
    moved: Floats = np.zeros(points)
    np.add.at(moved, one, step)
    np.subtract.at(moved, other, step)
    return moved
