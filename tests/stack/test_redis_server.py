"""The embedded Redis: private, durable enough, found where it is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import redis

from stack import redis_server
from stack.errors import StackError
from tests.support.redis import running_redis

pytestmark = pytest.mark.service


def test_it_runs_as_it_should() -> None:
    with running_redis() as address:
        client = redis.Redis.from_url(address, decode_responses=True)
        wanted = {"appendonly": "yes", "maxmemory-policy": "noeviction", "port": "0", "save": ""}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted
        socket = Path(address.removeprefix("unix://"))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        client.close()


async def test_whether_it_answers() -> None:
    with running_redis() as address:
        assert await redis_server.answers(address)
    assert not await redis_server.answers(address)


def test_the_wheels_server_stands_in_where_the_machine_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    server = redis_server.find_server()
    assert server.is_absolute()
    assert redis_server.version(server) >= (6, 2)


def test_a_python_without_the_wheel_uses_what_was_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for nowhere in ("_on_the_machine", "_in_the_wheel"):
        monkeypatch.setattr(redis_server, nowhere, lambda: None)
    with pytest.raises(StackError, match="apt-get install redis-server"):
        redis_server.find_server(tmp_path)
    command = redis_server.unpack_command("uv", tmp_path)
    assert "--require-hashes" in command
    assert "--hash=sha256:" in Path(command[-1]).read_text()
    redis_server.unpacked(tmp_path).parent.mkdir(parents=True)
    redis_server.unpacked(tmp_path).touch()
    assert redis_server.find_server(tmp_path) == redis_server.unpacked(tmp_path)


def test_its_version_is_read() -> None:
    assert redis_server.version(redis_server.find_server())[0] >= 6
    assert redis_server.version(Path("/bin/false")) == ()
