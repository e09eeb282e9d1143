"""Real stores for the knowledge tests: SQLite always, PostgreSQL where one answers on loopback, Chroma in a folder."""

from __future__ import annotations

import asyncio
import hashlib
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from knowledge import store
from knowledge.content import Content
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings

POSTGRES = "host=127.0.0.1 user=postgres dbname=test connect_timeout=2"


class HandClock:
    """Shows the time it was set to; sleeps for real, since only background loops sleep."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class WordEncoder:
    """A small encoder of its own: each word is a fixed direction, a text the sum of its words. Counts its texts."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def knows(self, word: str) -> bool:
        return False

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> np.ndarray:
        self.encoded += texts
        rows = []
        for text in texts:
            row = np.zeros(64, dtype=np.float32)
            for word in text.lower().split():
                seed = int.from_bytes(hashlib.sha256(word.strip(".,?!:").encode()).digest()[:8], "big")
                row += np.random.default_rng(seed).normal(size=64).astype(np.float32)
            norm = float(np.linalg.norm(row))
            rows.append(row / norm if norm > 0 else np.eye(1, 64, dtype=np.float32)[0])
        return np.stack(rows)


def page(title: str = "Parcels", body: str = "Parcels travel for two days.", **more: Any) -> Content:
    return Content(title=title, body=body, owner="owner@example.test", **more)


def ask(knowledge: Knowledge, question: str, audience: str = "public", **more: Any) -> list[str]:
    """Article ids of what a search returns, best first."""
    found = knowledge.retriever.search(question, audience=audience, count=50, **more)
    return list(dict.fromkeys(hit.passage.article_id for hit in found.hits))


def step_back(connection: sa.Connection, revision: str) -> None:
    """The schema as it was at ``revision``; opening the database again brings it to the newest."""
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


async def publish(knowledge: Knowledge, article_id: str, content: Content) -> int:
    """Create or edit an article and publish it; returns the version."""
    known = {article.id: article for article in await knowledge.editing.find()}
    if article_id in known:
        article = await knowledge.editing.do_edit(
            article_id, content, known[article_id].latest_version, "ed@example.test"
        )
    else:
        article = await knowledge.editing.do_create(article_id, content, "ed@example.test")
    done = await knowledge.editing.do_publish(article_id, article.latest_version, "ed@example.test")
    return done.latest_version


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def encoder() -> WordEncoder:
    return WordEncoder()


@pytest.fixture
def settings(tmp_path: Path) -> KnowledgeSettings:
    return KnowledgeSettings(
        database_url=f"sqlite:///{tmp_path}/db/knowledge.db",
        index_dir=tmp_path / "index",
        link_hosts=("docs.example.test",),
        refresh_every=timedelta(seconds=0.05),
        audit_every=timedelta(seconds=0.1),
        examples=None,
    )


@pytest.fixture
def opened(
    settings: KnowledgeSettings, clock: HandClock, encoder: WordEncoder
) -> AbstractAsyncContextManager[Knowledge]:
    return open_knowledge(settings, clock, encoder, model="words")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each kind; PostgreSQL gets a schema of its own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/knowledge.db"
        return
    try:
        connection = psycopg.connect(POSTGRES, autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL on loopback")
    schema = f"kb_{uuid.uuid4().hex}"
    with connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        yield f"postgresql+psycopg://postgres@127.0.0.1/test?options=-csearch_path%3D{schema}"
        connection.execute(f"DROP SCHEMA {schema} CASCADE")
