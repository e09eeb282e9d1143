"""``python -m knowledge.measure``: the demo articles asked the demo questions, in a store of its own.

Prints how often the right section is first and among the first three, how often an answer holds the key fact, and how
well "not in the knowledge base" is told apart. Arguments name files of ``questions``, one split of them after a stroke
(``demo80/dev``); ``demo80/held`` is for measuring alone.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from bot.text.embed import SentenceEncoder
from knowledge.answer import Answer
from knowledge.retrieve import Found
from knowledge.service import Knowledge, open_knowledge
from knowledge.settings import KnowledgeSettings

HERE = Path(__file__).parent
MODEL = HERE.parent / "var" / "models" / "minilm"
KEPT = MODEL.parent / "knowledge-vectors.npz"
SHOWN = 3
Z = 1.96
RESAMPLES = 1_000


@dataclass(frozen=True)
class Asked:
    """One question with what came of it. ``rank``: place of the right section from 0, None when not among the first."""

    question: dict[str, Any]
    rank: int | None
    answer: Answer


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def ask(knowledge: Knowledge, question: dict[str, Any]) -> Asked:
    reader, history = question.get("audience", "public"), question.get("context") or []
    if isinstance(history, str):
        history = [history]
    text = question["question"]
    found = knowledge.retriever.search(text, audience=reader, history=history, count=10)
    return Asked(
        question, place_of(found, question), knowledge.answerer.answer_now(text, audience=reader, history=history)
    )


def right_sections(question: dict[str, Any]) -> set[tuple[str, str]]:
    """(article, section) of every section that answers; empty where none does."""
    if not question["article"]:
        return set()
    return {(one["article"], one["section"]) for one in (question, *question.get("also", []))}


def place_of(found: Found, question: dict[str, Any]) -> int | None:
    """Place of the first right section among the hits, from 0."""
    wanted = right_sections(question)
    sections = [(hit.passage.article_id, hit.passage.chunk.section) for hit in found.hits]
    return next((place for place, section in enumerate(sections) if section in wanted), None)


def figures(asked: Sequence[Asked]) -> dict[str, Any]:
    """Shares with their 95 % intervals (Wilson), and ``F1`` of "not in the knowledge base" with a bootstrap's."""
    known = [one for one in asked if one.question["article"]]
    facts = [one for one in known if one.question.get("key_fact")]
    return {
        "questions": len(asked),
        "answerable": len(known),
        "right first": share(known, lambda one: one.rank == 0),
        "right in top 3": share(known, lambda one: one.rank is not None and one.rank < SHOWN),
        "answered": share(known, lambda one: one.answer.found),
        "answered with the key fact": share(facts, lambda one: one.answer.found and holds(one)),
        "answers that hold the key fact": share([one for one in facts if one.answer.found], holds),
        "sure answers that are right": share([one for one in asked if one.answer.sure], right),
        "sure and right, of the answerable": share(known, lambda one: one.answer.sure and right(one)),
        "not-known F1": _f1_with_interval(asked),
        "wrong sure answers of all questions": share(asked, lambda one: one.answer.sure and not right(one)),
        "wrong answers of all questions": share(asked, lambda one: one.answer.found and not right(one)),
    }


def holds(one: Asked) -> bool:
    """Whether the answer says the key fact, or one of its other wordings."""
    text, question = plain(one.answer.text), one.question
    other = question.get("key_fact_also", [])
    return plain(str(question["key_fact"])) in text or any(re.search(form, text, re.I) for form in other)


def right(one: Asked) -> bool:
    """An answer is right when it cites a right section and holds the key fact, where one is noted."""
    cited = {(cited.article_id, cited.section) for cited in one.answer.citations}
    return bool(cited & right_sections(one.question)) and (not one.question.get("key_fact") or holds(one))


def share(asked: Sequence[Asked], test: Callable[[Asked], bool]) -> list[float] | None:
    """``[share, low, high]``, None of nothing."""
    if not asked:
        return None
    size, part = len(asked), sum(1 for one in asked if test(one)) / len(asked)
    middle = (part + Z**2 / (2 * size)) / (1 + Z**2 / size)
    half = Z / (1 + Z**2 / size) * math.sqrt(part * (1 - part) / size + Z**2 / (4 * size**2))
    return [round(part, 3), round(max(0.0, middle - half), 3), round(min(1.0, middle + half), 3)]


def _f1(asked: Sequence[Asked]) -> float:
    silent = [one for one in asked if not one.answer.found]
    rightly = sum(1 for one in silent if not one.question["article"])
    unknown = sum(1 for one in asked if not one.question["article"])
    return 2 * rightly / (len(silent) + unknown) if silent or unknown else 0.0


def _f1_with_interval(asked: Sequence[Asked]) -> list[float]:
    draw = random.Random(1)  # noqa: S311 - the same resamples each time, not a secret
    drawn = sorted(_f1(draw.choices(asked, k=len(asked))) for _ in range(RESAMPLES))
    return [round(value, 3) for value in (_f1(asked), drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES)])]


def plain(text: str) -> str:
    return " ".join(text.lower().split())


def load(name: str) -> list[dict[str, Any]]:
    """Questions of a file, or of one split of it: ``demo80``, ``demo80/dev``."""
    file, _, split = name.partition("/")
    lines = (HERE / "questions" / f"{file}.jsonl").read_text("utf-8").splitlines()
    return [row for line in lines if (row := json.loads(line)) and split in ("", row.get("split"))]


@asynccontextmanager
async def opened() -> AsyncIterator[Knowledge]:
    """The shipped articles, published in a store of their own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = KnowledgeSettings(
            database_url=f"sqlite:///{folder}/knowledge.db",
            index_dir=Path(folder) / "index",
            index_role="reader",
            refresh_every=timedelta(seconds=60),
            kept_vectors=KEPT,
        )
        async with open_knowledge(settings, _Clock(), SentenceEncoder(MODEL)) as knowledge:
            report = await knowledge.import_folder(HERE / "articles")
            if report.problems:
                raise SystemExit(f"articles with problems: {report.problems}")
            yield knowledge


async def measure(names: Sequence[str]) -> dict[str, list[Asked]]:
    """Ask all questions of the named files of the shipped articles."""
    async with opened() as knowledge:
        return {name: [ask(knowledge, question) for question in load(name)] for name in names}


def main() -> None:
    for name, asked in asyncio.run(measure(sys.argv[1:] or ["demo80/dev"])).items():
        sys.stdout.write(json.dumps({name: figures(asked)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
