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
CLEARLY_BETTER = 0.05
# The share of people below which a group is taken only where there is no other way.
SMALLEST_GROUP = 1 / 32
DRAWS_TO_CHANGE = 4

_MOST_STEPS = 100
_FAR_SEEDS = 6
_RIM_SEEDS = 8
_RIM = 0.15
_CARRIED_ON = 3
# In a larger room starts are tried on so many points, and silhouettes taken of so many.
_TRIED_POINTS = 500
_ASKED_POINTS = 1000
_BLOCK = 512


@dataclass(frozen=True, eq=False, slots=True)
class Clustering:
    """Points in groups: a label for each point, the centres (groups × 2), and how clear they are.

    `silhouette` is −1 to 1, the mean over the points.
    """

    labels: Labels
    centres: Floats
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
    found = _fresh(points, weights)
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
    k = len(centres)
    labels = np.full(len(points), -1)
    for _ in range(_MOST_STEPS):
        # The distance to a centre but for the point's own length, which is the same for all.
        now = ((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1)
        if np.array_equal(now, labels):
            break
        labels = now
        people = np.bincount(labels, weights, minlength=k)
        sums = np.stack([np.bincount(labels, weights * axis, minlength=k) for axis in points.T], 1)
        centres = np.where(people[:, None] > 0, sums / np.maximum(people, 1)[:, None], centres)
    return Clustering(labels, centres)


def _fresh(points: Floats, weights: NDArray[np.int64]) -> dict[int, Clustering]:
    """Return the clearest clustering for each number of groups that the points allow.

    Of what k-means ends at from many starts the clearest is taken, not the tightest: a small
    group far out is seen, where the tightest would cut the crowd in two. Starts for two groups
    are all pairs of the seeds, for more the clearest so far and one more seed.
    """
    distinct = len(np.unique(points.round(9), axis=0))
    seeds = _seeds(points)
    starts = [seeds[[a, b]] for a in range(len(seeds)) for b in range(a)]
    found: dict[int, Clustering] = {}
    for k in range(2, min(most_groups(len(points)), distinct) + 1):
        best = _clearest(points, weights, starts, k)
        if not best:
            break
        found[k] = best[0]
        starts = [np.vstack([c.centres, seed]) for c in best[:_CARRIED_ON] for seed in seeds]
    if not found:
        middle = np.average(points, axis=0, weights=weights)[None]
        found[1] = Clustering(np.zeros(len(points), dtype=np.int64), middle)
    return found


def _clearest(
    points: Floats, weights: NDArray[np.int64], starts: list[Floats], k: int
) -> list[Clustering]:
    """Return the different ends of k-means, those without tiny groups first, the clearest first."""
    few = _along_the_map(points, _TRIED_POINTS)
    if len(few) < len(points):
        starts = [end.centres for end in _ends(points[few], weights[few], starts, k)]
    tiny = weights.sum() * SMALLEST_GROUP
    return sorted(
        _with_silhouettes(points, _ends(points, weights, starts, k)),
        key=lambda c: (
            bool((np.bincount(c.labels, weights) < tiny).any()),
            -round(c.silhouette, 9),
        ),
    )


def _ends(
    points: Floats, weights: NDArray[np.int64], starts: list[Floats], k: int
) -> list[Clustering]:
    """Return where k-means ends from the starts, each end once and with all its groups."""
    ends: dict[bytes, Clustering] = {}
    for start in starts:
        end = lloyd(points, weights, start)
        if len(np.unique(end.labels)) == k:
            ends.setdefault(np.sort(end.centres.round(6), axis=0).tobytes(), end)
    return list(ends.values())


def _along_the_map(points: Floats, most: int) -> NDArray[np.int64]:
    """Return the points along the map, in a larger room every second, third, … of them."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    step = -(-len(points) // most)
    return order[:: max(1, step)]


def _seeds(points: Floats) -> Floats:
    """Return points to start from: some far apart, and the middle of each rim of the picture."""
    middle = points.mean(axis=0)
    chosen = [int(_squared_distances(points, middle[None]).argmin())]
    away = _squared_distances(points, points[chosen])[:, 0]
    while len(chosen) < min(_FAR_SEEDS, len(points)):
        chosen.append(int(away.argmax()))
        away = np.minimum(away, _squared_distances(points, points[chosen[-1:]])[:, 0])
    rim = max(1, round(len(points) * _RIM))
    angles = np.arange(_RIM_SEEDS) * 2 * np.pi / _RIM_SEEDS
    rims = [
        points[np.argsort(-(points @ np.array([np.cos(a), np.sin(a)])), kind="stable")[:rim]]
        for a in angles
    ]
    return np.vstack([points[chosen], *(rim_points.mean(axis=0)[None] for rim_points in rims)])


def _with_silhouettes(points: Floats, clusterings: list[Clustering]) -> Iterator[Clustering]:
    """Yield the clusterings with their mean silhouettes, each different point counted once.

    A point alone in its group counts 0, as Rousseeuw has it. In a large room the mean is taken
    over every second, third, … point along the map; distances are to all points even so.
    """
    asked = _along_the_map(points, _ASKED_POINTS)
    members = [np.eye(len(c.centres))[c.labels] for c in clusterings]
    together = np.hstack(members) if members else np.empty((len(points), 0))
    sums = np.vstack(
        [
            np.sqrt(_squared_distances(points[asked[block]], points)) @ together
            for block in _blocks(len(asked))
        ]
    )
    starts = np.cumsum([0, *(own.shape[1] for own in members)])
    for clustering, own, start in zip(clusterings, members, starts[:-1], strict=True):
        to_groups = sums[:, start : start + own.shape[1]]
        silhouette = _mean_silhouette(to_groups, own.sum(axis=0), clustering.labels[asked])
        yield Clustering(clustering.labels, clustering.centres, silhouette)


def _mean_silhouette(sums: Floats, sizes: Floats, labels: Labels) -> float:
    """Return the mean silhouette of points with these `labels`.

    `sums` are their distances to all members of each group together (points × groups), `sizes`
    the members of each group.
    """
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
