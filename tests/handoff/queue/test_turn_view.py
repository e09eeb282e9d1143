"""One turn as staff may read it: what was read in the business system with the rest, without what nobody needs."""

from __future__ import annotations

import pytest

from handoff.contract.turn import ToolCall
from tests.handoff.conftest import Desk, echo
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


async def test_what_a_turn_read_is_told_with_the_turn_and_in_the_packet(desk: Desk) -> None:
    answer = {"status": "in_transit", "address": {"line1": "1 Secret Street"}}
    asked = {"order_id": "A-1042", "customer_id": "mara"}
    reads = [[ToolCall("shop.order", asked, answer), ToolCall("operations.get", {}, {"summary": "none"})]]
    desk.handoff.core.runner.calls_of = lambda turn_id: reads.pop() if reads else []
    desk.bot.answer = echo
    customer = await desk.open("mara")
    await customer.say("Where is A-1042?")
    await customer.until_text("You said")
    ana = await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    packet = (await ana.get(f"/handoffs/{handoff}")).json()["packet"]
    line = "order A-1042 read: in transit"
    (step,) = [step for step in packet["tried"] if step["kind"] == "lookup"]
    turn = await ana.get(f"/conversations/{customer.id}/turns/{step['seq']}")
    assert (step["text"], turn.json()["lookups"]) == (line, [line])
    assert "Secret" not in turn.text + str(packet)
