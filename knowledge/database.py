"""One door to SQL for the knowledge part: units of work run in threads and see or leave a whole transaction.

SQLite: a file of its own, WAL, ``synchronous=FULL``, one writer at a time (a lock here, ``BEGIN IMMEDIATE`` there).
PostgreSQL: the shared database; migrations of several processes wait for each other on an advisory lock.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from knowledge.errors import Unavailable

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

THREADS = 4
MIGRATION_LOCK = 0x6B6E6F77
"""Advisory lock number of the migrations on PostgreSQL."""


class Database:
    """``open`` before use, ``close`` after; both block. ``read`` and ``write`` may be called from one event loop."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: sa.Engine | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._one_writer = threading.Lock()

    def open(self) -> None:
        """Connect and migrate to the newest schema. Raises ``Unavailable`` when the database cannot be reached."""
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(self.url, **self._engine_options())
        if self.is_sqlite:
            sa.event.listen(engine, "connect", _configure_sqlite)
        self._engine = engine
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="knowledge-sql")
        try:
            self._migrate()
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        if self._threads is not None:
            self._threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()
        self._engine, self._threads = None, None

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.read_now, work)

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in a transaction. Whatever it raises is raised here and nothing of it is kept."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.write_now, work)

    def read_now(self, work: Work[T]) -> T:
        try:
            with self._opened().connect() as connection:
                # One snapshot for the whole unit of work, whatever commits meanwhile.
                if self.is_sqlite:
                    connection.exec_driver_sql("BEGIN")
                else:
                    connection = connection.execution_options(isolation_level="REPEATABLE READ")
                return work(connection)
        except SQLAlchemyError as exc:
            if _is_away(exc):
                raise _unavailable() from exc
            raise

    def write_now(self, work: Work[T]) -> T:
        try:
            if not self.is_sqlite:
                with self._opened().begin() as connection:
                    return work(connection)
            with self._one_writer, self._opened().connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    result = work(connection)
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
                return result
        except SQLAlchemyError as exc:
            if _is_away(exc):
                raise _unavailable() from exc
            raise

    def _opened(self) -> sa.Engine:
        if self._engine is None:
            raise RuntimeError("the knowledge database is not open")
        return self._engine

    def _engine_options(self) -> dict[str, Any]:
        if self.is_sqlite:
            return {"connect_args": {"check_same_thread": False}, "poolclass": sa.pool.QueuePool}
        return {"pool_size": THREADS, "pool_pre_ping": True}

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.set_main_option("path_separator", "os")

        def work(connection: sa.Connection) -> None:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        self.write_now(work)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are opened by hand, so that none is upgraded from reading to writing.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _is_away(problem: SQLAlchemyError) -> bool:
    """Whether the store is at fault and not the statement: away, overrun, or its file is damaged."""
    if isinstance(problem, OperationalError | InterfaceError | InternalError | PoolTimeout):
        return True
    return isinstance(problem, DBAPIError) and (problem.connection_invalidated or type(problem) is DatabaseError)


def _unavailable() -> Unavailable:
    return Unavailable("knowledge_unavailable", "The knowledge store cannot be reached. Please try again.")
