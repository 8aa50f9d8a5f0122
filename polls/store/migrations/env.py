"""Runs migrations on the connection that `Database.migrate` hands in."""

from alembic import context

from polls.store.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
