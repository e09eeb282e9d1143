"""Silent conversations: asked once, then closed; never while something is owed, never under another epoch."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from handoff.contract.events import MessageSent
from handoff.conversations.log import find
from handoff.episodes import idle
from handoff.episodes.idle import IdleCloser, Silence, Timers, move, next_step
from handoff.settings import HandoffSettings
from tests.handoff.conftest import Customer, Desk, ScriptedBot, running
from tests.handoff.queue.desk import Agent
from tests.support.clock import AheadClock

MINUTE = timedelta(minutes=1)
TIMERS = Timers(bot=15 * MINUTE, agent=30 * MINUTE, close=10 * MINUTE)


@pytest.mark.parametrize(
    ("silence", "step"),
    [
        (Silence("bot", 4, False, None, 14 * MINUTE), None),
        (Silence("bot", 4, False, None, 15 * MINUTE), "ask"),
        (Silence("agent:a", 4, False, None, 29 * MINUTE), None),
        (Silence("agent:a", 4, False, None, 30 * MINUTE), "ask"),
        (Silence("bot", 5, False, 5, 9 * MINUTE), None),
        (Silence("bot", 5, False, 5, 10 * MINUTE), "close"),
        (Silence("bot", 7, False, 5, 10 * MINUTE), None),
        (Silence("bot", 7, True, None, 90 * MINUTE), None),
        (Silence("queue", 7, False, None, 90 * MINUTE), None),
        (Silence("none", 7, False, None, 90 * MINUTE), None),
        (Silence("bot", None, False, None, 90 * MINUTE), None),
    ],
)
def test_what_is_due(silence: Silence, step: str | None) -> None:
    assert next_step(silence, TIMERS) == step


pytestmark = pytest.mark.service


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot, clock: AheadClock) -> AsyncIterator[Desk]:
    # People stay: what happens to an absent agent's conversations is another test's.
    patient = {"disconnect_grace": timedelta(days=1), "answer_within": timedelta(days=1)}
    async with running(settings.model_copy(update=patient), bot, clock) as desk:
        yield desk


async def talk(desk: Desk) -> Customer:
    customer = await desk.open("mara")
    await customer.say("hello")
    await customer.until_text("You said: hello")
    return customer


async def later(desk: Desk, clock: AheadClock, minutes: int) -> None:
    clock.step += minutes * MINUTE
    await IdleCloser(desk.handoff.core).sweep()


async def last(desk: Desk, customer: Customer) -> dict[str, Any]:
    return next(e for e in reversed(await desk.log(customer.id)) if e["type"] not in ("survey.offered", "note.added"))


async def test_silence_is_asked_about_and_then_closes(desk: Desk, clock: AheadClock) -> None:
    customer = await talk(desk)
    await later(desk, clock, 16)
    assert "still there" in (await last(desk, customer))["data"]["text"]
    await later(desk, clock, 14)
    assert (await last(desk, customer))["type"] == "message.sent"
    await later(desk, clock, 2)
    closed = await last(desk, customer)
    assert (closed["type"], closed["data"]["by"]) == ("conversation.closed", "idle")
    assert sum("still there" in e["data"].get("text", "") for e in await desk.log(customer.id)) == 1
    assert not any(e["type"] == "survey.offered" for e in await desk.log(customer.id))
    # Whoever writes later goes on.
    await customer.say("I am back")
    await customer.until_text("You said: I am back")
    assert await desk.violations(customer.id) == []


async def test_an_answer_begins_a_new_silence(desk: Desk, clock: AheadClock) -> None:
    customer = await talk(desk)
    await later(desk, clock, 16)
    await customer.say("yes, one moment")
    await customer.until_text("You said: yes")
    await later(desk, clock, 14)
    assert (await last(desk, customer))["data"]["text"] == "You said: yes, one moment"


async def test_a_persons_conversation_ends_as_no_reply(desk: Desk, clock: AheadClock) -> None:
    customer, ana = await talk(desk), await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    await customer.say("are you there?")
    await later(desk, clock, 60)
    assert (await last(desk, customer))["data"]["text"] == "are you there?"
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m1", "text": "I am. Which order?"})
    await later(desk, clock, 31)
    await later(desk, clock, 16)
    closed = (await last(desk, customer))["data"]
    assert (closed["by"], closed["outcome"]) == ("idle", "no_reply")
    assert (await ana.get(f"/handoffs/{handoff}")).json()["state"] == "closed"
    assert (await ana.get("/queue")).json()["load"] == 0
    assert await desk.violations(customer.id) == []


async def test_what_the_system_tells_beside_a_person_answers_no_question(desk: Desk, clock: AheadClock) -> None:
    """As an approval that is carried out is told, while a colleague has the conversation."""
    customer, ana = await talk(desk), await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m1", "text": "I am here"})
    await customer.say("And when does the money arrive?")
    told = MessageSent("Your refund is on its way.", author="system")
    await desk.handoff.core.change(customer.id, lambda log: log.append(told, "system"))
    await later(desk, clock, 60)
    await later(desk, clock, 60)
    assert (await last(desk, customer))["data"]["text"] == "Your refund is on its way."
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m2", "text": "On Friday."})
    await later(desk, clock, 31)
    assert "still there" in (await last(desk, customer))["data"]["text"]


async def test_nothing_closes_while_something_is_owed(desk: Desk, clock: AheadClock) -> None:
    waiting, promised, ana = await talk(desk), await talk(desk), await Agent.sign_in(desk)
    await waiting.post("handoff", {})
    handoff = await ana.take(promised)
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m1", "text": "I'll find out."})
    due = (desk.handoff.core.clock.now() + timedelta(days=2)).isoformat()
    made = await ana.post(f"/handoffs/{handoff}/promises", {"text": "A call by Friday", "due_at": due})
    for _ in range(2):
        await later(desk, clock, 5 * 60)
    for customer in (waiting, promised):
        log = await desk.log(customer.id)
        assert not any(e["type"] == "conversation.closed" or "still there" in str(e["data"]) for e in log)
    kept = await ana.post(f"/promises/{made.json()['promise_id']}/keep", {"proof": "Called."})
    assert kept.status_code < 300, kept.text
    await later(desk, clock, 31)
    assert "still there" in str((await last(desk, promised))["data"])


async def test_customers_who_wait_for_a_word_keep_nobody_elses_conversation_open(
    desk: Desk, clock: AheadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "BATCH", 1)
    unanswered, ana = await talk(desk), await Agent.sign_in(desk)
    await ana.take(unanswered)
    await unanswered.say("are you there?")
    silent = await talk(desk)
    await later(desk, clock, 16)
    assert "still there" in str((await last(desk, silent))["data"])
    assert (await last(desk, unanswered))["data"]["text"] == "are you there?"


async def test_a_step_that_was_seen_under_an_older_epoch_is_not_taken(desk: Desk, clock: AheadClock) -> None:
    customer = await talk(desk)
    core = desk.handoff.core
    seen = (await core.database.read(lambda c: find(c, customer.id))).epoch
    await customer.post("handoff", {})
    ana = await Agent.sign_in(desk)
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/return", {"note": "all done"})
    await customer.until(lambda events: sum(e.get("source") == "bot" for e in events) == 2)
    clock.step += 60 * MINUTE
    assert await core.change(customer.id, partial(move, epoch=seen, timers=TIMERS)) is None
    assert await core.change(customer.id, partial(move, epoch=seen + 3, timers=TIMERS)) == "ask"


async def test_a_turn_in_flight_is_not_talked_over(desk: Desk, clock: AheadClock) -> None:
    customer = await talk(desk)
    core = desk.handoff.core
    epoch = (await core.database.read(lambda c: find(c, customer.id))).epoch
    clock.step += 60 * MINUTE

    def busy(log: Any) -> Any:
        log.conversation.turn_id = "trn_1"
        step = move(log, epoch, TIMERS)
        log.conversation.turn_id = None
        return step

    assert await core.change(customer.id, busy) is None
