"""The opinion map as everyone may see it: shapes and numbers, and nobody in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from polls.domain.opinions.map import FEWEST_FOR_A_PICTURE, OpinionGroup, OpinionMap
from polls.domain.opinions.outline import Point
from polls.domain.opinions.statements import MOST_STATEMENTS, Chosen, Counts

# Points are drawn together on the finest of these grids that needs no more spots than this.
_GRIDS: Final = (0.01, 0.02, 0.04, 0.05, 0.1, 0.2)
_MOST_SPOTS: Final = 600
_NO_GROUP: Final = -1


def as_public(drawn: OpinionMap, min_group: int) -> dict[str, Any]:
    """Return the map for a frame on the wire: no participants, no lists of members.

    `points` are `[x, y, group, people]`, sorted, people on one spot of the grid together;
    `group` is the index into `groups`, −1 for none. A group with fewer than `min_group` people
    is left out with its numbers (`withheld` counts such groups), and then the room's counts are
    left out as well, since the difference would give the group's away; shares stay.
    """
    shown = [group for group in drawn.groups if group.size >= min_group]
    withheld = len(drawn.groups) - len(shown)
    places = {drawn.groups.index(group): place for place, group in enumerate(shown)}
    return {
        "participants": drawn.participants,
        "is_map": drawn.is_map,
        "points": _spots(drawn, shown),
        "groups": [_group(group) for group in shown],
        "withheld": withheld,
        "statements": _by_agreement(drawn, with_counts=not withheld),
        "consensus": [
            _chosen(chosen, with_counts=not withheld)
            for chosen in sorted(drawn.consensus, key=lambda c: -c.strength)[:MOST_STATEMENTS]
        ],
        "divisive": [
            {
                "statement": each.statement,
                "for": places[each.for_it],
                "against": places[each.against_it],
                "percents": _percents_by_group(drawn, each.statement, places),
            }
            for each in drawn.divisive
            if each.for_it in places and each.against_it in places
        ],
    }


def _spots(drawn: OpinionMap, shown: Sequence[OpinionGroup]) -> list[list[float]]:
    place_of = {
        index: place for place, group in enumerate(shown) for index in (*group.members, *group.near)
    }
    standing = [
        (point, place_of.get(index, _NO_GROUP))
        for index, point in enumerate(drawn.points)
        if point is not None
    ]
    spots: Counter[tuple[float, float, int]] = Counter()
    for grid in _GRIDS:
        spots = Counter((*_on_grid(point, grid), place) for point, place in standing)
        if len(spots) <= _MOST_SPOTS:
            break
    return sorted([x, y, place, people] for (x, y, place), people in spots.items())


def _on_grid(point: Point, grid: float) -> Point:
    # Adding zero turns a negative zero into the one that everybody writes.
    x, y = (round(round(axis / grid) * grid, 2) + 0.0 for axis in point)
    return x, y


def _group(group: OpinionGroup) -> dict[str, Any]:
    return {
        "letter": group.letter,
        "size": group.size,
        "near": len(group.near),
        "centre": _on_grid(group.centre, 0.01),
        "outline": [_on_grid(point, 0.01) for point in group.outline],
        "representative": [_chosen(c, with_counts=True) for c in group.representative],
    }


def _chosen(chosen: Chosen, *, with_counts: bool) -> dict[str, Any]:
    public: dict[str, Any] = {
        "statement": chosen.statement,
        "side": chosen.side,
        "percent": chosen.percent,
    }
    return {**public, **_counts(chosen.counts)} if with_counts else public


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "agree": counts.agree,
        "disagree": counts.disagree,
        "pass": counts.passed,
        "answered": counts.answered,
    }


def _by_agreement(drawn: OpinionMap, *, with_counts: bool) -> list[dict[str, Any]]:
    """Return the statements that most agree with; what a room too small for a map gets to see.

    Of one or two people nothing is told: each would read the other's answers.
    """
    if drawn.participants < FEWEST_FOR_A_PICTURE:
        return []
    answered = [each for each in drawn.statements if each.room.answered]
    best = sorted(answered, key=lambda each: -(each.room.agree + 1) / (each.room.answered + 2))
    return [
        _chosen(Chosen(each.statement, "agree", each.room, 0.0), with_counts=with_counts)
        for each in best[:MOST_STATEMENTS]
    ]


def _percents_by_group(
    drawn: OpinionMap, statement: str, places: dict[int, int]
) -> list[list[int]]:
    """Return the percent that agrees and disagrees in each group that is shown."""
    found = next(each for each in drawn.statements if each.statement == statement)
    return [
        [found.groups[index].percent("agree"), found.groups[index].percent("disagree")]
        for index in places
    ]
