"""The client to the bots, where it must not need them: what is erased is told to each, and none of them holds it up."""

from __future__ import annotations

from typing import Any

import pytest

from handoff.assistant.client import Assistant, Forgot
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
