"""Cards and accounts: no view that staff have shows one, however it was written; the customer's own stays as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from websockets.asyncio.client import connect

from handoff.clock import stamp
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, result
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service

CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"
SAID = f"Refund my card {CARD} or my account {IBAN} for order OB-1042 please"
SHOWN = "Refund my card [card] or my account [account] for order OB-1042 please"
CLOSE = {"outcome": "resolved", "cause": "answered"}


async def told(desk: Desk, name: str) -> Customer:
    """A conversation with payment data in what the customer said, what the assistant said and what it understood."""

    async def bot(_request: dict[str, Any]) -> dict[str, Any]:
        triage = {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0}
        return result(f"I heard {CARD}.", triage=triage | {"slots": {"account": IBAN}})

    desk.bot.answer = bot
    customer = await desk.open(name)
    await customer.say(SAID)
    await customer.until_text("I heard")
    return customer


def clean(text: str) -> bool:
    return all(secret not in text for secret in (CARD, IBAN))


async def test_nothing_that_staff_read_over_http_holds_payment_data(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    past = await told(desk, "mara")
    await ana.post(f"/handoffs/{await ana.take(past)}/close", CLOSE | {"cause": f"charged {CARD}"})
    now = await told(desk, "mara")
    handoff = await ana.take(now)
    due_at = stamp(desk.handoff.core.clock.now() + timedelta(hours=1))
    await ana.post(f"/handoffs/{handoff}/notes", {"text": f"to {IBAN}"})
    made = await ana.post(f"/handoffs/{handoff}/promises", {"text": f"We pay to {IBAN}.", "due_at": due_at})
    assert made.status_code == 201
    find = sa.select(t.events.c.seq).where(t.events.c.conversation_id == now.id, t.events.c.source == "customer")
    seq = await desk.handoff.core.database.read(lambda c: c.execute(find.order_by(t.events.c.seq)).scalars().first())
    for path in (
        "/queue",
        "/desk/inbox",
        "/desk/closed",
        "/desk/search?q=refund",
        f"/handoffs/{handoff}",
        f"/handoffs/{handoff}/summary",
        f"/handoffs/{handoff}/packet/transcript",
        f"/handoffs/{handoff}/history",
        f"/handoffs/{handoff}/history/{past.id}",
        f"/handoffs/{handoff}/suggestions",
        f"/conversations/{now.id}/turns/{seq}",
        f"/promises?conversation_id={now.id}",
        *(f"/transcripts/{now.id}?format={form}" for form in ("text", "json", "csv")),
    ):
        answer = await ana.get(path)
        assert answer.status_code == 200, path
        assert clean(answer.text), path
    asked = await ana.post(f"/handoffs/{handoff}/reasks", {"text": "What is your order number? What happened?"})
    assert clean(asked.text)
    events = (await ana.get(f"/handoffs/{handoff}")).json()["events"]
    assert SHOWN in [event["data"].get("text") for event in events]


async def test_nor_does_what_comes_over_the_desks_socket(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await told(desk, "mara")
    await ana.take(customer)
    token = ana.headers["Authorization"].removeprefix("Bearer ")
    url = desk.url.replace("http", "ws") + "/api/v1/desk/socket"
    async with connect(url, subprotocols=["frontdesk.v1", f"bearer.{token}"]) as socket:
        while orjson.loads(await socket.recv())["kind"] != "heartbeat":
            pass
        await customer.say(SAID)
        frame = orjson.loads(await socket.recv())
        while frame.get("event", {}).get("type") != "message.sent":
            frame = orjson.loads(await socket.recv())
    assert frame["event"]["data"]["text"] == SHOWN


async def test_the_customers_own_view_stays_as_it_was_written(desk: Desk) -> None:
    customer = await told(desk, "mara")
    assert SAID in [event["data"].get("text") for event in await customer.events() if "data" in event]
    url = f"/api/v1/conversations/{customer.id}/transcript"
    assert SAID in (await desk.client.get(url, headers=customer.headers)).text
