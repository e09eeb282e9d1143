"""The evaluation's migrations on both engines: the schema of the code, and what older rows become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import eval.storage
from eval.storage.migrate import VERSION_TABLE
from eval.storage.tables import metadata
from handoff.storage.database import Database

pytestmark = pytest.mark.service
DAY = 86_400.0
ROW: dict[str, Any] = {
    "id": "e1", "person": "p", "conversation_id": "c1", "conversation_ids": '["c1"]', "day": "2026-03-02",
    "opened_at": 1.0, "ended_at": 2.0, "channel": "web", "intent": "none", "version": "v", "status": "resolved",
    "evidence": "confirmed", "resolver": "assisted", "why": "", "refs": "[]", "articles": "[]", "next_at": None,
    "first_ended_at": DAY, "returned_at": 3 * DAY, "wait": 120.0, "to_resolution": 3 * DAY,
}  # fmt: skip
FLAGS = (
    "eligible", "matured", "ended", "proven", "silent", "reached", "confirmed", "one_contact", "person_took_part",
    "person_asked", "left_queue", "served", "asked_again", "packet_judged", "packet_enough", "survey_offered",
    "survey_answered", "returned",
)  # fmt: skip


def move(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(eval.storage.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        towards = command.downgrade if revision != "head" else command.upgrade
        towards(config, revision)


def test_the_migrations_make_the_schema_of_the_code(database: Database) -> None:
    ours = set(metadata.tables)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "include_object": lambda thing, name, kind, *_: kind != "table" or name in ours,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_what_was_kept_before_reads_alike_and_is_judged_again(database: Database) -> None:
    move(database, "0007_judge")
    values = {**ROW, **dict.fromkeys(FLAGS, 1)}
    names = ", ".join(values)
    with database.engine.begin() as connection:
        query = f"INSERT INTO outcome_episodes ({names}) VALUES ({', '.join(f':{name}' for name in values)})"
        connection.execute(sa.text(query), values)
    move(database, "head")
    with database.engine.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM outcome_episodes")).mappings().one()
        due = connection.execute(sa.text("SELECT day FROM outcome_due")).scalars().all()
    assert (row["in_time"], row["routine"], row["back_after"], row["next_at"]) == (1, 0, 2 * DAY, 0)
    assert (row["handover"], due) == (None, ["2026-03-02"])
    move(database, "0007_judge")
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT returned_at FROM outcome_episodes")).scalar() == 3 * DAY
