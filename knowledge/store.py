"""All SQL of the knowledge part. Functions of a connection; ``knowledge.database`` runs them in threads.

Reads and writes: articles, article_versions, article_history, article_chunks, chunk_vectors, knowledge_state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa

from knowledge import rules
from knowledge.content import Content
from knowledge.embeddings import Vectors, details_digest
from knowledge.errors import NotFound
from knowledge.ingest import Chunk
from knowledge.rules import Event, State
from knowledge.tables import (
    article_chunks,
    article_history,
    article_versions,
    articles,
    chunk_vectors,
    knowledge_state,
)

SELECT_LIMIT = 400
"""Names in one ``IN``, below every engine's limit of bound values."""


@dataclass(frozen=True)
class Article:
    """A row of the list: the newest version's fields and the workflow state."""

    id: str
    state: State
    latest_version: int
    published_version: int | None
    title: str
    audience: str
    locale: str
    owner: str
    review_by: str | None
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Version:
    """One immutable edit. ``diff`` is the unified diff of the body against ``base_version``."""

    article_id: str
    version: int
    base_version: int | None
    content: Content
    note: str
    author: str
    created_at: str
    diff: str


@dataclass(frozen=True)
class Titled:
    """What a list of published articles shows of one."""

    article_id: str
    title: str
    locale: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class StoredChunk:
    """A chunk of a published version with what its readers and its vectors are."""

    chunk: Chunk
    article_id: str
    version: int
    audience: str
    locale: str
    effective_from: str | None
    effective_until: str | None
    body_digest: str
    head_digest: str
    asked_digests: tuple[str, ...]


@dataclass(frozen=True)
class KnowledgeState:
    """``generation`` rises with every change of what is published, ``ingested`` when all of it was ingested anew."""

    generation: int
    ingested: int
    recipe: str


def get_article(connection: sa.Connection, article_id: str, *, lock: bool = False) -> Article:
    """Raises ``NotFound``. ``lock`` holds the row against other writers until the transaction ends."""
    query = sa.select(articles).where(articles.c.id == article_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise NotFound("article_not_found", "There is no such article.", article_id=article_id)
    return Article(**row)


def find_article(connection: sa.Connection, article_id: str) -> Article | None:
    row = connection.execute(sa.select(articles).where(articles.c.id == article_id)).mappings().first()
    return None if row is None else Article(**row)


def find_articles(connection: sa.Connection, ids: Collection[str]) -> dict[str, Article]:
    """Those of these articles that are there, by id."""
    found: dict[str, Article] = {}
    for batch in _batches(sorted(ids)):
        rows = connection.execute(sa.select(articles).where(articles.c.id.in_(batch))).mappings()
        found |= {row["id"]: Article(**row) for row in rows}
    return found


def list_articles(connection: sa.Connection, **filters: str) -> list[Article]:
    """Every article by id; ``filters`` are column values (state, audience, locale, owner)."""
    query = sa.select(articles).order_by(articles.c.id)
    for name, value in filters.items():
        query = query.where(articles.c[name] == value)
    return [Article(**row) for row in connection.execute(query).mappings()]


def get_version(connection: sa.Connection, article_id: str, version: int) -> Version:
    """Raises ``NotFound``."""
    query = sa.select(article_versions).where(
        article_versions.c.article_id == article_id, article_versions.c.version == version
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("version_not_found", "There is no such version.", article_id=article_id, version=version)
    return _version(row)


def list_versions(connection: sa.Connection, article_id: str) -> list[Version]:
    """Newest first."""
    query = sa.select(article_versions).where(article_versions.c.article_id == article_id)
    rows = connection.execute(query.order_by(article_versions.c.version.desc())).mappings()
    return [_version(row) for row in rows]


def published_content(connection: sa.Connection) -> list[Version]:
    """Every published version, by article id."""
    joined = article_versions.join(
        articles,
        (articles.c.id == article_versions.c.article_id) & (articles.c.published_version == article_versions.c.version),
    )
    rows = connection.execute(sa.select(article_versions).select_from(joined).order_by(articles.c.id)).mappings()
    return [_version(row) for row in rows]


def titles(connection: sa.Connection, audience: str, day: str) -> list[Titled]:
    """What is published for an audience and true on ``day``, by article id; without its text."""
    v = article_versions.c
    joined = article_versions.join(
        articles, (articles.c.id == v.article_id) & (articles.c.published_version == v.version)
    )
    query = sa.select(v.article_id, v.title, v.locale, v.tags, v.effective_from, v.effective_until)
    query = query.select_from(joined).where(v.audience == audience).order_by(v.article_id)
    return [
        Titled(row.article_id, row.title, row.locale, tuple(row.tags))
        for row in connection.execute(query)
        if rules.reach(row.effective_from, row.effective_until, day) == "now"
    ]


def insert_article(connection: sa.Connection, article_id: str, now: str) -> None:
    """A row without content; ``insert_version`` fills it in the same transaction."""
    connection.execute(
        articles.insert().values(
            id=article_id,
            state="draft",
            latest_version=0,
            published_version=None,
            title="",
            audience="public",
            locale="en",
            owner="",
            created_at=now,
            updated_at=now,
        )
    )


def insert_version(connection: sa.Connection, version: Version) -> None:
    """Add an edit and make it the newest."""
    content = version.content
    connection.execute(
        article_versions.insert().values(
            article_id=version.article_id,
            version=version.version,
            base_version=version.base_version,
            note=version.note,
            author=version.author,
            created_at=version.created_at,
            diff=version.diff,
            **content.as_dict(),
        )
    )
    connection.execute(
        articles.update()
        .where(articles.c.id == version.article_id)
        .values(
            latest_version=version.version,
            title=content.title,
            audience=content.audience,
            locale=content.locale,
            owner=content.owner,
            review_by=content.review_by,
        )
    )


def move(
    connection: sa.Connection,
    article_id: str,
    state: State,
    published_version: int | None,
    event: Event,
    version: int,
    actor: str,
    note: str,
    now: str,
) -> None:
    """Set the workflow state and write down who did it."""
    connection.execute(
        articles.update()
        .where(articles.c.id == article_id)
        .values(state=state, published_version=published_version, updated_at=now)
    )
    connection.execute(
        article_history.insert().values(
            article_id=article_id, version=version, event=event, actor=actor, note=note, occurred_at=now
        )
    )


def history(connection: sa.Connection, article_id: str) -> list[dict[str, Any]]:
    """Who did what to an article, oldest first."""
    query = sa.select(article_history).where(article_history.c.article_id == article_id).order_by(article_history.c.id)
    return [
        {name: value for name, value in row.items() if name != "id"} for row in connection.execute(query).mappings()
    ]


def put_chunks(
    connection: sa.Connection,
    article_id: str,
    version: int,
    chunks: Sequence[tuple[Chunk, str, str]],
    asked: Mapping[str, str],
) -> None:
    """Replace the article's chunks by those of ``version``: (chunk, body digest, head digest); digests of ``asked``."""
    drop_chunks(connection, article_id)
    if chunks:
        rows = [
            {
                "id": chunk.id,
                "article_id": article_id,
                "version": version,
                "ordinal": chunk.ordinal,
                "headings": list(chunk.headings),
                "anchor": chunk.anchor,
                "text": chunk.marked,
                "body_digest": body,
                "head_digest": head,
                "asked": [[text, asked[text]] for text in chunk.asked],
            }
            for chunk, body, head in chunks
        ]
        connection.execute(article_chunks.insert(), rows)


def drop_chunks(connection: sa.Connection, article_id: str) -> None:
    connection.execute(article_chunks.delete().where(article_chunks.c.article_id == article_id))


def published_versions(connection: sa.Connection) -> dict[str, int]:
    """Article id to the version that answers."""
    query = sa.select(articles.c.id, articles.c.published_version).where(articles.c.published_version.is_not(None))
    return {row.id: row.published_version for row in connection.execute(query)}


def load_chunks(connection: sa.Connection, article_ids: Iterable[str]) -> list[StoredChunk]:
    """The chunks of the published versions of these articles, by article and order."""
    joined = article_chunks.join(
        article_versions,
        (article_versions.c.article_id == article_chunks.c.article_id)
        & (article_versions.c.version == article_chunks.c.version),
    ).join(
        articles,
        (articles.c.id == article_chunks.c.article_id) & (articles.c.published_version == article_chunks.c.version),
    )
    columns = (
        article_chunks,
        article_versions.c.title,
        article_versions.c.audience,
        article_versions.c.locale,
        article_versions.c.effective_from,
        article_versions.c.effective_until,
    )
    found: list[StoredChunk] = []
    for names in _batches(sorted(article_ids)):
        query = sa.select(*columns).select_from(joined).where(article_chunks.c.article_id.in_(names))
        ordered = query.order_by(article_chunks.c.article_id, article_chunks.c.ordinal)
        for row in connection.execute(ordered):
            chunk = Chunk(
                row.id,
                row.ordinal,
                row.title,
                tuple(row.headings),
                row.anchor,
                row.text,
                tuple(text for text, _ in row.asked),
            )
            found.append(
                StoredChunk(
                    chunk,
                    row.article_id,
                    row.version,
                    row.audience,
                    row.locale,
                    row.effective_from,
                    row.effective_until,
                    row.body_digest,
                    row.head_digest,
                    tuple(digest for _, digest in row.asked),
                )
            )
    return found


def load_vectors(connection: sa.Connection, digests: Iterable[str]) -> dict[str, Vectors]:
    """The vectors that are stored, by digest."""
    found: dict[str, Vectors] = {}
    for names in _batches(sorted(set(digests))):
        rows = connection.execute(sa.select(chunk_vectors).where(chunk_vectors.c.digest.in_(names)))
        found.update({row.digest: np.frombuffer(row.vector, dtype="<f4") for row in rows})
    return found


def put_vectors(connection: sa.Connection, vectors: dict[str, Vectors]) -> None:
    """Store vectors; those that are there stay. Waits for publishing and sweeping in other processes."""
    hold_state(connection)
    there: set[str] = set()
    for names in _batches(sorted(vectors)):
        there.update(
            connection.scalars(sa.select(chunk_vectors.c.digest).where(chunk_vectors.c.digest.in_(names))).all()
        )
    rows = [
        {"digest": digest, "vector": np.ascontiguousarray(vector, dtype="<f4").tobytes()}
        for digest, vector in vectors.items()
        if digest not in there
    ]
    if rows:
        connection.execute(chunk_vectors.insert(), rows)


def sweep_vectors(connection: sa.Connection, keep: Iterable[str] = ()) -> int:
    """Remove vectors that no chunk names and that are not among the digests to ``keep``; returns how many.

    Waits for publishing: what is being stored beside its chunks is not yet named by any that can be seen.
    """
    hold_state(connection)
    used = set(keep)
    for row in connection.execute(
        sa.select(article_chunks.c.body_digest, article_chunks.c.head_digest, article_chunks.c.asked)
    ):
        used.update(
            (row.body_digest, details_digest(row.body_digest), row.head_digest, *(digest for _, digest in row.asked))
        )
    stale = [digest for digest in connection.scalars(sa.select(chunk_vectors.c.digest)) if digest not in used]
    for names in _batches(stale):
        connection.execute(chunk_vectors.delete().where(chunk_vectors.c.digest.in_(names)))
    return len(stale)


def state(connection: sa.Connection) -> KnowledgeState:
    columns = (knowledge_state.c.generation, knowledge_state.c.ingested, knowledge_state.c.recipe)
    row = connection.execute(sa.select(*columns)).one()
    return KnowledgeState(row.generation, row.ingested, row.recipe)


def hold_state(connection: sa.Connection) -> None:
    """Hold the state's row against others until the transaction ends: whoever stores or removes vectors is alone.

    An article's row is held before it, never after. SQLite has one writer anyway.
    """
    connection.execute(sa.select(knowledge_state.c.id).where(knowledge_state.c.id == 1).with_for_update())


def raise_generation(connection: sa.Connection, recipe: str | None = None) -> None:
    """What is published has changed; with ``recipe`` all of it was ingested anew. Takes the row's lock, so
    publishing is one at a time."""
    values: dict[str, Any] = {"generation": knowledge_state.c.generation + 1}
    if recipe is not None:
        values |= {"recipe": recipe, "ingested": knowledge_state.c.ingested + 1}
    connection.execute(knowledge_state.update().where(knowledge_state.c.id == 1).values(values))


def _version(row: sa.RowMapping) -> Version:
    content = Content(
        title=row["title"],
        body=row["body"],
        audience=row["audience"],
        locale=row["locale"],
        tags=tuple(row["tags"]),
        owner=row["owner"],
        review_by=row["review_by"],
        effective_from=row["effective_from"],
        effective_until=row["effective_until"],
        redirect_from=tuple(row["redirect_from"]),
    )
    return Version(
        row["article_id"],
        row["version"],
        row["base_version"],
        content,
        row["note"],
        row["author"],
        row["created_at"],
        row["diff"],
    )


def _batches(names: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(names), SELECT_LIMIT):
        yield names[start : start + SELECT_LIMIT]
