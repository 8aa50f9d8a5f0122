"""Polls: ask, open, close, publish, ask again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.agenda import PollDefinition, define_poll
from polls.domain.errors import Refusal
from polls.domain.kinds import kind_named
from polls.domain.polls import (
    GRACE_SECONDS,
    LONGEST_COUNTDOWN_SECONDS,
    Poll,
    PollState,
    Round,
    Visibility,
    guard_close,
    guard_edit,
    guard_open,
    guard_publish,
    guard_visibility,
    parse_countdown,
)
from polls.domain.tally import BALLOTS
from polls.domain.texts import clean_line, fold
from polls.services.context import Actor, Context
from polls.services.finishing import finish_rounds
from polls.services.history import Before, note, row_absent, row_before
from polls.store import agenda, ballots, comments, panels
from polls.store.pace import leave_pace
from polls.store.panels import new_id
from polls.store.splits import forget_splits_by


def create(context: Context, actor: Actor, command: protocol.PollCreate) -> dict[str, Any]:
    """Put a question on the agenda after the current item, and open it at once if asked to."""
    now = context.clock()

    def work(connection: Connection) -> dict[str, Any]:
        panel = panels.panel_by_id(connection, actor.panel_id)
        definition = _definition(connection, actor, command)
        poll_id, item_id = insert_definition(connection, actor.panel_id, definition)
        _place_after(connection, actor.panel_id, item_id, panel.current_item_id)
        before: Before = [row_absent("agenda_item", item_id)]
        if command.open:
            before.append(
                row_before(connection, "panel", panel.id, "current_item_id", "projector_view")
            )
            new_round = open_round(
                connection, actor, poll_id, parse_countdown(command.countdown_seconds), now
            )
            before.insert(0, row_absent("round", new_round.id))
            panels.change_panel(
                connection,
                panel.id,
                current_item_id=item_id,
                projector_view="item",
                spotlight_comment_id=None,
            )
        else:
            panels.change_panel(connection, panel.id)
        note(connection, actor, "poll.create", item_id, before, now)
        return {"poll": poll_id, "item": item_id}

    made = context.database.write(work)
    _tell_opened(context, actor.panel_id, made["poll"]) if command.open else (
        context.stage.structure_changed(actor.panel_id)
    )
    return made


def _definition(
    connection: Connection, actor: Actor, command: protocol.PollCreate
) -> PollDefinition:
    title: Any = command.title
    options: Sequence[Any] = command.options or ()
    kind, settings, visibility = command.kind, command.settings, command.visibility
    if command.like is not None:
        like = agenda.poll_of(connection, actor.panel_id, command.like)
        kind = kind or like.kind
        if kind == like.kind:
            options = options or agenda.options_as_json(like.question.options)
            settings = like.question.settings if settings is None else settings  # type: ignore[assignment]
        visibility = visibility or like.visibility.value
    if command.comment is not None and not title:
        title = comments.comment_to_moderate(connection, actor.panel_id, command.comment).text
    return define_poll(
        kind=kind or "single_choice",
        title=title,
        options=options,
        settings=settings,
        visibility=visibility,
        countdown_seconds=command.countdown_seconds,
        language=actor.language,
    )


def insert_definition(
    connection: Connection, panel_id: str, definition: PollDefinition
) -> tuple[str, str]:
    """Store a poll with its agenda item at the end; return both ids."""
    poll_id, item_id = new_id(), new_id()
    agenda.insert_poll(
        connection, {"id": poll_id, "panel_id": panel_id, "state": "draft", **_columns(definition)}
    )
    agenda.insert_item(
        connection,
        {
            "id": item_id,
            "panel_id": panel_id,
            "position": agenda.next_position(connection, panel_id),
            "kind": "poll",
            "title": {},
            "body": {},
            "poll_id": poll_id,
        },
    )
    return poll_id, item_id


def _columns(definition: PollDefinition) -> dict[str, Any]:
    return {
        "kind": definition.kind,
        "title": dict(definition.title.by_language),
        "options": agenda.options_as_json(definition.options),
        "settings": dict(definition.settings),
        "visibility": definition.visibility.value,
        "countdown_seconds": definition.countdown_seconds,
    }


def _place_after(connection: Connection, panel_id: str, item_id: str, after: str | None) -> None:
    order = [item.id for item in agenda.items_of(connection, panel_id) if item.id != item_id]
    place = order.index(after) + 1 if after in order else len(order)
    order.insert(place, item_id)
    agenda.place_items(connection, order)


_EDITED = ("kind", "title", "options", "settings", "visibility", "countdown_seconds")


def change(context: Context, actor: Actor, command: protocol.PollUpdate) -> dict[str, Any]:
    """Change a poll that nobody has answered yet."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        guard_edit(poll)
        kind = command.kind or poll.kind
        same_kind = kind == poll.kind
        settings = command.settings
        if settings is None and same_kind:
            settings = dict(poll.question.settings)
        options: Any = command.options
        if options is None:
            options = agenda.options_as_json(poll.question.options)
        definition = define_poll(
            kind=kind,
            title=poll.title if command.title is None else command.title,
            options=options if kind_named(kind).options_most else (),
            settings=settings,
            visibility=command.visibility or poll.visibility.value,
            countdown_seconds=poll.countdown_seconds
            if command.countdown_seconds is None
            else command.countdown_seconds,
            language=actor.language,
        )
        before = [row_before(connection, "poll", poll.id, *_EDITED)]
        agenda.change_poll(connection, poll.id, **_columns(definition))
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "poll.update", poll.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def open_poll(context: Context, actor: Actor, command: protocol.PollOpen) -> dict[str, Any]:
    """Start a round: the first, or one more to compare with."""
    now = context.clock()

    def work(connection: Connection) -> int:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        countdown = poll.countdown_seconds
        if command.countdown_seconds is not None:
            countdown = parse_countdown(command.countdown_seconds)
        before = [row_before(connection, "poll", poll.id, "state")]
        new_round = open_round(connection, actor, poll.id, countdown, now)
        item = agenda.item_of_poll(connection, poll.id)
        before.insert(0, row_absent("round", new_round.id))
        before.append(
            row_before(
                connection,
                "panel",
                actor.panel_id,
                "current_item_id",
                "projector_view",
                "spotlight_comment_id",
            )
        )
        panels.change_panel(
            connection,
            actor.panel_id,
            projector_view="item",
            spotlight_comment_id=None,
            **({"current_item_id": item.id} if item else {}),
        )
        note(connection, actor, "poll.open", poll.id, before, now)
        return new_round.number

    number = context.database.write(work)
    _tell_opened(context, actor.panel_id, command.poll)
    return {"poll": command.poll, "round": number}


def open_round(
    connection: Connection, actor: Actor, poll_id: str, countdown: int | None, now: float
) -> Round:
    """Start a round within the caller's transaction."""
    poll = agenda.poll_to_change(connection, actor.panel_id, poll_id)
    guard_open(poll)
    new_round = Round(
        id=new_id(),
        poll_id=poll.id,
        number=poll.next_round_number,
        opened_at=now,
        closes_at=None if countdown is None else now + countdown,
    )
    agenda.insert_round(connection, new_round)
    agenda.change_poll(connection, poll.id, state=PollState.OPEN.value)
    return new_round


def _tell_opened(context: Context, panel_id: str, poll_id: str) -> None:
    poll = context.database.read(lambda connection: agenda.poll_of(connection, panel_id, poll_id))
    if poll.round is not None:
        context.stage.round_ends(panel_id, poll.id, poll.round.id, poll.round.closes_at)
    context.stage.structure_changed(panel_id, "opened")
    context.stage.poll_opened(panel_id, poll)


_ROUND_BEFORE_CLOSING = ("poll_id", "closes_at", "closed_at", "outcome", "shift")
"""Conclusions go when the closing is taken back; closing again draws them anew. Splits that were
shown are never drawn anew: undoing sees to that."""


_PANEL_BEFORE_CLOSING = ("paced", "paced_last", "current_item_id")
"""What the end of the last poll that was open together changes."""


def close(context: Context, actor: Actor, command: protocol.PollClose) -> dict[str, Any]:
    """End voting now. Ballots under way still count for the grace, then the round is closed."""
    now = context.clock()

    def work(connection: Connection) -> Round:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        guard_close(poll)
        latest = _latest_round(poll)
        if latest.is_counting(now):
            raise Refusal("poll.counting")
        before = end_voting(connection, poll, latest, now)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "poll.close", poll.id, before, now)
        return latest

    latest = context.database.write(work)
    context.stage.round_ends(actor.panel_id, latest.poll_id, latest.id, now)
    context.stage.structure_changed(actor.panel_id, "counting")
    return {"poll": command.poll, "round": latest.number, "counting_seconds": GRACE_SECONDS}


def end_voting(connection: Connection, poll: Poll, latest: Round, now: float) -> Before:
    """End a round now, but for the grace; return how to take it back, which takes its limit away."""
    before = [
        row_before(connection, "round", latest.id, *_ROUND_BEFORE_CLOSING),
        row_before(connection, "poll", poll.id, "state"),
        row_before(connection, "panel", poll.panel_id, *_PANEL_BEFORE_CLOSING),
    ]
    before[0]["values"]["closes_at"] = None
    agenda.set_closing_time(connection, latest.id, now)
    return before


def finish_round(context: Context, panel_id: str, poll_id: str, round_id: str) -> None:
    """Close a round whose grace is over, and tell what it came to; see `finish_rounds`."""
    finish_rounds(context, panel_id, [(poll_id, round_id)])


def publish(context: Context, actor: Actor, command: protocol.PollPublish) -> dict[str, Any]:
    """Show the results of a closed poll to everyone."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        guard_publish(poll)
        before = [row_before(connection, "poll", poll.id, "state")]
        agenda.change_poll(connection, poll.id, state=PollState.PUBLISHED.value)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "poll.publish", poll.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id, "published")
    return {}


def extend(context: Context, actor: Actor, command: protocol.PollExtend) -> dict[str, Any]:
    """Give voters more time, or all the time they want."""
    now = context.clock()

    def work(connection: Connection) -> tuple[Round, float | None]:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        guard_close(poll)
        latest = _latest_round(poll)
        closes_at = None
        if command.seconds is not None:
            if not 1 <= command.seconds <= LONGEST_COUNTDOWN_SECONDS:
                raise Refusal("countdown.refused", most=LONGEST_COUNTDOWN_SECONDS)
            closes_at = max(latest.closes_at or now, now) + command.seconds
        agenda.set_closing_time(connection, latest.id, closes_at)
        panels.change_panel(connection, actor.panel_id)
        return latest, closes_at

    latest, closes_at = context.database.write(work)
    context.stage.round_ends(actor.panel_id, latest.poll_id, latest.id, closes_at)
    context.stage.structure_changed(actor.panel_id)
    return {"closes_at": closes_at}


def _latest_round(poll: Poll) -> Round:
    if poll.round is None:
        raise Refusal("poll.not_open", state=poll.state.value)
    return poll.round


def set_visibility(
    context: Context, actor: Actor, command: protocol.PollVisibility
) -> dict[str, Any]:
    """Choose who sees the results, and from when on."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        wanted = Visibility(command.visibility)
        guard_visibility(poll, wanted)
        before = [row_before(connection, "poll", poll.id, "visibility")]
        agenda.change_poll(connection, poll.id, visibility=wanted.value)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "poll.visibility", poll.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def clear(context: Context, actor: Actor, command: protocol.PollClear) -> dict[str, Any]:
    """Throw a poll's votes away, as after a rehearsal."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        if poll.round is not None:
            context.stage.round_ends(actor.panel_id, poll.id, poll.round.id, None)
        agenda.clear_rounds(connection, poll)
        forget_splits_by(connection, actor.panel_id, poll.id)
        leave_pace(connection, actor.panel_id, poll.id)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "poll.clear", poll.id, None, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def hide_word(context: Context, actor: Actor, command: protocol.WordHide) -> dict[str, Any]:
    """Leave a word out of the cloud, or let it in again."""
    now = context.clock()

    def work(connection: Connection) -> None:
        poll = agenda.poll_to_change(connection, actor.panel_id, command.poll)
        if poll.kind != "words":
            raise Refusal("poll.wrong_kind")
        hidden = set(poll.question.settings.get("hidden", ()))
        folded = fold(clean_line(command.word))
        hidden = hidden | {folded} if command.hidden else hidden - {folded}
        before = [row_before(connection, "poll", poll.id, "settings")]
        settings = {**poll.question.settings, "hidden": sorted(hidden)}
        agenda.change_poll(connection, poll.id, settings=settings)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "word.hide", poll.id, before, now)

    context.database.write(work)
    _recounted(context, actor, command.poll)
    return {}


def _recounted(context: Context, actor: Actor, poll_id: str) -> None:
    """Send a tally whose counters are the same but whose picture is not."""
    context.stage.structure_changed(actor.panel_id)
    poll = context.stage.state(actor.panel_id).polls.get(poll_id)
    if poll is not None and poll.round is not None:
        round_id = poll.round.id
        context.database.write(
            lambda connection: ballots.add_to_counters(
                connection, {(round_id, BALLOTS): 0}, context.config.worker
            )
        )
        context.stage.counters_changed(actor.panel_id, round_id)


def moderate_answer(
    context: Context, actor: Actor, command: protocol.AnswerApprove | protocol.AnswerHide
) -> dict[str, Any]:
    """Show or hide a written answer."""
    now = context.clock()
    is_shown = isinstance(command, protocol.AnswerApprove)
    name = "answer.approve" if is_shown else "answer.hide"

    def work(connection: Connection) -> None:
        poll = agenda.poll_of(connection, actor.panel_id, command.poll)
        latest = _latest_round(poll)
        state = "shown" if is_shown else "hidden"
        read = command.sequence if isinstance(command, protocol.AnswerApprove) else None
        now_there = ballots.text_sequence(connection, latest.id, command.receipt)
        if read is not None and now_there is not None and now_there != read:
            raise Refusal("answer.changed")
        if ballots.set_text_state(connection, latest.id, command.receipt, state) is None:
            raise Refusal("answer.unknown")
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, name, poll.id, None, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}
