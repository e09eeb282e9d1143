"""The processes of one machine, as the supervisor's specifications."""

from __future__ import annotations

import json
from pathlib import Path

from stack import bootstrap, redis_server
from stack.child import ChildSpec
from stack.paths import Paths
from stack.probes import http_status, says_anything
from stack.settings import Settings, process_environment

FIRST, SECOND = 0, 1  # the app starts beside the bot, which takes longest, and both after Redis
STOP_REDIS, STOP_BOT, STOP_APP, STOP_WORKER = range(4)


def children(settings: Settings) -> list[ChildSpec]:
    """What ``up`` runs under these settings."""
    paths = settings.paths
    specs = [] if settings.redis_url else [redis_child(paths)]
    specs += [bot_child(settings, number) for number in range(settings.bot_replicas)]
    specs.append(app_child(settings))
    specs.append(worker_child(settings))
    return specs


def redis_child(paths: Paths) -> ChildSpec:
    server, configuration = redis_server.find_server(), redis_server.write_configuration(paths)
    return ChildSpec(
        name="redis",
        command=(str(server), str(configuration)),
        starts=FIRST,
        stops=STOP_REDIS,
        ready=lambda: redis_server.answers(f"unix://{paths.redis_socket}"),
        alive=lambda: says_anything(words=b"PING\r\n", socket=paths.redis_socket),
        sockets=(paths.redis_socket,),
        ready_within=30,
        stop_within=2,
    )


def bot_child(settings: Settings, number: int) -> ChildSpec:
    paths = settings.paths
    socket = paths.run / f"bot-{number}.sock"

    async def ready() -> bool:
        return await http_status("/health", socket=socket) == 200

    return ChildSpec(
        name=f"bot-{number}",
        command=(
            str(bootstrap.BOT.python), "-m", "bot.serve",
            "--socket", str(socket),
            "--model", str(paths.rasa),
            "--actions-socket", str(paths.actions_socket),
            "--secrets-dir", str(paths.secrets),
        ),
        environment=process_environment(settings),
        starts=SECOND,
        stops=STOP_BOT,
        ready=ready,
        alive=lambda: says_anything(path="/health/live", socket=socket),
        sockets=(socket,),
        ready_within=180,
        stop_within=2,
    )  # fmt: skip


def app_child(settings: Settings) -> ChildSpec:
    host = settings.reachable_host

    async def ready() -> bool:
        return await http_status("/health/live", host=host, port=settings.port) == 200

    return ChildSpec(
        name="app",
        command=(str(bootstrap.PRODUCT.python), "-P", "-m", "stack.app_process"),
        environment=process_environment(settings),
        starts=SECOND,
        stops=STOP_APP,
        ready=ready,
        alive=lambda: says_anything(path="/health/live", host=host, port=settings.port),
        sockets=(settings.paths.actions_socket,),
        ready_within=120,
        stop_within=settings.shutdown_grace + 1,
        spares=2,
    )


def worker_child(settings: Settings) -> ChildSpec:
    socket = settings.paths.worker_socket

    async def ready() -> bool:
        return await http_status("/health", socket=socket) == 200

    return ChildSpec(
        name="worker",
        command=(str(bootstrap.PRODUCT.python), "-P", "-m", "stack.worker_process"),
        environment=process_environment(settings),
        starts=SECOND,
        stops=STOP_WORKER,
        ready=ready,
        alive=lambda: says_anything(path="/health", socket=socket),
        sockets=(socket,),
        stop_within=2,
        nice=10,
    )


def newest_model(folder: Path) -> Path:
    """The trained model that the manifest names; the manifest where it is not, so that the bot says what is missing."""
    manifest = folder / "manifest.json"
    try:
        return folder / str(json.loads(manifest.read_text())["path"])
    except (OSError, ValueError, KeyError):
        return manifest
