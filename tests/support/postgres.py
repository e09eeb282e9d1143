"""Databases on the machine's PostgreSQL, each test's own, emptied for the next test instead of dropped and made anew.

Dropping a database makes the server write out everything that any other test has just written: a tenth of a second of
its time for every test. So what a test wrote is deleted, what the template held is put back, the counters with it, and
the database gets another name, so that nobody of the last test reaches it. Where a test changed the schema, or did
anything else that does not look like the template, the database goes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

SERVER = "host=/var/run/postgresql user=root"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename"
SHAPE = """
SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM (
    SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.atttypmod, a.attnotnull) AS part
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger
    UNION ALL SELECT concat_ws(' ', conname, conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', indexrelid::regclass, pg_get_indexdef(indexrelid)) FROM pg_index
    WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL SELECT setconfig::text FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
    WHERE d.datname = current_database()
) AS parts
"""


class Databases:
    """Copies of the database ``template``, one at a time for whoever asks."""

    def __init__(self, template: str) -> None:
        self._template = template
        self._spare: list[str] = []
        with _connected(template) as connection:
            self._shape = _shape(connection)
            self._rows = {table: _copy_out(connection, table) for table in _holding(connection)}
            self._counters = _counters(connection)

    @contextmanager
    def one(self) -> Iterator[str]:
        """The address of a database that holds what the template holds, nobody else's until this ends."""
        name = f"fd_{uuid4().hex}"
        if not (self._spare and self._renamed(self._spare.pop(), name)):
            administer("CREATE DATABASE {} TEMPLATE {}", name, self._template)
        yield url_of(name)
        try:
            as_before = self._restore(name)
        except psycopg.Error:
            as_before = False
        if as_before:
            self._spare.append(name)
        else:
            drop(name)

    def close(self) -> None:
        while self._spare:
            drop(self._spare.pop())

    def _renamed(self, spare: str, name: str) -> bool:
        try:
            administer("ALTER DATABASE {} RENAME TO {}", spare, name)
        except psycopg.errors.ObjectInUse:  # somebody of the test before came back under the old name
            drop(spare)
            return False
        return True

    def _restore(self, name: str) -> bool:
        """Whether all is as in the template again."""
        with _connected(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if _shape(connection) != self._shape:
                return False
            # Neither the triggers that keep a trail nor the order of foreign keys stand in the way of this session.
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            with connection.transaction():
                for table in _holding(connection):
                    connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                for table, rows in self._rows.items():
                    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                        copy.write(rows)
                for counter, (value, called) in self._counters.items():
                    connection.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{counter}"', value, called))
        return True


@contextmanager
def copies(prepare: Callable[[str], None]) -> Iterator[Databases]:
    """Copies of what ``prepare(url)`` makes of an empty database. Skips where no PostgreSQL answers, except in CI."""
    name = f"fd_template_{uuid4().hex}"
    try:
        administer("CREATE DATABASE {}", name)
    except psycopg.OperationalError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL on this machine")
    try:
        prepare(url_of(name))
        databases = Databases(name)
        try:
            yield databases
        finally:
            databases.close()
    finally:
        drop(name)


def url_of(name: str) -> str:
    return f"postgresql+psycopg://root@/{name}?host=/var/run/postgresql"


def administer(statement: str, *names: str) -> None:
    """Raises ``psycopg.OperationalError`` where no PostgreSQL answers."""
    with _connected("test") as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]


def drop(name: str) -> None:
    administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _connected(name: str) -> psycopg.Connection:
    return psycopg.connect(f"{SERVER} dbname={name} connect_timeout=5", autocommit=True)


def _shape(connection: psycopg.Connection) -> str:
    (shape,) = _first(connection, SHAPE)
    return shape


def _first(connection: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query)]  # type: ignore[call-overload]


def _holding(connection: psycopg.Connection) -> list[str]:
    """The tables with rows in them."""
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in _first(connection, TABLES)
    ]
    return [row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def _copy_out(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)


def _counters(connection: psycopg.Connection) -> dict[str, tuple[int, bool]]:
    found = {}
    for name in _first(connection, SEQUENCES):
        row = connection.execute(
            sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name))
        ).fetchone()
        assert row is not None
        found[name] = (row[0], row[1])
    return found
