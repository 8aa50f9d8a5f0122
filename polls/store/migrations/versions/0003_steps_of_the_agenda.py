"""what is open together are items of the agenda, not polls; what was open together last"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

JSON = sa.JSON(none_as_null=True)
panel = sa.table("panel", sa.column("id", sa.String), sa.column("paced", JSON))
item = sa.table("agenda_item", sa.column("id", sa.String), sa.column("poll_id", sa.String))


def upgrade() -> None:
    with op.batch_alter_table("panel") as table:
        table.add_column(sa.Column("paced_last", JSON, nullable=True))
    _name_items_instead_of_polls(op.get_bind())


def _name_items_instead_of_polls(connection: sa.Connection) -> None:
    paced = connection.execute(sa.select(panel).where(panel.c.paced.is_not(None))).all()
    for row in paced:
        polls = row.paced or []
        found = connection.execute(sa.select(item).where(item.c.poll_id.in_(polls))).all()
        items = {each.poll_id: each.id for each in found}
        steps = [items[poll_id] for poll_id in polls if poll_id in items]
        connection.execute(sa.update(panel).where(panel.c.id == row.id).values(paced=steps or None))
