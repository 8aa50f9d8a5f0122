"""What templates are given of a shift: who moved between rounds, in a reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from polls.domain.kinds import kind_named
from polls.domain.polls import Poll
from polls.domain.published_flows import PublishedFlows, merged_flows
from polls.domain.shifts import Flow, SentenceFacts, Shift, sentence_facts, shift_from_json
from polls.domain.tally import shares
from polls.domain.texts import Texts

COLUMNS_MOST = 4
"""A picture shows the latest rounds, not more than these."""

PUBLISHED_KEPT_MOST = 512
"""Shifts whose merged moves are remembered: a few panels' worth."""

LINES_MOST = 60
SEATS_MOST = 240

LETTERS = "ABCDEFGHIJKL"


@dataclass(frozen=True, slots=True)
class CategoryView:
    """An option or a step, as far as moves are told by it."""

    key: str
    label: str
    """Empty for a step without a name of its own; its sign says it."""
    language: str
    place: int
    """0 for A, 1 for B…: chooses letter, colour and seat face."""
    sign: str

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return self.label if self.sign in LETTERS and self.label else self.sign


@dataclass(frozen=True, slots=True)
class FlowView:
    before: CategoryView
    after: CategoryView
    count: int


@dataclass(frozen=True, slots=True)
class ColumnView:
    """One round in the picture."""

    vote: int
    counts: tuple[int, ...]
    percents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ShiftView:
    """Who moved since the round before."""

    earlier_vote: int
    vote: int
    """The two rounds as people count."""
    both: int
    moved: int
    newcomers: int
    leavers: int
    sentence: SentenceFacts
    named: FlowView | None
    """The move that the sentence names."""
    flows: tuple[FlowView, ...]
    """The moves that this reader may know, largest first."""
    other_moves: int
    """All who moved otherwise."""
    categories: tuple[CategoryView, ...] = ()
    columns: tuple[ColumnView, ...] = ()
    """The latest rounds, oldest first; empty where there is no table of moves to draw."""
    steps: tuple[Mapping[str, Any], ...] = ()
    """The tables of moves between neighbouring columns, for the script that draws them."""

    @property
    def has_picture(self) -> bool:
        return bool(self.columns)

    @property
    def has_ribbons(self) -> bool:
        """Too many people to draw each as a seat, or each move as a line."""
        people = max((sum(column.counts) for column in self.columns), default=0)
        return self.moved > LINES_MOST or people > SEATS_MOST or len(self.columns) > 2


def shift_view(poll: Poll, language: str) -> ShiftView | None:
    """Return the shift of a poll's latest round as those may see it who see its result."""
    latest = poll.round
    if latest is None or not latest.is_closed or latest.shift is None:
        return None
    shift = shift_from_json(latest.shift)
    flows = shift.moves.flows() if shift.moves else []
    view = _view(poll, shift, language, flows, shift.moved - sum(flow.count for flow in flows))
    chain = _chain(shift, [shift_from_json(stored) for stored in poll.earlier_shifts])
    if not chain:
        return view
    tables = [found.moves for found in chain if found.moves]
    counts = [tables[0].before, *(table.after for table in tables)]
    first = chain[0].from_round - poll.rounds_cleared
    return replace(
        view,
        categories=_categories(poll, language),
        columns=tuple(
            ColumnView(first + place, column, tuple(shares(100, column)))
            for place, column in enumerate(counts)
        ),
        steps=tuple(
            {"table": table.table, "newcomers": table.newcomers, "leavers": table.leavers}
            for table in tables
        ),
    )


@lru_cache(maxsize=PUBLISHED_KEPT_MOST)
def published_flows(shift: Shift) -> PublishedFlows:
    """Return the moves of a shift with small ones merged; see `merged_flows`.

    With many options that takes seconds, and a shift never changes: it is worked out once. Whoever
    may be the first to ask does so beside the sockets.
    """
    return merged_flows(shift)


def published_shift_view(poll: Poll, shift: Shift, language: str) -> ShiftView:
    """Return a shift as everyone may have it for good: small moves are merged."""
    published = published_flows(shift)
    return _view(poll, shift, language, published.flows, published.other_moves)


def _view(
    poll: Poll, shift: Shift, language: str, flows: Sequence[Flow], other_moves: int
) -> ShiftView:
    known = {category.key: category for category in _categories(poll, language)}
    facts = sentence_facts(shift, flows)
    vote = shift.from_round - poll.rounds_cleared
    seen = tuple(FlowView(known[f.before], known[f.after], f.count) for f in flows)
    return ShiftView(
        earlier_vote=vote,
        vote=vote + 1,
        both=shift.both,
        moved=shift.moved,
        newcomers=shift.newcomers,
        leavers=shift.leavers,
        sentence=facts,
        named=seen[0] if facts.before else None,
        flows=seen,
        other_moves=other_moves,
    )


def _chain(latest: Shift, earlier: Sequence[Shift]) -> list[Shift]:
    """Return the shifts that lead to the latest round without a gap, oldest first."""
    chain: list[Shift] = []
    for shift in (latest, *reversed(earlier)):
        follows = not chain or shift.from_round == chain[0].from_round - 1
        if shift.moves is None or not follows or len(chain) + 1 >= COLUMNS_MOST:
            break
        chain.insert(0, shift)
    return chain


def _categories(poll: Poll, language: str) -> tuple[CategoryView, ...]:
    """Return what moves are counted by: options, or the steps of a rating with their ends."""
    labels = {option.id: option.label for option in poll.question.options}
    kind = kind_named(poll.kind)
    keys = kind.categories(poll.question)
    settings = poll.question.settings
    ends = {0: settings.get("low"), len(keys) - 1: settings.get("high")}
    found = []
    for place, key in enumerate(keys):
        is_option = key in labels
        label = labels[key] if is_option else Texts(ends.get(place) or {})
        if kind.name == "numeric":
            [(band, _)] = kind.answer_parts(key, poll.question, language)
            label, is_option = Texts({language: band}), True
        found.append(
            CategoryView(
                key=key,
                label=label.in_language(language),
                language=label.language_of(language),
                place=place,
                sign=LETTERS[place % len(LETTERS)] if is_option else key,
            )
        )
    return tuple(found)
