"""The small client of the bot's door."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.client import Door

pytestmark = pytest.mark.service

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def forgetful() -> Iterator[Path]:
    """Answers once on each connection, promises nothing of closing it, and closes it."""
    path = Path(tempfile.mkdtemp(prefix="fd-")) / "bot.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                with connection:
                    heard = b""
                    while not heard.endswith(b"{}"):
                        heard += connection.recv(65_536)
                    connection.sendall(ANSWER)

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield path
        server.join(10)


def test_a_connection_that_was_closed_meanwhile_is_opened_anew(forgetful: Path) -> None:
    door = Door(forgetful, b"door")
    assert [door.post(b"{}") for _ in range(2)] == [(200, {}), (200, {})]
    door.close()
