"""Who moved between rounds, as files: small moves are merged before anything leaves."""

from __future__ import annotations

from typing import Any

from polls.domain.polls import Poll
from polls.domain.shifts import Shift, shift_from_json
from polls.live.shift_views import ShiftView, published_flows, published_shift_view
from polls.services.results import PanelResults, RoundResults

Table = list[list[str | int]]

FLOW_COLUMNS = (
    "poll",
    "title",
    "from_round",
    "round",
    "from",
    "from_label",
    "to",
    "to_label",
    "count",
    "both",
    "moved",
    "newcomers",
    "leavers",
)


def shift_of_round(found: RoundResults) -> Shift | None:
    return None if found.round.shift is None else shift_from_json(found.round.shift)


def shift_as_json(found: RoundResults) -> dict[str, Any] | None:
    """Return who moved since the round before; None for a first round."""
    shift = shift_of_round(found)
    if shift is None:
        return None
    published = published_flows(shift)
    return {
        "from": shift.from_round,
        "both": shift.both,
        "moved": shift.moved if shift.is_compared else None,
        "newcomers": shift.newcomers,
        "leavers": shift.leavers,
        "flows": [
            {"from": flow.before, "to": flow.after, "count": flow.count} for flow in published.flows
        ],
        "other_moves": published.other_moves if shift.is_compared else None,
    }


def shift_in_words(poll: Poll, found: RoundResults, language: str) -> ShiftView | None:
    """Return who moved since the round before, as the results page tells it."""
    shift = shift_of_round(found)
    return None if shift is None else published_shift_view(poll, shift, language)


def has_flows(found: PanelResults) -> bool:
    return any(round_.round.shift for poll in found.polls for round_ in poll.rounds)


def flows_table(found: PanelResults, language: str) -> Table:
    """Return one row for each move that may be told, and one for all others of a round."""
    table: Table = [list(FLOW_COLUMNS)]
    for poll in found.polls:
        for round_ in poll.rounds:
            if (shift := shift_of_round(round_)) is not None:
                table += _rows(poll.poll, round_.round.number, shift, language)
    return table


def _rows(poll: Poll, number: int, shift: Shift, language: str) -> Table:
    title = poll.title.in_language(language)
    start: list[str | int] = [poll.id, title, shift.from_round, number]
    moved = shift.moved if shift.is_compared else ""
    people = [shift.both, moved, shift.newcomers, shift.leavers]
    view = published_shift_view(poll, shift, language)
    told: Table = [
        [
            *start,
            flow.before.key,
            flow.before.label or flow.before.sign,
            flow.after.key,
            flow.after.label or flow.after.sign,
            flow.count,
            *people,
        ]
        for flow in view.flows
    ]
    if told and not view.other_moves:
        return told
    other_moves = view.other_moves if shift.is_compared else ""
    return [*told, [*start, "", "", "", "", other_moves, *people]]
