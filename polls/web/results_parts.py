"""What the results page is put together from, made once for all who read it at the same time.

Three hundred phones may open the page in the same minute. Its sections are made one at a time,
so that live screens get their turn in between, and kept for a few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gevent
from flask import current_app, stream_template
from gevent.lock import BoundedSemaphore
from jinja2 import Environment
from markupsafe import Markup

from polls.domain.comments import Comment
from polls.domain.errors import Refusal
from polls.domain.kinds.base import labels_of
from polls.domain.polls import Poll, Role
from polls.live.snapshots import comment_view, room_view
from polls.live.views import CommentView, PollView, RoomView
from polls.live.workbench import off_loop
from polls.services import results as services
from polls.services.context import Context
from polls.services.results import PanelResults, PollResults, ReceiptLine, RoundResults
from polls.services.shift_files import shift_in_words
from polls.services.split_files import splits_of_round
from polls.store.panels import PanelRecord
from polls.web.answers import say
from polls.web.receipt_pages import ReceiptRow, answers_of, pages_of, receipt_rows

ANSWERS_LISTED_MOST = 4000
"""A ballot may have many. Where there are more, each round has its receipts on pages of its own."""
RECEIPT_PAGES_KEPT_MOST = 8
ROUNDS_KEPT_MOST = 4
"""Whose ballots were read for a page of receipts."""
TURN_SECONDS = 0.01
"""A section that takes longer is drawn in several turns."""
COMMENTS_AT_ONCE = 12
KEPT_SECONDS = 3.0
"""Upvotes may show this late; whatever is closed, hidden or erased shows at once."""
KEPT_MOST = 64


@dataclass(frozen=True, slots=True)
class RoundPart:
    """One round on the page."""

    view: PollView
    receipts: list[ReceiptRow]
    texts_kept_back: int
    lists_receipts: bool
    page: int = 1
    pages: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """How often one answer was given in each vote."""

    key: str
    label: str
    place: int | None
    counts: list[tuple[int, int]]
    """Count and percent, vote by vote."""
    step: int


@dataclass(frozen=True, slots=True)
class PollPart:
    view: PollView
    is_public: bool
    rounds: list[RoundPart]
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Listed:
    """The results of a panel, with the sections of its page in one language."""

    found: PanelResults
    view: RoomView
    sections: Markup
    round_views: Mapping[str, PollView]
    """Each round as it was, by its id."""
    made_at: float
    receipt_pages: dict[tuple[str, int], RoundPart] = field(default_factory=dict)
    """The pages of receipts last asked for, by round and page."""
    receipts: dict[str, tuple[ReceiptLine, ...]] = field(default_factory=dict)
    """The ballots last asked for, by round, where they were not read along."""


class Listings:
    """Keeps what was made for a few readers' seconds, as long as the panel is the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, bool], Listed] = {}
        self._making = BoundedSemaphore(1)
        self._has_templates = False

    def listed(
        self, context: Context, panel: PanelRecord, language: str, *, everything: bool
    ) -> Listed:
        place = (panel.id, language, everything)
        if (kept := self._find(context, panel, place)) is not None:
            return kept
        with self._making:
            if (kept := self._find(context, panel, place)) is not None:
                return kept
            if not self._has_templates:
                environment = current_app.jinja_env
                off_loop(lambda: _load_templates(environment))
                self._has_templates = True
            made = _make(context, panel, language, everything=everything)
            _keep(self._kept, place, made, KEPT_MOST)
        return made

    def _find(
        self, context: Context, panel: PanelRecord, place: tuple[str, str, bool]
    ) -> Listed | None:
        kept = self._kept.get(place)
        if kept is None or kept.found.state.panel.version != panel.version:
            return None
        return kept if context.clock() - kept.made_at < KEPT_SECONDS else None


def _make(context: Context, panel: PanelRecord, language: str, *, everything: bool) -> Listed:
    found = context.database.read(
        lambda connection: services.load_results(
            connection, panel.id, everything=everything, ballots_most=ANSWERS_LISTED_MOST
        )
    )
    now = context.clock()
    people = context.stage.people(panel.id)
    view = room_view(found.state, Role.PARTICIPANT, language, people, now)
    view = replace(view, present=found.people or 0, comments=())
    rounds = [round_ for poll in found.polls for round_ in poll.rounds]
    answers = sum(answers_of(round_.receipts) for round_ in rounds)
    is_short = found.has_ballots and answers <= ANSWERS_LISTED_MOST
    round_views = off_loop(lambda: _round_views(found, language, now))
    sections: list[Markup] = []
    for number, poll in enumerate(found.polls, start=1):
        part = _poll_part(round_views, poll, language, with_receipts=is_short)
        sections.append(
            _section("results/poll.html", view=view, part=part, number=number, is_all=everything)
        )
        gevent.sleep(0)
    comments = [_comment(found, comment, language) for comment in found.comments]
    sections.append(
        _section(
            "results/comments.html",
            found=found,
            comments=comments[:COMMENTS_AT_ONCE],
            more_comments=comments[COMMENTS_AT_ONCE:],
        )
    )
    return Listed(found, view, Markup("").join(sections), round_views, now)


def _section(template: str, **given: Any) -> Markup:
    """Return a part of the page; others get their turn while a long one is drawn."""
    pieces, turn_ends = [], time.perf_counter() + TURN_SECONDS
    for piece in stream_template(template, **given):
        pieces.append(piece)
        if time.perf_counter() >= turn_ends:
            gevent.sleep(0)
            turn_ends = time.perf_counter() + TURN_SECONDS
    # Each piece was escaped by its template.
    return Markup("").join(map(Markup, pieces))


def _load_templates(environment: Environment) -> None:
    """Compile what the page may be drawn with; at its first reader this would take a second."""
    for name in environment.list_templates(extensions=["html"]):
        if name.startswith(("results/", "kinds/")) or "/" not in name:
            environment.get_template(name)


def _round_views(found: PanelResults, language: str, now: float) -> dict[str, PollView]:
    """Return each round as it was. Merging the moves of many options takes seconds, so this is
    never done in the thread that serves screens."""
    return {
        round_.round.id: replace(
            services.round_view(found, poll.poll, round_, language, now),
            shift=shift_in_words(poll.poll, round_, language),
            splits=splits_of_round(found, poll.poll, round_, language),
        )
        for poll in found.polls
        for round_ in poll.rounds
    }


def _poll_part(
    round_views: Mapping[str, PollView], poll: PollResults, language: str, *, with_receipts: bool
) -> PollPart:
    rounds = [
        _round_part(
            round_views, poll.poll, round_, language, round_.receipts if with_receipts else ()
        )
        for round_ in poll.rounds
    ]
    return PollPart(rounds[-1].view, poll.is_public, rounds, _changes(poll, language))


def receipts_of(
    context: Context, listed: Listed, poll: Poll, round_: RoundResults
) -> tuple[ReceiptLine, ...]:
    """Return all ballots of a round with their receipts."""
    if listed.found.has_ballots:
        return round_.receipts
    kept = listed.receipts.get(round_.round.id)
    if kept is None:
        kept = context.database.read(
            lambda connection: services.load_receipts(connection, poll, round_.round.id)
        )
        _keep(listed.receipts, round_.round.id, kept, ROUNDS_KEPT_MOST)
    return kept


def receipts_part(
    listed: Listed,
    poll: Poll,
    round_: RoundResults,
    lines: Sequence[ReceiptLine],
    language: str,
    page: int,
) -> RoundPart:
    """Return one page of a round's receipts, from 1, or refuse."""
    pages = pages_of(lines)
    if not 1 <= page <= len(pages):
        raise Refusal("page.unknown")
    place = (round_.round.id, page)
    kept = listed.receipt_pages.get(place)
    if kept is None:
        part = _round_part(listed.round_views, poll, round_, language, lines[pages[page - 1]])
        kept = replace(part, page=page, pages=len(pages))
        _keep(listed.receipt_pages, place, kept, RECEIPT_PAGES_KEPT_MOST)
    return kept


def _keep(kept: dict[Any, Any], place: Any, value: Any, most: int) -> None:
    """Keep a value, and let the oldest go where there are too many."""
    while len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[place] = value


def _round_part(
    round_views: Mapping[str, PollView],
    poll: Poll,
    round_: RoundResults,
    language: str,
    lines: Sequence[ReceiptLine],
) -> RoundPart:
    return RoundPart(
        view=round_views[round_.round.id],
        receipts=receipt_rows(poll, lines, language),
        texts_kept_back=round_.texts_kept_back,
        lists_receipts=round_.has_receipts,
    )


def _changes(poll: PollResults, language: str) -> list[Change]:
    """Return the votes side by side, for a question that was asked more than once."""
    if len(poll.rounds) < 2 or not poll.kind.is_closed_answer:
        return []
    places = {option_id: place for place, option_id in enumerate(poll.poll.question.option_ids)}
    tallies = [round_.results for round_ in poll.rounds]
    labels = labels_of(poll.poll.question, language)
    return [
        Change(
            key=key,
            label=services.answer_in_words(poll.poll, key, language, say, labels)[0],
            place=places.get(key),
            counts=[(tally.counts[key], tally.percents[key]) for tally in tallies],
            step=tallies[-1].counts[key] - tallies[0].counts[key],
        )
        for key in tallies[0].counts
    ]


def _comment(found: PanelResults, comment: Comment, language: str) -> CommentView:
    about = services.about_of(found, comment).in_language(language)
    return replace(comment_view(found.state, comment, language), about=about)
