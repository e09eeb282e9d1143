"""How often a customer came about this issue before, as a colleague reads it in the packet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff.demo.ageing import age
from tests.handoff.conftest import Customer, Desk
from tests.handoff.episodes.issues import says
from tests.handoff.queue.desk import Agent

pytestmark = pytest.mark.service


async def long_ago(desk: Desk, customer: Customer, days: int) -> None:
    await desk.handoff.core.database.write(lambda c: age(c, [customer.id], timedelta(days=days)))


async def told(desk: Desk, customer: Customer) -> tuple[int, bool]:
    """Of the packet: how many earlier contacts, and whether it flags a repeated one."""
    ana = await Agent.sign_in(desk)
    packet = (await ana.get(f"/handoffs/{await ana.take(customer)}")).json()["packet"]
    return packet["mood"]["prior_contacts"], "repeat_contact" in packet["why"]["flags"]


async def test_an_earlier_contact_about_something_else_is_not_one_about_this(desk: Desk) -> None:
    await says(desk, "mara", "password_reset")
    await says(desk, "jonas", "order_status A-1057")
    await says(desk, "mara", "order_status A-1044")
    await says(desk, "mara", "greet")
    assert await told(desk, await says(desk, "mara", "order_status A-1057")) == (0, False)


async def test_the_chain_of_an_issue_counts_whatever_each_contact_was_called(desk: Desk) -> None:
    first = await says(desk, "mara", "order_status A-1057")
    await says(desk, "mara", "return_item A-1057")
    await says(desk, "mara", "password_reset")
    last = await says(desk, "mara", "refund_request A-1057")
    await long_ago(desk, first, days=40)
    assert await told(desk, last) == (2, True)


@pytest.mark.parametrize(("days", "contacts"), [(13, 1), (15, 0)])
async def test_without_an_order_the_same_topic_counts_for_two_weeks(desk: Desk, days: int, contacts: int) -> None:
    before = await says(desk, "mara", "password_reset", "order_status")
    await long_ago(desk, before, days)
    assert await told(desk, await says(desk, "mara", "password_reset")) == (contacts, bool(contacts))


async def test_nobody_known_has_no_earlier_contact(desk: Desk) -> None:
    await says(desk, None, "password_reset")
    assert await told(desk, await says(desk, None, "password_reset")) == (0, False)
