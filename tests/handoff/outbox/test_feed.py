"""Readers outside the conversations get every committed event once it is settled, in order, from where they stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handoff.outbox.feed import EventFeed
from tests.handoff.conftest import Desk

pytestmark = pytest.mark.service

AT_ONCE = timedelta(seconds=-1)


async def test_every_event_once_in_order(desk: Desk) -> None:
    customer = await desk.open()
    await customer.say("hello")
    await customer.until_text("You said: hello")
    core = desk.handoff.core
    feed = EventFeed(core.database, core.clock, AT_ONCE)
    everything, end = await feed.after(0)
    assert [event["seq"] for event in everything] == list(range(1, len(everything) + 1))
    assert "You said: hello" in [event["data"].get("text") for event in everything]
    assert await feed.after(end) == ([], end)
    first, position = await feed.after(0, 2)
    rest, last = await feed.after(position)
    assert (first + rest, last) == (everything, end)


async def test_what_was_just_written_waits(desk: Desk) -> None:
    await (await desk.open()).say("hello")
    core = desk.handoff.core
    feed = EventFeed(core.database, core.clock, timedelta(hours=1))
    assert await feed.after(0) == ([], 0)
