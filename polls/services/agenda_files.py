"""A panel's agenda out to a file, and from a file into a panel."""

from __future__ import annotations

from sqlalchemy import Connection

from polls.agenda_file import write_agenda
from polls.domain.agenda import (
    ItemDefinition,
    PanelDefinition,
    Panellist,
    Place,
    PollDefinition,
)
from polls.domain.comments import Moderation
from polls.domain.polls import Poll
from polls.domain.texts import Texts
from polls.live.snapshots import PanelState, load_state
from polls.services.context import Actor, Context
from polls.services.history import note, row_absent
from polls.services.panels import insert_agenda
from polls.store import agenda, panels


def export_agenda(context: Context, panel_id: str) -> str:
    """Return a panel with its agenda as an agenda file."""
    state = context.database.read(lambda connection: load_state(connection, panel_id))
    return write_agenda(definition_of(state))


def definition_of(state: PanelState) -> PanelDefinition:
    """Return what a panel was made from, with all changes since; no votes, no people."""
    panel = state.panel
    return PanelDefinition(
        title=panel.title,
        languages=panel.languages,
        code=panel.code,
        theme=panel.theme,
        description=panel.description,
        place=Place(**panel.place),
        moderation=Moderation(panel.moderation),
        panellists=tuple(
            Panellist(person["name"], Texts(person.get("role", {}))) for person in panel.panellists
        ),
        items=tuple(
            ItemDefinition.of_poll(_poll_definition(state.polls[item.poll_id]), item.body)
            if item.poll_id
            else ItemDefinition(item.kind, item.title, item.body)
            for item in state.items
        ),
    )


def _poll_definition(poll: Poll) -> PollDefinition:
    return PollDefinition(
        poll.kind,
        poll.title,
        poll.question.options,
        poll.question.settings,
        poll.visibility,
        poll.countdown_seconds,
    )


def import_into(context: Context, actor: Actor, definition: PanelDefinition) -> int:
    """Add the items of a file at the end of a panel's agenda, all or none; return how many."""
    now = context.clock()

    def work(connection: Connection) -> int:
        known = {item.id for item in agenda.items_of(connection, actor.panel_id)}
        insert_agenda(connection, actor.panel_id, definition)
        added = [
            item.id for item in agenda.items_of(connection, actor.panel_id) if item.id not in known
        ]
        panels.change_panel(connection, actor.panel_id)
        before = [row_absent("agenda_item", item_id) for item_id in added]
        note(connection, actor, "agenda.paste", str(len(added)), before, now)
        return len(added)

    added = context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return added
