"""The evaluation's tables on both engines."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from eval.storage.migrate import migrate
from handoff.storage.database import Database
from tests.handoff.conftest import POSTGRES, administer


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path}/eval.db")
        return
    name = f"fd_{uuid4().hex}"
    try:
        administer(f"CREATE DATABASE {name}")
    except sa.exc.OperationalError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL on this machine")
    yield from opened(POSTGRES.replace("/test?", f"/{name}?"))
    administer(f"DROP DATABASE {name} WITH (FORCE)")


def opened(url: str) -> Iterator[Database]:
    opened = Database(url)
    opened.open()
    migrate(opened.engine)
    yield opened
    opened.close()
