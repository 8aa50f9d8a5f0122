"""Splits the results of closed rounds by the grouping questions of their panel.

Only what may be shown is kept: numbers that would point at a few people never reach the store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll, Round
from polls.domain.splits import Split, SplitRow, Voter, split_by_groups
from polls.live.workbench import off_loop
from polls.services.context import Context
from polls.store import agenda, ballots, panels
from polls.store import splits as stored

GROUPING_MOST = 4
"""By the first so many grouping questions of an agenda results are split."""

WORK_MOST = 1_000_000
"""Different ballots times answers times groups; a result beyond that is not split."""


def split_after(context: Context, panel_id: str, poll_id: str, round_id: str) -> None:
    """Split what can be split now that a round is closed: its own result, or, if it asked for
    groups, the results of the rounds that were closed before."""
    own = context.database.read(lambda connection: agenda.closed_at(connection, round_id))
    for poll, found, closed_at in context.database.read(
        lambda connection: _rounds_to_split(connection, panel_id, poll_id, round_id)
    ):
        _split(context, panel_id, poll, found, closed_at)
    if own is not None:
        # A grouping round that lacks nothing is done with; others have what they had.
        context.database.write(lambda connection: stored.note_split(connection, round_id, own))


def _split(context: Context, panel_id: str, poll: Poll, round_id: str, closed_at: float) -> None:
    def read(connection: Connection) -> _Material | None:
        found = _material(connection, panel_id, poll, round_id)
        # Looked at afterwards: what was read of a panel that goes on was linked.
        goes_on = panels.panel_by_id(connection, panel_id).ended_at is None
        return found if goes_on else None

    material = context.database.read(read)
    if material is not None:
        keep_split(context, panel_id, round_id, closed_at, material)


def keep_split(
    context: Context, panel_id: str, round_id: str, closed_at: float, material: _Material
) -> None:
    splits = off_loop(material.split)
    if splits is None:
        return

    def keep(connection: Connection) -> None:
        stored.keep_splits(connection, round_id, closed_at, splits)
        panels.change_panel(connection, panel_id)

    context.database.write(keep)


def is_to_be_split(poll: Poll) -> bool:
    """Its closing may split something: its own result, or those of others by it."""
    return is_grouping(poll) or _is_split(poll)


Unsplit = list[tuple[str, float, Any]]
"""Rounds, when they were closed, and what their splits are made from."""


def unsplit_of(connection: Connection, panel_id: str) -> Unsplit:
    """Return what is left to split when a panel ends, read while ballots can still be joined."""
    polls = agenda.polls_of(connection, panel_id)
    closed = [
        found
        for found in stored.closed_rounds_of(connection, panel_id)
        if is_to_be_split(polls[found[0]])
    ]
    lacking = {found for _, found, _ in closed if stored.lacks_splits(connection, found)}
    is_grouped_anew = any(is_grouping(polls[of]) for of, found, _ in closed if found in lacking)
    return [
        (found, closed_at, material)
        for of, found, closed_at in closed
        if _is_split(polls[of])
        and (is_grouped_anew or found in lacking)
        and (material := _material(connection, panel_id, polls[of], found)) is not None
    ]


def is_grouping(poll: Poll) -> bool:
    return bool(poll.question.settings.get("grouping"))


def _rounds_to_split(
    connection: Connection, panel_id: str, poll_id: str, round_id: str
) -> list[tuple[Poll, str, float]]:
    polls = agenda.polls_of(connection, panel_id)
    return [
        (polls[of], found, closed_at)
        for of, found, closed_at in stored.closed_rounds_of(connection, panel_id)
        if _is_split(polls[of]) and (found == round_id or is_grouping(polls[poll_id]))
    ]


def _is_split(poll: Poll) -> bool:
    """Grouping questions are not split by each other: their splits could not be kept apart."""
    return not is_grouping(poll) and bool(kind_named(poll.kind).split_keys(poll.question))


@dataclass(frozen=True, slots=True)
class _Grouping:
    """A grouping question with the round whose answers count."""

    poll: Poll
    round: Round
    sizes: Mapping[str, int]
    published: Split | None
    """What was shown of this split before."""


@dataclass(frozen=True, slots=True)
class _Material:
    """All that a round's splits are made from."""

    poll: Poll
    groupings: tuple[_Grouping, ...]
    answers: list[tuple[Any, tuple[str | None, ...]]]

    def split(self) -> dict[str, Any] | None:
        """Return the splits as they are kept; None where making them would take too long."""
        kind, question = kind_named(self.poll.kind), self.poll.question
        keys = kind.split_keys(question)
        voters = [
            Voter(frozenset(kind.split_of(answer, question)), groups)
            for answer, groups in self.answers
        ]
        rows = sum(len(grouping.poll.question.options) for grouping in self.groupings)
        if len(set(voters)) * len(keys) * rows > WORK_MOST:
            return None
        splits = split_by_groups(
            voters,
            keys,
            [grouping.poll.question.option_ids for grouping in self.groupings],
            is_exclusive=keys == kind.categories(question),
            sizes=[grouping.sizes for grouping in self.groupings],
            published={
                place: grouping.published
                for place, grouping in enumerate(self.groupings)
                if grouping.published is not None
            },
        )
        return {
            grouping.poll.id: as_json(split, grouping.round.number, grouping.sizes)
            for grouping, split in zip(self.groupings, splits, strict=True)
            if split is not None
        }


def _material(connection: Connection, panel_id: str, poll: Poll, round_id: str) -> _Material | None:
    polls = agenda.polls_of(connection, panel_id)
    before = stored.splits_of(connection, round_id)
    if stored.TAKEN_BACK in before:
        return None
    listed = [item.poll_id for item in agenda.items_of(connection, panel_id)]
    found = [polls[of] for of in listed if of and is_grouping(polls[of])]
    groupings = [
        grouping
        for asked in found
        if (grouping := _grouping(connection, asked, before.get(asked.id))) is not None
    ][:GROUPING_MOST]
    shown = {by for by, split in before.items() if stored.shows_something(split)}
    if not groupings or shown - {grouping.poll.id for grouping in groupings}:
        # What was shown by a question that is open again is not to be made anew later.
        return None
    rounds = [grouping.round.id for grouping in groupings]
    return _Material(
        poll, tuple(groupings), stored.answers_with_groups(connection, round_id, rounds)
    )


def _grouping(connection: Connection, poll: Poll, before: Any) -> _Grouping | None:
    """Return the newest closed round of a grouping question; but the one that a split was made
    with, if that split shows something: two versions of it could be compared."""
    closed = [found for found in agenda.rounds_of(connection, poll.id) if found.is_closed]
    if not closed:
        return None
    chosen, published = closed[-1], None
    if before is not None and stored.shows_something(before):
        earlier = [found for found in closed if found.number == before["round"]]
        if not earlier:
            return None
        chosen, published = earlier[0], from_json(before)
    counters = ballots.counters_of(connection, [chosen.id])[chosen.id]
    sizes = {option: counters.get(option, 0) for option in poll.question.option_ids}
    return _Grouping(poll, chosen, sizes, published)


def as_json(split: Split, number: int, sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return a split as it is kept and exported; `number` is that of the grouping round, `size`
    how many gave this group there."""
    return {
        "round": number,
        "rows": [
            {
                "group": row.group,
                "size": None if row.group is None else sizes[row.group],
                "ballots": row.ballots,
                "counts": dict(row.counts),
            }
            for row in split
        ],
    }


def from_json(kept: Mapping[str, Any]) -> Split:
    return tuple(SplitRow(row["group"], row["ballots"], row["counts"]) for row in kept["rows"])
