"""Two listeners in one event loop: the public port, and the private socket for the bot's action calls."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from stack.refusing import TypedHttp
from stack.settings import Settings

FRAME_LIMIT = 64 * 1024  # bytes of a WebSocket frame; uvicorn's own default is 16 MiB
PRIVATE_CONCURRENCY = 256
BACKLOG = 2048

log = structlog.get_logger("stack.serve")
Application = Callable[..., Any]


class Listener(uvicorn.Server):
    """A uvicorn server that leaves signals to us, so that the two of them stop in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def wait_started(self, running: asyncio.Task[None]) -> None:
        while not self.started:
            if running.done():
                await running
                raise RuntimeError("the listener ended while it started")
            await asyncio.sleep(0.01)


def public_listener(application: Application, settings: Settings) -> Listener:
    return Listener(
        uvicorn.Config(
            application,
            ws="websockets-sansio",
            ws_max_size=FRAME_LIMIT,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=round(settings.shutdown_grace),
            timeout_keep_alive=30,
            lifespan="off",
            **_quiet() | {"http": TypedHttp} | _behind(settings.trusted_proxies),
        )
    )


def _behind(proxies: str) -> dict[str, Any]:
    """Without a proxy that is known nobody may say by a header who they are."""
    return {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies}


def private_listener(application: Application, path: Path) -> Listener:
    return Listener(
        uvicorn.Config(
            application,
            uds=str(path),
            ws="none",
            limit_concurrency=PRIVATE_CONCURRENCY,
            timeout_graceful_shutdown=2,
            timeout_keep_alive=60,
            lifespan="off",
            **_quiet(),
        )
    )


def _quiet() -> dict[str, Any]:
    return {
        "http": "httptools",
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "backlog": BACKLOG,
    }


def bind(host: str, port: int) -> socket.socket:
    """The public port, taken at once even if a predecessor's connections linger."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


async def serve(
    public: Application, private: Application, settings: Settings, leaving: Callable[[], None] = lambda: None
) -> None:
    """Serve until SIGTERM or SIGINT; then the public side ends first, so that turns in flight still find their
    actions. ``leaving`` lets go of the requests that only wait."""
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_stop.set)

    path = settings.paths.actions_socket
    path.unlink(missing_ok=True)
    with bind(settings.host, settings.port) as listening:
        outer, inner = public_listener(public, settings), private_listener(private, path)
        async with asyncio.TaskGroup() as tasks:
            running_inner = tasks.create_task(inner.serve())
            await inner.wait_started(running_inner)
            path.chmod(0o600)
            running_outer = tasks.create_task(outer.serve(sockets=[listening]))
            await outer.wait_started(running_outer)
            log.info("serving", address=settings.address)
            stopping = tasks.create_task(told_to_stop.wait())
            await asyncio.wait([stopping, running_inner, running_outer], return_when=asyncio.FIRST_COMPLETED)
            log.info("stopping", told=told_to_stop.is_set())
            told_to_stop.set()
            leaving()
            outer.should_exit = True
            await asyncio.wait([running_outer])
            inner.should_exit = True
    path.unlink(missing_ok=True)
