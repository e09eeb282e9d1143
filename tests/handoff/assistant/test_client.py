"""The client to the bots: what it must do without them, and how soon its question is on the way."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from handoff.assistant.client import Assistant, Forgot
from handoff.gateway.runner import STEPS_TO_ASK
from tests.handoff.conftest import SECRET, ScriptedBot

pytestmark = pytest.mark.service


async def none_stored(_conversation_id: str) -> list[dict[str, Any]]:
    return []


@pytest.mark.parametrize(
    ("secret", "more", "forgot"),
    [
        (SECRET, [], Forgot(1, 0)),
        (SECRET, ["/nowhere/bot.sock"], Forgot(1, 1)),
        ("y" * 48, [], Forgot(0, 1)),
    ],
    ids=["there", "one of two is away", "refused"],
)
async def test_an_erasure_is_told_to_every_bot(bot: ScriptedBot, secret: str, more: list[str], forgot: Forgot) -> None:
    bot.live = {"cnv_1", "cnv_2"}
    assistant = Assistant((*more, bot.socket), secret.encode(), none_stored)
    try:
        assert await assistant.forget(["cnv_1", "cnv_3"]) == forgot
    finally:
        await assistant.close()
    assert bot.live == ({"cnv_2"} if forgot.trackers else {"cnv_1", "cnv_2"})


async def test_the_question_has_left_before_who_asked_goes_on(tmp_path: Path) -> None:
    """The loop stands still after the steps that the gateway waits, and the bot has the request all the same."""
    path, asked = str(tmp_path / "bot.sock"), threading.Event()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen()

    def answer() -> None:
        connection, _ = listening.accept()
        while connection.recv(65_536):
            asked.set()
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    bot = threading.Thread(target=answer)
    bot.start()
    assistant = Assistant((path,), SECRET.encode(), none_stored)
    try:
        assert await assistant.ready()  # the line is there, as it is from the second turn on
        asked.clear()
        asking = asyncio.create_task(assistant.forget(["cnv_1"]))
        for _ in range(STEPS_TO_ASK + 1):  # one more: each bot's answer is awaited in a task of its own
            await asyncio.sleep(0)
        assert asked.wait(5)
        await asking
    finally:
        await assistant.close()
        await asyncio.to_thread(bot.join)
        listening.close()
