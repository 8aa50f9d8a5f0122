"""People who join: who they are to us, what is kept of them, and how it is erased."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from polls.domain.comments import Comment, CommentKind
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.orders import from_places, order_of
from polls.domain.polls import Poll, Role
from polls.live.snapshots import PanelState, comment_view
from polls.live.views import Mine
from polls.services.context import Actor, Context
from polls.services.results import answer_in_words
from polls.store import agenda, ballots, comments, panels
from polls.store.ballots import BallotRecord
from polls.store.identities import participant_of
from polls.store.traces import channels_of, seat_of, support_by


@dataclass(frozen=True, slots=True)
class Identity:
    actor: Actor
    key: str
    is_new: bool


def recognise(context: Context, panel_id: str, key: str, language: str) -> Actor | None:
    """Return the participant who holds this key in a panel, if there is one."""

    def work(connection: Connection) -> str | None:
        participant = participant_of(panels.hashing_key_of(connection, panel_id), key)
        if panels.participant_exists(connection, panel_id, participant):
            return participant
        return None

    try:
        participant = context.database.read(work)
    except Refusal as refusal:
        if refusal.code != "panel.ended":
            raise
        return None
    return None if participant is None else Actor(Role.PARTICIPANT, panel_id, language, participant)


def join(
    context: Context, panel_id: str, language: str, pin: str = "", key: str | None = None
) -> Identity:
    """Give a newcomer an identity; someone known by their key keeps theirs."""
    if key and (known := recognise(context, panel_id, key, language)):
        return Identity(known, key, is_new=False)
    new_key = secrets.token_urlsafe(18)
    now = context.clock()
    most = context.config.participants_most
    here = context.stage.presence(panel_id).connected_participants

    def work(connection: Connection) -> str:
        panel = panels.panel_by_id(connection, panel_id)
        if panel.ended_at is not None:
            raise Refusal("panel.ended")
        if panel.joining_locked:
            raise Refusal("panel.locked")
        if panel.pin is not None and not secrets.compare_digest(
            panel.pin.encode(), pin.strip().encode()
        ):
            raise Refusal("pin.wrong" if pin.strip() else "pin.needed")
        if panels.participant_count(connection, panel_id) >= most:
            # Seats that somebody took and left without a word make way for people.
            panels.delete_idle_participants(connection, panel_id, keep=here)
            if panels.participant_count(connection, panel_id) >= most:
                raise Refusal("panel.full")
        participant = participant_of(panels.hashing_key_of(connection, panel_id), new_key)
        panels.insert_participant(connection, panel_id, participant, language, now)
        return participant

    if pin.strip():
        context.limits.check("wrong PINs", panel_id)
    try:
        participant = context.database.write(work)
    except Refusal as refusal:
        if refusal.code == "pin.wrong":
            context.limits.spend("wrong PINs", panel_id)
        raise
    context.stage.presence(panel_id).join(now)
    context.counts.joins += 1
    return Identity(Actor(Role.PARTICIPANT, panel_id, language, participant), new_key, is_new=True)


def keep_seats(context: Context, panel_id: str, keys: list[str], language: str) -> None:
    """Let people in under keys that were agreed on before, as the demo's audience has them."""
    now = context.clock()

    def work(connection: Connection) -> None:
        hashing_key = panels.hashing_key_of(connection, panel_id)
        for key in keys:
            participant = participant_of(hashing_key, key)
            panels.insert_participant(connection, panel_id, participant, language, now)

    context.database.write(work)


@dataclass(frozen=True, slots=True)
class Own:
    """What one participant has in a panel, as far as a screen needs it."""

    ballot: BallotRecord | None
    """In the current round."""
    comments: list[Any]
    upvoted: list[str]
    order: tuple[str, ...] | None = None
    """In which this participant sees the current options; None where all see the same."""
    paced: tuple[OwnAnswer, ...] = ()
    """What is theirs in each of the polls that are open together."""

    @property
    def answered(self) -> frozenset[str]:
        """Return the polls that are open together in which they have a ballot."""
        return frozenset(answer.poll for answer in self.paced if answer.has_voted)


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """One participant's ballot, and the order they see, in the latest round of a poll."""

    poll: str
    round: int
    ballot: BallotRecord | None
    order: tuple[str, ...] | None

    @property
    def has_voted(self) -> bool:
        return self.ballot is not None and self.ballot.answer is not None


NOTHING = Own(None, [], [])


def own(context: Context, actor: Actor) -> Own:
    """Return a participant's ballot in the current round, comments and upvotes."""
    if actor.participant is None:
        return NOTHING
    participant = actor.participant
    state = context.stage.state(actor.panel_id)
    poll = state.current_poll()
    together = state.paced_polls()

    def work(connection: Connection) -> Own:
        current = None if poll is None else _own_answer(connection, poll, participant)
        return Own(
            current.ballot if current else None,
            comments.comments_by(connection, actor.panel_id, participant),
            comments.upvoted_by(connection, actor.panel_id, participant),
            current.order if current else None,
            tuple(
                answer
                for each in together
                if (answer := _own_answer(connection, each, participant)) is not None
            ),
        )

    return context.database.read(work)


def has_orders(context: Context, actor: Actor) -> bool:
    """Say whether even a newcomer has something of their own here: an order of the options."""
    state = context.stage.state(actor.panel_id)
    poll = state.current_poll()
    is_shuffled = poll is not None and bool(poll.question.settings.get("shuffle"))
    return is_shuffled or bool(state.panel.paced)


def _own_answer(connection: Connection, poll: Poll, participant: str) -> OwnAnswer | None:
    if poll.round is None:
        return None
    return OwnAnswer(
        poll.id,
        poll.round.number,
        ballots.ballot_of(connection, poll.round.id, participant),
        order_of(participant, poll.question, poll.round.id),
    )


def mine(context: Context, actor: Actor) -> Mine:
    """Return what a page rendered for this participant alone shows of them."""
    owned = own(context, actor)
    state = context.stage.state(actor.panel_id)
    found = Mine(
        participant=actor.participant,
        answer=owned.ballot.answer if owned.ballot else None,
        receipt=owned.ballot.receipt if owned.ballot and owned.ballot.answer is not None else "",
        comments=tuple(comment_view(state, c, actor.language) for c in owned.comments),
        upvoted=frozenset(owned.upvoted),
        order=owned.order,
        standing=state.board.standing(actor.participant)
        if state.board and actor.participant
        else None,
    )
    return replace(found, paced={answer.poll: _in_poll(found, answer) for answer in owned.paced})


def _in_poll(found: Mine, answer: OwnAnswer) -> Mine:
    ballot = answer.ballot if answer.has_voted else None
    return replace(
        found,
        answer=ballot.answer if ballot else None,
        receipt=ballot.receipt if ballot else "",
        order=answer.order,
    )


def you(owned: Own, key: str | None) -> dict[str, Any]:
    """Return the part `you` of a snapshot. The key is told only to a plain client that is new."""
    told: dict[str, Any] = {
        "ballot": _told(owned.ballot),
        "order": owned.order,
        "ballots": [
            {
                "poll": answer.poll,
                "round": answer.round,
                "ballot": _told(answer.ballot),
                "order": answer.order,
            }
            for answer in owned.paced
        ],
        "comments": [
            {
                "id": comment.id,
                "text": comment.text,
                "kind": comment.kind.value,
                "option": comment.option_id,
                "round_id": comment.round_id,
                "state": comment.state.value,
                "reason": comment.reason,
                "answered": comment.is_answered,
                "upvotes": comment.upvotes,
            }
            for comment in owned.comments
        ],
        "upvoted": owned.upvoted,
    }
    if key is not None:
        told["key"] = key
    return told


def _told(ballot: BallotRecord | None) -> dict[str, Any] | None:
    if ballot is None or ballot.answer is None:
        return None
    return {"answer": ballot.answer, "receipt": ballot.receipt, "sequence": ballot.sequence}


def traces(context: Context, actor: Actor, say: Callable[[str], str] = str) -> dict[str, Any]:
    """Return everything that is kept about a participant, for people and programs to read.

    `say` is that of `answer_in_words`.
    """
    participant = actor.require_participant()
    language = actor.language
    state = context.stage.state(actor.panel_id)

    def work(connection: Connection) -> dict[str, Any]:
        seat = seat_of(connection, actor.panel_id, participant)
        channels = channels_of(connection, actor.panel_id, participant)
        cast = ballots.ballots_of_participant(connection, actor.panel_id, participant)
        polls = agenda.polls_of(connection, actor.panel_id)
        written = comments.comments_by(connection, actor.panel_id, participant)
        upvoted = comments.upvoted_by(connection, actor.panel_id, participant)
        return {
            "panel": state.panel.code,
            "title": state.panel.title.in_language(language),
            "ends_at": state.panel.ends_at,
            "seat": {
                "since": seat.joined_at if seat else None,
                "language": seat.language if seat else language,
                "kept_as": participant,
            },
            "ballots": [
                {
                    "poll": poll_id,
                    "title": polls[poll_id].title.in_language(language),
                    "round": number,
                    "answer": ballot.answer,
                    "answer_text": answer_in_words(polls[poll_id], ballot.answer, language, say),
                    **_order_seen(polls[poll_id], ballot, language),
                    "receipt": ballot.receipt,
                    "taken_back": ballot.answer is None,
                    "sequence": ballot.sequence,
                    "channel": channels.get(ballot.round_id, "phone"),
                    "state": ballot.state,
                }
                for poll_id, number, ballot in cast
                if poll_id in polls
            ],
            "comments": [
                {
                    "id": comment.id,
                    "text": comment.text,
                    "kind": comment.kind.value,
                    "language": comment.language,
                    "about": comment.item_id,
                    **_reason_for(state, comment, language),
                    "state": comment.state.value,
                    "reason": comment.reason,
                    "upvotes": comment.upvotes,
                    "answered": comment.is_answered,
                    "posted_at": comment.posted_at,
                }
                for comment in written
            ],
            "upvoted": upvoted,
            "upvotes": [
                {
                    "comment": each.comment,
                    "text": each.text,
                    "on": each.is_on,
                    "sequence": each.sequence,
                }
                for each in support_by(connection, actor.panel_id, participant)
            ],
            "in_memory": {
                "is_here": context.stage.presence(actor.panel_id).knows(participant),
                "sent_this_minute": context.limits.spent_by(participant),
            },
        }

    return context.database.read(work)


def _reason_for(state: PanelState, comment: Comment, language: str) -> dict[str, Any]:
    """Return for which option of which question a reason was given; nothing for other comments."""
    if comment.kind is not CommentKind.REASON:
        return {}
    seen = comment_view(state, comment, language)
    label = seen.option.label if seen.option else ""
    return {
        "option": comment.option_id,
        "option_text": label,
        "title": seen.about,
        "round_id": comment.round_id,
    }


def _order_seen(poll: Poll, ballot: BallotRecord, language: str) -> dict[str, Any]:
    """Return the order of the options that was seen, where it was one of the reader's own."""
    if ballot.option_order is None:
        return {}
    order = from_places(ballot.option_order, poll.question.option_ids)
    labels = {option.id: option.label.in_language(language) for option in poll.question.options}
    return {"order": order, "order_text": [labels[option_id] for option_id in order]}


def erase(context: Context, actor: Actor) -> dict[str, Any]:
    """Erase a participant. Ballots in closed rounds stay counted, but lead to nobody."""
    participant = actor.require_participant()
    touched: set[str] = set()

    def work(connection: Connection) -> None:
        touched.clear()
        polls = agenda.polls_of(connection, actor.panel_id)
        for poll_id, _, ballot in ballots.ballots_of_participant(
            connection, actor.panel_id, participant
        ):
            kind = kind_named(polls[poll_id].kind)
            is_closed = any(
                found.id == ballot.round_id and found.is_closed
                for found in agenda.rounds_of(connection, poll_id)
            )
            touched.add(ballot.round_id)
            if is_closed and kind.is_closed_answer:
                ballots.unlink_ballot(connection, ballot.round_id, participant)
            else:
                ballots.erase_ballot(
                    connection, ballot.round_id, participant, kind, context.config.worker
                )
        comments.erase_comments_of(connection, actor.panel_id, participant)
        panels.delete_participant(connection, actor.panel_id, participant)
        panels.change_panel(connection, actor.panel_id)

    context.database.write(work)
    context.stage.presence(actor.panel_id).forget(participant)
    context.limits.forget(participant)
    context.stage.structure_changed(actor.panel_id)
    for round_id in touched:
        context.stage.counters_changed(actor.panel_id, round_id)
    context.stage.comments_changed(actor.panel_id)
    return {}
