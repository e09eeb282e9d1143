"""``./frontdesk prove attacks``: what strangers try at the public port of a stack of the proof's own. It must all fail.

Each attack answers with what went through; an empty list is what is wanted. Afterwards the log and the orders of the
customer who was aimed at are as before, and no word that was sent stands in a log file.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from stack.bench.client import connect
from stack.prove import Extent
from stack.prove.attempts import ATTACKS, CANARY
from stack.prove.private_stack import PrivateStack
from stack.prove.strangers import Ground, open_ground
from stack.settings import Settings


def run(settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    """``--seed`` and the sizes change nothing: every attack is made once."""
    del extent
    with tempfile.TemporaryDirectory(prefix="fd-attacks-") as folder:
        through = asyncio.run(_attack(settings, Path(folder), tell))
    failed = {name: what for name, what in through.items() if what}
    lines = [f"{'REFUSED' if not what else 'THROUGH'}  {name}" for name, what in through.items()]
    lines += [f"  {name}: {each}" for name, what in failed.items() for each in what]
    return {"passed": not failed, "through": through, "people": "\n".join(lines)}


async def _attack(settings: Settings, folder: Path, tell: Callable[[str], None]) -> dict[str, list[str]]:
    tell("Starting a stack of its own …")
    async with PrivateStack(settings, folder, replicas=1) as stack, connect() as session:
        ground = await open_ground(session, stack)
        before = await ground.all_of_the_victim()
        through: dict[str, list[str]] = {}
        for name, attack in ATTACKS.items():
            tell(name)
            through[name] = await _made(attack, ground)
        after = await ground.all_of_the_victim()
        through["nothing of the victim's changed"] = [] if after == before else ["the log or the orders differ"]
        through["it still serves"] = await _made(_serves, ground)
        logs = [path for path in stack.paths.log.rglob("*") if path.is_file()]
        through["no word of it in a log"] = [path.name for path in logs if CANARY in path.read_text(errors="replace")]
    return through


async def _made(attack: Any, ground: Ground) -> list[str]:
    try:
        return list(await attack(ground))
    except (aiohttp.ClientError, TimeoutError) as problem:
        return [f"no answer at all ({type(problem).__name__})"]


async def _serves(ground: Ground) -> list[str]:
    status, _ = await ground.call("GET", "/health/ready")
    return [] if status == 200 else [f"/health/ready answers {status}"]
