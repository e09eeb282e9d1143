"""Readers outside the conversations get every committed event once it is settled, in order, from where they stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handoff.conversations.log
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


async def test_an_event_that_waited_long_for_its_conversation_is_as_young_as_its_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A smaller number may be on its way in another transaction: by its own moment the row would be read past it."""
    core = desk.handoff.core
    now = core.clock.now
    feed = EventFeed(core.database, core.clock, timedelta(seconds=2))
    monkeypatch.setattr(core.clock, "now", lambda: now() - timedelta(seconds=4))
    customer = await desk.open()
    waited = iter(range(0, 10_000, 5))
    monkeypatch.setattr(handoff.conversations.log, "monotonic", lambda: next(waited))
    await customer.post("feedback", {"kind": "solved"})
    monkeypatch.setattr(core.clock, "now", now)
    settled, position = await feed.after(0)
    assert settled
    assert "feedback.given" not in [event["type"] for event in settled]
    later, _ = await EventFeed(core.database, core.clock, timedelta(seconds=-30)).after(position)
    assert "feedback.given" in [event["type"] for event in later]
