"""What moderators did, and taking it back.

Each action notes how the rows it touched looked before. Taking it back writes those values.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from polls.domain.errors import Refusal
from polls.domain.polls import Visibility, guard_visibility
from polls.protocol import PanelUndo
from polls.services.context import Actor, Context
from polls.store import agenda, comments, panels, schema
from polls.store.ballots import voters_of_round
from polls.store.splits import take_back_splits

_TABLES = {
    "panel": schema.panel,
    "agenda_item": schema.agenda_item,
    "poll": schema.poll,
    "round": schema.round_,
    "comment": schema.comment,
    "ballot": schema.ballot,
}

Before = list[dict[str, Any]]
"""Rows as they were: `{"table", "id", "values"}`; values None for a row that was not there."""


def row_before(connection: Connection, table: str, row_id: Any, *columns: str) -> dict[str, Any]:
    """Note how some columns of a row look now."""
    found = _TABLES[table]
    query = select(*(found.c[column] for column in columns)).where(found.c.id == row_id)
    row = connection.execute(query).one()
    return {
        "table": table,
        "id": row_id,
        "values": dict(zip(columns, row, strict=True)),
    }


def row_absent(table: str, row_id: str) -> dict[str, Any]:
    """Note that a row was not there."""
    return {"table": table, "id": row_id, "values": None}


def note(
    connection: Connection, actor: Actor, name: str, subject: str, before: Before | None, now: float
) -> None:
    """Write down an action; without `before` it cannot be taken back."""
    comments.insert_action(connection, actor.panel_id, name, subject[:32], before, now)


def undo(context: Context, actor: Actor, command: PanelUndo) -> dict[str, Any]:
    """Take back the latest action, unless people have acted on it since."""
    now = context.clock()

    def work(connection: Connection) -> tuple[str, Before]:
        action = comments.latest_action(connection, actor.panel_id)
        if action is None or action.before is None:
            raise Refusal("undo.nothing")
        if command.action is not None and command.action != action.id:
            raise Refusal("undo.newer")
        for entry in action.before:
            _restore(connection, entry, now)
        comments.mark_undone(connection, action.id, now)
        panels.change_panel(connection, actor.panel_id)
        return action.name, action.before

    name, before = context.database.write(work)
    for entry in before:
        if entry["table"] == "round":
            _follow_round(context, actor.panel_id, entry)
    context.stage.structure_changed(actor.panel_id)
    return {"undone": name}


def _restore(connection: Connection, entry: dict[str, Any], now: float) -> None:
    table = _TABLES[entry["table"]]
    if entry["table"] == "panel":
        _leave_out_erased_spotlight(connection, entry)
    if entry["table"] == "poll":
        _keep_seal(connection, entry)
    if entry["values"] is not None:
        connection.execute(update(table).where(table.c.id == entry["id"]).values(**entry["values"]))
        if entry["table"] == "round":
            take_back_splits(connection, entry["id"])
    elif entry["table"] == "round":
        if voters_of_round(connection, entry["id"]):
            raise Refusal("undo.has_ballots")
        agenda.delete_round(connection, entry["id"])
    elif entry["table"] == "agenda_item":
        agenda.change_item(connection, entry["id"], deleted_at=now)


def _keep_seal(connection: Connection, entry: dict[str, Any]) -> None:
    """A seal under which people have voted cannot be taken back, or else put on later."""
    if entry["values"] and "visibility" in entry["values"]:
        poll = agenda.poll_by_id(connection, entry["id"])
        guard_visibility(poll, Visibility(entry["values"]["visibility"]))


def _leave_out_erased_spotlight(connection: Connection, entry: dict[str, Any]) -> None:
    """A comment that its author has erased since cannot come back to the projector."""
    comment_id = entry["values"].get("spotlight_comment_id")
    if comment_id and comments.find_comment(connection, entry["id"], comment_id) is None:
        entry["values"]["spotlight_comment_id"] = None


def _follow_round(context: Context, panel_id: str, entry: dict[str, Any]) -> None:
    values = entry["values"]
    if values is None:
        context.stage.round_ends(panel_id, "", entry["id"], None)
    else:
        context.stage.round_ends(panel_id, values["poll_id"], entry["id"], values["closes_at"])
