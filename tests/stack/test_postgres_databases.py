"""The databases that tests get: each is as the template was, whatever the test before it did."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.support import postgres

pytestmark = pytest.mark.service

MADE = """
CREATE TABLE people (id bigserial PRIMARY KEY, name text NOT NULL);
CREATE TABLE letters (id bigserial PRIMARY KEY, sender bigint NOT NULL REFERENCES people);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept'; END $$;
CREATE TRIGGER letters_stay BEFORE DELETE ON letters FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO people (name) VALUES ('Ana'), (E'Ben\\twith a tab');
"""


def prepare(url: str) -> None:
    with open_one(url) as connection:
        connection.execute(MADE)


def open_one(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@pytest.fixture
def databases() -> Iterator[postgres.Databases]:
    with postgres.copies(prepare) as databases:
        yield databases


def names(connection: psycopg.Connection) -> list[tuple[int, str]]:
    return connection.execute("SELECT id, name FROM people ORDER BY id").fetchall()


def oid(connection: psycopg.Connection) -> int:
    return connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchall()[0][0]


def test_the_next_finds_the_template_again(databases: postgres.Databases) -> None:
    with databases.one() as first, open_one(first) as connection:
        same = oid(connection)
        connection.execute("UPDATE people SET name = 'Eva' WHERE id = 1; DELETE FROM people WHERE id = 2")
        connection.execute("INSERT INTO people (name) VALUES ('Cem'); INSERT INTO letters (sender) VALUES (3)")
    with databases.one() as second, open_one(second) as connection:
        assert oid(connection) == same, "it was made anew"
        assert names(connection) == [(1, "Ana"), (2, "Ben\twith a tab")]
        assert connection.execute("SELECT count(*) FROM letters").fetchone() == (0,)
        connection.execute("INSERT INTO people (name) VALUES ('Dan'); INSERT INTO letters (sender) VALUES (3)")
        assert names(connection)[-1] == (3, "Dan")
        assert connection.execute("SELECT id FROM letters").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.RaiseException, match="kept"):
            connection.execute("DELETE FROM letters")


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id int)",
        "DROP TABLE letters",
        "ALTER TABLE people ADD COLUMN age int",
        "ALTER TABLE people ALTER COLUMN name DROP NOT NULL",
        "CREATE UNIQUE INDEX once ON people (name)",
        "ALTER TABLE letters DROP CONSTRAINT letters_sender_fkey",
        "ALTER TABLE letters DISABLE TRIGGER letters_stay",
        "CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
        "CREATE SCHEMA other",
    ],
)
def test_one_with_another_schema_is_given_to_nobody(databases: postgres.Databases, change: str) -> None:
    with databases.one() as first, open_one(first) as connection:
        changed = oid(connection)
        connection.execute(change)
    with databases.one() as second, open_one(second) as connection:
        assert oid(connection) != changed
        assert names(connection) == [(1, "Ana"), (2, "Ben\twith a tab")]


def test_whoever_stayed_is_shown_out_and_does_not_find_back(databases: postgres.Databases) -> None:
    with databases.one() as first:
        stayed = open_one(first)
        stayed.execute("BEGIN; INSERT INTO people (name) VALUES ('Late')")
    with databases.one() as second, open_one(second) as connection:
        with pytest.raises(psycopg.OperationalError):
            stayed.execute("COMMIT")
        with pytest.raises(psycopg.OperationalError):
            open_one(first)
        assert len(names(connection)) == 2


def test_two_at_once_have_one_each(databases: postgres.Databases) -> None:
    with databases.one() as first, databases.one() as second:
        with open_one(first) as one:
            one.execute("DELETE FROM people")
        with open_one(second) as other:
            assert len(names(other)) == 2
