"""The agenda: what comes when, and what is on now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.agenda_file import parse_pasted_questions
from polls.domain.agenda import TITLE_LENGTH_MOST
from polls.domain.errors import Refusal
from polls.domain.polls import Role, guard_delete
from polls.domain.texts import Texts, clean_block
from polls.live.views import RoomView
from polls.services.context import Actor, Context
from polls.services.history import note, row_absent, row_before
from polls.services.polls import insert_definition
from polls.store import agenda, panels
from polls.store.pace import step_beside
from polls.store.panels import new_id

BODY_LENGTH_MOST = 2000


def show(context: Context, actor: Actor, command: protocol.AgendaShow) -> dict[str, Any]:
    """Make an item the current one on phones and projector."""
    now = context.clock()

    def work(connection: Connection) -> None:
        if command.item is not None:
            agenda.item_of(connection, actor.panel_id, command.item)
        before = [
            row_before(
                connection,
                "panel",
                actor.panel_id,
                "current_item_id",
                "projector_view",
                "spotlight_comment_id",
            )
        ]
        panels.change_panel(
            connection,
            actor.panel_id,
            current_item_id=command.item,
            projector_view="item",
            spotlight_comment_id=None,
        )
        note(connection, actor, "agenda.show", command.item or "", before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id, "shown")
    return {}


def project(context: Context, actor: Actor, command: protocol.ProjectorShow) -> dict[str, Any]:
    """Choose what the projector shows: the item, its result by group, the results that were
    revealed together, how to join, a pause, or nothing."""
    now = context.clock()
    shown = context.stage.view(actor.panel_id, Role.PROJECTOR, actor.language)
    split_by = _split_to_show(shown, command.by) if command.view == "split" else None
    if command.view == "reveal" and not shown.revealed:
        raise Refusal("reveal.nothing")

    def work(connection: Connection) -> None:
        before = [row_before(connection, "panel", actor.panel_id, "projector_view", "split_by")]
        panels.change_panel(
            connection, actor.panel_id, projector_view=command.view, split_by=split_by
        )
        note(connection, actor, "projector.show", command.view, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def _split_to_show(shown: RoomView, by: str | None) -> str:
    """Return the grouping question by which the current result is split, or refuse."""
    poll = shown.item.poll if shown.item else None
    for split in poll.splits if poll else ():
        if by in (None, split.by):
            return split.by
    raise Refusal("split.none")


def add(context: Context, actor: Actor, command: protocol.AgendaAdd) -> dict[str, Any]:
    """Add a comment round or an information slide."""
    now = context.clock()
    title = _title(command.title, actor.language)
    item_id = new_id()

    def work(connection: Connection) -> None:
        agenda.insert_item(
            connection,
            {
                "id": item_id,
                "panel_id": actor.panel_id,
                "position": agenda.next_position(connection, actor.panel_id),
                "kind": command.kind,
                "title": title,
                "body": _body(command.body, actor.language),
                "poll_id": None,
            },
        )
        if command.after is not None:
            order = [i.id for i in agenda.items_of(connection, actor.panel_id) if i.id != item_id]
            if command.after in order:
                order.insert(order.index(command.after) + 1, item_id)
                agenda.place_items(connection, order)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "agenda.add", item_id, [row_absent("agenda_item", item_id)], now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {"item": item_id}


def _title(raw: Any, language: str) -> dict[str, str]:
    title = dict(Texts.from_any(raw, language).by_language)
    if not any(title.values()):
        raise Refusal("text.empty", field="title")
    for text in title.values():
        if len(text) > TITLE_LENGTH_MOST:
            raise Refusal("text.too_long", field="title", most=TITLE_LENGTH_MOST, length=len(text))
    return title


def _body(raw: Any, language: str) -> dict[str, str]:
    by_language = raw if isinstance(raw, dict) else {language: raw or ""}
    body = {key: clean_block(str(text)) for key, text in by_language.items() if text}
    for text in body.values():
        if len(text) > BODY_LENGTH_MOST:
            raise Refusal("text.too_long", field="body", most=BODY_LENGTH_MOST, length=len(text))
    return body


def change(context: Context, actor: Actor, command: protocol.AgendaUpdate) -> dict[str, Any]:
    """Change the texts of a comment round or a slide."""
    now = context.clock()

    def work(connection: Connection) -> None:
        item = agenda.item_of(connection, actor.panel_id, command.item)
        before = [row_before(connection, "agenda_item", item.id, "title", "body")]
        values: dict[str, Any] = {}
        if command.title is not None:
            values["title"] = _title(command.title, actor.language)
        if command.body is not None:
            values["body"] = _body(command.body, actor.language)
        if values:
            agenda.change_item(connection, item.id, **values)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "agenda.update", item.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def duplicate(context: Context, actor: Actor, command: protocol.AgendaDuplicate) -> dict[str, Any]:
    """Put a copy right after an item; a copied poll is a draft."""
    now = context.clock()
    copy_id = new_id()

    def work(connection: Connection) -> None:
        item = agenda.item_of(connection, actor.panel_id, command.item)
        poll_id = None
        if item.poll_id is not None:
            poll = agenda.poll_of(connection, actor.panel_id, item.poll_id)
            poll_id = new_id()
            agenda.insert_poll(
                connection,
                {
                    "id": poll_id,
                    "panel_id": actor.panel_id,
                    "kind": poll.kind,
                    "title": dict(poll.title.by_language),
                    "options": agenda.options_as_json(poll.question.options),
                    "settings": dict(poll.question.settings),
                    "visibility": poll.visibility.value,
                    "state": "draft",
                    "countdown_seconds": poll.countdown_seconds,
                },
            )
        agenda.insert_item(
            connection,
            {
                "id": copy_id,
                "panel_id": actor.panel_id,
                "position": agenda.next_position(connection, actor.panel_id),
                "kind": item.kind,
                "title": dict(item.title.by_language),
                "body": dict(item.body.by_language),
                "poll_id": poll_id,
            },
        )
        order = [i.id for i in agenda.items_of(connection, actor.panel_id) if i.id != copy_id]
        order.insert(order.index(item.id) + 1 if item.id in order else len(order), copy_id)
        agenda.place_items(connection, order)
        panels.change_panel(connection, actor.panel_id)
        before = [row_absent("agenda_item", copy_id)]
        note(connection, actor, "agenda.duplicate", copy_id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {"item": copy_id}


def move(context: Context, actor: Actor, command: protocol.AgendaMove) -> dict[str, Any]:
    """Give an item another place in the agenda."""
    now = context.clock()

    def work(connection: Connection) -> None:
        order = [item.id for item in agenda.items_of(connection, actor.panel_id)]
        if command.item not in order:
            raise Refusal("item.unknown")
        before = [row_before(connection, "agenda_item", item_id, "position") for item_id in order]
        order.remove(command.item)
        order.insert(max(0, min(command.place - 1, len(order))), command.item)
        agenda.place_items(connection, order)
        panels.change_panel(connection, actor.panel_id)
        note(connection, actor, "agenda.move", command.item, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def delete(context: Context, actor: Actor, command: protocol.AgendaDelete) -> dict[str, Any]:
    """Take an item off the agenda; it can be brought back."""
    now = context.clock()

    def work(connection: Connection) -> None:
        item = agenda.item_of(connection, actor.panel_id, command.item)
        if item.poll_id is not None:
            guard_delete(agenda.poll_to_change(connection, actor.panel_id, item.poll_id))
        panel = panels.panel_by_id(connection, actor.panel_id)
        before = [
            row_before(connection, "agenda_item", item.id, "deleted_at"),
            row_before(connection, "panel", panel.id, "current_item_id"),
        ]
        current = panel.current_item_id
        if current == item.id:
            current = step_beside(connection, panel, item.id)
        agenda.change_item(connection, item.id, deleted_at=now)
        panels.change_panel(connection, panel.id, current_item_id=current)
        note(connection, actor, "agenda.delete", item.id, before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def paste(context: Context, actor: Actor, command: protocol.AgendaPaste) -> dict[str, Any]:
    """Add a list of questions, all or none."""
    now = context.clock()
    definitions = parse_pasted_questions(command.text, actor.language)
    if not definitions:
        raise Refusal("text.empty", field="text")

    def work(connection: Connection) -> list[str]:
        items = [
            insert_definition(connection, actor.panel_id, definition)[1]
            for definition in definitions
        ]
        panels.change_panel(connection, actor.panel_id)
        before = [row_absent("agenda_item", item_id) for item_id in items]
        note(connection, actor, "agenda.paste", str(len(items)), before, now)
        return items

    items = context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {"items": items}
