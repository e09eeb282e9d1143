"""How often people had an issue before, and what that does to its place in line."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk
from tests.handoff.episodes.issues import says
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service
CLOSING = {"outcome": "unresolved", "cause": "later"}


async def newest(desk: Desk, customer: Customer) -> Any:
    query = sa.select(t.handoffs).where(t.handoffs.c.conversation_id == customer.id).order_by(t.handoffs.c.seq.desc())
    return await desk.handoff.core.database.read(lambda c: c.execute(query).mappings().first())


async def routed(desk: Desk, customer: Customer) -> tuple[str, int]:
    await customer.post("handoff", {})
    row = await newest(desk, customer)
    return row["queue"], row["priority"]


async def with_a_person(ana: Agent, customer: Customer) -> None:
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/close", CLOSING)).status_code == 204


async def test_another_issue_in_the_same_conversation_waits_as_the_first_did(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    first = await routed(desk, customer)
    for _ in range(3):
        await with_a_person(ana, customer)
        assert await routed(desk, customer) == first  # the button after a closing begins another issue


async def test_the_same_issue_rises_and_goes_to_a_senior_the_third_time(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    queue, priority = await routed(desk, customer)
    for _ in range(2):
        handoff = await ana.take(customer)
        before = await newest(desk, customer)
        assert (await ana.post(f"/handoffs/{handoff}/return", {})).status_code == 204
        again = await routed(desk, customer)
        assert (await newest(desk, customer))["first_wait_at"] == before["first_wait_at"]
    assert again == ("senior", priority - 2)
    assert queue == "support"


async def test_a_linked_issue_in_another_conversation_rises_too(desk: Desk) -> None:
    ana = await Agent.sign_in(desk)
    first = await says(desk, "mara", "order_status A-1042")
    queue, priority = await routed(desk, first)
    await with_a_person(ana, first)
    second = await says(desk, "mara", "order_status A-1042")
    assert await routed(desk, second) == (queue, priority - 1)
    assert (await newest(desk, second))["first_wait_at"] > (await newest(desk, first))["first_wait_at"]
    other = await says(desk, "mara", "order_status A-1007")
    assert await routed(desk, other) == (queue, priority)
