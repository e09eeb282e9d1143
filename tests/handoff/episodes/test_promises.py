"""Who promised is warned in time: once, and not before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handoff.clock import stamp
from handoff.settings import HandoffSettings
from tests.handoff.conftest import Customer, Desk, ScriptedBot, running
from tests.handoff.queue.desk import Agent
from tests.support.clock import AheadClock
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot, clock: AheadClock) -> AsyncIterator[Desk]:
    async with running(settings.model_copy(update={"promise_warning": timedelta(minutes=30)}), bot, clock) as desk:
        yield desk


async def warned(desk: Desk, customer: Customer) -> list[str]:
    return [e["data"]["promise_id"] for e in await desk.log(customer.id) if e["type"] == "promise.warned"]


async def test_what_is_not_due_soon_is_warned_of_later_and_once(desk: Desk, clock: AheadClock) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)

    async def promise(minutes: int) -> str:
        due_at = stamp(clock.now() + timedelta(minutes=minutes))
        answer = await ana.post(f"/handoffs/{handoff}/promises", {"text": "We call you.", "due_at": due_at})
        return str(answer.json()["promise_id"])

    async def state(promise_id: str) -> str:
        found = (await ana.get("/promises")).json()["promises"]
        return next(str(each["state"]) for each in found if each["promise_id"] == promise_id)

    far, soon = await promise(60), await promise(10)

    async def told(wanted: list[str]) -> bool:
        return await warned(desk, customer) == wanted

    # Whoever is due is looked up in one reading: with this one told, the other one was passed over.
    await eventually("the near one is warned of", lambda: told([soon]))
    assert await state(far) == "open"
    clock.step = timedelta(minutes=31)
    await eventually("its time has come", lambda: told([soon, far]))
    assert await state(far) == "due_soon"
    assert await state(soon) == "late"
