"""``./frontdesk knowledge …``: works beside a running stack, which sees the edits within a second.

The running app owns the index; then this process reads and writes SQL alone and searches exactly.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.text.embed import ModelMissing, SentenceEncoder
from handoff.clock import SystemClock
from knowledge.errors import IndexOwned, KnowledgeError
from knowledge.service import Knowledge, open_knowledge
from stack import setup
from stack.errors import StackError, WrongUse
from stack.output import answer, say
from stack.parts_settings import knowledge_settings
from stack.settings import Settings

T = TypeVar("T")
CANDIDATES_SHOWN = 5


def bring_in(settings: Settings, folder: Path, *, as_json: bool) -> int:
    """1 where a file was not taken in."""
    if not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder.")

    async def work(knowledge: Knowledge) -> dict[str, Any]:
        report = await knowledge.import_folder(folder, _progress)
        await knowledge.settle()
        return asdict(report)

    report = _with_knowledge(settings, work)
    counts = ", ".join(f"{len(report[kind])} {kind}" for kind in ("created", "updated", "unchanged"))
    problems = "".join(f"\n{each['file']}: {each['problem']}" for each in report["problems"])
    answer(report, as_json=as_json, people=counts + problems)
    if not report["problems"]:
        return 0
    say(f"{len(report['problems'])} of the files were not taken in; the others are.")
    return 1


def take_out(settings: Settings, folder: Path, *, as_json: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)

    async def work(knowledge: Knowledge) -> list[str]:
        return await knowledge.export_folder(folder)

    files = _with_knowledge(settings, work)
    answer({"folder": str(folder), "files": files}, as_json=as_json, people=f"{len(files)} files written to {folder}.")


def reindex(settings: Settings, *, as_json: bool) -> None:
    async def work(knowledge: Knowledge) -> dict[str, Any]:
        await knowledge.reindex(_progress)
        return {"passages": knowledge.passages, "version": knowledge.version, "by": knowledge.settings.index_role}

    done = _with_knowledge(settings, work)
    people = f"{done['passages']} passages indexed ({done['version']})."
    if done["by"] == "reader":
        people = f"{done['passages']} passages written anew; the running stack takes them over."
    answer(done, as_json=as_json, people=people)


def ask(settings: Settings, question: str, *, as_json: bool) -> None:
    if not question.strip():
        raise WrongUse("The question is empty.")

    async def work(knowledge: Knowledge) -> Any:
        return await knowledge.answerer.answer(question, audience="public", locale="en", history=())

    found = _with_knowledge(settings, work)
    document = _plain(found)
    answer({"question": question, **document}, as_json=as_json, people=_for_people(document))


def _for_people(found: dict[str, Any]) -> str:
    lines = [found["text"], ""]
    lines += [f"  source: {cited['title']} – {cited['section']} ({cited['url']})" for cited in found["citations"]]
    trace = found["trace"]
    state = "answered" if found["found"] else "not answered"
    lines.append(f"  {state}: confidence {found['confidence']:.2f}, threshold {trace['threshold']:.2f}")
    for candidate in trace["candidates"][:CANDIDATES_SHOWN]:
        lines.append("  " + ", ".join(f"{key} {_short(value)}" for key, value in candidate.items()))
    return "\n".join(lines)


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _progress(done: int, of: int) -> None:
    if done == of or done % 25 == 0:
        say(f"  {done} of {of}")


def _with_knowledge(settings: Settings, work: Callable[[Knowledge], Awaitable[T]]) -> T:
    """Open the knowledge part, do the work, close it. Raises ``StackError`` with the part's own sentence."""
    settings.paths.create()
    setup.run_steps(setup.model_steps(settings)[:1], settings.paths.stamps)

    async def run() -> T:
        async with opened(settings) as knowledge:
            return await work(knowledge)

    try:
        return asyncio.run(run())
    except KnowledgeError as problem:
        raise StackError(problem.message) from problem


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Knowledge]:
    """The knowledge part as owner of the index, or as reader beside the process that owns it."""
    try:
        encoder = SentenceEncoder(settings.paths.minilm)
    except ModelMissing as problem:
        raise StackError(str(problem)) from problem
    clock = SystemClock()
    owner = open_knowledge(knowledge_settings(settings), clock, encoder)
    try:
        knowledge = await owner.__aenter__()
    except IndexOwned:
        async with open_knowledge(knowledge_settings(settings, "reader"), clock, encoder) as reading:
            yield reading
        return
    try:
        yield knowledge
    finally:
        await owner.__aexit__(None, None, None)
