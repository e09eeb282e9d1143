"""``python -m knowledge.measure``: the demo articles asked the demo questions, in a store of its own.

Prints how often the right section is first and among the first three, how often an answer holds the key fact, and how
well "not in the knowledge base" is told apart.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
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
SHOWN = 3


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
    found = knowledge.retriever.search(question["question"], audience="public", count=10)
    return Asked(
        question, place_of(found, question), knowledge.answerer.answer_now(question["question"], audience="public")
    )


def place_of(found: Found, question: dict[str, Any]) -> int | None:
    """Place of the question's right section among the hits, from 0."""
    wanted = (question["article"], question["section"])
    sections = [(hit.passage.article_id, hit.passage.chunk.section) for hit in found.hits]
    return sections.index(wanted) if wanted in sections else None


def figures(asked: Sequence[Asked]) -> dict[str, Any]:
    """Shares of the answerable questions, and of all answers given; ``F1`` is of "not in the knowledge base"."""
    known = [one for one in asked if one.question["article"]]
    facts = [one for one in known if one.question.get("key_fact")]
    silent = [one for one in asked if not one.answer.found]
    rightly = [one for one in silent if not one.question["article"]]
    unknown = len(asked) - len(known)
    wrong = [one for one in asked if one.answer.found and not right(one)]
    precision = len(rightly) / len(silent) if silent else 0.0
    recall = len(rightly) / unknown if unknown else 0.0
    return {
        "questions": len(asked),
        "answerable": len(known),
        "right first": share(known, lambda one: one.rank == 0),
        "right in top 3": share(known, lambda one: one.rank is not None and one.rank < SHOWN),
        "answered": share(known, lambda one: one.answer.found),
        "answered with the key fact": share(facts, lambda one: one.answer.found and holds(one)),
        "answers that hold the key fact": share([one for one in facts if one.answer.found], holds),
        "not-known precision": round(precision, 3),
        "not-known recall": round(recall, 3),
        "not-known F1": round(2 * precision * recall / (precision + recall), 3) if precision + recall else 0.0,
        "wrong answers of all questions": round(len(wrong) / len(asked), 3),
    }


def holds(one: Asked) -> bool:
    return plain(str(one.question["key_fact"])) in plain(one.answer.text)


def right(one: Asked) -> bool:
    """An answer is right when it holds the key fact, or where none is noted when it cites the right section."""
    if not one.question["article"]:
        return False
    if one.question.get("key_fact"):
        return holds(one)
    wanted = (one.question["article"], one.question["section"])
    return any((cited.article_id, cited.section) == wanted for cited in one.answer.citations)


def share(asked: Sequence[Asked], test: Any) -> float:
    return round(sum(1 for one in asked if test(one)) / len(asked), 3) if asked else 0.0


def plain(text: str) -> str:
    return " ".join(text.lower().split())


def load(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / "questions" / f"{name}.jsonl").read_text("utf-8").splitlines()]


@asynccontextmanager
async def opened() -> AsyncIterator[Knowledge]:
    """The shipped articles, published in a store of their own that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        settings = KnowledgeSettings(
            database_url=f"sqlite:///{folder}/knowledge.db",
            index_dir=Path(folder) / "index",
            index_role="reader",
            refresh_every=timedelta(seconds=60),
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
    for name, asked in asyncio.run(measure(sys.argv[1:] or ["demo"])).items():
        sys.stdout.write(json.dumps({name: figures(asked)}, indent=2) + "\n")


if __name__ == "__main__":
    main()
