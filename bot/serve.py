"""Serves the assistant on a unix socket:

    python -m bot.serve --socket PATH --model PATH --actions-socket PATH --secrets-dir DIR

``--model`` is the folder that ``bot.train`` fills, or one archive. Of a folder the manifest is read at every start: a
training beside a running stack replaces the archive, and the same command must find the new one.

One process, one event loop. ``/health/live`` answers at once, ``/health/ready`` only after the model was loaded, the
golden sentences were understood and the whole road was walked once (the first customer does not pay for warm-up).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json as json_codec
import signal
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional, Sequence

from bot import light

light.prepare()

from rasa.core.agent import Agent  # noqa: E402 - the process must be prepared first
from sanic import Sanic  # noqa: E402
from sanic.request import Request  # noqa: E402
from sanic.response import HTTPResponse, json  # noqa: E402

from bot import patches  # noqa: E402
from bot.action_endpoint import ActionEndpoint  # noqa: E402
from bot.channel import MAX_BODY, FrontdeskChannel  # noqa: E402
from bot.local_actions import LOCAL_ACTIONS  # noqa: E402
from bot.processor import TurnProcessor  # noqa: E402
from bot.quiet import own_logger, quiet  # noqa: E402
from bot.responses import Responses  # noqa: E402
from bot.tracker_store import LiveTrackers  # noqa: E402
from bot.train import current  # noqa: E402
from bot.turns import TurnRunner  # noqa: E402
from bot.warm_up import warm_up  # noqa: E402

GRACE_SECONDS = 2.0


class CannotServe(Exception):
    """What is missing, and what to do about it."""


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def archive_of(model: Path) -> Path:
    """The archive itself, or the one that the manifest of a folder names. Raises ``CannotServe``."""
    if not model.is_dir():
        return model
    manifest = current(model)
    if manifest is None:
        raise CannotServe(f"No trained model in {model}: run `./frontdesk train`.")
    return model / str(manifest["path"])


def load(model: Path, endpoint: ActionEndpoint) -> Agent:
    """The agent with our processor, words and tracker store. Raises ``CannotServe``."""
    if not model.is_file():
        raise CannotServe(f"No trained model at {model}: run `./frontdesk train`.")
    patches.install(LOCAL_ACTIONS)
    agent = Agent(action_endpoint=endpoint, tracker_store=LiveTrackers(None), generator=Responses({}))
    agent.processor = TurnProcessor(
        model_path=model,
        tracker_store=agent.tracker_store,
        lock_store=agent.lock_store,
        action_endpoint=endpoint,
        generator=agent.nlg,
    )
    agent.domain = agent.processor.domain
    agent.tracker_store.domain = agent.domain
    agent.nlg.responses = agent.domain.responses
    store: Any = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    if not isinstance(store, LiveTrackers):
        raise CannotServe("Rasa put another tracker store in place of ours.")
    if light.tensorflow_is_loaded():
        raise CannotServe("TensorFlow was loaded; see bot/light.py.")
    return agent


def runner_of(agent: Agent, model: Path) -> TurnRunner:
    store: Any = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    assert isinstance(agent.processor, TurnProcessor)
    agent.processor.report = lambda action, problem: own_logger().error(
        "action.failed", action=action, error=type(problem).__name__
    )
    return TurnRunner(agent.processor, store, model.name.split(".")[0], utc_now)


def create_app(door_secret: bytes) -> Sanic:
    """The app without a model: live, not ready. ``app.ctx.turns`` makes it ready."""
    app = Sanic("frontdesk_bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY
    app.config.KEEP_ALIVE_TIMEOUT = 120
    app.config.RESPONSE_TIMEOUT = 60
    app.ctx.agent = None
    app.ctx.turns = None
    channel = FrontdeskChannel(door_secret)
    app.blueprint(channel.blueprint(_no_other_way))

    async def live(request: Request) -> HTTPResponse:  # noqa: ARG001
        return json({"status": "live"})

    async def ready(request: Request) -> HTTPResponse:  # noqa: ARG001
        is_ready = app.ctx.turns is not None
        return json({"status": "ready" if is_ready else "loading"}, status=200 if is_ready else 503)

    app.add_route(live, "/health/live")
    app.add_route(ready, "/health/ready")
    app.add_route(ready, "/health", name="health")
    return app


async def _no_other_way(_: Any) -> None:
    raise RuntimeError("messages come through the signed route alone")


async def serve(socket: Path, model: Path, actions_socket: Path, secrets: Path) -> None:
    """Until SIGTERM or SIGINT. Raises ``CannotServe``."""
    quiet()
    log = own_logger()
    endpoint = ActionEndpoint(actions_socket, _secret(secrets, "action_secret"), utc_now)
    app = create_app(_secret(secrets, "door_secret").encode())
    clear(socket)
    server = await app.create_server(unix=str(socket), return_asyncio_server=True, access_log=False, debug=False)
    if server is None:
        raise CannotServe("Sanic did not make a server.")
    await server.startup()
    keep_to_owner(socket)
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told_to_stop.set)
    started = loop.time()
    archive = archive_of(model)
    agent = load(archive, endpoint)
    turns = runner_of(agent, archive)
    await warm_up(agent, turns)
    gc.freeze()  # what was loaded stays: the collector would go through all of it, and every turn wait for that
    app.ctx.agent, app.ctx.turns = agent, turns
    log.info("bot.ready", seconds=round(loop.time() - started, 1), model=archive.name)
    await told_to_stop.wait()
    log.info("bot.stopping")
    app.ctx.turns = None
    server.close()
    try:
        await asyncio.wait_for(server.wait_closed(), GRACE_SECONDS)
    except asyncio.TimeoutError:
        log.warning("bot.connections_left")
    await endpoint.close()
    clear(socket)


def clear(socket: Path) -> None:
    socket.unlink(missing_ok=True)


def keep_to_owner(socket: Path) -> None:
    socket.chmod(0o600)


def _secret(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        raise CannotServe(f"No secret at {path}: run `./frontdesk up` once.") from None


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.serve", description="Serve the assistant on a unix socket.")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument(
        "--model", type=Path, required=True, help="what `python -m bot.train` made: its folder, or one archive"
    )
    parser.add_argument("--actions-socket", type=Path, required=True)
    parser.add_argument("--secrets-dir", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        import uvloop

        uvloop.install()
    except ImportError:  # an accelerator, not a condition
        pass
    try:
        asyncio.run(serve(chosen.socket, chosen.model, chosen.actions_socket, chosen.secrets_dir))
    except CannotServe as problem:
        sys.stderr.write(
            json_codec.dumps({"level": "error", "message": "bot.cannot_serve", "detail": str(problem)}) + "\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
