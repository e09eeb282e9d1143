"""The evaluation's tables on both engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.storage.migrate import migrate
from handoff.storage.database import Database
from tests.support import postgres


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables, made once and copied for each test."""
    path = tmp_path_factory.mktemp("tables") / "eval.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_tables() -> Iterator[postgres.Databases]:
    with postgres.copies(prepare) as databases:
        yield databases


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_tables"), tmp_path / "eval.db")
        yield from opened(f"sqlite:///{tmp_path}/eval.db")
        return
    with request.getfixturevalue("postgres_tables").one() as url:
        yield from opened(url)


def opened(url: str) -> Iterator[Database]:
    opened = Database(url)
    opened.open()
    yield opened
    opened.close()


def prepare(url: str) -> None:
    for database in opened(url):
        migrate(database.engine)
