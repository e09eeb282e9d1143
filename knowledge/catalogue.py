"""What is live now: every published passage in memory, in shelves, as one value that is swapped whole.

The catalogue follows SQL by its generation number, so edits of this process and of others arrive the same way. When
everything was ingested anew, everything is loaded anew. An article whose vectors SQL has lost is not live until they
are made again; the others do not wait for it.
A passage leaves the live set before anything else is touched: whoever searches at that moment cannot return it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import sqlalchemy as sa
import structlog

from knowledge import rules, store
from knowledge.build import Key
from knowledge.database import Database
from knowledge.embeddings import Vectors, details_digest
from knowledge.ingest import Chunk
from knowledge.ranker import Entry, Shelf

log = structlog.get_logger(__name__)


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
        """Whether the passage is true on ``today`` (ISO date)."""
        return rules.reach(self.effective_from, self.effective_until, today) == "now"


@dataclass(frozen=True)
class Live:
    """The published passages by id, and the shelves that hold them. Immutable.

    ``ingested`` counts how often everything was ingested anew.
    """

    generation: int = -1
    ingested: int = 0
    passages: Mapping[str, Passage] = field(default_factory=dict)
    by_article: Mapping[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    shelves: Mapping[Key, Shelf] = field(default_factory=dict)


class Catalogue:
    """``live`` may be read from any thread at any time.

    ``withdraw`` is quick and waits for no ``refresh``, which may load and build for long and is one at a time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._refreshing = threading.Lock()
        self._swapping = threading.Lock()
        self._withdrawn = -1
        self.live = Live()
        self.incomplete: frozenset[str] = frozenset()
        """Published articles that are not live, since SQL does not hold all their vectors."""

    def holding(self, live: Live) -> Catalogue:
        """A catalogue that holds ``live`` and follows nobody."""
        other = Catalogue(self._database)
        other.live = live
        return other

    def withdraw(self) -> None:
        """Take away what is not published any more, at once; what is new waits for ``refresh``."""
        with self._swapping:
            generation = self._database.read_now(store.state).generation
            if generation != self._withdrawn:
                self.live = self._standing(self.live)
                self._withdrawn = generation

    def refresh(self) -> bool:
        """Follow SQL. Returns whether anything changed."""
        self.withdraw()
        with self._refreshing:
            before = self.live
            if self._database.read_now(store.state).generation == before.generation:
                return False
            loaded = self._database.read_now(lambda connection: _load(connection, before))
            anew = loaded.state.ingested != before.ingested
            standing = {
                article: entry
                for article, entry in before.by_article.items()
                if loaded.published.get(article) == entry[0]
            }
            by_article = {} if anew else dict(standing)
            passages = {piece: before.passages[piece] for _, pieces in by_article.values() for piece in pieces}
            for article, new in loaded.fresh.items():
                by_article[article] = (loaded.published[article], tuple(passage.id for passage in new))
                passages.update({passage.id: passage for passage in new})
            if loaded.incomplete:
                log.error("knowledge.vectors_missing", articles=sorted(loaded.incomplete))
            self.incomplete = loaded.incomplete
            state, shelves = loaded.state, _shelves(Live() if anew else before, passages)
            with self._swapping:
                # Meanwhile more may have been withdrawn.
                self.live = self._standing(Live(state.generation, state.ingested, passages, by_article, shelves))
            return True

    def _standing(self, live: Live) -> Live:
        """``live`` without what is not published any more. The caller holds ``_swapping`` from before the look at SQL:
        what was published later is not taken away again."""
        published = self._database.read_now(store.published_versions)
        standing = {name: entry for name, entry in live.by_article.items() if published.get(name) == entry[0]}
        if len(standing) == len(live.by_article):
            return live
        passages = {piece: live.passages[piece] for _, pieces in standing.values() for piece in pieces}
        return replace(live, passages=passages, by_article=standing)


def with_article(live: Live, article_id: str, passages: Sequence[Passage]) -> Live:
    """``live`` as it would be with these passages in place of the article's own; none takes the article away."""
    _, old = live.by_article.get(article_id, (0, ()))
    kept = {name: passage for name, passage in live.passages.items() if name not in old}
    by_article = {name: entry for name, entry in live.by_article.items() if name != article_id}
    if passages:
        by_article[article_id] = (passages[0].version, tuple(passage.id for passage in passages))
        kept |= {passage.id: passage for passage in passages}
    return Live(live.generation, live.ingested, kept, by_article, _shelves(live, kept))


@dataclass(frozen=True)
class _Loaded:
    """``fresh``: passages of the changed articles but the incomplete ones."""

    state: store.KnowledgeState
    published: dict[str, int]
    fresh: dict[str, list[Passage]]
    incomplete: frozenset[str]


def _load(connection: sa.Connection, before: Live) -> _Loaded:
    # The generation is read first: an edit that commits in between raises it, and the next refresh comes back.
    state = store.state(connection)
    published = store.published_versions(connection)
    known = {article: version for article, (version, _) in before.by_article.items()}
    if state.ingested != before.ingested:
        known = {}
    changed = frozenset(article for article, version in published.items() if known.get(article) != version)
    chunks = [one for one in store.load_chunks(connection, changed) if one.version == published[one.article_id]]
    digests = {one.chunk.id: (details_digest(one.body_digest), *_digests(one)) for one in chunks}
    vectors = store.load_vectors(connection, [digest for group in digests.values() for digest in group])
    incomplete = frozenset(
        one.article_id for one in chunks if any(digest not in vectors for digest in digests[one.chunk.id])
    )
    fresh: dict[str, list[Passage]] = {article: [] for article in published if article in changed - incomplete}
    for one in chunks:
        if one.article_id in incomplete:
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
    return _Loaded(state, published, fresh, incomplete)


def _digests(one: store.StoredChunk) -> tuple[str, ...]:
    return (one.body_digest, one.head_digest, *one.asked_digests)


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
