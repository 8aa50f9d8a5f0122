"""The dots of an opinion map: a dot for each person, none on top of another.

People who answer alike stand on one spot, and spots stand close. Dots that lie over each other
cannot be counted by eye, so they are pushed apart as little as that takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]

MOST_DOTS: Final = 600
_LARGEST, _SMALLEST = 0.05, 0.014
_ROOM_FOR_ONE: Final = 0.36
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
    if people <= MOST_DOTS:
        spots = [[x, y, group, 1] for x, y, group, count in spots for _ in range(int(count))]
    if not spots:
        return []
    places = np.array([[float(spot[0]), float(spot[1])] for spot in spots])
    places = _apart(places, 2.15 * radius_for(len(spots)))
    return [
        [round(float(x), 3), round(float(y), 3), spot[2], spot[3]]
        for (x, y), spot in zip(places, spots, strict=True)
    ]


def _apart(places: Floats, distance: float) -> Floats:
    """Push points apart until they are so far from each other, or nearly so."""
    turns = np.arange(len(places)) * _GOLDEN_ANGLE
    # Points on one spot begin to part in directions of their own.
    x = places[:, 0] + distance * 0.02 * np.cos(turns)
    y = places[:, 1] + distance * 0.02 * np.sin(turns)
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
