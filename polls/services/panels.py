"""Panels: create one, find it, change its settings, end it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from polls import protocol
from polls.domain.agenda import PanelDefinition
from polls.domain.codes import new_panel_code, normalise_panel_code
from polls.domain.errors import Refusal
from polls.domain.polls import Role
from polls.domain.texts import INTERFACE_LANGUAGES
from polls.services.closing import conclude_ended, freeze_shifts
from polls.services.context import Actor, Context
from polls.services.history import note, row_before
from polls.services.passwords import password_matches
from polls.services.polls import insert_definition
from polls.services.splitting import Unsplit, keep_split, unsplit_of
from polls.store import agenda, comments, panels, schema
from polls.store.endings import unlink_panel
from polls.store.identities import capability_hash, derived_key
from polls.store.panels import DAY_SECONDS, PanelRecord, new_id

PIN_LENGTH_LEAST, PIN_LENGTH_MOST = 4, 8
HEAD_COUNT_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class PanelLinks:
    """What the maker of a panel is given once; only hashes of the keys are kept."""

    panel_id: str
    code: str
    moderator_key: str
    projector_key: str


def new_key() -> str:
    return secrets.token_urlsafe(24)


def check_creation_password(context: Context, password: str) -> None:
    """Refuse to create a panel without the operator's password, if one is set."""
    expected = context.config.creation_password
    if expected and not password_matches(expected, password):
        raise Refusal("creation.password_wrong")


def create(
    context: Context, definition: PanelDefinition, keep_days: int | str | None = None
) -> PanelLinks:
    """Store a panel with its agenda; return its code and both keys.

    It leads from ballots to phones for `keep_days`, or for as long as the operator sets.
    """
    days = None if keep_days is None else _parse_keep_days(context, keep_days)
    return _create(context, definition, new_key(), new_key(), days)


def create_with_derived_keys(context: Context, definition: PanelDefinition) -> PanelLinks:
    """Store the demo panel, whose keys this instance can derive again at each start."""
    code = definition.code or ""
    return _create(context, definition, *derived_keys(context, code))


def derived_keys(context: Context, code: str) -> tuple[str, str]:
    return (
        derived_key(context.secret, f"moderator:{code}"),
        derived_key(context.secret, f"projector:{code}"),
    )


def _create(
    context: Context,
    definition: PanelDefinition,
    moderator_key: str,
    projector_key: str,
    keep_days: int | None = None,
) -> PanelLinks:
    now = context.clock()
    panel_id = new_id()

    def work(connection: Connection) -> str:
        code = normalise_panel_code(definition.code or "") or _free_code(context, connection)
        days = keep_days or context.config.retention_days
        values = _columns(definition, panel_id, code, now)
        panels.insert_panel(connection, {**values, "ends_at": now + days * DAY_SECONDS})
        for role, key in (("moderator", moderator_key), ("projector", projector_key)):
            panels.insert_capability(
                connection, panel_id, role, capability_hash(context.secret, key), now
            )
        insert_agenda(connection, panel_id, definition)
        return code

    code = context.database.write(work)
    return PanelLinks(panel_id, code, moderator_key, projector_key)


def _columns(definition: PanelDefinition, panel_id: str, code: str, now: float) -> dict[str, Any]:
    return {
        "id": panel_id,
        "code": code,
        "title": dict(definition.title.by_language),
        "description": dict(definition.description.by_language),
        "theme": dict(definition.theme.by_language),
        "place": asdict(definition.place),
        "panellists": [
            {"name": panellist.name, "role": dict(panellist.role.by_language)}
            for panellist in definition.panellists
        ],
        "languages": list(definition.languages or INTERFACE_LANGUAGES[:1]),
        "moderation": definition.moderation.value,
        "comments_open": True,
        "joining_locked": False,
        "projector_view": "item",
        "version": 1,
        "created_at": now,
    }


def _free_code(context: Context, connection: Connection) -> str:
    while True:
        code = new_panel_code(context.choose)
        if panels.find_by_code(connection, code) is None:
            return code


def insert_agenda(connection: Connection, panel_id: str, definition: PanelDefinition) -> None:
    """Store the items of a definition at the end of a panel's agenda."""
    for item in definition.items:
        if item.poll is not None:
            _, item_id = insert_definition(connection, panel_id, item.poll)
            agenda.change_item(connection, item_id, body=dict(item.body.by_language))
            continue
        agenda.insert_item(
            connection,
            {
                "id": new_id(),
                "panel_id": panel_id,
                "position": agenda.next_position(connection, panel_id),
                "kind": item.kind,
                "title": dict(item.title.by_language),
                "body": dict(item.body.by_language),
                "poll_id": None,
            },
        )


def find(context: Context, code: str) -> PanelRecord:
    """Return the panel with this code, however it was typed, or refuse."""
    typed = normalise_panel_code(code)
    panel = context.database.read(lambda connection: panels.find_by_code(connection, typed))
    if panel is None:
        raise Refusal("panel.unknown")
    return panel


def key_is_valid(context: Context, panel_id: str, role: Role, key: str) -> bool:
    """Say whether a link key opens a role of a panel."""
    key_hash = capability_hash(context.secret, key)
    return context.database.read(
        lambda connection: panels.capability_is_valid(connection, panel_id, role.value, key_hash)
    )


def update(context: Context, actor: Actor, command: protocol.PanelUpdate) -> dict[str, Any]:
    """Change how people join, write and are counted."""
    now = context.clock()
    values: dict[str, Any] = {}
    for name in ("comments_open", "moderation", "joining_locked", "board"):
        if (value := getattr(command, name)) is not None:
            values[name] = value
    if command.pin is not None:
        values["pin"] = _parse_pin(command.pin)
    if command.head_count is not None:
        values["head_count"] = _parse_head_count(command.head_count)
    if command.projector_languages is not None:
        spoken = context.stage.state(actor.panel_id).panel.languages
        chosen = parse_projector_languages(command.projector_languages, spoken)
        values["projector_languages"] = chosen or None
    if command.projector_mode is not None:
        values["projector_turns"] = command.projector_mode == "turns"

    days = None if command.keep_days is None else _parse_keep_days(context, command.keep_days)

    def work(connection: Connection) -> None:
        before = [row_before(connection, "panel", actor.panel_id, *values)] if values else None
        # What people are promised cannot be taken back, so it is not among what was before.
        kept = {} if days is None else _keep_for(connection, actor.panel_id, days)
        panels.change_panel(connection, actor.panel_id, **values, **kept)
        note(connection, actor, "panel.update", ",".join([*values, *kept]), before, now)

    context.database.write(work)
    context.stage.structure_changed(actor.panel_id)
    return {}


def _parse_keep_days(context: Context, raw: int | str) -> int:
    """Return for how many days a panel is kept, or refuse what the operator does not allow."""
    text, most = str(raw).strip(), context.config.keep_days_most
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= most:
        raise Refusal("retention.refused", most=most)
    return int(text)


def _keep_for(connection: Connection, panel_id: str, days: int) -> dict[str, float]:
    """Return the new end of a panel; once people have joined it comes no later than they read."""
    panel = panels.panel_by_id(connection, panel_id)
    ends_at = panel.created_at + days * DAY_SECONDS
    if ends_at > panel.ends_at and panels.participant_count(connection, panel_id):
        raise Refusal("retention.promised")
    return {"ends_at": ends_at}


def _parse_pin(raw: str) -> str | None:
    pin = raw.strip()
    if not pin:
        return None
    is_right_length = PIN_LENGTH_LEAST <= len(pin) <= PIN_LENGTH_MOST
    if not (is_right_length and pin.isascii() and pin.isdigit()):
        raise Refusal("pin.refused", least=PIN_LENGTH_LEAST, most=PIN_LENGTH_MOST)
    return pin


def parse_projector_languages(raw: list[str], spoken: Collection[str]) -> list[str]:
    """Return the languages of a projector without blanks, or refuse them.

    Interface words are in the first, so it must be one that the interface speaks.
    """
    chosen = list(dict.fromkeys(tag.strip() for tag in raw if tag.strip()))
    known = {*spoken, *INTERFACE_LANGUAGES}
    speaks_first = not chosen or chosen[0] in INTERFACE_LANGUAGES
    if len(chosen) > 2 or not speaks_first or not known.issuperset(chosen):
        raise Refusal("projector.languages_refused")
    return chosen


def _parse_head_count(raw: int | str) -> int | None:
    text = str(raw).strip()
    if text in ("", "0"):
        return None
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) > HEAD_COUNT_MOST:
        raise Refusal("head_count.refused", most=HEAD_COUNT_MOST)
    return int(text)


def clear(context: Context, actor: Actor, _command: protocol.PanelClear) -> dict[str, Any]:
    """Throw away a rehearsal: all votes, comments and seats of those who have left."""
    now = context.clock()
    here = context.stage.presence(actor.panel_id).connected_participants

    def work(connection: Connection) -> list[str]:
        rounds: list[str] = []
        for poll in agenda.polls_of(connection, actor.panel_id).values():
            if poll.round is not None:
                rounds.append(poll.round.id)
            agenda.clear_rounds(connection, poll)
        panels.delete_participants(connection, actor.panel_id, keep=here)
        comments.clear_comments(connection, actor.panel_id)
        comments.clear_actions(connection, actor.panel_id)
        panels.change_panel(
            connection,
            actor.panel_id,
            current_item_id=None,
            spotlight_comment_id=None,
            projector_view="item",
            paced=None,
            paced_last=None,
        )
        note(connection, actor, "panel.clear", "", None, now)
        return rounds

    for round_id in context.database.write(work):
        context.stage.round_ends(actor.panel_id, "", round_id, None)
    context.stage.structure_changed(actor.panel_id)
    return {}


def reissue_link(context: Context, actor: Actor, command: protocol.LinkReissue) -> dict[str, Any]:
    """Make a new link for a role; whoever has the old one is locked out."""
    key = reissue_key(context, actor.panel_id, Role(command.role))
    context.database.write(
        lambda connection: note(
            connection, actor, "link.reissue", command.role, None, context.clock()
        )
    )
    return {"role": command.role, "key": key}


def reissue_key(context: Context, panel_id: str, role: Role) -> str:
    key, now = new_key(), context.clock()

    def work(connection: Connection) -> None:
        panels.revoke_capabilities(connection, panel_id, role.value, now)
        panels.insert_capability(
            connection, panel_id, role.value, capability_hash(context.secret, key), now
        )

    context.database.write(work)
    return key


def add_key(context: Context, panel_id: str, role: Role) -> str:
    """Give out one more key for a role; the links that are out stay valid."""
    key, now = new_key(), context.clock()
    context.database.write(
        lambda connection: panels.insert_capability(
            connection, panel_id, role.value, capability_hash(context.secret, key), now
        )
    )
    return key


def seat_again(context: Context, panel_id: str) -> bool:
    """Give a panel a hashing key if it has none, as after a restored backup; say if it did.

    Nobody is recognised from before: people join anew.
    """

    def work(connection: Connection) -> bool:
        if panels.panel_by_id(connection, panel_id).ended_at is not None:
            return False
        values = {"panel_id": panel_id, "value": secrets.token_bytes(32)}
        statement = panels.insert_or_leave(connection, schema.hashing_key, values)
        return bool(connection.execute(statement).rowcount == 1)

    return context.database.write(work)


def end(context: Context, panel_id: str) -> int:
    """End a panel: destroy its hashing key and unlink every ballot. Cannot be undone."""
    now = context.clock()

    inconclusive: list[tuple[str, str]] = []
    unsplit: Unsplit = []

    def work(connection: Connection) -> int:
        agenda.lock_polls(connection, panel_id)
        if panels.panel_by_id(connection, panel_id).ended_at is not None:
            # Another worker was first; what it froze must not be worked out again.
            return 0
        for poll in agenda.polls_of(connection, panel_id).values():
            if poll.round is not None and not poll.round.is_closed:
                agenda.end_round(connection, poll, now)
        # Afterwards nothing joins a person's ballots any more.
        inconclusive.extend(freeze_shifts(connection, panel_id))
        unsplit.extend(unsplit_of(connection, panel_id))
        unlinked = unlink_panel(connection, panel_id)
        panels.change_panel(connection, panel_id, ended_at=now, paced=None, pin=None)
        return unlinked

    unlinked = context.database.write(work)
    for poll_id, round_id in inconclusive:
        conclude_ended(context, panel_id, poll_id, round_id)
    for found, closed_at, material in unsplit:
        keep_split(context, panel_id, found, closed_at, material)
    # Memory knows voters by the names that ballots had until now.
    context.stage.presence(panel_id).start_round(None, ())
    context.stage.structure_changed(panel_id)
    return unlinked
