"""Which moves between two rounds may be published, so that small ones cannot be worked out.

Moves of fewer than CELL_LEAST people are merged into one number. That alone hides little: the
counts of both rounds, the newcomers, the leavers and how many moved are public, so a single
merged move is what the rest leaves over (secondary disclosure; L. Willenborg and T. de Waal,
Elements of Statistical Disclosure Control, 2001, chapter 4). Therefore more moves are merged,
smallest first, until each small one could just as well be one more or one less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from polls.domain.shifts import Flow, Moves, Shift

CELL_LEAST = 5
"""Moves of fewer people are never published alone."""

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class PublishedFlows:
    """The moves as everyone may have them."""

    flows: tuple[Flow, ...]
    """Largest first."""
    other_moves: int
    """All who moved otherwise."""


def merged_flows(shift: Shift) -> PublishedFlows:
    """Return the moves of a shift with small ones merged.

    Moves of equally many people are merged together, so the names and the order of options
    decide nothing. Where no merging could hide a small move better than the totals do, no
    move is published: then nobody learns more than from the totals, which are public.
    """
    if shift.moves is None:
        return PublishedFlows((), shift.moved)
    flows = shift.moves.flows()
    for least in sorted({CELL_LEAST, *(f.count + 1 for f in flows if f.count >= CELL_LEAST)}):
        shown = tuple(flow for flow in flows if flow.count >= least)
        if not shown or _hides_small_moves(shift.moves, least):
            return PublishedFlows(shown, shift.moved - sum(flow.count for flow in shown))
    return PublishedFlows((), shift.moved)


def _hides_small_moves(moves: Moves, least: int) -> bool:
    """Say whether every small move could be another number for all that is public.

    Whoever knows what is published knows the sums of rows and columns, even who came and left
    by category, the sum of the diagonal, and that a merged move is below `least`.
    """
    merged = _Merged(moves, least)
    small = (
        (row, column)
        for row, counts in enumerate(moves.table)
        for column, count in enumerate(counts)
        if row != column and 0 < count < CELL_LEAST
    )
    return all(merged.could_differ(cell) for cell in small)


@dataclass(frozen=True, slots=True)
class _Merged:
    """The table of moves as far as it is not published: merged moves and those who stayed."""

    moves: Moves
    least: int

    def could_differ(self, cell: Cell) -> bool:
        """Say whether another table with this cell changed by one looks the same from outside.

        A sufficient test. Along a closed path that turns at each step, cells rise and fall by
        one in turn, so that rows and columns keep their sums.
        """
        size = len(self.moves.table)
        return any(
            self._may_change(path, sign)
            for corners in (2, 3)
            for path in _closed_paths(cell, size, corners)
            for sign in (1, -1)
        )

    def _may_change(self, path: tuple[Cell, ...], sign: int) -> bool:
        stayed = 0
        for step, (row, column) in enumerate(path):
            change = sign if step % 2 == 0 else -sign
            count = self.moves.table[row][column]
            if count + change < 0:
                return False
            if row == column:
                stayed += change
            elif count >= self.least or count + change >= self.least:
                return False
        return stayed == 0


def _closed_paths(start: Cell, size: int, corners: int) -> Iterator[tuple[Cell, ...]]:
    """Yield the closed paths through a cell that turn in so many rows and as many columns."""
    for rows in permutations([place for place in range(size) if place != start[0]], corners - 1):
        for columns in permutations(
            [place for place in range(size) if place != start[1]], corners - 1
        ):
            along = zip((start[0], *rows), (start[1], *columns), strict=True)
            across = zip((*rows, start[0]), (start[1], *columns), strict=True)
            yield tuple(cell for pair in zip(along, across, strict=True) for cell in pair)
