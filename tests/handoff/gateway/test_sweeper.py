"""What nobody is working on any more is found: waiting messages, unannounced events. One bad log harms no other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handoff.contract.events import NoteAdded
from handoff.conversations.log import LogWriter
from handoff.gateway.runner import TurnRunner
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, ScriptedBot, running
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


async def strand(desk: Desk, customer: Customer, seq: int, attempts: int = 0) -> None:
    """A waiting message with no turn, as a crash between two steps would leave it."""
    now = desk.handoff.core.clock.now().isoformat()
    values = {"conversation_id": customer.id, "seq": seq, "trigger": "message", "received_at": now}
    await desk.handoff.core.database.write(lambda c: c.execute(sa.insert(t.inbox).values(**values, attempts=attempts)))


async def test_a_waiting_message_without_a_turn_is_answered(desk: Desk) -> None:
    customer = await desk.open()
    seq = (await customer.say("hello")).json()["seq"]
    await customer.until_text("You said: hello")
    await strand(desk, customer, seq)
    await customer.until(lambda events: sum(e.get("source") == "bot" for e in events) == 2)


async def test_a_log_that_cannot_be_written_does_not_hold_up_the_others(
    settings: HandoffSettings, bot: ScriptedBot
) -> None:
    async with running(settings, bot) as desk:
        broken, well = await desk.open(), await desk.open()
        seqs = [(await customer.say("hello")).json()["seq"] for customer in (broken, well)]
        for customer in (broken, well):
            await customer.until_text("You said: hello")
        await strand(desk, broken, seqs[0], attempts=3)
        await desk.handoff.core.database.write(
            lambda c: c.execute(sa.update(t.conversations).where(t.conversations.c.id == broken.id).values(head_seq=0))
        )
    async with running(settings, bot) as desk:
        well.desk = desk
        await strand(desk, well, seqs[1])
        await well.until(lambda events: sum(e.get("source") == "bot" for e in events) == 2)


async def test_no_turn_begins_while_turns_are_drained(
    settings: HandoffSettings, bot: ScriptedBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would drain it, nor let go of it."""
    drained: list[str] = []

    async def drain(runner: TurnRunner, _seconds: float) -> None:
        await strand(desk, customer, seq)
        asked = len(bot.requests)
        with pytest.raises(AssertionError):  # many rounds of the sweeper
            await eventually("the bot is asked", lambda: len(bot.requests) > asked, within=1)
        drained.append(customer.id)

    monkeypatch.setattr(TurnRunner, "drain", drain)
    async with running(settings, bot) as desk:
        customer = await desk.open()
        seq = (await customer.say("hello")).json()["seq"]
        await customer.until_text("You said: hello")
    assert drained == [customer.id]


async def test_who_waits_for_news_is_let_go_when_the_app_stops(desk: Desk) -> None:
    customer = await desk.open()
    head = (await customer.events())[-1]["seq"]
    waiting = asyncio.create_task(customer.events(head, wait=25))
    hub = desk.handoff.core.hub
    await eventually("somebody waits", lambda: hub.count() > 0)
    hub.leave()
    async with asyncio.timeout(5):
        assert await waiting == []
        assert await customer.events(head, wait=25) == []


async def test_an_event_that_was_committed_and_never_announced_is_announced(desk: Desk) -> None:
    customer = await desk.open()
    core = desk.handoff.core
    head = (await customer.events())[-1]["seq"]
    waiting = asyncio.create_task(customer.events(head, wait=20))
    long_ago = core.clock.now() - timedelta(minutes=1)

    def unheard(connection: sa.Connection) -> None:
        log = LogWriter.locked(connection, customer.id, long_ago, core.ids)
        log.append(NoteAdded("nobody heard this", "somebody"), "system")
        log.save()

    await core.database.write(unheard)
    assert await waiting == [{"seq": head + 1, "type": "hidden"}]
