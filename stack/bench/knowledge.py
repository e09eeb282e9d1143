"""``./frontdesk bench knowledge``: the index, BM25, answers and edits, and the chat while many articles come in.

Everything runs in folders of its own; the chat part starts a whole stack of its own beside a running one.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.text.embed import ModelMissing, SentenceEncoder
from stack.bench import lookups
from stack.bench.import_load import chat_while_importing
from stack.bench.library import Material
from stack.data import ARTICLES
from stack.errors import StackError
from stack.output import answer, say
from stack.settings import load

QUESTIONS = ARTICLES.parent / "questions" / "train.jsonl"
SIZES = (10_000, 100_000)

TARGETS: tuple[tuple[str, Callable[[dict[str, Any]], float | None], float], ...] = (
    ("look-up at 10,000 chunks, p95 ms", lambda d: d["index"]["10000"]["lookup_ms"]["p95"], 5),
    ("look-up at 100,000 chunks, p95 ms", lambda d: d["index"]["100000"]["lookup_ms"]["p95"], 15),
    ("BM25 at 10,000 chunks, p95 ms", lambda d: d["index"]["10000"]["bm25_ms"]["p95"], 5),
    ("answer, p95 ms", lambda d: d["answers"]["answer_ms"]["p95"], 100),
    ("edited article searchable, p95 ms", lambda d: d["edits"]["edit_searchable_ms"]["p95"], 2_000),
    ("1,000 new chunks, seconds", lambda d: d["chat"]["import_seconds"], 60),
    ("chat p95 meanwhile, times the p95 before", lambda d: d["chat"]["p95_ratio"], 1.5),
)
"""What is wanted at most. Recall is wanted at least ``RECALL``."""
RECALL = 0.97


def knowledge(
    seed: Annotated[int, typer.Option(help="Draws the made-up pieces.")] = 1,
    with_large: Annotated[bool, typer.Option("--large/--no-large", help="100,000 chunks: some minutes more.")] = True,
    with_chat: Annotated[bool, typer.Option("--chat/--no-chat", help="Chat at 5/s while 1,000 chunks come in.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look-ups, answers and edits of the knowledge part, and what an import costs the chat."""
    settings = load()
    try:
        encoder = SentenceEncoder(settings.paths.minilm)
    except ModelMissing as problem:
        raise StackError(str(problem)) from problem
    document: dict[str, Any] = {"seed": seed, "at": datetime.now(UTC).isoformat(timespec="seconds"), "index": {}}
    material = Material(ARTICLES, QUESTIONS, encoder, seed)
    with tempfile.TemporaryDirectory(prefix="frontdesk-bench-") as name:
        folder = Path(name)
        for size in SIZES if with_large else SIZES[:1]:
            say(f"Index of {size} chunks …")
            document["index"][str(size)] = lookups.index(material, size, folder / str(size))
        say("Answers …")
        document["answers"] = asyncio.run(lookups.answers(material, encoder, ARTICLES, folder))
        say("Edits in a base of 2,000 chunks …")
        document["edits"] = asyncio.run(lookups.edits(material, folder))
        if with_chat:
            say("Chat, alone and while articles come in …")
            document["chat"] = asyncio.run(chat_while_importing(settings, material, folder, seed))
    document["targets"] = _targets(document)
    answer(document, as_json=as_json, people=_people(document))


def _targets(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name, read, most in TARGETS:
        try:
            value = read(document)
        except KeyError:
            continue  # that part was not asked for
        rows.append({"what": name, "value": value, "at_most": most, "met": value is not None and value <= most})
    for size, figures in document["index"].items():
        value = figures["recall_at_10"]
        rows.append({"what": f"recall@10 at {size} chunks", "value": value, "at_least": RECALL, "met": value >= RECALL})
    return rows


def _people(document: dict[str, Any]) -> str:
    lines = []
    for row in document["targets"]:
        wanted = f"≤ {row['at_most']:g}" if "at_most" in row else f"≥ {row['at_least']:g}"
        value = "–" if row["value"] is None else f"{row['value']:g}"
        lines.append(f"{row['what']:<44} {value:>9}   wanted {wanted:<8} {'' if row['met'] else 'MISSED'}".rstrip())
    return "\n".join(lines)
