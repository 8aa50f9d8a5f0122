"""Builds, from the database, what a role may see of a panel in its language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from polls.domain.boards import Board
from polls.domain.comments import Comment, CommentState
from polls.domain.kinds import kind_named
from polls.domain.kinds.base import COMMON_SETTINGS
from polls.domain.polls import (
    Poll,
    PollState,
    Role,
    Visibility,
    may_see_results,
    results_are_public,
)
from polls.domain.tally import BALLOTS, VERSION, Results, people_present
from polls.domain.texts import Texts
from polls.live.boards import board_view, load_board
from polls.live.next_step import next_action
from polls.live.pace import PaceCount, load_pace, paced_view, results_together, steps_offered
from polls.live.phones import phones_follow, phones_wait
from polls.live.reasons import REASONS_FOR_EACH_OPTION, by_option, load_reasons, option_meant
from polls.live.reveal_views import revealed_view
from polls.live.shift_views import shift_view
from polls.live.split_views import SplitView, is_grouping, split_views
from polls.live.views import (
    ActionView,
    CommentCounts,
    CommentView,
    ItemView,
    PanelistView,
    PanelView,
    PollView,
    RevealedView,
    RoomView,
    TextAnswerView,
)
from polls.live.wordings import first_language, option_views, other_text
from polls.store import agenda, ballots, comments, panels
from polls.store.agenda import ItemRecord
from polls.store.ballots import BallotRecord
from polls.store.comments import Action, Counts
from polls.store.pace import polls_of_steps
from polls.store.panels import PanelRecord

COMMENTS_SHOWN_MOST = 50
COMMENTS_WAITING_MOST = 50
TEXTS_SHOWN_MOST = 60


@dataclass(frozen=True, slots=True)
class PanelState:
    """A panel as it is now, for all roles and languages."""

    panel: PanelRecord
    items: tuple[ItemRecord, ...]
    polls: Mapping[str, Poll]
    counters: dict[str, Counter[str]]
    """By round id; refreshed by the ticks while ballots come in."""
    texts: Mapping[str, tuple[BallotRecord, ...]]
    shown: tuple[Comment, ...]
    waiting: tuple[Comment, ...]
    hidden: tuple[Comment, ...]
    spotlight: Comment | None
    counts: Counts
    last_action: Action | None
    reasons: Mapping[str, Sequence[Comment]] = field(default_factory=dict)
    """By round id: the reasons with most upvotes for each option."""
    pace: PaceCount = field(default_factory=PaceCount)
    latest_reasons: tuple[Comment, ...] = ()
    """For the moderator's list; all others see reasons under their options."""
    sealed: frozenset[str] = frozenset()
    """Ids of rounds whose results and reasons nobody may see, whoever asks."""
    board: Board | None = None
    pictures: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """By round id: what was drawn from the ballots of open rounds; see `polls.live.maps`."""

    def paced_polls(self) -> list[Poll]:
        """Return the polls that are open together."""
        return polls_of_steps(self.panel.paced, self.items, self.polls)

    def current_item(self) -> ItemRecord | None:
        return next((i for i in self.items if i.id == self.panel.current_item_id), None)

    def current_poll(self) -> Poll | None:
        item = self.current_item()
        return self.polls.get(item.poll_id) if item and item.poll_id else None


@dataclass(frozen=True, slots=True)
class People:
    """Who is here, as far as views need it."""

    seen: int = 0
    """People here now, voters of the current round who left included."""
    connected: int = 0
    join_warning: int = 0

    def present(self, state: PanelState, poll: Poll | None) -> int:
        """Return the people in the room while a poll is on, or without one."""
        turnout = 0
        if poll is not None and poll.round is not None:
            turnout = state.counters.get(poll.round.id, Counter())[BALLOTS]
            if poll.round.is_closed and poll.round.present is not None:
                return max(poll.round.present, turnout)
        return people_present(self.seen, turnout, state.panel.head_count)


def load_state(connection: Connection, panel_id: str) -> PanelState:
    """Read a panel whole: its agenda, latest rounds, counters and the comments on top."""
    panel = panels.panel_by_id(connection, panel_id)
    polls = agenda.polls_of(connection, panel_id)
    items = tuple(agenda.items_of(connection, panel_id))
    rounds = {poll.round.id: poll for poll in polls.values() if poll.round is not None}
    texts = {
        round_id: tuple(
            ballots.texts_of_round(
                connection, round_id, ("waiting", "shown", "hidden"), TEXTS_SHOWN_MOST
            )
        )
        for round_id, poll in rounds.items()
        if poll.kind == "text"
    }
    sealed = agenda.sealed_rounds(connection, panel_id)
    spotlight = None
    if panel.spotlight_comment_id:
        spotlight = comments.find_comment(connection, panel_id, panel.spotlight_comment_id)
    return PanelState(
        panel=panel,
        items=items,
        polls=polls,
        counters=ballots.counters_of(connection, rounds),
        texts=texts,
        shown=_comments(connection, panel_id, CommentState.SHOWN, COMMENTS_SHOWN_MOST),
        waiting=_comments(connection, panel_id, CommentState.WAITING, COMMENTS_WAITING_MOST),
        hidden=_comments(connection, panel_id, CommentState.HIDDEN, COMMENTS_WAITING_MOST),
        spotlight=None if spotlight and spotlight.round_id in sealed else spotlight,
        sealed=sealed,
        counts=comments.comment_counts(connection, panel_id),
        last_action=comments.latest_action(connection, panel_id),
        reasons=load_reasons(connection, polls.values()),
        pace=load_pace(connection, polls_of_steps(panel.paced, items, polls)),
        board=load_board(connection, panel, polls.values()),
        latest_reasons=tuple(comments.latest_reasons(connection, panel_id, COMMENTS_WAITING_MOST)),
    )


def _comments(
    connection: Connection, panel_id: str, state: CommentState, most: int
) -> tuple[Comment, ...]:
    return tuple(comments.comments_of(connection, panel_id, state, most))


# Views


def panel_view(panel: PanelRecord, role: Role, language: str) -> PanelView:
    place = panel.place
    parts = [place.get(part, "") for part in ("building", "room", "street", "town")]
    return PanelView(
        id=panel.id,
        code=panel.code,
        title=panel.title.in_language(language),
        title_language=panel.title.language_of(language),
        description=panel.description.in_language(language),
        theme=panel.theme.in_language(language),
        place=", ".join(part for part in parts if part),
        panellists=tuple(
            PanelistView(p["name"], Texts(p.get("role", {})).in_language(language))
            for p in panel.panellists
        ),
        languages=panel.languages,
        projector_languages=tuple(panel.projector_languages or ()),
        projector_turns=panel.projector_turns,
        moderation=panel.moderation,
        comments_open=panel.comments_open,
        board=panel.board,
        joining_locked=panel.joining_locked,
        needs_pin=panel.pin is not None,
        pin=None if role is Role.PARTICIPANT else panel.pin,
        head_count=panel.head_count,
        ends_at=panel.ends_at,
        keep_days=panel.keep_days,
        is_ended=panel.ended_at is not None,
    )


def results_of(state: PanelState, poll: Poll) -> Results | None:
    if poll.round is None:
        return None
    counters = state.counters.get(poll.round.id, Counter())
    return kind_named(poll.kind).summarise(counters, poll.question)


def poll_view(
    state: PanelState,
    poll: Poll,
    role: Role,
    language: str,
    now: float,
    *,
    has_voted: bool = False,
) -> PollView:
    kind = kind_named(poll.kind)
    latest = poll.round
    counters = state.counters.get(latest.id, Counter()) if latest else Counter()
    outcome = latest.outcome if latest and latest.is_closed else None
    results = results_of(state, poll)
    waits = role is Role.PARTICIPANT and results is not None and phones_wait(poll, results)
    visible = may_see_results(role, poll.visibility, poll.state, has_voted)
    if waits and results is not None:
        visible = visible and phones_follow(poll, results)
    is_moderator = role is Role.MODERATOR
    kept = frozenset() if is_moderator else kind.keeps_back(poll, sees_results=visible)
    return PollView(
        id=poll.id,
        kind=poll.kind,
        shape=kind.shape_of(poll.question),
        title=poll.title.in_language(language),
        title_language=poll.title.language_of(language),
        title_also=other_text(state.panel, role, poll.title, language),
        options=option_views(state.panel, poll, role, language, kept),
        settings=_settings_in(poll, kept, language),
        state=poll.state.value,
        is_counting=latest is not None and poll.state is PollState.OPEN and latest.is_counting(now),
        takes_ballots=latest is not None
        and poll.state is PollState.OPEN
        and not latest.is_counting(now),
        visibility=poll.visibility.value,
        countdown_seconds=poll.countdown_seconds,
        round=latest.number if latest else 0,
        vote=latest.number - poll.rounds_cleared if latest else 0,
        round_id=latest.id if latest else None,
        closes_at=latest.closes_at if latest else None,
        results_visible=visible,
        results_after_voting=poll.visibility is Visibility.VOTED
        and poll.state in (PollState.OPEN, PollState.CLOSED),
        results=results if visible else None,
        tally_version=counters.get(VERSION, 0),
        turnout=counters.get(BALLOTS, 0),
        texts=_texts(state, poll, role) if visible else (),
        present=latest.present if latest and latest.is_closed else None,
        is_public=results_are_public(poll.visibility, poll.state),
        outcome=outcome if visible else None,
        revelation=kind.revelation(counters, poll.question)
        if visible and poll.is_revealed
        else None,
        shift=shift_view(poll, language) if visible else None,
        result_comes_later=waits,
        picture=(outcome or state.pictures.get(latest.id))
        if latest and visible and not waits
        else None,
        splits=_splits(state, poll, role, language) if visible else (),
        coverage=kind.coverage(counters, poll.question),
        reasons=by_option(
            state.reasons.get(latest.id, ()),
            lambda reason: comment_view(state, reason, language),
            REASONS_FOR_EACH_OPTION[role],
        )
        if latest and visible
        else {},
    )


def _splits(state: PanelState, poll: Poll, role: Role, language: str) -> tuple[SplitView, ...]:
    if role is Role.PARTICIPANT or poll.round is None or not poll.round.is_closed:
        return ()
    listed = [state.polls[item.poll_id] for item in state.items if item.poll_id]
    groupings = [
        asked
        for asked in listed
        if is_grouping(asked) and may_see_results(role, asked.visibility, asked.state)
    ]
    return split_views(poll, poll.round.splits, groupings, language)


def _settings_in(poll: Poll, kept: frozenset[str], language: str) -> dict[str, Any]:
    """Return settings as a page reads them; common ones that are off are there too."""
    return dict.fromkeys(COMMON_SETTINGS, False) | {
        key: Texts(value).in_language(language) if isinstance(value, dict) else value
        for key, value in poll.question.settings.items()
        if key not in kept
    }


def _texts(state: PanelState, poll: Poll, role: Role) -> tuple[TextAnswerView, ...]:
    if poll.round is None:
        return ()
    seen = ("waiting", "shown", "hidden") if role is Role.MODERATOR else ("shown",)
    return tuple(
        TextAnswerView(ballot.receipt, ballot.answer, ballot.state, ballot.sequence)
        for ballot in state.texts.get(poll.round.id, ())
        if ballot.state in seen
    )


def comment_view(state: PanelState, comment: Comment, language: str) -> CommentView:
    about = next((i for i in state.items if i.id == comment.item_id), None)
    return CommentView(
        id=comment.id,
        text=comment.text,
        language=comment.language,
        kind=comment.kind.value,
        state=comment.state.value,
        upvotes=comment.upvotes,
        is_answered=comment.is_answered,
        reason=comment.reason,
        posted_at=comment.posted_at,
        about=item_title(state, about).in_language(language) if about else "",
        option=option_meant(
            state.polls.get(about.poll_id) if about and about.poll_id else None,
            comment.option_id,
            language,
        ),
        round_id=comment.round_id,
    )


def item_title(state: PanelState, item: ItemRecord) -> Texts:
    poll = state.polls.get(item.poll_id) if item.poll_id else None
    return poll.title if poll is not None else item.title


def _item_view(
    state: PanelState, item: ItemRecord, number: int, role: Role, language: str, now: float
) -> ItemView:
    poll = state.polls.get(item.poll_id) if item.poll_id else None
    title = item_title(state, item)
    return ItemView(
        id=item.id,
        number=number,
        kind=item.kind,
        title=title.in_language(language),
        language=title.language_of(language),
        body=item.body.in_language(language),
        is_current=item.id == state.panel.current_item_id,
        title_also=other_text(state.panel, role, title, language),
        body_also=other_text(state.panel, role, item.body, language),
        poll=None if poll is None else poll_view(state, poll, role, language, now),
    )


def room_view(state: PanelState, role: Role, language: str, people: People, now: float) -> RoomView:
    """Return what the main part of a screen of this role shows now."""
    language = first_language(state.panel, role, language)
    items = tuple(
        _item_view(state, item, number, role, language, now)
        for number, item in enumerate(state.items, start=1)
    )
    paced = paced_view(state.panel.paced, items, state.pace)
    is_moderator = role is Role.MODERATOR
    together = results_together(state, items) if is_moderator else ()
    listed = state.shown
    if is_moderator:
        listed = (*state.waiting, *state.shown, *state.latest_reasons, *state.hidden)
        listed = tuple(comment for comment in listed if comment.round_id not in state.sealed)
    reasons_elsewhere = 0 if is_moderator else state.counts.reasons
    action = state.last_action
    return RoomView(
        role=role.value,
        language=language,
        version=state.panel.version,
        panel=panel_view(state.panel, role, language),
        item=next((item for item in items if item.is_current), None),
        items=items if role is not Role.PARTICIPANT else (),
        item_count=len(items),
        present=people.present(state, state.current_poll()),
        connected=people.connected,
        projector_view=state.panel.projector_view,
        spotlight=comment_view(state, state.spotlight, language) if state.spotlight else None,
        comments=tuple(comment_view(state, comment, language) for comment in listed),
        comment_counts=CommentCounts(
            state.counts.waiting,
            state.counts.shown - reasons_elsewhere,
            state.counts.hidden,
            state.counts.answered,
        ),
        last_poll=_last_poll(items),
        paced=paced,
        pace_offered=steps_offered(state) if is_moderator else frozenset(),
        results_together=together,
        split=_split_on_screen(state, items),
        board=board_view(state.board),
        revealed=_revealed(state, items),
        next_action=next_action(items, paced, together, state.panel.paced_last or ())
        if is_moderator
        else None,
        last_action=ActionView(
            action.name, action.subject, action.at, action.before is not None, action.id
        )
        if action and is_moderator
        else None,
        join_warning=people.join_warning,
        now=now,
    )


def _split_on_screen(state: PanelState, items: tuple[ItemView, ...]) -> SplitView | None:
    current = next((item.poll for item in items if item.is_current), None)
    splits = current.splits if current is not None else ()
    asked = [split for split in splits if split.by == state.panel.split_by]
    return next(iter((*asked, *splits)), None)


def _revealed(state: PanelState, items: tuple[ItemView, ...]) -> tuple[RevealedView, ...]:
    wanted = state.panel.revealed or ()
    return tuple(
        revealed_view(item.poll, item.number)
        for item in items
        if item.poll is not None and item.poll.id in wanted and item.poll.state == "published"
    )


def _last_poll(items: tuple[ItemView, ...]) -> PollView | None:
    seen = [
        item.poll
        for item in items
        if item.poll and item.poll.results is not None and item.poll.state != "open"
    ]
    return seen[-1] if seen else None


def as_seen_by_voter(
    state: PanelState, view: RoomView, language: str, voted: Collection[str]
) -> RoomView:
    """Return a participant's view with results that are shown after voting in these polls."""

    def seen(item: ItemView) -> ItemView:
        poll = state.polls.get(item.poll.id) if item.poll and item.poll.id in voted else None
        if poll is None:
            return item
        role = Role.PARTICIPANT
        return replace(item, poll=poll_view(state, poll, role, language, view.now, has_voted=True))

    paced = view.paced
    if paced is not None:
        paced = replace(paced, steps=tuple(seen(step) for step in paced.steps))
    return replace(view, item=None if view.item is None else seen(view.item), paced=paced)
