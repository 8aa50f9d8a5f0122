"""Where people stand: the two directions along which a room differs most.

After Small, Bjorkegren, Erkkilä, Shaw and Megill, "Polis: Scaling Deliberation by Mapping High
Dimensional Opinion Spaces" (2021), and the mathematics that Pol.is runs. Where Pol.is finds the
directions by a hundred power iterations, they are taken exactly here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from polls.domain.opinions.votes import MISSING, DistinctVotes

Floats = NDArray[np.float64]

# A direction that holds less of the spread than this is rounding.
_NOTHING = 1e-12
_WARM_STEPS = 8
# A picture carried on from the last one has to show this share of what the best would show.
_STILL_GOOD = 0.95


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """Two orthogonal directions (2 × statements) through the mean answers (one a statement)."""

    directions: Floats
    mean: Floats


def find_plane(votes: DistinctVotes, start: Floats | None = None) -> Plane:
    """Return the plane in which the answers differ most (principal components).

    What was not answered counts as the mean of those who answered. `start` (2 × statements) are the directions of the last picture: few steps from
    there reach the same plane, or come closer to it where two are about as good, so that the
    picture turns and does not jump.
    """
    given = votes.rows != MISSING
    mean = _mean_answers(votes, given)
    centred = np.where(given, votes.rows - mean, 0.0)
    spread: Floats = (centred * votes.weights[:, None].astype(np.float64)).T @ centred
    values, vectors = np.linalg.eigh(spread) if spread.size else (np.zeros(0), np.zeros((0, 0)))
    directions = np.zeros((2, len(mean)))
    real = [i for i in range(len(values))[::-1][:2] if values[i] > _NOTHING * values[-1]]
    for place, index in enumerate(real):
        directions[place] = _oriented(vectors[:, index])
    if start is not None and len(real) == 2:
        carried = _carried_on(spread, start)
        if carried is not None and _shown(carried, spread) >= _STILL_GOOD * values[-2:].sum():
            directions = carried
    return Plane(directions, mean)


def project(votes: DistinctVotes, plane: Plane) -> Floats:
    """Return where each distinct row stands (rows × 2), from the answers it gave alone.

    Few answers reach less far from the middle than many, so positions are drawn out by the root
    of statements over answers.
    """
    given = votes.rows != MISSING
    centred = np.where(given, votes.rows - plane.mean, 0.0)
    answered = np.maximum(given.sum(axis=1), 1)
    reach = np.sqrt(len(plane.mean) / answered)
    positions: Floats = (centred @ plane.directions.T) * reach[:, None]
    return positions


def turn_between(new: Floats, old: Floats) -> Floats:
    """Return the rotation or reflection (2 × 2) that lays `new` best onto `old` (n × 2 both).

    The orthogonal Procrustes problem (Schönemann 1966). Neither is moved or stretched: both have
    the mean answers in the middle.
    """
    left, strength, right = np.linalg.svd(old.T @ new)
    if strength[0] <= _NOTHING:
        return np.eye(2)
    turn: Floats = left @ right
    return turn


def _mean_answers(votes: DistinctVotes, given: NDArray[np.bool_]) -> Floats:
    # Whole numbers until the division: the same room twice over has the very same means.
    total = votes.weights @ np.where(given, votes.rows, 0).astype(np.int64)
    count = votes.weights @ given.astype(np.int64)
    mean: Floats = total / np.maximum(count, 1)
    return mean


def _oriented(direction: Floats) -> Floats:
    """Point to where people agree with more; the sign of a component says nothing by itself."""
    lean = direction.sum()
    if abs(lean) < 1e-9:
        lean = direction[np.abs(direction).argmax()]
    return direction if lean >= 0 else -direction


def _carried_on(spread: Floats, start: Floats) -> Floats | None:
    """Return the directions after some steps of orthogonal iteration, or None from nowhere."""
    basis, triangle = np.linalg.qr(start.T)
    if np.abs(np.diag(triangle)).min() < 1e-6:
        return None
    for _ in range(_WARM_STEPS):
        basis, triangle = np.linalg.qr(spread @ basis)
        if np.abs(np.diag(triangle)).min() <= _NOTHING:
            return None
    _, within = np.linalg.eigh(basis.T @ spread @ basis)
    carried: Floats = np.array([_oriented(column) for column in (basis @ within[:, ::-1]).T])
    return carried


def _shown(directions: Floats, spread: Floats) -> float:
    return float(np.trace(directions @ spread @ directions.T))
