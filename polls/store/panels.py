"""Panels, their links and the people who joined."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from polls.domain.errors import Refusal
from polls.domain.texts import Texts
from polls.store import schema

DAY_SECONDS = 86400.0

# What everyone who joins asks for: built once, since building takes longer than asking.
PANEL_BY_ID = select(schema.panel).where(schema.panel.c.id == bindparam("wanted"))
PANEL_BY_CODE = select(schema.panel).where(schema.panel.c.code == bindparam("wanted"))
HASHING_KEY = select(schema.hashing_key.c.value).where(
    schema.hashing_key.c.panel_id == bindparam("wanted")
)
PARTICIPANT_COUNT = select(func.count()).where(schema.participant.c.panel_id == bindparam("wanted"))


def new_id() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class PanelRecord:
    id: str
    code: str
    title: Texts
    description: Texts
    theme: Texts
    place: Mapping[str, str]
    panellists: tuple[Mapping[str, Any], ...]
    languages: tuple[str, ...]
    moderation: str
    comments_open: bool
    joining_locked: bool
    pin: str | None
    head_count: int | None
    current_item_id: str | None
    projector_view: str
    spotlight_comment_id: str | None
    version: int
    created_at: float
    ends_at: float
    ended_at: float | None
    paced: list[str] | None
    """Agenda items that are open together, everyone at their own pace; None when one is on at a
    time."""
    paced_last: list[str] | None
    """Those that were open together last; their results may be shown in one go."""
    split_by: str | None
    """The grouping question by which the projector splits the result, if it does."""
    revealed: list[str] | None
    """The sealed polls that were revealed together last, in the order of the agenda."""
    projector_languages: list[str] | None
    """The one or two languages of the projector; None where it follows its browser."""
    projector_turns: bool
    """Whether two languages take turns on the projector instead of standing together."""
    board: bool
    """Whether people see how they did in knowledge checks."""

    @property
    def keep_days(self) -> int:
        """Return for how many days from its making ballots lead to phones."""
        return round((self.ends_at - self.created_at) / DAY_SECONDS)


def _record(row: Row[Any]) -> PanelRecord:
    values = row._asdict()
    values.update(
        title=Texts(values["title"]),
        description=Texts(values["description"]),
        theme=Texts(values["theme"]),
        panellists=tuple(values["panellists"]),
        languages=tuple(values["languages"]),
    )
    return PanelRecord(**values)


def insert_panel(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a panel with a fresh hashing key; a code in use is refused."""
    if find_by_code(connection, values["code"]) is not None:
        raise Refusal("panel.code_taken")
    connection.execute(schema.panel.insert().values(**values))
    connection.execute(
        schema.hashing_key.insert().values(panel_id=values["id"], value=secrets.token_bytes(32))
    )


def find_by_code(connection: Connection, code: str) -> PanelRecord | None:
    row = connection.execute(PANEL_BY_CODE, {"wanted": code}).first()
    return None if row is None else _record(row)


def panel_by_id(connection: Connection, panel_id: str) -> PanelRecord:
    row = connection.execute(PANEL_BY_ID, {"wanted": panel_id}).first()
    if row is None:
        raise Refusal("panel.unknown")
    return _record(row)


def versions_of(connection: Connection, panel_ids: Collection[str]) -> dict[str, int]:
    """Return the versions of panels, which rise with every change of structure."""
    table = schema.panel
    query = select(table.c.id, table.c.version).where(table.c.id.in_(list(panel_ids)))
    return {row.id: row.version for row in connection.execute(query)}


def all_panels(connection: Connection) -> list[PanelRecord]:
    rows = connection.execute(select(schema.panel).order_by(schema.panel.c.created_at))
    return [_record(row) for row in rows]


def change_panel(connection: Connection, panel_id: str, **values: Any) -> int:
    """Change a panel and raise its version, which is returned."""
    table = schema.panel
    connection.execute(
        update(table).where(table.c.id == panel_id).values(version=table.c.version + 1, **values)
    )
    version = connection.execute(select(table.c.version).where(table.c.id == panel_id)).scalar()
    return int(version or 0)


def hashing_key_of(connection: Connection, panel_id: str) -> bytes:
    """Return the key that hides participants of a panel; it is gone once the panel has ended."""
    value = connection.execute(HASHING_KEY, {"wanted": panel_id}).scalar()
    if value is None:
        raise Refusal("panel.ended")
    return bytes(value)


# Links


def insert_capability(
    connection: Connection, panel_id: str, role: str, key_hash: str, now: float
) -> None:
    connection.execute(
        schema.capability.insert().values(
            id=new_id(), panel_id=panel_id, role=role, key_hash=key_hash, created_at=now
        )
    )


def revoke_capabilities(connection: Connection, panel_id: str, role: str, now: float) -> None:
    table = schema.capability
    connection.execute(
        update(table)
        .where(table.c.panel_id == panel_id, table.c.role == role, table.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def capability_is_valid(connection: Connection, panel_id: str, role: str, key_hash: str) -> bool:
    table = schema.capability
    query = select(table.c.id).where(
        table.c.panel_id == panel_id,
        table.c.role == role,
        table.c.key_hash == key_hash,
        table.c.revoked_at.is_(None),
    )
    return connection.execute(query).first() is not None


# Participants


def participant_exists(connection: Connection, panel_id: str, participant: str) -> bool:
    table = schema.participant
    query = select(table.c.id).where(table.c.panel_id == panel_id, table.c.id == participant)
    return connection.execute(query).first() is not None


def participant_count(connection: Connection, panel_id: str) -> int:
    return int(connection.execute(PARTICIPANT_COUNT, {"wanted": panel_id}).scalar() or 0)


def insert_participant(
    connection: Connection, panel_id: str, participant: str, language: str, now: float
) -> None:
    values = {"panel_id": panel_id, "id": participant, "language": language, "joined_at": now}
    connection.execute(insert_or_leave(connection, schema.participant, None), values)


def insert_or_leave(connection: Connection, table: Any, values: Any) -> Any:
    """Build an insert that leaves a row alone that is there already."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    if values is not None:
        statement = statement.values(values)
    # Of an insert, SQLAlchemy otherwise asks PostgreSQL's driver for no count of rows.
    return statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def delete_participants(connection: Connection, panel_id: str, keep: Container[str] = ()) -> None:
    """Forget everyone who joined, except those who are still here."""
    table = schema.participant
    found = connection.execute(select(table.c.id).where(table.c.panel_id == panel_id)).scalars()
    for participant in [found_id for found_id in found if found_id not in keep]:
        connection.execute(
            table.delete().where(table.c.panel_id == panel_id, table.c.id == participant)
        )


def delete_idle_participants(connection: Connection, panel_id: str, keep: Container[str]) -> None:
    """Free the seats of those who are not here and have left nothing behind."""
    people, comment, vote = schema.participant, schema.comment, schema.upvote
    active = (
        select(schema.ballot.c.participant)
        .join(schema.round_, schema.round_.c.id == schema.ballot.c.round_id)
        .join(schema.poll, schema.poll.c.id == schema.round_.c.poll_id)
        .where(schema.poll.c.panel_id == panel_id)
        .union(
            select(comment.c.participant).where(
                comment.c.panel_id == panel_id, comment.c.participant.is_not(None)
            ),
            select(vote.c.participant)
            .join(comment, comment.c.id == vote.c.comment_id)
            .where(comment.c.panel_id == panel_id),
        )
    )
    found = connection.execute(
        select(people.c.id).where(people.c.panel_id == panel_id, people.c.id.not_in(active))
    ).scalars()
    for participant in [found_id for found_id in found if found_id not in keep]:
        connection.execute(
            people.delete().where(people.c.panel_id == panel_id, people.c.id == participant)
        )


def delete_participant(connection: Connection, panel_id: str, participant: str) -> None:
    """Forget that someone joined; a spotlit comment of theirs leaves the projector."""
    table = schema.participant
    connection.execute(
        table.delete().where(table.c.panel_id == panel_id, table.c.id == participant)
    )
    spotlit, comment = schema.panel, schema.comment
    connection.execute(
        update(spotlit)
        .where(
            spotlit.c.id == panel_id,
            spotlit.c.spotlight_comment_id.is_not(None),
            spotlit.c.spotlight_comment_id.not_in(
                select(comment.c.id).where(comment.c.panel_id == panel_id)
            ),
        )
        .values(spotlight_comment_id=None)
    )
