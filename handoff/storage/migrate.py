"""Bring a database to the newest schema (Alembic). Safe to run at every start, and by several processes at once."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from handoff.storage.database import create_engine

HERE = Path(__file__).parent / "migrations"
VERSION_TABLE = "handoff_alembic_version"


def migrate(url: str) -> None:
    command.upgrade(_config(url), "head")


def is_current(url: str) -> bool:
    """Whether the schema is the one that this code expects."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
            return context.get_current_revision() == ScriptDirectory.from_config(_config(url)).get_current_head()
    finally:
        engine.dispose()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["url"] = url
    return config
