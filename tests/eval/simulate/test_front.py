"""How a simulated customer waits, against a stack whose answers are played at the edge of the network."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from eval.simulate import front
from eval.simulate.front import Front, StackAway, Staff, Talk
from tests.eval.simulate.support import event

pytestmark = pytest.mark.unit


async def waited(told: list[dict[str, Any]], seq: int) -> list[dict[str, Any]]:
    """The view after waiting for the end of message ``seq``, where the stack tells these events and no more."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            return httpx.Response(201, json={"conversation_id": "c", "token": "t"})
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"events": [one for one in told if one["seq"] > after]})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://stack") as http:
        talk = Talk(Front(http, Staff()), "who")
        await talk.open()
        await talk.until_answered(seq)
        return talk.view


async def test_an_answer_ends_the_waiting() -> None:
    told = [event(1, "message.sent", "customer", text="x"), event(2, "message.sent", "bot", text="y", reply_to=[1])]
    assert await waited(told, 1) == told


async def test_a_piece_that_was_sent_after_a_person_was_called_waits_for_nobody() -> None:
    told = [
        event(1, "message.sent", "customer", text="one"),
        event(2, "handoff.queued", "system", handoff_id="h"),
        event(3, "message.sent", "customer", text="two"),
    ]
    assert await waited(told, 3) == told


async def test_no_answer_is_the_stacks_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "ANSWER_WITHIN", 0.05)
    with pytest.raises(StackAway, match="an end of message 1 did not come"):
        await waited([event(1, "message.sent", "customer", text="x")], 1)
