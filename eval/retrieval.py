"""Retrieval figures of the product's ranker on a corpus in BEIR form, with BM25 and vectors alone beside it.

``corpus.jsonl`` has ``{_id, title, text}`` a line, ``queries.jsonl`` ``{_id, text}``, ``qrels.tsv`` the columns
query-id, corpus-id and score after a header. Queries without a judged document that the corpus has are left out.
"""

from __future__ import annotations

import csv
import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from knowledge.embeddings import Progress, SentenceEmbeddings
from knowledge.ranker import CorpusRanker, Document, Mode

DEPTH = 10
SAMPLES = 1_000
METRICS: Final = ("hit@1", "hit@5", "recall@10", "mrr@10", "ndcg@10")


class BadData(Exception):
    """A file does not have the form it should; the message names file and line."""


@dataclass(frozen=True)
class Collection:
    documents: list[Document]
    queries: dict[str, str]
    judged: dict[str, dict[str, float]]
    """Query id to document id to gain, gains above 0 alone."""


def read(corpus: Path, queries: Path, qrels: Path) -> Collection:
    """Raises ``BadData``, or ``OSError`` when a file cannot be read."""
    documents = [
        Document(str(row["_id"]), str(row.get("title") or ""), str(row.get("text") or ""))
        for row in _rows(corpus, ("_id", "text"))
    ]
    known = {document.id for document in documents}
    judged: dict[str, dict[str, float]] = {}
    with qrels.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), start=1):
            if number == 1 or not row:
                continue
            try:
                query, document, score = row[0], row[1], float(row[2])
            except (IndexError, ValueError) as problem:
                raise BadData(f"{qrels}, line {number}: not query-id, corpus-id, score.") from problem
            if score > 0 and document in known:
                judged.setdefault(query, {})[document] = score
    texts = {str(row["_id"]): str(row["text"]) for row in _rows(queries, ("_id", "text"))}
    asked = {name: text for name, text in texts.items() if name in judged}
    if not documents or not asked:
        raise BadData(f"{qrels}: no query of {queries.name} has a judged document in {corpus.name}.")
    return Collection(documents, asked, judged)


def _rows(path: Path, keys: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as problem:
                raise BadData(f"{path}, line {number}: not JSON.") from problem
            if not isinstance(row, dict) or any(key not in row for key in keys):
                raise BadData(f"{path}, line {number}: has no {' and '.join(keys)}.")
            found.append(row)
    return found


def evaluate(
    collection: Collection, embeddings: SentenceEmbeddings, seed: int = 1, progress: Progress | None = None
) -> dict[str, Any]:
    """The figures of the product, and under ``baselines`` those of BM25 and vectors alone, from the same index."""
    ranker = CorpusRanker(collection.documents, embeddings, progress)
    ranker.rank(next(iter(collection.queries.values())))  # warm: loading is not part of a query's time
    # Each way encodes the question for itself, so that no one's times profit from another's.
    figures = {mode: _figures(collection, ranker, embeddings, mode, seed) for mode in ("bm25", "dense", "hybrid")}
    return {**figures["hybrid"], "baselines": {"bm25": figures["bm25"], "dense": figures["dense"]}}


def _figures(
    collection: Collection, ranker: CorpusRanker, embeddings: SentenceEmbeddings, mode: str, seed: int
) -> dict[str, Any]:
    modes: dict[str, Mode] = {"bm25": "bm25", "dense": "dense", "hybrid": "hybrid"}
    rows: list[dict[str, float]] = []
    times: list[float] = []
    for name, text in collection.queries.items():
        embeddings.forget()
        started = perf_counter()
        found = [document for document, _ in ranker.rank(text, DEPTH, modes[mode])]
        times.append((perf_counter() - started) * 1000)
        rows.append(score(found, collection.judged[name]))
    times.sort()
    means = {metric: round(_mean([row[metric] for row in rows]), 4) for metric in METRICS}
    return {
        "n_queries": len(rows),
        **means,
        "ms_p50": round(_quantile(times, 0.5), 2),
        "ms_p95": round(_quantile(times, 0.95), 2),
        "interval_95": {metric: interval([row[metric] for row in rows], seed) for metric in METRICS},
    }


def score(found: Sequence[str], judged: Mapping[str, float]) -> dict[str, float]:
    """The metrics of one query. ``found``: document ids, best first; gains count as 2^score - 1 in nDCG."""
    places = [place for place, document in enumerate(found[:DEPTH]) if document in judged]
    gain: Callable[[float], float] = lambda relevance: 2.0**relevance - 1.0  # noqa: E731 - one line, used twice
    reached = sum(gain(judged[found[place]]) / math.log2(place + 2) for place in places)
    best = sorted(judged.values(), reverse=True)[:DEPTH]
    ideal = sum(gain(relevance) / math.log2(place + 2) for place, relevance in enumerate(best))
    return {
        "hit@1": float(bool(places) and places[0] == 0),
        "hit@5": float(bool(places) and places[0] < 5),
        "recall@10": len(places) / len(judged),
        "mrr@10": 1.0 / (places[0] + 1) if places else 0.0,
        "ndcg@10": reached / ideal,
    }


def interval(values: Sequence[float], seed: int) -> list[float]:
    """95 % interval of the mean by bootstrap over queries."""
    draw = random.Random(seed)  # noqa: S311 - resampling, not a secret
    means = sorted(_mean(draw.choices(values, k=len(values))) for _ in range(SAMPLES))
    return [round(_quantile(means, 0.025), 4), round(_quantile(means, 0.975), 4)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
