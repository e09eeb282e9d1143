"""Runs the evaluation's migrations on the connection that ``eval.storage.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from eval.storage.migrate import VERSION_TABLE
from eval.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
