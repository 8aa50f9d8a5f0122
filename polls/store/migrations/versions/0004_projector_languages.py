"""the projector shows one language or two, at once or in turns, as the moderator sets it"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("panel") as table:
        table.add_column(
            sa.Column("projector_languages", sa.JSON(none_as_null=True), nullable=True)
        )
        table.add_column(
            sa.Column("projector_turns", sa.Boolean, nullable=False, server_default=sa.false())
        )
