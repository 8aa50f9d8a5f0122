"""Draws the opinion map: where people stand, which of them stand together, what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from polls.domain.opinions.grouping import Clustering, GroupCount, find_groups, nearest
from polls.domain.opinions.outline import Point, outline
from polls.domain.opinions.projection import Plane, find_plane, project, turn_between
from polls.domain.opinions.statements import (
    Chosen,
    Divisive,
    StatementCounts,
    consensus,
    count_statements,
    divisive,
    representative,
)
from polls.domain.opinions.votes import DistinctVotes, VoteMatrix, distinct_votes

Floats = NDArray[np.float64]
Indexes = NDArray[np.int64]

FEWEST_FOR_A_PICTURE: Final = 3
FEWEST_FOR_A_MAP: Final = 7
ENOUGH_ANSWERS: Final = 7
# With fewer people than this who answered enough, those who answered most take part as well.
FEW_PEOPLE: Final = 15

# The farthest point stands at the edge; the frame changes only when it fits badly.
_FRAME_MARGIN = 1.1
_FRAME_TOO_WIDE = 0.6
_LETTERS: Final = "ABCDEFGHIJ"


@dataclass(frozen=True, slots=True)
class OpinionGroup:
    """People who answer alike, as indexes into the participants of the vote table.

    `members` answered enough to shape the map. `near` answered less and stand nearest to this
    group; they shape nothing and its numbers leave them out. `centre` and `outline` are in the frame
    of the map, −1 to 1.
    """

    letter: str
    members: tuple[int, ...]
    near: tuple[int, ...]
    centre: Point
    outline: tuple[Point, ...]
    representative: tuple[Chosen, ...]

    @property
    def size(self) -> int:
        return len(self.members)


@dataclass(frozen=True, eq=False, slots=True)
class MapMemory:
    """What the next draw needs to stay steady. It names people and never leaves the server.

    `directions` (2 × statements) and `positions` (participants × 2) are in the measure of the
    projection, before the frame; `groups` are the letters by participant, None without a group.
    """

    participants: tuple[str, ...]
    statements: tuple[str, ...]
    directions: Floats
    positions: Floats
    taking_part: frozenset[str]
    letters: tuple[str | None, ...]
    centres: Floats
    group_count: GroupCount | None
    reach: float


@dataclass(frozen=True, eq=False, slots=True)
class OpinionMap:
    """A room's opinions at one moment.

    `participants` counts the people who answered anything. With fewer than seven there is no
    map (`is_map`), only the statements and, from three on, `points`. `points` are x and y from
    −1 to 1 for each row of the vote table, None for who answered nothing. `statements` are all
    that are not hidden, with counts of the room and of `groups`, in that order.
    """

    participants: int
    is_map: bool
    points: tuple[Point | None, ...]
    groups: tuple[OpinionGroup, ...]
    statements: tuple[StatementCounts, ...]
    consensus: tuple[Chosen, ...]
    divisive: tuple[Divisive, ...]
    memory: MapMemory = field(repr=False)


def draw_map(votes: VoteMatrix, previous: OpinionMap | None = None) -> OpinionMap:
    """Return the map of the votes, carried on from the `previous` one where there is one.

    The same votes give the same map, whatever the order of people and statements. The method is
    told in docs/opinion-map.md.
    """
    before = previous.memory if previous else None
    distinct = distinct_votes(votes)
    answered = votes.answered
    directions, positions = _positions(votes, distinct, before)
    people = int(np.count_nonzero(answered))
    taking_part = _taking_part(votes, distinct, before)
    clustering, count = None, None
    if people >= FEWEST_FOR_A_MAP:
        clustering, count = _clustered(distinct, positions, taking_part, before)
    reach = _reach(positions[taking_part], before)
    framed = _framed(positions, reach)
    groups = _grouped(votes, positions, taking_part, clustering, before)
    counts = count_statements(votes, [members for _, members, _ in groups])
    chosen = representative(counts, len(groups))
    shown = people >= FEWEST_FOR_A_PICTURE
    return OpinionMap(
        people,
        people >= FEWEST_FOR_A_MAP,
        tuple(
            (float(x), float(y)) if shown and count_ else None
            for (x, y), count_ in zip(framed, answered, strict=True)
        ),
        tuple(
            _group(letter, members, near, framed, statements)
            for (letter, members, near), statements in zip(groups, chosen, strict=True)
        ),
        counts,
        consensus(counts) if shown else (),
        divisive(counts, len(groups)),
        _memory(votes, directions, positions, taking_part, groups, count, reach),
    )


def _positions(
    votes: VoteMatrix, distinct: DistinctVotes, before: MapMemory | None
) -> tuple[Floats, Floats]:
    """Return directions by statement and positions by participant, turned like the last ones."""
    plane = find_plane(distinct, _remembered_directions(votes, distinct, before))
    by_row = project(distinct, plane)
    positions = by_row[distinct.row_of]
    if before is not None:
        places = {person: place for place, person in enumerate(before.participants)}
        common = [i for i, person in enumerate(votes.participants) if person in places]
        old = before.positions[[places[votes.participants[i]] for i in common]]
        turn = turn_between(positions[common], old)
        positions = positions @ turn.T
        plane = Plane(turn @ plane.directions, plane.mean)
    directions = np.zeros_like(plane.directions)
    directions[:, distinct.columns] = plane.directions
    return directions, positions


def _remembered_directions(
    votes: VoteMatrix, distinct: DistinctVotes, before: MapMemory | None
) -> Floats | None:
    if before is None:
        return None
    places = {statement: place for place, statement in enumerate(before.statements)}
    known = np.array([places.get(votes.statements[c], -1) for c in distinct.columns], dtype=int)
    if not (known >= 0).any():
        return None
    return np.where(known >= 0, before.directions[:, known], 0.0)


def _taking_part(
    votes: VoteMatrix, distinct: DistinctVotes, before: MapMemory | None
) -> NDArray[np.bool_]:
    """Say who shapes the groups: who answered enough, and who once did.

    While these are few, those who answered most take part too, all who answered as much at once.
    People who answered the very same count once, so that a room twice over is treated alike.
    """
    answered = votes.answered
    enough = (answered >= min(ENOUGH_ANSWERS, len(votes.statements))) & (answered > 0)
    if before is not None:
        enough |= np.fromiter((p in before.taking_part for p in votes.participants), bool)
        enough &= answered > 0
    for level in np.unique(answered[~enough])[::-1]:
        if level == 0 or len(np.unique(distinct.row_of[enough])) >= FEW_PEOPLE:
            break
        enough |= answered == level
    return enough


def _clustered(
    distinct: DistinctVotes,
    positions: Floats,
    taking_part: NDArray[np.bool_],
    before: MapMemory | None,
) -> tuple[Clustering, GroupCount]:
    _, first, people = np.unique(
        distinct.row_of[taking_part], return_index=True, return_counts=True
    )
    points = positions[taking_part][first]
    centres, count = None, None
    if before is not None and before.group_count is not None:
        centres, count = before.centres, before.group_count
    return find_groups(points, people // np.gcd.reduce(people), centres, count)


def _grouped(
    votes: VoteMatrix,
    positions: Floats,
    taking_part: NDArray[np.bool_],
    clustering: Clustering | None,
    before: MapMemory | None,
) -> list[tuple[str, Indexes, Indexes]]:
    """Return letter, members and near ones of each group, in the order of the letters."""
    if clustering is None:
        return []
    labels = nearest(positions, clustering.centres)
    answered = votes.answered > 0
    found = [
        (
            np.flatnonzero((labels == label) & taking_part),
            np.flatnonzero((labels == label) & answered & ~taking_part),
        )
        for label in range(len(clustering.centres))
    ]
    found = [group for group in found if len(group[0])]
    letters = _letters(votes, [members for members, _ in found], before)
    return sorted(
        ((letter, *group) for letter, group in zip(letters, found, strict=True)),
        key=lambda group: group[0],
    )


def _letters(votes: VoteMatrix, groups: Sequence[Indexes], before: MapMemory | None) -> list[str]:
    """Give each group the letter that most of its members had, the largest first; else a free one."""
    had: Mapping[str, str | None] = {}
    if before is not None:
        had = dict(zip(before.participants, before.letters, strict=True))
    shared = [
        (sum(had.get(votes.participants[i]) == letter for i in members), number, letter)
        for number, members in enumerate(groups)
        for letter in _LETTERS
    ]
    given: dict[int, str] = {}
    for people, number, letter in sorted(shared, key=lambda s: (-s[0], s[2])):
        if people and number not in given and letter not in given.values():
            given[number] = letter
    free = iter([letter for letter in _LETTERS if letter not in given.values()])
    for number in sorted(range(len(groups)), key=lambda n: -len(groups[n])):
        if number not in given:
            given[number] = next(free)
    return [given[number] for number in range(len(groups))]


def _reach(positions: Floats, before: MapMemory | None) -> float:
    """Return the distance that the edge of the frame stands for."""
    farthest = float(np.sqrt((positions**2).sum(axis=1)).max()) if len(positions) else 0.0
    if before is not None and _FRAME_TOO_WIDE * before.reach <= farthest <= before.reach:
        return before.reach
    return farthest * _FRAME_MARGIN if farthest > 0 else 1.0


def _framed(positions: Floats, reach: float) -> Floats:
    """Bring positions into −1 to 1; who answered little and stands beyond goes to the edge."""
    scaled = positions / reach
    distance = np.sqrt((scaled**2).sum(axis=1))
    framed: Floats = scaled / np.maximum(distance, 1.0)[:, None]
    return framed


def _group(
    letter: str, members: Indexes, near: Indexes, framed: Floats, chosen: tuple[Chosen, ...]
) -> OpinionGroup:
    centre = framed[members].mean(axis=0)
    return OpinionGroup(
        letter,
        tuple(int(i) for i in members),
        tuple(int(i) for i in near),
        (float(centre[0]), float(centre[1])),
        outline([(float(x), float(y)) for x, y in framed[members]]),
        chosen,
    )


def _memory(
    votes: VoteMatrix,
    directions: Floats,
    positions: Floats,
    taking_part: NDArray[np.bool_],
    groups: Sequence[tuple[str, Indexes, Indexes]],
    count: GroupCount | None,
    reach: float,
) -> MapMemory:
    letters: list[str | None] = [None] * len(votes.participants)
    for letter, members, near in groups:
        for index in (*members, *near):
            letters[index] = letter
    centres = [positions[members].mean(axis=0) for _, members, _ in groups]
    return MapMemory(
        votes.participants,
        votes.statements,
        directions,
        positions,
        frozenset(p for p, part in zip(votes.participants, taking_part, strict=True) if part),
        tuple(letters),
        np.array(centres).reshape(-1, 2),
        count,
        reach,
    )
