"""The queue drains towards people: offers, their ends, releases, places told, messages left. A clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from handoff.clock import parse
from handoff.queue.order import Order
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, ScriptedBot, result, running
from tests.handoff.queue.desk import Agent
from tests.support.clock import AheadClock
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


@pytest.fixture
async def desk(settings: HandoffSettings, bot: ScriptedBot, clock: AheadClock) -> AsyncIterator[Desk]:
    async with running(settings, bot, clock) as desk:
        yield desk


async def row_of(desk: Desk, customer: Customer) -> Any:
    query = sa.select(t.handoffs).where(t.handoffs.c.conversation_id == customer.id).order_by(t.handoffs.c.seq.desc())
    return await desk.handoff.core.database.read(lambda c: c.execute(query).mappings().first())


async def seen(desk: Desk, customer: Customer, kind: str, **data: object) -> dict[str, Any]:
    async def find() -> dict[str, Any] | None:
        log = await desk.log(customer.id)
        return next((e for e in log if e["type"] == kind and data.items() <= e["data"].items()), None)

    return await eventually(f"{kind} {data}", find)


async def id_of(agent: Agent) -> str:
    return (await agent.get("/session")).json()["id"]


async def test_the_queue_drains_when_an_agent_signs_in(desk: Desk) -> None:
    customer = await desk.open()
    await customer.post("handoff", {})
    ana = await Agent.sign_in(desk)
    offered = await seen(desk, customer, "handoff.offered", agent_id=await id_of(ana))
    assert offered["visibility"] == "staff"
    item = (await ana.get("/queue")).json()["waiting"][0]
    assert (item["offered_to_me"], item["may_take"], item["has_room"]) == (True, True, True)
    told = await seen(desk, customer, "handoff.advanced", staffed=True)
    assert told["data"]["position"] == 1
    assert told["data"]["estimate_seconds"] >= 30
    assert await desk.violations(customer.id) == []


async def test_a_declined_offer_goes_to_the_next_and_the_queue_drains_when_one_frees_up(desk: Desk) -> None:
    ana, ben = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    names = {await id_of(ana): ana, await id_of(ben): ben}
    customer = await desk.open()
    await customer.post("handoff", {})
    first = (await seen(desk, customer, "handoff.offered"))["data"]["agent_id"]
    handoff = (await row_of(desk, customer))["id"]
    (other,) = set(names) - {first}
    denied = await names[other].post(f"/handoffs/{handoff}/decline")
    assert (denied.status_code, denied.json()["code"]) == (409, "not_offered")
    assert (await names[first].post(f"/handoffs/{handoff}/decline")).status_code == 204
    await seen(desk, customer, "handoff.offered", agent_id=other)


async def test_an_offer_that_nobody_answers_expires(desk: Desk, clock: AheadClock) -> None:
    ana = await Agent.sign_in(desk)
    customer = await desk.open()
    await customer.post("handoff", {})
    await seen(desk, customer, "handoff.offered", agent_id=await id_of(ana))
    clock.step = timedelta(seconds=31)
    await seen(desk, customer, "handoff.declined", reason="expired")


@pytest.mark.parametrize("how", ["signs out", "chooses to be offline"])
async def test_what_rings_at_an_empty_chair_moves_on_at_once(desk: Desk, how: str) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    hers = await id_of(ana)
    await customer.post("handoff", {})
    await seen(desk, customer, "handoff.offered", agent_id=hers)
    if how == "signs out":
        left = await desk.client.delete("/api/v1/session", headers=ana.headers)
    else:
        left = await desk.client.put("/api/v1/agents/me/presence", json={"state": "offline"}, headers=ana.headers)
    assert left.status_code == 204
    await seen(desk, customer, "handoff.declined", agent_id=hers, reason="expired")
    if how != "signs out":
        assert (await ana.get("/queue")).json()["presence"] == "offline"
        await ana.post("/handoffs/hnd_none/notes", {"text": "still working"})
        assert (await ana.get("/queue")).json()["presence"] == "offline"
    again = await Agent.sign_in(desk)
    assert (await again.get("/queue")).json()["presence"] == "online"


async def test_who_accepts_and_does_not_answer_loses_it_with_its_clock(desk: Desk, clock: AheadClock) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    before = await row_of(desk, customer)
    clock.step = timedelta(minutes=4)
    await ana.get("/queue")
    released = await seen(desk, customer, "handoff.released", reason="no_answer")
    assert "reason" not in next(e for e in await customer.events() if e["seq"] == released["seq"])["data"]
    after = await row_of(desk, customer)
    assert (after["state"], after["first_wait_at"], after["rank"]) == (
        "queued",
        before["first_wait_at"],
        before["rank"],
    )
    late = await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": "too late"})
    assert (late.status_code, late.json()["code"]) == (403, "not_owner")
    item = next(i for i in await ana.waiting() if i["handoff_id"] == handoff)
    assert item["late"]
    assert await desk.violations(customer.id) == []


async def test_who_answered_keeps_it_and_who_is_gone_keeps_it_for_the_grace(desk: Desk, clock: AheadClock) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": "I am here"})
    clock.step = timedelta(seconds=60)  # longer than a sign of life counts

    async def missing() -> Any:
        return (await row_of(desk, customer))["missing_since"]

    await eventually("the absence is noted", missing)
    await ana.get("/queue")  # and she is back

    async def back() -> bool:
        return await missing() is None

    await eventually("she is back", back)
    assert (await row_of(desk, customer))["state"] == "accepted"
    clock.step = timedelta(seconds=120)
    await eventually("the absence is noted again", missing)
    clock.step = timedelta(seconds=360)
    await seen(desk, customer, "handoff.released", reason="disconnected")
    assert (await row_of(desk, customer))["state"] == "queued"


async def test_the_clock_of_the_first_answer_starts_again_for_each_owner(desk: Desk, clock: AheadClock) -> None:
    ana, ben, customer = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com"), await desk.open()
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/messages", {"client_message_id": "m", "text": "I am here"})
    to_ben = {"agent_id": await id_of(ben), "note": "yours"}
    assert (await ana.post(f"/handoffs/{handoff}/transfer", to_ben)).status_code == 204
    assert (await ben.post(f"/handoffs/{handoff}/accept")).status_code == 200
    clock.step = timedelta(minutes=4)
    await ben.get("/queue")  # he is there, and says nothing
    await seen(desk, customer, "handoff.released", reason="no_answer", agent_id=await id_of(ben))
    await customer.until_text("had to step away")
    assert await desk.violations(customer.id) == []


async def test_who_is_away_from_a_customer_that_waits_loses_it(desk: Desk, clock: AheadClock) -> None:
    ana, customer, quiet = await Agent.sign_in(desk), await desk.open(), await desk.open()
    handoff, other = await ana.take(customer), await ana.take(quiet)
    for each in (handoff, other):
        await ana.post(f"/handoffs/{each}/messages", {"client_message_id": each, "text": "I am here"})
    await customer.say("And my refund?")
    clock.step = timedelta(minutes=4)
    await ana.get("/queue")  # at the desk one may take longer
    item = next(i for i in (await ana.get("/desk/inbox")).json()["open"] if i["handoff_id"] == handoff)
    assert parse(item["answer_by"]) < clock.now()
    assert (await row_of(desk, customer))["state"] == "accepted"
    away = await desk.client.put("/api/v1/agents/me/presence", json={"state": "away"}, headers=ana.headers)
    assert away.status_code == 204, away.text
    await seen(desk, customer, "handoff.released", reason="no_answer")
    await customer.until_text("had to step away")
    assert (await row_of(desk, quiet))["state"] == "accepted"
    assert await desk.violations(customer.id) == []


async def test_after_a_pause_everybody_is_asked_once_more(desk: Desk, clock: AheadClock) -> None:
    ana = await Agent.sign_in(desk)
    me = await id_of(ana)
    customer = await desk.open()
    await customer.post("handoff", {})
    first = await seen(desk, customer, "handoff.offered", agent_id=me)
    handoff = (await row_of(desk, customer))["id"]
    assert (await ana.post(f"/handoffs/{handoff}/decline")).status_code == 204
    for seconds in (20, 40, 65):  # she is there all the while: nothing else gives her a new chance
        assert (await row_of(desk, customer))["passed_by"] == [me]
        clock.step = timedelta(seconds=seconds)
        await ana.get("/queue")

    async def again() -> bool:
        offers = [e for e in await desk.log(customer.id) if e["type"] == "handoff.offered"]
        return any(e["seq"] > first["seq"] for e in offers)

    await eventually("it is offered again", again)


async def test_who_passes_one_on_is_not_asked_for_it_before_the_pause(desk: Desk, clock: AheadClock) -> None:
    ana = await Agent.sign_in(desk)
    me = await id_of(ana)
    customer, other, third, next_one = [await desk.open() for _ in range(4)]
    await customer.post("handoff", {})
    await seen(desk, customer, "handoff.offered", agent_id=me)  # so a round has seen her sign in
    handoff, ending = await ana.take(customer), await ana.take(other)
    await third.post("handoff", {})
    await seen(desk, third, "handoff.offered", agent_id=me)  # so a round has seen what she has
    before = (await desk.log(customer.id))[-1]["seq"]
    assert (await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "support"})).status_code == 204
    await next_one.post("handoff", {})
    await seen(desk, next_one, "handoff.offered", agent_id=me)  # so a round has seen that she has fewer now
    assert (await row_of(desk, customer))["passed_by"] == [me]
    await seen(desk, next_one, "handoff.advanced")  # that round is over
    closed = await ana.post(f"/handoffs/{ending}/close", {"outcome": "resolved", "cause": "other"})
    assert closed.status_code == 204, closed.text

    async def again() -> bool:
        return any(e["type"] == "handoff.offered" and e["seq"] > before for e in await desk.log(customer.id))

    await eventually("who ended one is asked again", again)


async def test_who_is_switched_off_loses_everything_at_once(desk: Desk) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    await ana.take(customer)
    off = sa.update(t.agents).where(t.agents.c.email == "ana@example.com").values(active=False)
    await desk.handoff.core.database.write(lambda c: c.execute(off))
    await seen(desk, customer, "handoff.released", reason="switched_off")
    assert (await ana.get("/queue")).status_code == 401
    assert await desk.violations(customer.id) == []


async def test_who_waits_for_other_people_does_not_count_as_ahead(desk: Desk) -> None:
    async def about_an_order(request: dict[str, Any]) -> dict[str, Any]:
        triage = {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0}
        return result("Let me look.", triage=triage | {"intent": "order_status"})

    ahead = [await desk.open() for _ in range(3)]
    for customer in ahead:
        await customer.post("handoff", {})

    def apart(connection: sa.Connection) -> None:
        connection.execute(sa.update(t.handoffs).values(department="billing"))
        ana = sa.update(t.agents).where(t.agents.c.email == "ana@example.com")
        connection.execute(ana.values(departments=["orders"]))

    await desk.handoff.core.database.write(apart)
    desk.bot.answer = about_an_order
    customer = await desk.open()
    await customer.say("Where is my parcel?")
    await customer.until_text("Let me look.")
    await customer.post("handoff", {})
    assert (await row_of(desk, customer))["department"] == "orders"
    await customer.until_text("You're next in line")
    await Agent.sign_in(desk)
    told = await seen(desk, customer, "handoff.advanced", staffed=True)
    assert told["data"]["position"] == 1


async def test_nobody_is_there_and_a_message_becomes_a_promise(desk: Desk, clock: AheadClock) -> None:
    customer = await desk.open("mara")
    await customer.say("my parcel")
    await customer.until_text("You said")
    early = await customer.post("leave_message", {"email": "mara@example.com"})
    assert (early.status_code, early.json()["code"]) == (409, "not_waiting")
    await customer.post("handoff", {})
    clock.step = timedelta(seconds=6)
    told = await seen(desk, customer, "handoff.advanced", staffed=False)
    assert "estimate_seconds" not in told["data"]
    await customer.until_text("leave your e-mail address")
    for bad in ("mara", "a b@example.com"):
        refused = await customer.post("leave_message", {"email": bad})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_address"), bad
    none = await customer.post("leave_message", {"use_address_on_record": True})
    assert none.json()["code"] == "no_address_on_record"
    message = {"email": "mara@example.com", "text": "It never came.", "client_message_id": "left-1"}
    left = await customer.post("leave_message", message)
    assert left.status_code == 201, left.text
    # Nobody was there to read it: an answer within the three minutes of a waiting line could not be kept.
    assert timedelta(hours=3) < parse(left.json()["due_at"]) - datetime.now(UTC) < timedelta(hours=5)
    repeated = await customer.post("leave_message", message)  # the answer was lost on its way
    assert (repeated.status_code, repeated.json()) == (201, left.json())
    other = await customer.post("leave_message", message | {"text": "Something else."})
    assert (other.status_code, other.json()["code"]) == (422, "client_message_id_reused")
    said = [e["data"]["text"] for e in await desk.log(customer.id) if e["type"] == "message.sent"]
    assert said.count("It never came.") == 1
    again = await customer.post("leave_message", {"email": "mara@example.org"})
    assert again.json() == left.json()
    ana = await Agent.sign_in(desk)
    (promise,) = (await ana.get("/promises")).json()["promises"]
    assert (promise["promise_id"], promise["owner"]) == (left.json()["promise_id"], "team:support")
    item = next(i for i in await ana.waiting() if i["conversation_id"] == customer.id)
    assert item["message_left"]
    assert (await row_of(desk, customer))["state"] == "queued"  # the place is kept


async def test_a_telephone_number_is_promised_a_call(desk: Desk) -> None:
    customer = await desk.open()
    await customer.post("handoff", {})
    for bad in ("5850", "+43", "call me", "+1 555"):
        refused = await customer.post("leave_message", {"phone": bad})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad_phone"), bad
    both = await customer.post("leave_message", {"phone": "+43 1 58058", "email": "mara@example.com"})
    assert both.status_code == 422
    assert (await customer.post("leave_message", {"phone": "0043 (0)1 58058-0"})).status_code == 201
    given = await seen(desk, customer, "contact.given", checked="format")
    assert given["data"]["address"].startswith("+43 1 58058")
    await customer.until_text("call you on that number")
    ana = await Agent.sign_in(desk)
    (promise,) = (await ana.get("/promises")).json()["promises"]
    assert promise["text"] == "A colleague calls the customer back about their message."


async def test_the_address_on_record_is_offered_to_who_proved_who_they_are(desk: Desk) -> None:
    async def address(customer_id: str) -> str | None:
        return f"{customer_id}@example.com"

    desk.handoff.ports.address_of = address
    known, unknown = await desk.open("mara"), await desk.open()
    for customer in (known, unknown):
        await customer.post("handoff", {})
    url = "/api/v1/conversations/{}/wait"
    shown = [
        (await desk.client.get(url.format(one.id), headers=one.headers)).json()["address_on_record"]
        for one in (known, unknown)
    ]
    assert shown == ["m•••@example.com", None]
    assert (await known.post("leave_message", {"use_address_on_record": True})).status_code == 201
    given = await seen(desk, known, "contact.given", checked="verified")
    assert given["data"]["address"] == "mara@example.com"


async def estimates(desk: Desk) -> list[Any]:
    query = sa.select(t.wait_estimates).order_by(t.wait_estimates.c.id)
    return list(await desk.handoff.core.database.read(lambda c: c.execute(query).mappings().all()))


async def told_a_wait(desk: Desk, customer: Customer) -> None:
    await customer.post("handoff", {})
    await seen(desk, customer, "handoff.advanced", estimate_seconds=30)
    assert [row["actual_seconds"] for row in await estimates(desk)] == [None]


def errors_observed() -> tuple[float, float]:
    """How many, and their sum in seconds."""
    name = "frontdesk_wait_estimate_error_seconds"
    return REGISTRY.get_sample_value(f"{name}_count") or 0, REGISTRY.get_sample_value(f"{name}_sum") or 0


async def test_the_error_of_an_estimate_is_kept(desk: Desk, clock: AheadClock) -> None:
    ana, customer = await Agent.sign_in(desk), await desk.open()
    await told_a_wait(desk, customer)
    count, total = errors_observed()
    clock.step = timedelta(seconds=90)
    handoff = await ana.take(customer)
    accepted_at = parse((await row_of(desk, customer))["accepted_at"])
    (first, *later) = await estimates(desk)
    assert first["actual_seconds"] == round((accepted_at - parse(first["estimated_at"])).total_seconds())
    assert 90 <= first["actual_seconds"] < 120
    assert (first["estimate_seconds"], first["censored"]) == (30, False)
    assert all(row["actual_seconds"] is not None for row in later)
    now_count, now_total = errors_observed()
    assert now_count - count == 1 + len(later)
    assert now_total - total >= first["actual_seconds"] - 30

    # Told once, settled once: a later accept is the end of another wait.
    clock.step = timedelta(seconds=200)
    await ana.post(f"/handoffs/{handoff}/transfer", {"queue": "senior"})
    assert (await ana.post(f"/handoffs/{handoff}/accept")).status_code == 200
    assert (await estimates(desk))[0]["actual_seconds"] == first["actual_seconds"]


async def test_a_wait_that_ended_without_anybody_is_marked_so(desk: Desk, clock: AheadClock) -> None:
    await Agent.sign_in(desk)  # somebody is there, so there is an estimate
    customer = await desk.open()
    await told_a_wait(desk, customer)
    observed = errors_observed()
    clock.step = timedelta(seconds=90)
    ben = sa.update(t.agents).where(t.agents.c.email == "ben@example.com").values(roles=["admin"])
    await desk.handoff.core.database.write(lambda c: c.execute(ben))
    admin = await Agent.sign_in(desk, "ben@example.com")
    erased = await admin.post("/guests/erasure", {"conversation_id": customer.id})
    assert erased.status_code == 200, erased.text
    (first, *_) = await estimates(desk)
    assert first["censored"] is True
    assert 90 <= first["actual_seconds"] < 120
    assert errors_observed() == observed


async def test_presence_and_order_come_back_after_redis_forgot_everything(desk: Desk) -> None:
    customers = [await desk.open() for _ in range(5)]
    for customer in customers:
        await customer.post("handoff", {})
    order = Order(desk.handoff.redis)

    async def whole() -> bool:
        return len(await order.ids()) == len(customers)

    await eventually("the order is there", whole)
    before = await order.ids()
    await desk.handoff.redis.flushall()
    await eventually("the order is back", whole, within=5)
    assert await order.ids() == before
