"""From a question to passages: candidates from the index, scored by the ranker, checked against what is live.

Every hit is looked up in the live set at the end, so a passage that was withdrawn while the search ran is not
returned. The trace says what was searched, what every candidate scored and why it was left out.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from knowledge import copies, dialogue, rules
from knowledge.build import Key
from knowledge.catalogue import Catalogue, Live, Passage
from knowledge.clock import Clock, today
from knowledge.confidence import Signs, calibration_of, confidence, coverage
from knowledge.embeddings import SentenceEmbeddings, Vectors
from knowledge.index import VectorIndex
from knowledge.lexical import Scores, words
from knowledge.lexicon import corrected, general
from knowledge.ranker import GENERAL_WEIGHT, Shelf, fuse, lexical_weight, top
from knowledge.scope import Scope, nearest_mean
from knowledge.settings import KnowledgeSettings

MARGIN = 0.3
"""Lead of a passage that has no other beside it."""
MAX_QUERY = 2_000
"""Characters of a question that are read."""


@dataclass(frozen=True)
class Candidate:
    """One passage that was scored. ``dropped`` says why it is not among the hits."""

    chunk_id: str
    title: str
    section: str
    score: float
    nearness: float
    lexical: float
    dropped: str | None = None


@dataclass
class Trace:
    """What happened, for the playground and the turn's record. ``backend`` is ``index``, ``exact`` or ``none``.

    ``path`` is ``extract`` (the article's own words), ``composed`` (a language model's, checked) or ``none``, and
    ``path_because`` says why.
    """

    query: str = ""
    context: str | None = None
    context_weight: float = 0.0
    audience: str = ""
    locale: str = ""
    backend: str = "none"
    generation: int = -1
    candidates: list[Candidate] = field(default_factory=list)
    signs: Signs | None = None
    confidence: float = 0.0
    threshold: float = 0.0
    found: bool = False
    path: str = "none"
    path_because: str = ""
    milliseconds: dict[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Hit:
    """``nearness`` is that of question and passage alone; ``score`` has the words, too, beside those of the others."""

    passage: Passage
    score: float
    nearness: float


@dataclass(frozen=True)
class Found:
    """Hits best first. ``found`` says whether the first one is likely to answer; ``vector`` is the question's."""

    hits: list[Hit]
    found: bool
    confidence: float
    vector: Vectors
    trace: Trace


class Retriever:
    """Blocking and safe to call from several threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        index: VectorIndex | None,
        embeddings: SentenceEmbeddings,
        settings: KnowledgeSettings,
        clock: Clock,
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._embeddings = embeddings
        self._settings = settings
        self._clock = clock
        self.scope: Scope | None = None

    def over(self, catalogue: Catalogue) -> Retriever:
        """The same search over another live set, exactly: to ask what an edit would change."""
        other = copy.copy(self)
        other._catalogue, other._index = catalogue, None
        return other

    def search(
        self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = (), count: int = 5
    ) -> Found:
        """The best ``count`` passages that a reader of ``audience`` and ``locale`` may see."""
        started = time.perf_counter()
        query = dialogue.compose(question[:MAX_QUERY], history, self._settings.history_turns)
        live = self._catalogue.live
        keys = self.keys(audience, locale, live)
        query = replace(query, text=self.corrected(query.text, keys, live))
        asked_in = rules.locale_of(locale)
        trace = Trace(query.text, query.context, query.weight, audience, asked_in, generation=live.generation)
        # Most questions name no goods and are their own general form: each text is looked for once.
        texts = list(dict.fromkeys((query.text, general(query.text), query.context or query.text)))
        vectors = self._embeddings.vectors(texts)
        trace.milliseconds["embed"] = _since(started)
        started = time.perf_counter()
        ways = {key: live.shelves[key].asked_cosines(vectors) for key in keys}
        scored, backend = self._score(query, texts, vectors, keys, live, ways)
        trace.backend = backend
        hits = self._choose(scored, keys, count, trace)
        trace.milliseconds["search"] = _since(started)
        if hits:
            shelves = [live.shelves[key] for key in keys]
            self._judge(query, vectors[0], hits, scored, shelves, [ways[key][0] for key in keys], trace)
        return Found(hits, trace.found, trace.confidence, vectors[0], trace)

    def corrected(self, text: str, keys: Sequence[Key], live: Live) -> str:
        """A question as it is read beside the words of these shelves: without slips of the finger."""
        return corrected(text, [live.shelves[key].spelling for key in keys], self._embeddings.knows)

    def _score(
        self,
        query: dialogue.Query,
        texts: Sequence[str],
        vectors: Vectors,
        keys: Sequence[Key],
        live: Live,
        ways: Mapping[Key, Scores],
    ) -> tuple[list[Candidate], str]:
        """All candidates of all shelves with fused scores, best first.

        ``vectors`` are those of ``texts``; ``ways``: each shelf's ``asked_cosines``.
        """
        terms, backend = words(query.text), "none"
        earlier = words(query.context or "") if query.weight >= dialogue.FOLLOW_UP_WEIGHT else []
        parts: list[tuple[Shelf, list[int], Vectors, Vectors]] = []
        lexical_top = 0.0
        for key in keys:
            shelf = live.shelves[key]
            lexical = shelf.bm25.scores(terms)
            if earlier:
                lexical = lexical + query.weight * shelf.bm25.scores(earlier)
            lexical_top = max(lexical_top, float(lexical.max()))
            asked = ways[key]
            rows, backend = self._candidates(key, shelf, vectors, asked, backend)
            wordy = [row for row in top(lexical, self._settings.candidates // 2) if lexical[row] > 0]
            rows = list(dict.fromkeys([*rows, *wordy]))
            rows = self._past_copies(shelf, rows, vectors, asked, lexical, live)
            near = {
                text: shelf.dense(vector, rows, own) for text, vector, own in zip(texts, vectors, asked, strict=True)
            }
            dense = (1 - GENERAL_WEIGHT) * near[query.text] + GENERAL_WEIGHT * near[general(query.text)]
            if query.context is not None:
                # Earlier turns only lift: a question that names its subject is never pulled back to the last one.
                blend = (1 - query.weight) * dense + query.weight * near[query.context]
                dense = np.maximum(dense, blend)
            parts.append((shelf, rows, dense, lexical[rows]))
        if not parts:
            return [], backend
        dense = np.concatenate([part[2] for part in parts])
        lexical = np.concatenate([part[3] for part in parts])
        scores = fuse(dense, lexical, lexical_top, lexical_weight([part[0] for part in parts]))
        names = [shelf.entries[row].id for shelf, rows, _, _ in parts for row in rows]
        found: list[Candidate] = []
        for row in top(scores, len(scores)):
            passage = live.passages.get(names[row])
            title, section = (passage.chunk.title, passage.chunk.section) if passage else ("", "")
            found.append(
                Candidate(names[row], title, section, float(scores[row]), float(dense[row]), float(lexical[row]))
            )
        return found, backend

    def _candidates(
        self, key: Key, shelf: Shelf, vectors: Vectors, asked: Scores, backend: str
    ) -> tuple[list[int], str]:
        """Rows near the question or near the question with its context, from the index or else by exact search."""
        rows: list[int] = []
        count = self._settings.candidates
        found = None if self._index is None else self._index.candidates(key, shelf, vectors, count)
        if found is None:
            backend = "exact"
            for vector, own in zip(vectors, asked, strict=True):
                rows += shelf.nearest(vector, count, own)
        else:
            backend = "index" if backend == "none" else backend
            for near, own in zip(found, asked, strict=True):
                rows += [shelf.rows[piece] for piece in near if piece in shelf.rows]
                rows += shelf.asked_nearest(own, count // 2)
        return rows, backend

    def _past_copies(
        self, shelf: Shelf, rows: list[int], vectors: Vectors, asked: Scores, lexical: Scores, live: Live
    ) -> list[int]:
        """``rows``, or where most of them say what another one says, or may not be shown now: candidates from the
        whole shelf, each of which says something of its own. However many copies there are, they crowd nothing out."""
        wanted, day = self._settings.candidates, self._today()

        def own(some: Sequence[int], most: int) -> list[int]:
            return copies.own(shelf, some, live.passages, day, most)

        if len(rows) == len(shelf) or len(own(rows, wanted // 2)) >= wanted // 2:
            return rows
        found: list[int] = []
        for vector, ways in zip(vectors, asked, strict=True):
            found += own(shelf.nearest(vector, len(shelf), ways), wanted)
        found += own([row for row in top(lexical, len(shelf)) if lexical[row] > 0], wanted // 2)
        return list(dict.fromkeys(found))

    def _choose(self, scored: Sequence[Candidate], keys: Sequence[Key], count: int, trace: Trace) -> list[Hit]:
        """Live, effective, in a right shelf, and not a near-copy of a better hit."""
        day = self._today()
        live = self._catalogue.live
        hits: list[Hit] = []
        for one in scored:
            if len(hits) >= count:
                break
            passage, dropped = live.passages.get(one.chunk_id), None
            if passage is None or (passage.audience, passage.locale) not in keys:
                dropped, passage = "not published", None
            elif not passage.effective(day):
                dropped = "not effective today"
            elif any(copies.same_section(hit.passage, passage) for hit in hits):
                dropped = "from the section of a better one"
            elif any(copies.same(hit.passage, passage) for hit in hits):
                dropped = "says the same as a better one"
            elif passage is not None:
                hits.append(Hit(passage, one.score, one.nearness))
            trace.candidates.append(Candidate(**{**asdict(one), "dropped": dropped}) if dropped else one)
        return hits

    def _judge(
        self,
        query: dialogue.Query,
        vector: Vectors,
        hits: Sequence[Hit],
        scored: Sequence[Candidate],
        shelves: Sequence[Shelf],
        ways: Sequence[Scores],
        trace: Trace,
    ) -> None:
        best, passage = hits[0], hits[0].passage
        own = next(one for one in scored if one.chunk_id == passage.id)
        shelf = next(one for one in shelves if passage.id in one.rows)
        weights = shelf.bm25.weights(words(query.text))
        signs = Signs(
            nearness=own.nearness,
            coverage=coverage(weights, set(passage.entry.words)),
            margin=best.score - hits[1].score if len(hits) > 1 else MARGIN,
        )
        trace.signs = self.beside(signs, vector, ways, shelves, passage)
        trace.confidence, trace.threshold = confidence(trace.signs), calibration_of(trace.signs).line
        trace.found = trace.confidence >= trace.threshold

    def beside(
        self,
        signs: Signs,
        vector: Vectors,
        ways: Sequence[Scores],
        shelves: Sequence[Shelf],
        passage: Passage,
        *,
        without_itself: bool = False,
    ) -> Signs:
        """``signs`` with what answered and unanswered questions say beside ``passage``.

        ``ways``: cosines to the ways to ask of ``shelves``, which are what may be read.
        """
        if self.scope is None:
            return signs
        unknown = self.scope.unknown(vector, without_itself=without_itself)
        if unknown is None or not passage.chunk.asked:
            return replace(signs, unknown=unknown)
        articles = self._catalogue.live.by_article
        lines = [shelf.asked_moments for shelf in shelves if shelf.has_ways]
        return replace(
            signs,
            unknown=unknown,
            known=self.scope.known(vector, articles, ways, without_itself=without_itself),
            own=nearest_mean(passage.asked @ vector, without_itself=without_itself),
            leaning=self.scope.leaning(vector, lines, without_itself=without_itself),
        )

    def _today(self) -> str:
        return today(self._clock, self._settings.zone).isoformat()

    def shelves_of(self, audience: str, locale: str = "") -> list[Shelf]:
        """What a reader may see."""
        live = self._catalogue.live
        return [live.shelves[key] for key in self.keys(audience, locale, live)]

    def locales(self, audience: str) -> set[str]:
        """The languages in which there is something for these readers."""
        readers = rules.readable_by(audience)
        return {locale for reader, locale in self._catalogue.live.shelves if reader in readers}

    def keys(self, audience: str, locale: str, live: Live) -> list[Key]:
        """The shelves of ``live`` that a reader may see."""
        return [
            (reader, language)
            for reader in rules.readable_by(audience)
            for language in rules.locales_for(locale, self._settings.default_locale)
            if (reader, language) in live.shelves
        ]


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
