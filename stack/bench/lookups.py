"""The index, BM25 and the edit of one article, timed alone on made-up shelves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bot.text.embed import SentenceEncoder
from handoff.clock import SystemClock
from knowledge.index import VectorIndex
from knowledge.lexical import words
from knowledge.ranker import Shelf
from knowledge.service import open_knowledge
from knowledge.settings import KnowledgeSettings
from stack.bench.figures import milliseconds, percentile
from stack.bench.library import CheapEncoder, Material

CANDIDATES = 40
WARM = 20
OTHERS = 10
"""One in so many pieces belongs to another audience, in a collection of its own."""
RECALLED = 10
EDITS = 15
BIG_ARTICLES, BIG_SECTIONS = 10, 200
"""2,000 chunks in few articles, so that the library is made quickly; the article that is edited has ten sections."""
FOUND_WITHIN = 20.0


def index(material: Material, count: int, folder: Path) -> dict[str, Any]:
    """Look-ups of ``count`` pieces with the vector given, restricted to one audience and locale, and their recall."""
    shelf = material.shelf(count)
    shelves = {("public", "en"): shelf, ("agent", "en"): material.shelf(max(OTHERS, count // OTHERS))}
    built = VectorIndex(folder)
    built.take()
    built.open()
    began = time.perf_counter()
    built.build(shelves)
    seconds = time.perf_counter() - began
    times: list[float] = []
    recalls: list[float] = []
    try:
        for number, vector in enumerate(material.questions):
            began = time.perf_counter()
            found = built.candidates(("public", "en"), shelf, vector[None], CANDIDATES)
            if number >= WARM:
                times.append(time.perf_counter() - began)
                recalls.append(_recall(shelf, vector, found[0] if found else []))
    finally:
        built.close()
    return {
        "chunks": count,
        "lookup_ms": _spread(times),
        "recall_at_10": round(float(np.mean(recalls)), 4),
        "lookups": len(times),
        "build_seconds": round(seconds, 1),
        "bm25_ms": _spread(_timed(lambda text: shelf.bm25.scores(words(text)), material.texts)),
    }


def _recall(shelf: Shelf, vector: Any, found: Sequence[str]) -> float:
    """Share of the ten pieces that are nearest by body or heading, exactly, among the first ten found."""
    cosines = np.maximum(shelf.bodies @ vector, shelf.heads @ vector)
    exact = {shelf.entries[row].id for row in np.argsort(-cosines)[:RECALLED]}
    return len(exact & set(found[:RECALLED])) / RECALLED


async def edits(material: Material, folder: Path) -> dict[str, Any]:
    """From the call that publishes an edit to the first search that finds it, in a base of 2,000 chunks."""
    settings = KnowledgeSettings(
        database_url=f"sqlite:///{folder}/library.sqlite", index_dir=folder / "library", examples=None
    )
    async with open_knowledge(settings, SystemClock(), CheapEncoder(material), model="cheap") as knowledge:
        for number in range(BIG_ARTICLES):
            name = f"article-{number}"
            await knowledge.editing.do_create(name, material.article(name, BIG_SECTIONS), "bench")
            await knowledge.editing.do_publish(name, 1, "bench")
        edited = await knowledge.editing.do_create("edited", material.article("edited", 10), "bench")
        times: list[float] = []
        for number in range(EDITS):
            word = f"zweitausend{number}"
            page = material.article(f"edited {word}", 10)
            if number:
                edited = await knowledge.editing.do_edit("edited", page, edited.latest_version, "bench")
            began = time.perf_counter()
            edited = await knowledge.editing.do_publish("edited", edited.latest_version, "bench")
            while not _finds(knowledge, f"edited {word}", edited.latest_version):
                if time.perf_counter() - began > FOUND_WITHIN:
                    break
                await asyncio.sleep(0.005)
            times.append(time.perf_counter() - began)
        return {"chunks": knowledge.passages, "edit_searchable_ms": _spread(times), "edits": len(times)}


def _finds(knowledge: Any, text: str, version: int) -> bool:
    # The vectors mean nothing here, so the words bring it among the candidates and not to their top.
    hits = knowledge.retriever.search(text, audience="public", count=2 * CANDIDATES).hits
    return any(hit.passage.article_id == "edited" and hit.passage.version == version for hit in hits)


async def answers(material: Material, encoder: SentenceEncoder, articles: Path, folder: Path) -> dict[str, Any]:
    """Whole answers from the shipped articles without a language model; no text is remembered from the one before."""
    settings = KnowledgeSettings(
        database_url=f"sqlite:///{folder}/answers.sqlite",
        index_dir=folder / "answers",
        audit_every=timedelta(hours=1),
    )
    async with open_knowledge(settings, SystemClock(), encoder) as knowledge:
        await knowledge.import_folder(articles)
        await knowledge.settle()

        def one(text: str) -> None:
            knowledge.forget_texts()
            knowledge.answerer.answer_now(text, audience="public", locale="en")

        times = await asyncio.to_thread(_timed, one, material.texts)
        return {"chunks": knowledge.passages, "answer_ms": _spread(times), "answers": len(times)}


def _timed(work: Callable[[str], Any], texts: Sequence[str]) -> list[float]:
    times: list[float] = []
    for number, text in enumerate(texts):
        began = time.perf_counter()
        work(text)
        if number >= WARM:
            times.append(time.perf_counter() - began)
    return times


def _spread(times: Sequence[float]) -> dict[str, float | None]:
    return {f"p{percent}": milliseconds(percentile(times, percent)) for percent in (50, 95)}
