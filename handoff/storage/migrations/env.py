"""Alembic's entry: one connection, one transaction; the URL comes from ``handoff.storage.migrate``."""

from __future__ import annotations

from alembic import context

from handoff.storage.database import create_engine
from handoff.storage.migrate import VERSION_TABLE
from handoff.storage.tables import metadata

LOCK = 7_036_874

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    if engine.dialect.name == "sqlite":
        # All or nothing, and one process at a time: a start that is interrupted here leaves no half of a schema.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection, target_metadata=metadata, version_table=VERSION_TABLE, render_as_batch=True
    )
    if engine.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({LOCK})")
        connection.commit()
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
