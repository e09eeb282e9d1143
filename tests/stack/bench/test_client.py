from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stack.bench.client import Conversation

pytestmark = pytest.mark.unit


def conversation() -> Conversation:
    return Conversation("http://frontdesk", "cnv_1", {}, "token")


def event(kind: str, source: str = "bot", **data: Any) -> dict[str, Any]:
    return {"seq": 9, "type": kind, "source": source, "data": data}


async def test_a_turn_ends_with_the_bots_answer_to_it() -> None:
    one = conversation()
    waiting = asyncio.ensure_future(one.ended(4, within=10))
    await asyncio.sleep(0)

    one.hear(event("message.sent", "system", text="still working"), 1.0)
    one.hear(event("message.sent", reply_to=[3]), 2.0)
    one.hear(event("message.sent", reply_to=[4]), 3.0)
    one.hear(event("message.sent", reply_to=[4]), 4.0)

    assert await waiting == (3.0, "answered")


async def test_an_answer_may_arrive_before_the_acknowledgement_was_read() -> None:
    one = conversation()
    one.hear(event("message.sent", reply_to=[4]), 3.0)

    assert await one.ended(4, within=10) == (3.0, "answered")


async def test_a_hand_over_ends_what_waits_and_nothing_else_is_expected_of_the_bot() -> None:
    one = conversation()
    waiting = asyncio.ensure_future(one.ended(4, within=10))
    await asyncio.sleep(0)

    one.hear(event("handoff.queued", "system"), 5.0)

    assert await waiting == (5.0, "handed_over")
    assert one.with_people


async def test_a_turn_that_was_given_up_is_no_answer() -> None:
    one = conversation()
    one.hear(event("turn.failed", "system", reply_to=[4]), 5.0)

    assert await one.ended(4, within=10) == (5.0, "failed")


async def test_silence_is_late() -> None:
    assert await conversation().ended(4, within=0.01) == (None, "late")


async def test_a_stub_of_a_staff_event_is_no_news() -> None:
    one = conversation()
    one.hear({"seq": 3, "type": "hidden"}, 1.0)

    assert one.ends == {}
