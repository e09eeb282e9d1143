"""What 1,000 new chunks cost the customers: chat at 5 messages a second alone, then while an import runs."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from typing import Any

from knowledge import content
from knowledge.content import Written
from stack import bootstrap
from stack.bench.chat import signer
from stack.bench.figures import ratio, summarise
from stack.bench.library import Material
from stack.bench.target import measure, ours
from stack.errors import StackError
from stack.paths import ROOT
from stack.prove.private_stack import PrivateStack
from stack.settings import Settings, process_environment

RATE = 5.0
SECONDS = 60.0
ARTICLES, SECTIONS = 100, 10
IMPORT_WITHIN = 300.0


async def chat_while_importing(settings: Settings, material: Material, folder: Path, seed: int) -> dict[str, Any]:
    incoming = folder / "incoming"
    incoming.mkdir()
    for number in range(ARTICLES):
        name = f"bench-{number}"
        article = Written(name, material.article(name, SECTIONS))
        (incoming / f"{name}.md").write_bytes(content.write(article))
    async with PrivateStack(settings, folder / "stack", replicas=1) as stack:
        target = ours(stack.base, signer(stack.settings))
        await stack.at_rest()
        alone = summarise(await measure(target, "Chat alone", RATE, SECONDS, seed), RATE)
        importing = asyncio.create_task(_import(stack.settings, incoming))
        beside = summarise(await measure(target, "Chat during the import", RATE, SECONDS, seed + 2), RATE)
        seconds = await importing
    return {
        "chunks": ARTICLES * SECTIONS,
        "import_seconds": round(seconds, 1),
        "alone": alone,
        "beside": beside,
        "p95_ratio": ratio(beside["turn_ms"]["p95"], alone["turn_ms"]["p95"]),
    }


async def _import(settings: Settings, incoming: Path) -> float:
    """``./frontdesk knowledge import`` beside the running stack. Returns its seconds."""
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        str(bootstrap.PRODUCT.python), "-P", "-m", "stack", "knowledge", "import", str(incoming), "--json",
        cwd=ROOT, env=process_environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(IMPORT_WITHIN):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        raise StackError(f"The import did not end within {IMPORT_WITHIN:.0f} s.") from None
    if code != 0:
        raise StackError("The import failed; ./frontdesk knowledge import says why.")
    return time.perf_counter() - began
