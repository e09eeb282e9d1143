"""What is live now: every published passage in memory, in shelves, as one value that is swapped whole.

The catalogue follows SQL by its generation number, so edits of this process and of others arrive the same way.
A passage leaves the live set before anything else is touched: whoever searches at that moment cannot return it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import sqlalchemy as sa

from knowledge import store
from knowledge.build import Key
from knowledge.database import Database
from knowledge.embeddings import Vectors, details_digest
from knowledge.ingest import Chunk
from knowledge.ranker import Entry, Shelf


@dataclass(frozen=True, eq=False)
class Passage:
    """A published chunk with everything that a search needs."""

    chunk: Chunk
    article_id: str
    version: int
    audience: str
    locale: str
    effective_from: str | None
    effective_until: str | None
    body: Vectors
    head: Vectors
    asked: Vectors
    details: Vectors

    @property
    def id(self) -> str:
        return self.chunk.id

    @cached_property
    def entry(self) -> Entry:
        """Kept with the passage, so that a shelf with one more passage does not read all words again."""
        return Entry(self.id, self.chunk.body_text, self.chunk.head_text, self.chunk.asked)

    def effective(self, today: str) -> bool:
        """Whether the passage is true on ``today`` (ISO date); both ends belong to it."""
        return (self.effective_from or today) <= today <= (self.effective_until or today)


@dataclass(frozen=True)
class Live:
    """The published passages by id, and the shelves that hold them. Immutable."""

    generation: int = -1
    passages: Mapping[str, Passage] = field(default_factory=dict)
    by_article: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    shelves: Mapping[Key, Shelf] = field(default_factory=dict)


class Catalogue:
    """``live`` may be read from any thread at any time; ``refresh`` blocks and is one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._refreshing = threading.Lock()
        self.live = Live()

    def holding(self, live: Live) -> Catalogue:
        """A catalogue that holds ``live`` and follows nobody."""
        other = Catalogue(self._database)
        other.live = live
        return other

    def refresh(self, *, everything: bool = False) -> bool:
        """Follow SQL. Returns whether anything changed. ``everything`` loads what is known again, too."""
        with self._refreshing:
            before = self.live
            generation, _ = self._database.read_now(store.state)
            if everything:
                before = Live()
            elif generation == before.generation:
                return False
            generation, published, fresh = self._database.read_now(lambda connection: _load(connection, before))
            kept = {
                article: entry
                for article, entry in before.by_article.items()
                if published.get(article) == entry[0] and article not in fresh
            }
            passages = {piece: before.passages[piece] for _, pieces in kept.values() for piece in pieces}
            if not everything:
                # First take away, at once; then add, which may take a moment.
                self.live = Live(before.generation, passages, kept, before.shelves)
            by_article, passages = dict(kept), dict(passages)
            for article, new in fresh.items():
                by_article[article] = (published[article], tuple(passage.id for passage in new))
                passages.update({passage.id: passage for passage in new})
            self.live = Live(generation, passages, by_article, _shelves(before, passages))
            return True


def with_article(live: Live, article_id: str, passages: Sequence[Passage]) -> Live:
    """``live`` as it would be with these passages in place of the article's own; none takes the article away."""
    _, old = live.by_article.get(article_id, (0, ()))
    kept = {name: passage for name, passage in live.passages.items() if name not in old}
    by_article = {name: entry for name, entry in live.by_article.items() if name != article_id}
    if passages:
        by_article[article_id] = (passages[0].version, tuple(passage.id for passage in passages))
        kept |= {passage.id: passage for passage in passages}
    return Live(live.generation, kept, by_article, _shelves(live, kept))


def _load(connection: sa.Connection, before: Live) -> tuple[int, dict[str, int], dict[str, list[Passage]]]:
    """(generation, published versions, passages of the articles that are new or changed)."""
    # The generation is read first: an edit that commits in between raises it, and the next refresh comes back.
    generation, _ = store.state(connection)
    published = store.published_versions(connection)
    known = {article: version for article, (version, _) in before.by_article.items()}
    changed = [article for article, version in published.items() if known.get(article) != version]
    chunks = store.load_chunks(connection, changed)
    vectors = store.load_vectors(
        connection,
        [
            digest
            for one in chunks
            for digest in (one.body_digest, details_digest(one.body_digest), one.head_digest, *one.asked_digests)
        ],
    )
    fresh: dict[str, list[Passage]] = {article: [] for article in changed}
    for one in chunks:
        if one.version != published[one.article_id]:
            continue
        fresh[one.article_id].append(
            Passage(
                one.chunk,
                one.article_id,
                one.version,
                one.audience,
                one.locale,
                one.effective_from,
                one.effective_until,
                vectors[one.body_digest],
                vectors[one.head_digest],
                np.stack([vectors[digest] for digest in (one.head_digest, *one.asked_digests)])[1:],
                vectors[details_digest(one.body_digest)].reshape(-1, len(vectors[one.body_digest])),
            )
        )
    return generation, published, fresh


def _shelves(before: Live, passages: Mapping[str, Passage]) -> dict[Key, Shelf]:
    """Shelves of these passages; a shelf whose pieces are the same is kept."""
    grouped: dict[Key, list[Passage]] = {}
    for piece in sorted(passages):
        passage = passages[piece]
        grouped.setdefault((passage.audience, passage.locale), []).append(passage)
    shelves: dict[Key, Shelf] = {}
    for key, members in grouped.items():
        old = before.shelves.get(key)
        if old is not None and len(old) == len(members) and all(member.id in old.rows for member in members):
            shelves[key] = old
            continue
        shelves[key] = Shelf(
            [member.entry for member in members],
            np.stack([member.body for member in members]),
            np.stack([member.head for member in members]),
            [member.asked for member in members],
            [member.details for member in members],
        )
    return shelves
