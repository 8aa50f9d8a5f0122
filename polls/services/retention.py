"""How long a panel leads from ballots to phones, and how long its results stay.

Two dates, and a panel passes both by itself: at its end nothing joins a person's ballots any more
(`polls.services.panels.end`); where the operator wants it, the whole panel goes some time later.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from polls.services.context import Context
from polls.services.panels import end
from polls.store import panels
from polls.store.endings import delete_panel
from polls.store.panels import DAY_SECONDS, PanelRecord


@dataclass(frozen=True, slots=True)
class Due:
    """A panel one of whose dates has passed."""

    panel: PanelRecord
    is_deletion: bool
    """Whether its results go too; else its ballots are unlinked."""


def due(context: Context) -> list[Due]:
    """Return the panels that are to be ended or deleted now, oldest first."""
    now, days = context.clock(), context.config.results_days
    found = []
    for panel in context.database.read(panels.all_panels):
        if panel.ended_at is None:
            if panel.ends_at <= now:
                found.append(Due(panel, is_deletion=False))
        elif days and panel.ended_at + days * DAY_SECONDS <= now:
            found.append(Due(panel, is_deletion=True))
    return found


def expire(context: Context) -> list[tuple[Due, int]]:
    """Do what is due; return each with the number of ballots that were unlinked."""
    done = []
    for each in due(context):
        if each.is_deletion:
            delete(context, each.panel.id)
            done.append((each, 0))
        else:
            done.append((each, end(context, each.panel.id)))
    return done


def delete(context: Context, panel_id: str) -> None:
    """Delete a panel with all that belongs to it, results included. Cannot be undone."""

    def work(connection: Connection) -> None:
        delete_panel(connection, panel_id)

    context.database.write(work)
