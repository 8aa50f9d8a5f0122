"""The tables. What may not happen is forbidden here, by constraints, not by the code above."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
PARTICIPANT = String(32)
"""A keyed hash of a participant's key; a fresh random value once the panel has ended."""

instance_setting = Table(
    "instance_setting",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

panel = Table(
    "panel",
    metadata,
    Column("id", ID, primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("title", JSON, nullable=False),
    Column("description", JSON, nullable=False),
    Column("theme", JSON, nullable=False),
    Column("place", JSON, nullable=False),
    Column("panellists", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("moderation", String(8), nullable=False),
    Column("comments_open", Boolean, nullable=False),
    Column("joining_locked", Boolean, nullable=False),
    Column("pin", String(12)),
    Column("head_count", Integer),
    Column("current_item_id", ID),
    Column("projector_view", String(12), nullable=False),
    Column("spotlight_comment_id", ID),
    Column("version", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("ends_at", Float, nullable=False),
    Column("ended_at", Float),
    Column("paced", JSON(none_as_null=True)),
    Column("paced_last", JSON(none_as_null=True)),
    Column("split_by", ID),
    Column("board", Boolean, nullable=False, server_default=false()),
    Column("revealed", JSON(none_as_null=True)),
    Column("projector_languages", JSON(none_as_null=True)),
    Column("projector_turns", Boolean, nullable=False, server_default=false()),
)

hashing_key = Table(
    "hashing_key",
    metadata,
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

capability = Table(
    "capability",
    metadata,
    Column("id", ID, primary_key=True),
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", String(12), nullable=False),
    Column("key_hash", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

participant = Table(
    "participant",
    metadata,
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), primary_key=True),
    Column("id", PARTICIPANT, primary_key=True),
    Column("language", String(12), nullable=False),
    Column("joined_at", Float, nullable=False),
)

agenda_item = Table(
    "agenda_item",
    metadata,
    Column("id", ID, primary_key=True),
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("title", JSON, nullable=False),
    Column("body", JSON, nullable=False),
    Column("poll_id", ForeignKey("poll.id", ondelete="CASCADE")),
    Column("deleted_at", Float),
    CheckConstraint("(kind = 'poll') = (poll_id IS NOT NULL)", name="poll_item_has_poll"),
)

poll = Table(
    "poll",
    metadata,
    Column("id", ID, primary_key=True),
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("title", JSON, nullable=False),
    Column("options", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("visibility", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("countdown_seconds", Integer),
    Column("rounds_cleared", Integer, nullable=False, server_default="0"),
    Column("revealed_round_id", ID),
    CheckConstraint("state IN ('draft', 'open', 'closed', 'published')", name="state_known"),
)

round_ = Table(
    "round",
    metadata,
    Column("id", ID, primary_key=True),
    Column("poll_id", ForeignKey("poll.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("closes_at", Float),
    Column("closed_at", Float),
    Column("present", Integer),
    Column("outcome", JSON(none_as_null=True)),
    Column("shift", JSON(none_as_null=True)),
    Column("splits", JSON(none_as_null=True)),
    UniqueConstraint("poll_id", "number"),
)

ballot = Table(
    "ballot",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), nullable=False),
    Column("participant", PARTICIPANT, nullable=False),
    Column("answer", JSON(none_as_null=True)),
    Column("sequence", BigInteger, nullable=False),
    Column("receipt", String(8), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("state", String(8), nullable=False),
    Column("option_order", String(160)),
    UniqueConstraint("round_id", "participant"),
    UniqueConstraint("round_id", "receipt"),
)

counter = Table(
    "counter",
    metadata,
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(96), primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

comment = Table(
    "comment",
    metadata,
    Column("id", ID, primary_key=True),
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), nullable=False),
    Column("item_id", ID),
    Column("participant", PARTICIPANT),
    Column("kind", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("is_answered", Boolean, nullable=False),
    Column("upvotes", Integer, nullable=False),
    Column("posted_at", Float, nullable=False),
    Column("option_id", String(24)),
    Column("round_id", ForeignKey("round.id", ondelete="CASCADE")),
    UniqueConstraint("round_id", "participant", "option_id"),
    Index("ix_comment_panel_state", "panel_id", "state", "upvotes"),
    Index("ix_comment_author", "panel_id", "participant"),
)

upvote = Table(
    "upvote",
    metadata,
    Column("comment_id", ForeignKey("comment.id", ondelete="CASCADE"), primary_key=True),
    Column("participant", PARTICIPANT, primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Index("ix_upvote_participant", "participant"),
)

action = Table(
    "action",
    metadata,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("panel_id", ForeignKey("panel.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(32), nullable=False),
    Column("subject", String(32), nullable=False),
    Column("before", JSON(none_as_null=True)),
    Column("at", Float, nullable=False),
    Column("undone_at", Float),
)
"""What moderators did, so that one sees what the other did and can take it back."""
