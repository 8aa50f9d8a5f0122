"""Splits by group as files, as far as the grouping questions are listed too."""

from __future__ import annotations

from typing import Any

from polls.domain.polls import Poll
from polls.live.split_views import SplitView, is_grouping, split_views
from polls.services.results import PanelResults, RoundResults

Table = list[list[str | int]]

SPLIT_COLUMNS = (
    "poll",
    "title",
    "round",
    "kind",
    "by",
    "by_title",
    "group",
    "group_label",
    "group_size",
    "group_turnout",
    "key",
    "label",
    "count",
    "percent",
    "turnout",
    "present",
)


def listed_groupings(found: PanelResults) -> list[Poll]:
    """Return the grouping questions whose own results are among these: a split by another one
    would tell how large its groups are."""
    return [poll.poll for poll in found.polls if is_grouping(poll.poll)]


def splits_of_round(
    found: PanelResults, poll: Poll, round_: RoundResults, language: str
) -> tuple[SplitView, ...]:
    return split_views(poll, round_.round.splits, listed_groupings(found), language)


def splits_as_json(found: PanelResults, round_: RoundResults) -> dict[str, Any]:
    """Return a round's splits by grouping question; null stands for what is kept back."""
    listed = [poll.id for poll in listed_groupings(found)]
    return {by: split for by, split in (round_.round.splits or {}).items() if by in listed}


def has_splits(found: PanelResults) -> bool:
    return any(splits_as_json(found, round_) for poll in found.polls for round_ in poll.rounds)


def splits_table(found: PanelResults, language: str) -> Table:
    """Return one row for each answer of each group; a number that is kept back is left empty."""
    table: Table = [list(SPLIT_COLUMNS)]
    for poll in found.polls:
        for round_ in poll.rounds:
            for split in splits_of_round(found, poll.poll, round_, language):
                table += _rows(poll.poll, round_, split, language)
    return table


def _rows(poll: Poll, round_: RoundResults, split: SplitView, language: str) -> Table:
    people = [round_.results.turnout, _number(round_.people)]
    return [
        [
            poll.id,
            poll.title.in_language(language),
            round_.round.number,
            poll.kind,
            split.by,
            split.title,
            group.id or "",
            group.label,
            _number(group.size),
            _number(group.ballots),
            key.key,
            key.label,
            _number(cell.count),
            _number(cell.percent),
            *people,
        ]
        for group in split.groups
        for key, cell in zip(split.keys, group.cells, strict=True)
    ]


def _number(value: int | None) -> str | int:
    return "" if value is None else value
