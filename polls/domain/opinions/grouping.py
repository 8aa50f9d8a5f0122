"""Which people stand together: k-means on the map, and how many groups there are.

As in Pol.is, two to five groups are tried and the silhouette (Rousseeuw 1987) chooses. Pol.is
starts from the first people who came; here starts depend on where people stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

MOST_GROUPS = 5
PEOPLE_FOR_ONE_MORE_GROUP = 12
# More groups have to be clearly better: by this much of the silhouette for each added group.
CLEARLY_BETTER = 0.03
DRAWS_TO_CHANGE = 4

_MOST_STEPS = 100
_BLOCK = 512


@dataclass(frozen=True, eq=False, slots=True)
class Clustering:
    """Points in groups: a label for each point, the centres (groups × 2), how tight and clear.

    `inertia` is the weighted sum of squared distances to the centres; `silhouette` is −1 to 1.
    """

    labels: Labels
    centres: Floats
    inertia: float
    silhouette: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many groups the map shows, and what has been better since how many draws."""

    shown: int
    challenger: int = 0
    held: int = 0


def most_groups(distinct_people: int) -> int:
    """Return how many groups may be tried for people who answered differently."""
    return min(MOST_GROUPS, 2 + distinct_people // PEOPLE_FOR_ONE_MORE_GROUP)


def nearest(points: Floats, centres: Floats) -> Labels:
    """Return the index of the nearest centre for each point."""
    labels: Labels = _squared_distances(points, centres).argmin(axis=1)
    return labels


def find_groups(
    points: Floats,
    weights: NDArray[np.int64],
    previous_centres: Floats | None = None,
    count: GroupCount | None = None,
) -> tuple[Clustering, GroupCount]:
    """Return the groups of the points, and what to remember for the next draw.

    `points` are n × 2 with the people at each in `weights`. With the last draw's centres and
    count the groups carry on from there, until another number, or a clearly better split into
    as many, has held for `DRAWS_TO_CHANGE` draws.
    """
    found = {c.centres.shape[0]: c for c in _with_silhouettes(points, _fresh(points, weights))}
    carried = None
    if previous_centres is not None and count is not None and len(previous_centres) in found:
        start = lloyd(points, weights, previous_centres)
        if len(np.unique(start.labels)) == len(previous_centres) > 1:
            carried = next(iter(_with_silhouettes(points, [start])))
    if carried is None or count is None:
        fresh = found[_best_count(found)]
        return fresh, GroupCount(len(fresh.centres))
    return _steadied(found, carried, count)


def _steadied(
    found: dict[int, Clustering], carried: Clustering, count: GroupCount
) -> tuple[Clustering, GroupCount]:
    shown = len(carried.centres)
    as_many = found[shown]
    regrouped = as_many.silhouette > carried.silhouette + CLEARLY_BETTER
    wanted = _best_count(found if regrouped else {**found, shown: carried})
    if wanted == shown and not regrouped:
        return carried, GroupCount(shown)
    held = count.held + 1 if wanted == count.challenger else 1
    if held >= DRAWS_TO_CHANGE:
        return found[wanted], GroupCount(wanted)
    return carried, GroupCount(shown, wanted, held)


def _best_count(found: dict[int, Clustering]) -> int:
    return max(sorted(found), key=lambda k: found[k].silhouette - CLEARLY_BETTER * k)


def lloyd(points: Floats, weights: NDArray[np.int64], centres: Floats) -> Clustering:
    """Improve centres until nobody changes group (Lloyd 1982); an emptied group stays away."""
    labels = np.full(len(points), -1)
    for _ in range(_MOST_STEPS):
        distances = _squared_distances(points, centres)
        now = distances.argmin(axis=1)
        if np.array_equal(now, labels):
            break
        labels = now
        people = np.bincount(labels, weights, minlength=len(centres))
        sums = np.stack(
            [np.bincount(labels, weights * axis, minlength=len(centres)) for axis in points.T], 1
        )
        centres = np.where(people[:, None] > 0, sums / np.maximum(people, 1)[:, None], centres)
    inertia = float(weights @ _squared_distances(points, centres)[np.arange(len(points)), labels])
    return Clustering(labels, centres, inertia)


def _fresh(points: Floats, weights: NDArray[np.int64]) -> list[Clustering]:
    """Return the best clustering for each number of groups that the points allow."""
    distinct = len(np.unique(points.round(9), axis=0))
    best: list[Clustering] = []
    grown = np.average(points, axis=0, weights=weights)[None]
    for k in range(2, min(most_groups(len(points)), distinct) + 1):
        grown = np.vstack([grown, points[_best_addition(points, weights, grown)]])
        tried = [lloyd(points, weights, start) for start in (grown, *_starts(points, k))]
        whole = [c for c in tried if len(np.unique(c.labels)) == k]
        if not whole:
            break
        tightest = min(whole, key=lambda c: round(c.inertia, 9))
        grown = tightest.centres
        best.append(tightest)
    if not best:
        centre = np.average(points, axis=0, weights=weights)[None]
        best.append(lloyd(points, weights, centre))
    return best


def _starts(points: Floats, k: int) -> Iterator[Floats]:
    """Yield starts of two kinds: slices along the first direction, and points far apart."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    yield np.array([points[slice_].mean(axis=0) for slice_ in np.array_split(order, k)])
    chosen = [int((points**2).sum(axis=1).argmax())]
    away = _squared_distances(points, points[chosen]).min(axis=1)
    while len(chosen) < k:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, _squared_distances(points, points[chosen[-1:]])[:, 0])
    yield points[chosen]


def _best_addition(points: Floats, weights: NDArray[np.int64], centres: Floats) -> int:
    """Return the point that helps most as a further centre.

    The step of the fast global k-means of Likas, Vlassis and Verbeek (2003).
    """
    now = _squared_distances(points, centres).min(axis=1)
    gains = np.empty(len(points))
    for block in _blocks(len(points)):
        saved = now[None] - _squared_distances(points[block], points)
        gains[block] = np.maximum(saved, 0.0) @ weights
    return int(gains.round(9).argmax())


def _with_silhouettes(points: Floats, clusterings: list[Clustering]) -> Iterator[Clustering]:
    """Yield the clusterings with their mean silhouettes, each different point counted once.

    A point alone in its group counts 0, as Rousseeuw has it.
    """
    members = [np.eye(len(c.centres))[c.labels] for c in clusterings]
    together = np.hstack(members)
    to_groups = np.empty((len(points), together.shape[1]))
    for block in _blocks(len(points)):
        to_groups[block] = np.sqrt(_squared_distances(points[block], points)) @ together
    starts = np.cumsum([0, *(len(c.centres) for c in clusterings)])
    for clustering, own, start in zip(clusterings, members, starts[:-1], strict=True):
        sums = to_groups[:, start : start + own.shape[1]]
        silhouette = _mean_silhouette(sums, own, clustering.labels)
        yield Clustering(clustering.labels, clustering.centres, clustering.inertia, silhouette)


def _mean_silhouette(sums: Floats, members: Floats, labels: Labels) -> float:
    sizes = members.sum(axis=0)
    if len(sizes) < 2:
        return 0.0
    everyone = np.arange(len(labels))
    inside = sums[everyone, labels] / np.maximum(sizes[labels] - 1, 1)
    others = sums / np.maximum(sizes, 1)
    others[everyone, labels] = np.inf
    outside = others.min(axis=1)
    larger = np.maximum(inside, outside)
    values = np.where(larger > 0, (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(np.where(sizes[labels] > 1, values, 0.0).mean())


def _squared_distances(points: Floats, others: Floats) -> Floats:
    # Written out: a sum over a third axis would take three times the memory.
    away = points[:, None, 0] - others[None, :, 0]
    away *= away
    up = points[:, None, 1] - others[None, :, 1]
    up *= up
    away += up
    return away


def _blocks(length: int) -> Iterator[slice]:
    for start in range(0, length, _BLOCK):
        yield slice(start, start + _BLOCK)
