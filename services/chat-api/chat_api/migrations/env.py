"""Alembic's entry: runs the revisions on the connection that warren.db.migrate hands over."""

from alembic import context

from chat_api.all_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
