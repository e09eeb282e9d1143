"""A whole stack whose shop fails on purpose: the gateway and the actions in this process, Redis and the bot beside it.

The parts are those that ``./frontdesk up`` runs, put together by ``stack.compose``; only the business system is wrapped
(``actions.backend.faults``). Everything that it writes lies in a folder of its own.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from handoff.http import RequestEdge
from stack import bootstrap, secrets
from stack.child import Child, ChildSpec
from stack.children import bot_child, redis_child
from stack.compose import Around, create_api, open_parts
from stack.errors import StackError
from stack.paths import ROOT
from stack.prove.private_stack import free_port
from stack.serve import bind, private_listener, public_listener
from stack.settings import Settings, process_environment

STOP_WITHIN = 5.0
LOOK_EVERY = 0.1
MANY = 1_000_000


@asynccontextmanager
async def faulty_stack(
    settings: Settings, folder: Path, around: Around, another_bot: Callable[[ChildSpec], ChildSpec] | None = None
) -> AsyncIterator[Settings]:
    """Ready inside, stopped after; gives the settings of the stack that runs (its address, its databases).

    ``around`` wraps the demo shop, ``another_bot`` changes how the bot is started. Raises ``StackError`` where a part
    does not start.
    """
    own = settings.model_copy(
        update={
            "var_dir": folder, "port": free_port(), "host": "127.0.0.1", "demo": True, "public_url": "",
            "database_url": "", "redis_url": "", "bot_replicas": 1,
            "messages_per_minute": MANY, "conversations_per_minute": MANY,
        }
    )  # fmt: skip
    own.paths.create()
    secrets.create_missing(own.paths.secrets)
    await asyncio.to_thread(_prepare, own)
    async with AsyncExitStack() as stack:
        redis, bot = redis_child(own.paths), bot_child(own, 0)
        bot = another_bot(bot) if another_bot else bot
        for spec in (redis, bot):
            child = Child(spec, own.paths.log)
            await child.start()
            stack.push_async_callback(child.stop, STOP_WITHIN)
        await _ready(redis)
        parts = await stack.enter_async_context(open_parts(own, around))
        inner = private_listener(parts.webhook, own.paths.actions_socket)
        outer = public_listener(RequestEdge(create_api(parts, own)), own)
        with bind(own.host, own.port) as listening:
            serving = [asyncio.create_task(inner.serve()), asyncio.create_task(outer.serve(sockets=[listening]))]
            await inner.wait_started(serving[0])
            await outer.wait_started(serving[1])
            await _ready(bot)
            try:
                yield own
            finally:
                outer.should_exit = inner.should_exit = True
                await asyncio.gather(*serving, return_exceptions=True)


def _prepare(settings: Settings) -> None:
    command = [str(bootstrap.PRODUCT.python), "-P", "-m", "stack.data"]
    done = subprocess.run(command, cwd=ROOT, env=process_environment(settings), capture_output=True, text=True)
    if done.returncode != 0:
        raise StackError(f"The proof's databases could not be prepared: {(done.stdout or done.stderr).strip()[-300:]}")


async def _ready(spec: ChildSpec) -> None:
    try:
        async with asyncio.timeout(spec.ready_within):
            while not await spec.ready():  # noqa: ASYNC110 - another process, which cannot set an event here
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise StackError(f"{spec.name} did not become ready in {spec.ready_within:.0f} s.") from None
