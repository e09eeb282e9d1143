"""One door to SQL for async code: units of work run in threads, and commits are shared where that is faster.

SQLite has one writer, so the writer thread takes every unit of work that waits, runs each in a savepoint and commits
once: *group commit without a timer*. The group is whatever arrived while the last commit was on its way to the disk.
PostgreSQL groups commits by itself; there every unit of work is a transaction of its own on one of several threads.

A unit of work is a function of a connection. It must not wait for anything but SQL.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Generic, TypeVar

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from handoff.errors import Unavailable, Unprocessable

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

GROUP_LIMIT = 64
POSTGRES_WRITERS = 4
READERS = 4
JSON_COLUMNS: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": orjson.loads,
}
SERIALISATION_FAILURES = {"40001", "40P01"}


class Database:
    """``open`` before use, ``close`` after. ``write`` returns once the work is durable, ``read`` sees what is."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine: sa.Engine | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._writers: list[threading.Thread] = []
        self._waiting: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()

    @property
    def engine(self) -> sa.Engine:
        if self._engine is None:
            raise RuntimeError("the database is not open")
        return self._engine

    def open(self) -> None:
        self._engine = create_engine(str(self.url.render_as_string(hide_password=False)))
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sql-read")
        count = 1 if self.is_sqlite else POSTGRES_WRITERS
        target = self._write_in_groups if self.is_sqlite else self._write_singly
        self._writers = [threading.Thread(target=target, name=f"sql-write-{i}", daemon=True) for i in range(count)]
        for writer in self._writers:
            writer.start()

    def close(self) -> None:
        for _ in self._writers:
            self._waiting.put(None)
        for writer in self._writers:
            writer.join(timeout=10)
        if self._readers is not None:
            self._readers.shutdown()
        if self._engine is not None:
            self._engine.dispose()
        self._engine, self._readers, self._writers = None, None, []

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    async def write(self, work: Work[T]) -> T:
        """Run ``work`` in a transaction. Whatever it raises is raised here and nothing of it is kept."""
        if self._engine is None:
            raise _unavailable()
        job: _Job[T] = _Job(work, asyncio.get_running_loop())
        self._waiting.put(job)
        return await job.future

    async def scrub(self) -> None:
        """Overwrite what was deleted: until then it lies in free pages and in the write-ahead log."""
        await asyncio.get_running_loop().run_in_executor(self._readers, scrub, self.engine)

    def _read(self, work: Work[T]) -> T:
        try:
            with self.engine.connect() as connection:
                return work(connection)
        except OperationalError as exc:
            raise _unavailable() from exc
        except DataError as exc:
            raise _not_storable() from exc

    def _write_in_groups(self) -> None:
        connection: sa.Connection | None = None
        while (job := self._waiting.get()) is not None:
            group, stop = [job], False
            while len(group) < GROUP_LIMIT:
                try:
                    more = self._waiting.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                group.append(more)
            connection = self._commit_group(connection, group)
            if stop:
                break
        if connection is not None:
            connection.close()

    def _commit_group(self, connection: sa.Connection | None, group: list[_Job[Any]]) -> sa.Connection | None:
        """Commit the group on ``connection``, or on a new one; returns it to be used again while it is good."""
        try:
            connection = connection or self.engine.connect()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                for job in group:
                    job.run_in_savepoint(connection)
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
        except Exception as exc:  # noqa: BLE001 - the one writer must outlive whatever happened to this group
            for job in group:
                job.error = _unavailable(exc)
            if connection is not None:
                with contextlib.suppress(Exception):
                    connection.close()
            connection = None
        by_loop: dict[asyncio.AbstractEventLoop, list[_Job[Any]]] = {}
        for job in group:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, jobs in by_loop.items():
            _tell(loop, jobs)
        return connection

    def _write_singly(self) -> None:
        while (job := self._waiting.get()) is not None:
            for attempt in range(3):
                job.error = None
                try:
                    with self.engine.begin() as connection:
                        job.result = job.work(connection)
                except DBAPIError as exc:
                    if getattr(exc.orig, "sqlstate", None) in SERIALISATION_FAILURES and attempt < 2:
                        continue
                    job.error = _typed(exc)
                except BaseException as exc:  # noqa: BLE001 - handed to the caller, whatever it is
                    job.error = exc
                break
            _tell(job.loop, [job])


class _Job(Generic[T]):
    def __init__(self, work: Work[T], loop: asyncio.AbstractEventLoop) -> None:
        self.work = work
        self.loop = loop
        self.future: asyncio.Future[T] = loop.create_future()
        self.result: T | None = None
        self.error: BaseException | None = None

    def run_in_savepoint(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SAVEPOINT work")
        try:
            self.result = self.work(connection)
        except BaseException as exc:  # noqa: BLE001 - handed to the caller, whatever it is
            self.error = exc
            connection.exec_driver_sql("ROLLBACK TO work")
        connection.exec_driver_sql("RELEASE work")


def _tell(loop: asyncio.AbstractEventLoop, jobs: list[_Job[Any]]) -> None:
    with contextlib.suppress(RuntimeError):  # a loop that was closed: nobody waits there any more
        loop.call_soon_threadsafe(_resolve, jobs)


def _resolve(jobs: list[_Job[Any]]) -> None:
    for job in jobs:
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)


def _typed(error: DBAPIError) -> Exception:
    if isinstance(error, OperationalError):
        return _unavailable(error)
    return _not_storable() if isinstance(error, DataError) else error


def _not_storable() -> Unprocessable:
    """PostgreSQL refuses some values that Python holds, such as U+0000: wrong input, not our failure."""
    return Unprocessable("invalid", "Something in this request cannot be stored.")


def _unavailable(cause: BaseException | None = None) -> Unavailable:
    error = Unavailable("storage_unavailable", "The conversation log cannot be reached. Please try again.")
    error.__cause__ = cause
    return error


def scrub(engine: sa.Engine) -> None:
    """As ``Database.scrub``; blocks."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def create_engine(url: str) -> sa.Engine:
    """An engine with the settings that the log relies on: WAL and ``synchronous=FULL`` on SQLite."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return sa.create_engine(parsed, pool_size=POSTGRES_WRITERS + READERS, pool_pre_ping=True, **JSON_COLUMNS)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    pool = QueuePool if parsed.database else NullPool
    engine = sa.create_engine(parsed, poolclass=pool, connect_args={"check_same_thread": False}, **JSON_COLUMNS)

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # Transactions are opened by hand (BEGIN IMMEDIATE), so that none is upgraded from reading to writing.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
