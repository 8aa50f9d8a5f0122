"""outcomes, shifts and splits of closed rounds; orders of options; reasons; a panel at one's pace"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("round") as table:
        table.add_column(sa.Column("outcome", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("shift", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("splits", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("ballot") as table:
        table.add_column(sa.Column("option_order", sa.String(length=160), nullable=True))
    with op.batch_alter_table("comment") as table:
        table.add_column(sa.Column("option_id", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("round_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(
            "fk_comment_round_id_round", "round", ["round_id"], ["id"], ondelete="CASCADE"
        )
        table.create_unique_constraint(
            "uq_comment_round_id_participant_option_id", ["round_id", "participant", "option_id"]
        )
    with op.batch_alter_table("panel") as table:
        table.add_column(sa.Column("paced", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("split_by", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("revealed", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(
            sa.Column("board", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("poll") as table:
        table.add_column(sa.Column("revealed_round_id", sa.String(length=32), nullable=True))
