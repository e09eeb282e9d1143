"""Units of work: all or nothing each, commits shared where there is one writer, and a schema that is the code's."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from handoff.errors import Unavailable, Unprocessable
from handoff.storage.database import Database, create_engine
from handoff.storage.migrate import VERSION_TABLE, is_current, migrate
from handoff.storage.tables import metadata

pytestmark = pytest.mark.service


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    database.open()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE kept (n INTEGER PRIMARY KEY)")
    yield database
    database.close()


def keep(n: int, connection: sa.Connection) -> int:
    connection.execute(sa.text("INSERT INTO kept VALUES (:n)"), {"n": n})
    return n


def kept(connection: sa.Connection) -> list[int]:
    return [row.n for row in connection.execute(sa.text("SELECT n FROM kept ORDER BY n"))]


async def held(database: Database, release: threading.Event) -> asyncio.Task[bool]:
    """Occupies every writer until ``release`` is set; what is written meanwhile waits together."""
    began = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(_: sa.Connection) -> bool:
        loop.call_soon_threadsafe(began.set)
        return release.wait(10)

    task = asyncio.create_task(database.write(wait))
    await began.wait()
    return task


async def test_writes_that_wait_together_share_a_commit(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL groups commits itself")
    commits: list[str] = []
    release = threading.Event()
    first = await held(database, release)

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _count(_c: object, _u: object, statement: str, *_: object) -> None:
        if statement == "COMMIT":
            commits.append(statement)

    writes = [asyncio.create_task(database.write(lambda c, n=n: keep(n, c))) for n in range(50)]
    await asyncio.sleep(0)
    release.set()
    assert await asyncio.gather(*writes) == list(range(50))
    await first
    assert len(commits) == 2  # the one that held the writer, and all that waited for it
    assert await database.read(kept) == list(range(50))


async def test_what_fails_in_a_group_harms_nobody_else(database: Database) -> None:
    release = threading.Event()
    first = await held(database, release)

    def half(connection: sa.Connection) -> None:
        keep(100, connection)
        raise LookupError("halfway")

    works = [lambda c, n=n: keep(n, c) for n in range(10)]
    works[3:3] = [half, lambda c: keep(2, c), lambda c: c.execute(sa.text("SELECT nothing FROM nowhere"))]
    tasks = [asyncio.create_task(database.write(work)) for work in works]
    await asyncio.sleep(0)
    release.set()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    await first
    assert [type(end) is int for end in ends].count(False) == 3
    assert isinstance(ends[3], LookupError)
    assert await database.read(kept) == list(range(10))


async def test_a_write_is_durable_when_it_returns(database: Database) -> None:
    await database.write(lambda c: keep(7, c))
    other = create_engine(database.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        assert kept(connection) == [7]
    other.dispose()


async def test_sqlite_flushes_to_the_disk_at_every_commit(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a setting of SQLite")

    def pragmas(connection: sa.Connection) -> tuple[object, ...]:
        names = ("synchronous", "journal_mode", "foreign_keys")
        return tuple(connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names)

    assert await database.write(pragmas) == (2, "wal", 1)


async def test_a_caller_that_left_leaves_the_writer_alone(database: Database) -> None:
    release = threading.Event()
    first = await held(database, release)
    left = asyncio.create_task(database.write(lambda c: keep(1, c)))
    await asyncio.sleep(0)
    left.cancel()
    release.set()
    await first
    assert await database.write(lambda c: keep(2, c)) == 2


async def test_closing_ends_what_was_begun_and_takes_nothing_more(database: Database) -> None:
    writes = [asyncio.create_task(database.write(lambda c, n=n: keep(n, c))) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    assert await asyncio.gather(*writes) == list(range(20))
    with pytest.raises(Unavailable):
        await asyncio.wait_for(database.write(lambda c: keep(99, c)), 5)
    database.open()
    assert await database.read(kept) == list(range(20))


async def test_a_database_that_another_holds_is_unavailable_and_then_there_again(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("only SQLite has one writer")
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable):
        await database.write(lambda c: keep(1, c))
    other.execute("ROLLBACK")
    other.close()
    assert await database.write(lambda c: keep(1, c)) == 1


async def test_a_value_that_cannot_be_stored_is_wrong_input(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite holds U+0000")
    with pytest.raises(Unprocessable):
        await database.write(lambda c: c.execute(sa.text("SELECT CAST(:v AS TEXT)"), {"v": "a\0b"}))
    with pytest.raises(Unprocessable):
        await database.read(lambda c: c.execute(sa.text("SELECT CAST(:v AS TEXT)"), {"v": "a\0b"}))


def test_the_migrations_make_the_schema_of_the_code(database_url: str) -> None:
    assert is_current(database_url)
    migrate(database_url)
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_database_without_the_schema_is_not_current(tmp_path: Path) -> None:
    assert not is_current(f"sqlite:///{tmp_path}/empty.db")


def test_a_migration_that_is_interrupted_leaves_nothing_and_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    url = f"sqlite:///{path}"
    with sqlite3.connect(path) as blocker:
        blocker.execute("CREATE TABLE outbox (in_the_way INTEGER)")  # the last table that the migration makes
    with pytest.raises(sa.exc.OperationalError):
        migrate(url)
    with sqlite3.connect(path) as blocker:
        assert [row[0] for row in blocker.execute("SELECT name FROM sqlite_master WHERE type = 'table'")] == ["outbox"]
        blocker.execute("DROP TABLE outbox")
    migrate(url)
    assert is_current(url)


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    code = f"from handoff.storage.migrate import migrate; migrate({url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    ends = [process.communicate(timeout=60)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], ends
    assert is_current(url)
