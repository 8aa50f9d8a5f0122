"""What stays of a panel: the results of its closed rounds, for the page and for download.

Only closed rounds are read here, and of those only what the participants themselves may see,
unless the moderator asks for everything. Words and written answers appear only as moderated.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from polls.domain.codes import normalise_receipt
from polls.domain.comments import HIDE_REASONS, Comment, CommentState
from polls.domain.kinds import Kind, kind_named
from polls.domain.orders import from_places
from polls.domain.polls import (
    Poll,
    PollState,
    Role,
    Round,
    may_see_results,
    results_are_public,
)
from polls.domain.stop_words import is_stop_word
from polls.domain.tally import BALLOTS, Results, people_present
from polls.domain.texts import Texts, fold
from polls.live.reasons import by_option
from polls.live.snapshots import PanelState, comment_view, item_title, load_state, poll_view
from polls.live.views import PollView
from polls.store import ballots, comments, panels
from polls.store import results as stored
from polls.store.ballots import BallotRecord

COMMENTS_MOST = 1000
OTHER_REASON = "other"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One ballot as everyone may see it: no name, no time."""

    receipt: str
    answer: Any
    order: tuple[str, ...] | None = None
    """The options in the order its voter saw; None where all saw the same."""


@dataclass(frozen=True, slots=True)
class RoundResults:
    round: Round
    results: Results
    receipts: tuple[ReceiptLine, ...]
    """In the order of the receipts, which are random; empty where answers are written, or where
    these results were read without ballots."""
    texts: tuple[str, ...]
    """Written answers that the moderator lets everyone see."""
    texts_kept_back: int
    reasons: tuple[Comment, ...] = ()
    """Reasons that are shown, those with most upvotes first."""
    revelation: Mapping[str, Any] | None = None
    """What the moderator revealed of this round, such as the true value."""

    has_receipts: bool = False
    """There are ballots to list, whether they were read or not."""

    @property
    def people(self) -> int | None:
        """How many were in the room when the round closed; at least those who voted."""
        present = self.round.present
        return None if present is None else max(present, self.results.turnout)


@dataclass(frozen=True, slots=True)
class PollResults:
    poll: Poll
    number: int
    """Place on the agenda, from 1."""
    is_public: bool
    rounds: tuple[RoundResults, ...]

    @property
    def kind(self) -> Kind:
        return kind_named(self.poll.kind)


@dataclass(frozen=True, slots=True)
class PanelResults:
    state: PanelState
    """The panel, with the counters of all rounds listed here."""
    polls: tuple[PollResults, ...]
    comments: tuple[Comment, ...]
    hidden_comments: Mapping[str, int]
    """How many comments were hidden, by reason; reasons in a moderator's own words are one."""
    people: int | None
    """Head count, or as many as were in the room at the fullest round; None if nobody knows."""
    has_ballots: bool = True
    """Ballots were read along; otherwise see `load_receipts`."""

    @property
    def ballot_count(self) -> int:
        return sum(round_.results.turnout for poll in self.polls for round_ in poll.rounds)

    @property
    def is_empty(self) -> bool:
        return not self.polls and not self.comments


def load_results(
    connection: Connection,
    panel_id: str,
    *,
    everything: bool = False,
    ballots_most: int | None = None,
) -> PanelResults:
    """Read the results of a panel; `everything` adds what is closed but not public, though never
    what is sealed. With more ballots than `ballots_most` none are read along."""
    state = load_state(connection, panel_id)
    listed = list(_listed_polls(state, everything=everything))
    rounds = stored.closed_rounds(connection, [poll.id for _, poll in listed])
    ids = [found.id for per_poll in rounds.values() for found in per_poll]
    counters = ballots.counters_of(connection, ids)
    turnout = sum(counters[round_id][BALLOTS] for round_id in ids)
    has_ballots = ballots_most is None or turnout <= ballots_most
    written = [
        found.id for _, poll in listed if _is_text(poll) for found in rounds.get(poll.id, ())
    ]
    cast = stored.ballots_of(connection, ids if has_ballots else written)
    reasons = comments.shown_reasons(connection, ids)
    state = replace(state, counters=counters)
    polls = tuple(
        PollResults(
            poll,
            number,
            results_are_public(poll.visibility, poll.state),
            tuple(
                replace(
                    _round_results(poll, found, counters[found.id], cast.get(found.id, ())),
                    reasons=tuple(reasons.get(found.id, ())),
                )
                for found in rounds[poll.id]
            ),
        )
        for number, poll in listed
        if rounds.get(poll.id)
    )
    return PanelResults(
        state=state,
        polls=polls,
        comments=tuple(
            comments.comments_of(connection, panel_id, CommentState.SHOWN, COMMENTS_MOST)
        ),
        hidden_comments=_hidden_by_reason(stored.hidden_comments(connection, panel_id)),
        people=_people(connection, state, polls),
        has_ballots=has_ballots,
    )


def load_receipts(connection: Connection, poll: Poll, round_id: str) -> tuple[ReceiptLine, ...]:
    """Read the ballots of one round as everyone may see them; none where answers are written."""
    if not kind_named(poll.kind).is_closed_answer:
        return ()
    cast = stored.ballots_of(connection, [round_id]).get(round_id, ())
    return tuple(_receipt_line(poll, ballot) for ballot in cast)


def _is_text(poll: Poll) -> bool:
    return kind_named(poll.kind).shape == "text"


def _listed_polls(state: PanelState, *, everything: bool) -> Iterator[tuple[int, Poll]]:
    for number, item in enumerate(state.items, start=1):
        poll = state.polls.get(item.poll_id) if item.poll_id else None
        if poll is None:
            continue
        may_see = everything and may_see_results(Role.MODERATOR, poll.visibility, poll.state)
        if may_see or results_are_public(poll.visibility, poll.state):
            yield number, poll


def _round_results(
    poll: Poll, found: Round, counters: Mapping[str, int], cast: Sequence[BallotRecord]
) -> RoundResults:
    kind = kind_named(poll.kind)
    is_text = _is_text(poll)
    shown = [ballot.answer for ballot in cast if ballot.state == "shown"] if is_text else []
    receipts = cast if kind.is_closed_answer else ()
    return RoundResults(
        round=found,
        results=kind.summarise(counters, poll.question),
        receipts=tuple(_receipt_line(poll, ballot) for ballot in receipts),
        texts=tuple(shown),
        texts_kept_back=len(cast) - len(shown) if is_text else 0,
        has_receipts=kind.is_closed_answer and counters[BALLOTS] > 0,
        revelation=kind.revelation(counters, poll.question)
        if replace(poll, round=found).is_revealed
        else None,
    )


def _receipt_line(poll: Poll, ballot: BallotRecord) -> ReceiptLine:
    places = ballot.option_order
    order = None if places is None else tuple(from_places(places, poll.question.option_ids))
    return ReceiptLine(ballot.receipt, ballot.answer, order)


def _hidden_by_reason(found: Sequence[tuple[str, int]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for reason, count in found:
        counted[reason if reason in HIDE_REASONS else OTHER_REASON] += count
    return {reason: counted[reason] for reason in (*HIDE_REASONS, OTHER_REASON) if counted[reason]}


def _people(connection: Connection, state: PanelState, polls: Sequence[PollResults]) -> int | None:
    panel = state.panel
    rounds = [round_ for poll in polls for round_ in poll.rounds]
    present = max((round_.people or 0 for round_ in rounds), default=0)
    if not present and panel.ended_at is None:
        present = panels.participant_count(connection, panel.id)
    turnout = max((round_.results.turnout for round_ in rounds), default=0)
    return people_present(present, turnout, panel.head_count) or None


def round_view(
    found: PanelResults, poll: Poll, round_: RoundResults, language: str, now: float
) -> PollView:
    """Return a poll as it was in one of its rounds, for the result fragment of its kind."""
    texts = tuple(BallotRecord(round_.round.id, text, 0, "", "shown") for text in round_.texts)
    state = replace(found.state, texts={round_.round.id: texts})
    kind, outcome = kind_named(poll.kind), round_.round.outcome
    published = replace(
        round_.round, outcome=None if outcome is None else kind.publish_outcome(outcome)
    )
    as_then = replace(poll, round=published, state=PollState.PUBLISHED)
    view = poll_view(state, as_then, Role.PARTICIPANT, language, now)
    reasons = by_option(round_.reasons, lambda found: comment_view(state, found, language))
    return replace(view, reasons=reasons)


def about_of(found: PanelResults, comment: Comment) -> Texts:
    """Return the title of what a comment was written for, unless that is still secret."""
    item = next((item for item in found.state.items if item.id == comment.item_id), None)
    if item is None:
        return Texts()
    if item.poll_id and all(poll.poll.id != item.poll_id for poll in found.polls):
        return Texts()
    return item_title(found.state, item)


# Receipts


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """A ballot that was found by its receipt."""

    poll: Poll
    number: int
    """Of the round."""
    receipt: str
    answer: Any
    """None where the answer may not be shown here."""
    kept_back: bool = False
    """The answer is counted, but (some of) what was written is not shown."""


def typed_receipt(typed: str) -> str:
    """Return what someone copied from their phone the way receipts are stored."""
    return normalise_receipt(unicodedata.normalize("NFKC", typed).upper().replace("U", "V"))


def find_receipt(connection: Connection, found: PanelResults, typed: str) -> list[FoundReceipt]:
    """Return the ballots with this receipt among the rounds listed in these results."""
    receipt = typed_receipt(typed)
    places = {
        round_.round.id: (poll, round_.round.number - poll.poll.rounds_cleared)
        for poll in found.polls
        for round_ in poll.rounds
    }
    matches = []
    for ballot in stored.ballots_with_receipt(connection, list(places), receipt):
        poll, number = places[ballot.round_id]
        shown = _as_moderated(poll.poll, ballot.answer, ballot.state)
        is_kept_back = shown != ballot.answer
        matches.append(FoundReceipt(poll.poll, number, receipt, shown, is_kept_back))
    order = [poll.poll.id for poll in found.polls]
    return sorted(matches, key=lambda match: (order.index(match.poll.id), match.number))


def _as_moderated(poll: Poll, answer: Any, state: str) -> Any:
    """Return as much of an answer as everyone may see."""
    kind = kind_named(poll.kind)
    if kind.is_closed_answer:
        return answer
    if kind.shape == "list":
        hidden = set(poll.question.settings.get("hidden", ()))
        return [
            word for word in answer if fold(word) not in hidden and not is_stop_word(fold(word))
        ] or None
    return answer if state == "shown" else None


def answer_in_words(
    poll: Poll,
    answer: Any,
    language: str,
    say: Callable[[str], str] = str,
    labels: Mapping[str, str] | None = None,
) -> list[str]:
    """Return an answer the way people read it: labels instead of ids.

    `say` puts words of the wire, such as `agree`, into the reader's language. For many answers
    `labels` are looked up once; see `labels_of`.
    """
    if answer is None:
        return []
    parts = kind_named(poll.kind).answer_parts(answer, poll.question, language, labels)
    return [f"{label}: {say(value)}" if value else label for label, value in parts]
