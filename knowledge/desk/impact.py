"""What publishing would change: real past questions, asked again of the live articles with and without the draft.

Both sides are searched exactly and answered by extract, with the vectors that were stored when the questions were
asked, so that what differs comes from the draft alone.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa

from knowledge import rules, store
from knowledge.answer import Answerer, likely
from knowledge.catalogue import Catalogue, Live, Passage, with_article
from knowledge.clock import Clock, stamp, today
from knowledge.database import Database
from knowledge.desk import questions
from knowledge.desk.questions import Stored, q
from knowledge.editing import Prepare, Prepared
from knowledge.embeddings import SentenceEmbeddings, Vectors, details_digest
from knowledge.lexical import Scores
from knowledge.ranker import nearness
from knowledge.retrieve import Found, Retriever
from knowledge.store import Version

Kind = Literal["lost", "won", "other_article", "other_section", "other_words"]
ORDER: tuple[Kind, ...] = ("lost", "other_article", "other_section", "other_words", "won")
REACH = 0.3
"""Share of the nearness of a question's nearest passage that one must have to change its answer. The best score is 1 at
least, words add 0.4 at most, and a lead of 0.3 is the most that counts."""
MANY_ROWS = 10_000


@dataclass(frozen=True)
class Seen:
    """What was found for a question, and the passages that its answer is made of."""

    found: Found
    shown: Sequence[Passage]

    def as_before(self, other: Seen) -> bool:
        """Whether both give the same answer, without writing it."""
        return (
            self.found.found == other.found.found
            and likely(self.found) == likely(other.found)
            and self.found.trace.query == other.found.trace.query
            and [one.id for one in self.shown] == [one.id for one in other.shown]
        )


@dataclass(frozen=True)
class Shown:
    """What a question gets. ``text`` is empty where it is not answered."""

    article_id: str | None
    version: int | None
    section: str
    found: bool
    confidence: float
    text: str


@dataclass(frozen=True)
class Change:
    question: str
    times: int
    last_asked_at: str
    conversation_id: str | None
    kind: Kind
    before: Shown
    after: Shown


@dataclass(frozen=True)
class ImpactReport:
    """``asked``: different questions that were asked again; ``version`` None: the article was taken away."""

    article_id: str
    version: int | None
    asked: int
    changes: list[Change]
    milliseconds: float


class Impact:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogue: Catalogue,
        embeddings: SentenceEmbeddings,
        retriever: Retriever,
        answerer: Answerer,
        prepare: Prepare,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        zone: ZoneInfo,
    ) -> None:
        self._zone = zone
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._retriever = retriever
        self._answerer = answerer
        self._prepare = prepare
        self._in_thread = in_thread
        self._known: tuple[Live | None, str, dict[tuple[str, str, str], Seen]] = (None, "", {})

    async def of(
        self,
        article_id: str,
        version: int | None,
        *,
        days: int,
        limit: int,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> ImpactReport:
        """The effect of publishing ``version`` (0: the newest), or of taking the article away (None).

        Raises ``NotFound``. Questions of the last ``days`` count, at most the ``limit`` asked last; follow-ups that
        mean nothing on their own do not. It ends early, with a part, once ``unwanted`` says that nobody waits for it.
        """
        started = time.perf_counter()
        article = await self._database.read(lambda connection: store.get_article(connection, article_id))
        passages: list[Passage] = []
        number = None if version is None else version or article.latest_version
        if number is not None:
            draft = await self._database.read(lambda connection: store.get_version(connection, article_id, number))
            prepared = await self._prepare(article_id, number, draft.content, None)
            passages = _passages(draft, prepared, today(self._clock, self._zone).isoformat())
        since = stamp(self._clock.now() - timedelta(days=days))
        asked = await self._database.read(lambda connection: _asked(connection, since, limit))

        def work() -> list[Change]:
            if unwanted():
                return []
            live = self._catalogue.live
            shadow = with_article(live, article_id, passages)
            return self._compare(asked, live, shadow, unwanted)

        changes = await self._in_thread(work)
        took = round((time.perf_counter() - started) * 1000, 1)
        return ImpactReport(article_id, number, len(asked), changes, took)

    def _compare(
        self, asked: Sequence[tuple[Stored, int]], live: Live, shadow: Live, unwanted: Callable[[], bool]
    ) -> list[Change]:
        self._embeddings.remember([one.question for one, _ in asked], [one.vector for one, _ in asked])
        # What is true changes with the day, too.
        day = today(self._clock, self._zone).isoformat()
        if self._known[0] is not live or self._known[1] != day:
            self._known = (live, day, {})
        known = self._known[2]
        now, then = (self._answerer.over(self._catalogue.holding(state)) for state in (live, shadow))
        changes: list[Change] = []
        for one, times in self._touched(asked, live, shadow):
            if unwanted():
                break
            key = (one.question, one.audience, one.locale)
            before = known.get(key)
            if before is None:
                before = known[key] = _seen(now, one)
            after = _seen(then, one)
            if before.as_before(after):
                continue
            both = _shown(now, before), _shown(then, after)
            kind = _kind(*both)
            if kind is not None:
                changes.append(Change(one.question, times, one.asked_at, one.conversation_id, kind, *both))
        return sorted(changes, key=lambda change: (ORDER.index(change.kind), -change.times, change.question))

    def _touched(self, asked: Sequence[tuple[Stored, int]], live: Live, shadow: Live) -> list[tuple[Stored, int]]:
        """The questions that a passage which comes or goes is near enough to, or that are read otherwise beside it. The
        others keep their answer, but for those on the very edge of showing a second section: words weigh a little less
        when more passages hold them."""
        if not asked:
            return []
        moving = [passage for name, passage in live.passages.items() if shadow.passages.get(name) is not passage]
        moving += [passage for name, passage in shadow.passages.items() if live.passages.get(name) is not passage]
        vectors = np.stack([one.vector for one, _ in asked])
        near = _nearest(vectors, moving)
        reached = near >= REACH * np.maximum(near, _nearest(vectors, list(live.passages.values())))
        return [
            one for one, near_one in zip(asked, reached, strict=True) if near_one or self._reread(one[0], live, shadow)
        ]

    def _reread(self, one: Stored, live: Live, shadow: Live) -> bool:
        """Whether new words of the articles change how the question's slips of the finger are corrected."""
        now, then = (
            self._retriever.corrected(one.question, self._retriever.keys(one.audience, one.locale, state), state)
            for state in (live, shadow)
        )
        return now != then


def _seen(answerer: Answerer, one: Stored) -> Seen:
    found = answerer.retriever.search(one.question, audience=one.audience, locale=one.locale)
    return Seen(found, answerer.shown(found))


def _shown(answerer: Answerer, seen: Seen) -> Shown:
    """The answer as a customer gets it; where there is none, the passage that came nearest."""
    answer, found = answerer.answer_from(seen.found), seen.found
    first = next(iter(seen.shown), found.hits[0].passage if found.hits else None)
    return Shown(
        article_id=first.article_id if first else None,
        version=first.version if first else None,
        section=first.chunk.section if first else "",
        found=answer.found,
        confidence=round(answer.confidence, 4),
        text=answer.text if answer.found else "",
    )


def _nearest(vectors: Vectors, passages: Sequence[Passage]) -> Scores:
    """For each question the nearness of the passage that is nearest to it, as the ranker sees it; 0 at least."""
    if not passages:
        return np.zeros(len(vectors), dtype=np.float32)
    bodies, heads = np.stack([one.body for one in passages]), np.stack([one.head for one in passages])
    head = heads @ vectors.T
    asked = [(row, one.asked) for row, one in enumerate(passages) if len(one.asked)]
    for row, ways in asked:
        head[row] = np.maximum(head[row], (ways @ vectors.T).max(axis=0))
    details = np.stack([(one.details @ vectors.T).max(axis=0) for one in passages])
    found: Scores = np.maximum(nearness(bodies @ vectors.T, head, details).max(axis=0), 0.0)
    return found


def _kind(before: Shown, after: Shown) -> Kind | None:
    """How an answer changes; None where the customer would notice nothing."""
    if before.found != after.found:
        return "lost" if before.found else "won"
    if not after.found:
        return None
    if before.article_id != after.article_id:
        return "other_article"
    if before.section != after.section:
        return "other_section"
    return "other_words" if before.text != after.text else None


def _passages(draft: Version, prepared: Prepared, day: str) -> list[Passage]:
    """The draft's passages as they would be on the day on which they become true."""
    content = draft.content
    from_day = None if rules.reach(content.effective_from, None, day) == "later" else content.effective_from
    return [
        Passage(
            replace(chunk, id=f"{draft.article_id}:{draft.version}:{chunk.ordinal}"),
            draft.article_id,
            draft.version,
            content.audience,
            content.locale,
            from_day,
            content.effective_until,
            prepared.vectors[body],
            prepared.vectors[head],
            np.stack([prepared.vectors[head], *(prepared.vectors[prepared.asked[way]] for way in chunk.asked)])[1:],
            prepared.vectors[details_digest(body)].reshape(-1, len(prepared.vectors[body])),
        )
        for chunk, body, head in prepared.chunks
    ]


def _asked(connection: sa.Connection, since: str, limit: int) -> list[tuple[Stored, int]]:
    """Different questions with how often they were asked, the newest first."""
    found: OrderedDict[tuple[str, str, str], tuple[Stored, int]] = OrderedDict()
    conditions = (q.asked_at >= since, q.follow_up.is_(False))
    for one in questions.select(connection, *conditions, order=q.id.desc(), limit=MANY_ROWS):
        key = (one.question.casefold(), one.audience, one.locale)
        newest, times = found.get(key, (one, 0))
        found[key] = (newest, times + 1)
    return list(found.values())[:limit]
