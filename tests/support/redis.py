"""A real Redis for a test, on a unix socket of its own."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis as client

from stack import redis_server
from stack.paths import Paths
from tests.support.waiting import eventually_now


@contextmanager
def running_redis() -> Iterator[str]:
    """Its address, ``unix://…``. Empty at start, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="fd-redis-") as folder:
        paths = Paths(Path(folder))
        paths.create()
        configuration = redis_server.write_configuration(paths)
        process = subprocess.Popen(
            [str(redis_server.find_server()), str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        address = f"unix://{paths.redis_socket}"
        try:
            eventually_now("Redis answers", lambda: _answers(address))
            yield address
        finally:
            process.terminate()
            process.wait(timeout=10)


def _answers(address: str) -> bool:
    connection = client.Redis.from_url(address)
    try:
        return bool(connection.ping())
    except client.RedisError:
        return False
    finally:
        connection.close()
