"""A real Redis for a test, on a unix socket of its own, and a look into all that one holds."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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


READERS: Mapping[bytes, Callable[[client.Redis, bytes], Any]] = {
    b"string": lambda redis, key: redis.get(key),
    b"hash": lambda redis, key: redis.hgetall(key),
    b"list": lambda redis, key: redis.lrange(key, 0, -1),
    b"set": lambda redis, key: redis.smembers(key),
    b"zset": lambda redis, key: redis.zrange(key, 0, -1),
    b"stream": lambda redis, key: redis.xrange(key),
    b"none": lambda _redis, _key: None,
}
"""By the name of a type; a key that ran out meanwhile has none."""


def keys_with(redis: client.Redis, word: str) -> list[str]:
    """The keys that hold ``word``, in their name or anywhere in their value. Raises ``KeyError`` for a new type."""
    found = {key: READERS[redis.type(key)](redis, key) for key in redis.scan_iter()}
    return sorted(key.decode() for key, value in found.items() if word in f"{key!r} {value!r}")


def _answers(address: str) -> bool:
    connection = client.Redis.from_url(address)
    try:
        return bool(connection.ping())
    except client.RedisError:
        return False
    finally:
        connection.close()
