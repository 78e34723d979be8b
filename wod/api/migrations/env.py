"""Alembic's entry: everything happens on the connection, and in the transaction, of :mod:`wod.api.database`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
