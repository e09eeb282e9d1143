"""``./frontdesk prove knowledge``: random edits and questions against an exact oracle, while the index is broken.

Every article says a word of its own in each version, so a question with that word has one right answer: this version,
to those who may read it, and nothing to anybody after it was replaced or withdrawn. The oracle is a dictionary. Now
and then the index directory is removed or a byte of it flipped; questions go on meanwhile and are judged the same.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from handoff.clock import SystemClock
from knowledge import rules
from knowledge.content import Content
from knowledge.embeddings import Vectors
from knowledge.errors import KnowledgeError, WrongState
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings
from stack.bench.progress import bar
from stack.prove import Extent
from stack.settings import Settings

Tell = Callable[[str], None]

ARTICLES = 60
LOCALES = ("en", "de")
SUBJECTS = ("tent", "boot", "stove", "parcel", "refund", "jacket")
WEIGHTS = {"ask": 50, "write": 22, "publish": 14, "archive": 7, "restore": 5, "settle": 2}
DAMAGE_EVERY = 1_000
HEALED_WITHIN = 60.0
SHOWN = ARTICLES
SLICE = 8


@dataclass(frozen=True)
class Known:
    version: int
    word: str
    audience: str
    locale: str


@dataclass
class Oracle:
    """``drafts``: the newest version of each article; ``live``: what answers; ``gone``: words that must not."""

    drafts: dict[str, Known] = field(default_factory=dict)
    live: dict[str, Known] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def readable(self, audience: str, locale: str) -> dict[str, Known]:
        wanted = rules.locales_for(locale, "en")
        return {
            article: known
            for article, known in self.live.items()
            if known.audience in rules.readable_by(audience) and known.locale in wanted
        }

    def replace(self, article: str, known: Known | None) -> None:
        if (before := self.live.pop(article, None)) is not None and before != known:
            self.gone = [*self.gone[-200:], before.word]
        if known is not None:
            self.live[article] = known


@dataclass
class Tally:
    steps: Counter[str] = field(default_factory=Counter)
    backends: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    healed: list[dict[str, Any]] = field(default_factory=list)


class WordEncoder:
    """Each word a direction of its own, a text their sum: nearness is exact and costs nothing."""

    def __init__(self) -> None:
        self._known: dict[str, Vectors] = {}

    def knows(self, word: str) -> bool:
        del word  # every word is a direction
        return False

    def encode(self, texts: Sequence[str], batch_size: int = 1) -> Vectors:
        del batch_size  # vectors here never depend on what stands beside a text
        found = np.stack([sum((self._of(word) for word in text.lower().split()), np.zeros(128)) for text in texts])
        unit: Vectors = (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)).astype(np.float32)
        return unit

    def _of(self, word: str) -> Vectors:
        word = word.strip(".,:?!")
        if word not in self._known:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:SLICE], "big")
            self._known[word] = np.random.default_rng(seed).normal(size=128).astype(np.float32)
        return self._known[word]


def run(_settings: Settings, tell: Tell, extent: Extent) -> dict[str, Any]:
    """The figures of the proof; ``passed`` when there was no error and nothing was seen that must not be."""
    with tempfile.TemporaryDirectory(prefix="frontdesk-prove-") as folder:
        return asyncio.run(_prove(Path(folder), tell, extent))


async def _prove(folder: Path, tell: Tell, extent: Extent) -> dict[str, Any]:
    settings = KnowledgeSettings(
        database_url=f"sqlite:///{folder}/knowledge.sqlite",
        index_dir=folder / "index",
        audit_every=timedelta(seconds=0.5),
        examples=None,
    )
    began, tally = time.monotonic(), Tally()
    draw = random.Random(extent.seed)  # noqa: S311 - a walk that can be walked again, not a secret
    async with open_knowledge(settings, SystemClock(), WordEncoder(), model="words") as knowledge:
        walk = Walk(knowledge, draw, tally)
        with bar("Steps", extent.steps) as passed:
            for step in range(1, extent.steps + 1):
                await walk.step()
                if step % DAMAGE_EVERY == 0:
                    await walk.damage(settings.index_dir)
                passed()
    for line in (*tally.wrong[:5], *tally.errors[:5]):
        tell(line)
    return _document(tally, extent, time.monotonic() - began)


class Walk:
    """One step at a time; each is judged at once."""

    def __init__(self, knowledge: Knowledge, draw: random.Random, tally: Tally) -> None:
        self._knowledge = knowledge
        self._draw = draw
        self._tally = tally
        self._oracle = Oracle()
        self._words = 0

    async def step(self, name: str | None = None) -> None:
        name = name or self._draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self._tally.steps[name] += 1
        try:
            await getattr(self, f"_{name}")(f"article-{self._draw.randrange(ARTICLES)}")
        except WrongState:
            self._tally.steps["refused"] += 1
        except KnowledgeError as problem:
            self._tally.errors.append(f"{name}: {problem.code}")

    async def damage(self, index: Path) -> None:
        """Break the index in one of two ways and ask on until a new build serves."""
        await self._knowledge.settle()
        before = (index / "current").read_text()
        how = self._draw.choice(["directory removed", "byte flipped"])
        if how == "directory removed":
            shutil.rmtree(index)
        else:
            files = sorted(
                path for path in (index / "builds" / before).rglob("*") if path.is_file() and path.stat().st_size
            )
            _flip(self._draw.choice(files), self._draw)
        began, asked = time.monotonic(), 0
        while not self._healed(index, before):
            await self.step("ask")
            asked += 1
            await asyncio.sleep(0.001)
            if time.monotonic() - began > HEALED_WITHIN:
                self._tally.errors.append(f"the index was not rebuilt after: {how}")
                break
        seconds = round(time.monotonic() - began, 2)
        self._tally.healed.append({"how": how, "seconds": seconds, "questions_meanwhile": asked})

    def _healed(self, index: Path, before: str) -> bool:
        current = index / "current"
        return self._knowledge.index_trouble is None and current.exists() and current.read_text() != before

    async def _ask(self, _article: str) -> None:
        audience, locale = self._draw.choice(rules.AUDIENCES), self._draw.choice(LOCALES)
        readable = self._oracle.readable(audience, locale)
        everything = [known.word for known in self._oracle.live.values()]
        words = self._oracle.gone if self._oracle.gone and self._draw.random() < 0.3 else everything
        word = self._draw.choice(words) if words else "nothing"
        found = await self._knowledge.search_in_thread(
            lambda: self._knowledge.retriever.search(f"number {word}", audience=audience, locale=locale, count=SHOWN)
        )
        self._tally.backends[found.trace.backend] += 1
        for hit in found.hits:
            known = readable.get(hit.passage.article_id)
            if known is None or hit.passage.version != known.version or known.word not in hit.passage.chunk.text:
                self._tally.wrong.append(f"{audience}/{locale} was shown {hit.passage.id}")
        right = next((article for article, known in readable.items() if known.word == word), None)
        if right is not None and right not in {hit.passage.article_id for hit in found.hits}:
            self._tally.wrong.append(f"{audience}/{locale} was not shown {right}")

    async def _write(self, article: str) -> None:
        self._words += 1
        audience, locale = self._draw.choice(rules.AUDIENCES), self._draw.choice(LOCALES)
        word, subject = f"w{self._words}", self._draw.choice(SUBJECTS)
        content = Content(
            title=subject, body=f"{subject} number {word}", owner="p@example.test", audience=audience, locale=locale
        )
        editing = self._knowledge.editing
        if article in self._oracle.drafts:
            done = await editing.do_edit(article, content, self._oracle.drafts[article].version, "prover")
        else:
            done = await editing.do_create(article, content, "prover")
        self._oracle.drafts[article] = Known(done.latest_version, word, audience, locale)

    async def _publish(self, article: str) -> None:
        if (draft := self._oracle.drafts.get(article)) is not None:
            await self._knowledge.editing.do_publish(article, draft.version, "prover")
            self._oracle.replace(article, draft)

    async def _archive(self, article: str) -> None:
        if (draft := self._oracle.drafts.get(article)) is not None:
            await self._knowledge.editing.do_archive(article, draft.version, "prover")
            self._oracle.replace(article, None)

    async def _restore(self, article: str) -> None:
        if (draft := self._oracle.drafts.get(article)) is not None:
            await self._knowledge.editing.do_restore(article, draft.version, "prover")

    async def _settle(self, _article: str) -> None:
        await self._knowledge.settle()


def _flip(path: Path, draw: random.Random) -> None:
    place = draw.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 0xFF]))


def _document(tally: Tally, extent: Extent, seconds: float) -> dict[str, Any]:
    slowest = max((one["seconds"] for one in tally.healed), default=0.0)
    meanwhile = sum(one["questions_meanwhile"] for one in tally.healed)
    people = (
        f"{extent.steps} steps in {seconds:.0f} s: {len(tally.errors)} errors, {len(tally.wrong)} wrong visibilities\n"
        f"steps: {dict(tally.steps)}, answered by: {dict(tally.backends)}\n"
        f"{len(tally.healed)} damages noticed and healed, the slowest in {slowest:.1f} s,"
        f" with {meanwhile} questions answered meanwhile"
    )
    return {
        "passed": not tally.errors and not tally.wrong,
        "people": people,
        "steps": extent.steps,
        "seed": extent.seed,
        "by_kind": dict(tally.steps),
        "backends": dict(tally.backends),
        "errors": tally.errors,
        "wrong_visibility": tally.wrong,
        "damages": tally.healed,
        "seconds": round(seconds, 1),
    }
