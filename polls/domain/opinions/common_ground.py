"""What the groups of an opinion map share, and the map as screens and files are given it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from polls.domain.opinions.dots import spread_dots
from polls.domain.opinions.map import OpinionMap
from polls.domain.opinions.outline import outline
from polls.domain.opinions.public import as_public
from polls.domain.opinions.statements import Counts, StatementCounts

SMALLEST_PUBLISHED: Final = 5
"""A group with fewer people than this is published without its numbers."""

_FIRST_LETTER: Final = "A"


def map_as_shown(drawn: OpinionMap) -> dict[str, Any]:
    """Return the map for the screens in the room: no participants, no lists of members.

    It is `as_public` with every group under its `number` and with all its `people`, those near it
    too, and beside it: `dots` in place of the points, and the outlines around them; `counts` by statement, `[agree, disagree, pass]` of the
    `room` and of each of the `groups` in their order; `shared` and `rejected`, the statements
    that every group agrees or disagrees with, the clearest first.
    """
    public = as_public(drawn, 1)
    public["dots"] = spread_dots(public.pop("points"))
    public["groups"] = [
        {
            "number": ord(group["letter"]) - ord(_FIRST_LETTER) + 1,
            "people": group["size"] + group["near"],
            **{name: value for name, value in group.items() if name != "letter"},
            "centre": list(group["centre"]),
            "outline": [
                list(point)
                for point in outline([(x, y) for x, y, of, _ in public["dots"] if of == place])
            ],
        }
        for place, group in enumerate(public["groups"])
    ]
    public["counts"] = {
        found.statement: {
            "room": _as_list(found.room),
            "groups": [_as_list(counts) for counts in found.groups],
        }
        for found in drawn.statements
    }
    public["shared"] = common_ground(drawn.statements, "agree")
    public["rejected"] = common_ground(drawn.statements, "disagree")
    return public


def _as_list(counts: Counts) -> list[int]:
    return [counts.agree, counts.disagree, counts.passed]


def common_ground(statements: Sequence[StatementCounts], side: str) -> list[str]:
    """Return the statements that most of every group agrees (or disagrees) with.

    The measure is the group-aware consensus of Small et al. (2021), "Polis: Scaling deliberation
    by mapping high dimensional opinion spaces": the product over groups of the share that agrees,
    one voice added on either side. A statement that some group has not answered is left out;
    equals stay in the order of the statements.
    """
    found: list[tuple[float, str]] = []
    for each in statements:
        if len(each.groups) < 2 or not all(counts.answered for counts in each.groups):
            continue
        said = [counts.agree if side == "agree" else counts.disagree for counts in each.groups]
        shares = [
            (of_side + 1) / (counts.answered + 2)
            for of_side, counts in zip(said, each.groups, strict=True)
        ]
        if min(shares) > 0.5:
            product = 1.0
            for share in sorted(shares):
                product *= share
            found.append((product, each.statement))
    return [statement for _, statement in sorted(found, key=lambda pair: -pair[0])]


def without_small_groups(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return a map as it is published: groups of few people keep their place and lose their numbers.

    Where one group alone would lose them, the next smallest loses them too: else its numbers
    could be found by taking the other groups from the room.
    """
    sizes = [(group["size"], place) for place, group in enumerate(shown["groups"])]
    small = {place for size, place in sizes if size < SMALLEST_PUBLISHED}
    if len(small) == 1 and len(sizes) > 1:
        small.add(min((size, place) for size, place in sizes if place not in small)[1])
    if not small:
        return dict(shown)
    return {
        **shown,
        "withheld": len(small),
        "groups": [
            {**group, "representative": []} if place in small else group
            for place, group in enumerate(shown["groups"])
        ],
        "divisive": [
            {**each, "percents": _left_out(each["percents"], small)} for each in shown["divisive"]
        ],
        "counts": {
            statement: {"room": counts["room"], "groups": _left_out(counts["groups"], small)}
            for statement, counts in shown["counts"].items()
        },
    }


def _left_out(values: Sequence[Any], small: set[int]) -> list[Any]:
    return [None if place in small else value for place, value in enumerate(values)]
