"""Runs the knowledge migrations on the connection that ``knowledge.database`` hands over."""

from __future__ import annotations

from alembic import context

from knowledge.tables import metadata

VERSION_TABLE = "knowledge_alembic_version"

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
