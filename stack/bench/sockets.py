"""``./frontdesk bench sockets``: many idle customers on the line, and what that costs the ones who talk."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Annotated, Any

import psutil
import typer
import uvloop

from stack.bench.chat import signer
from stack.bench.client import Conversation, connect, open_many
from stack.bench.ending import fail_if_nothing_worked
from stack.bench.figures import summarise
from stack.bench.progress import bar
from stack.bench.target import measure, ours
from stack.errors import StackError, WrongUse
from stack.open_files import allow_files
from stack.output import answer, say
from stack.settings import Settings, load

ON_ONE_ADDRESS = 500  # conversations from one loopback address, below what it may open in a minute
FILES_BESIDE = 512
TALK_RATE = 20.0
TALK_SECONDS = 20.0
MOST = 50_000
SETTLE = 3.0


def sockets(
    n: Annotated[int, typer.Option("--n", help="Idle customer sockets.", min=1, max=MOST)] = 1000,
    against: Annotated[str, typer.Option(help="Address of the stack.")] = "",
    seed: Annotated[int, typer.Option(help="Draws the conversations that talk meanwhile.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Idle sockets with heartbeats: the app's memory, and a conversation's figures at 20/s meanwhile."""
    settings = load()
    base = (against or settings.address).rstrip("/")
    _require_files(n + FILES_BESIDE)
    process = _app_process(settings, base)
    document = uvloop.run(_run(settings, base, n, seed, process))
    answer(document, as_json=as_json, people=_people(document))
    fail_if_nothing_worked(document)


async def _run(settings: Settings, base: str, n: int, seed: int, process: psutil.Process | None) -> dict[str, Any]:
    before = _resident_mib(process)
    alone = summarise(await measure(ours(base, signer(settings)), "Without idle sockets", TALK_RATE, 10.0, seed), 20.0)
    warm = _resident_mib(process)
    async with _idle(base, n) as idle:
        await asyncio.sleep(SETTLE)
        opened = _resident_mib(process)
        samples = await measure(ours(base, signer(settings)), "Meanwhile", TALK_RATE, TALK_SECONDS, seed + 100)
        await asyncio.sleep(settings.heartbeat_every)
        document = {
            **summarise(samples, TALK_RATE),
            "messages": len(samples),
            "n": n,
            "open": sum(not one.broken for one in idle),
            "heard_a_heartbeat": sum(one.heartbeats > 0 for one in idle),
            "rss_mib": {"before": before, "warm": warm, "with_sockets": opened, "at_the_end": _resident_mib(process)},
            "kib_a_socket": _each_kib(warm, opened, n),
            "alone": alone,
        }
    return document | {"at": datetime.now(UTC).isoformat(timespec="seconds")}


@contextlib.asynccontextmanager
async def _idle(base: str, n: int) -> AsyncIterator[list[Conversation]]:
    """``n`` conversations that say nothing, from as many local addresses as it takes."""
    idle: list[Conversation] = []
    local = "127.0.0.1" in base or "localhost" in base
    async with AsyncExitStack() as stack:
        with bar("Opening sockets", n) as passed:
            for number, first in enumerate(range(0, n, ON_ONE_ADDRESS), start=1):
                source = f"127.0.1.{number}" if local and n > ON_ONE_ADDRESS else None
                session = await stack.enter_async_context(connect(source))
                idle += await open_many(session, base, [None] * min(ON_ONE_ADDRESS, n - first), passed)
        try:
            yield idle
        finally:
            await asyncio.gather(*(conversation.close() for conversation in idle))


def _require_files(wanted: int) -> None:
    if (most := allow_files(wanted)) < wanted:
        raise WrongUse(f"That needs {wanted} open files and this user may have {most} (ulimit -Hn).")


def _app_process(settings: Settings, base: str) -> psutil.Process | None:
    """The app, if the stack at ``base`` is this installation's; its memory is not measured otherwise."""
    try:
        state = json.loads(settings.paths.state.read_text())
        if state["address"].rstrip("/") == base:
            return psutil.Process(state["children"]["app"]["pid"])
    except (OSError, ValueError, KeyError, psutil.Error):
        pass
    say(f"What runs at {base} was not started from here, so its memory is not measured.")
    return None


def _resident_mib(process: psutil.Process | None) -> float | None:
    if process is None:
        return None
    try:
        return round(float(process.memory_info().rss) / (1 << 20), 1)
    except psutil.Error as problem:
        raise StackError("The app ended during the measurement.") from problem


def _each_kib(before: float | None, after: float | None, n: int) -> float | None:
    return None if before is None or after is None else round((after - before) * 1024 / n, 1)


def _people(document: dict[str, Any]) -> str:
    rss, ack, turn = document["rss_mib"], document["ack_ms"], document["turn_ms"]
    return "\n".join(
        [
            f"{document['open']} of {document['n']} sockets open, {document['heard_a_heartbeat']} heard a heartbeat",
            f"app: {rss['warm']} MiB without, {rss['with_sockets']} MiB with ({document['kib_a_socket']} KiB a socket)",
            f"at {TALK_RATE:g} messages/s meanwhile: ack p95 {ack['p95']} ms, turn p95 {turn['p95']} ms"
            f" (without them {document['alone']['turn_ms']['p95']} ms), {document['errors']} errors",
        ]
    )
