"""What the results page is put together from, made once for all who read it at the same time.

Three hundred phones may open the page in the same minute. Its sections are made one at a time,
so that live screens get their turn in between, and kept for a few seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import gevent
from flask import render_template
from gevent.lock import BoundedSemaphore
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
from polls.services.shift_files import merge_flows, shift_in_words
from polls.services.split_files import splits_of_round
from polls.store.panels import PanelRecord
from polls.web.answers import say
from polls.web.receipt_pages import ReceiptRow, answers_of, pages_of, receipt_rows

ANSWERS_LISTED_MOST = 4000
"""A ballot may have many. Where there are more, each round has its receipts on pages of its own."""
RECEIPT_PAGES_KEPT_MOST = 8
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
    made_at: float
    receipt_pages: dict[tuple[str, int, int], RoundPart] = field(default_factory=dict)
    """The pages of receipts last asked for, by poll, round and page."""


class Listings:
    """Keeps what was made for a few readers' seconds, as long as the panel is the same."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, bool], Listed] = {}
        self._making = BoundedSemaphore(1)

    def listed(
        self, context: Context, panel: PanelRecord, language: str, *, everything: bool
    ) -> Listed:
        place = (panel.id, language, everything)
        if (kept := self._find(context, panel, place)) is not None:
            return kept
        with self._making:
            if (kept := self._find(context, panel, place)) is not None:
                return kept
            made = _make(context, panel, language, everything=everything)
            while len(self._kept) >= KEPT_MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[place] = made
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
        lambda connection: services.load_results(connection, panel.id, everything=everything)
    )
    now = context.clock()
    people = context.stage.people(panel.id)
    view = room_view(found.state, Role.PARTICIPANT, language, people, now)
    view = replace(view, present=found.people or 0, comments=())
    rounds = [round_ for poll in found.polls for round_ in poll.rounds]
    is_short = sum(answers_of(round_.receipts) for round_ in rounds) <= ANSWERS_LISTED_MOST
    off_loop(lambda: merge_flows(found))
    sections = []
    for number, poll in enumerate(found.polls, start=1):
        part = _poll_part(found, poll, language, now, with_receipts=is_short)
        sections.append(
            render_template(
                "results/poll.html", view=view, part=part, number=number, is_all=everything
            )
        )
        gevent.sleep(0)
    comments = [_comment(found, comment, language) for comment in found.comments]
    sections.append(
        render_template(
            "results/comments.html",
            found=found,
            comments=comments[:COMMENTS_AT_ONCE],
            more_comments=comments[COMMENTS_AT_ONCE:],
        )
    )
    # Each section was escaped by its template.
    return Listed(found, view, Markup("").join(map(Markup, sections)), now)


def _poll_part(
    found: PanelResults, poll: PollResults, language: str, now: float, *, with_receipts: bool
) -> PollPart:
    rounds = [
        _round_part(
            found, poll.poll, round_, language, now, round_.receipts if with_receipts else ()
        )
        for round_ in poll.rounds
    ]
    return PollPart(rounds[-1].view, poll.is_public, rounds, _changes(poll, language))


def receipts_part(
    listed: Listed, poll: Poll, round_: RoundResults, language: str, page: int
) -> RoundPart:
    """Return one page of a round's receipts, from 1, or refuse."""
    pages = pages_of(round_.receipts)
    if not 1 <= page <= len(pages):
        raise Refusal("page.unknown")
    place = (poll.id, round_.round.number, page)
    kept = listed.receipt_pages.get(place)
    if kept is None:
        lines = round_.receipts[pages[page - 1]]
        part = _round_part(listed.found, poll, round_, language, listed.made_at, lines)
        kept = replace(part, page=page, pages=len(pages))
        while len(listed.receipt_pages) >= RECEIPT_PAGES_KEPT_MOST:
            listed.receipt_pages.pop(next(iter(listed.receipt_pages)))
        listed.receipt_pages[place] = kept
    return kept


def _round_part(
    found: PanelResults,
    poll: Poll,
    round_: RoundResults,
    language: str,
    now: float,
    lines: Sequence[ReceiptLine],
) -> RoundPart:
    view = services.round_view(found, poll, round_, language, now)
    return RoundPart(
        view=replace(
            view,
            shift=shift_in_words(poll, round_, language),
            splits=splits_of_round(found, poll, round_, language),
        ),
        receipts=receipt_rows(poll, lines, language),
        texts_kept_back=round_.texts_kept_back,
        lists_receipts=bool(round_.receipts),
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
