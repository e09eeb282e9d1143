"""Approvals: decided once, by a lead, without taking the conversation; the bot goes on from there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.clock import stamp
from handoff.contract.turn import TurnContext
from handoff.episodes import promises
from handoff.gateway.turns import MOST_ATTEMPTS
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from tests.handoff.conftest import Customer, Desk, result
from tests.handoff.queue.desk import Agent
from tests.support.waiting import eventually

pytestmark = pytest.mark.service


@pytest.fixture
def settings(settings: HandoffSettings) -> HandoffSettings:
    """Nothing here is about a bot that is late, and a busy machine must not make one so: it would be asked again."""
    return settings.model_copy(update={"turn_deadline": timedelta(seconds=20), "turn_patience": timedelta(seconds=30)})


def context_of(desk: Desk, request: dict[str, Any]) -> TurnContext:
    deadline = stamp(desk.handoff.core.clock.now() + timedelta(seconds=8))
    return replace(TurnContext(**request["context"]), deadline=deadline)


async def wanted(desk: Desk) -> tuple[Customer, str, str]:
    """A customer whose refund waits for a person: the conversation, the approval's and the operation's id."""

    async def bot(request: dict[str, Any]) -> dict[str, Any]:
        if request["trigger"] == "approval_decided":
            return result(f"decided: {request['note']}")
        operation = await desk.handoff.ledger.prepare(
            context_of(desk, request),
            kind="refund",
            object_ref="A-1",
            summary="Refund 80.00",
            arguments={},
            amount="80.00",
            needs_approval=True,
        )
        asks = {"directive": "approval", "operation_id": operation.id, "kind": "refund", "summary": "Refund 80.00"}
        return result("A colleague has to say yes.", directives=[asks | {"amount": "80.00", "limit": "50.00"}])

    desk.bot.answer = bot
    customer = await desk.open("mara")
    await customer.say("refund please")
    await customer.until_text("A colleague has to say yes.")
    (asked,) = [e for e in await desk.log(customer.id) if e["type"] == "approval.requested"]
    assert asked["visibility"] == "staff"
    return customer, asked["data"]["approval_id"], asked["data"]["operation_id"]


async def agreed(desk: Desk, operation: str) -> None:
    """The customer said yes before the colleague, and nothing since."""
    mine = sa.update(t.operations).where(t.operations.c.id == operation)
    await desk.handoff.core.database.write(lambda connection: connection.execute(mine.values(agreed_seq=1_000)))


@pytest.mark.parametrize("decision", ["approved", "declined"])
async def test_a_decision_begins_a_turn_and_leaves_the_owner(desk: Desk, decision: str) -> None:
    customer, approval, operation = await wanted(desk)
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert (await lead.post(f"/approvals/{approval}", {"decision": decision})).status_code == 204
    events = await customer.until_text(f"decided: {decision} {operation}")
    assert {event["epoch"] for event in events if "epoch" in event} == {1}
    ledger = desk.handoff.ledger
    stored = await ledger.get(context_of(desk, desk.bot.requests[-1]), operation)
    assert stored.approval == decision
    again = await lead.post(f"/approvals/{approval}", {"decision": "approved"})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")
    assert await desk.violations(customer.id) == []


async def test_of_two_decisions_at_once_one_counts(desk: Desk) -> None:
    customer, approval, _ = await wanted(desk)
    lead = await Agent.sign_in(desk, "ben@example.com")
    decisions = ["approved", "declined"] * 4
    answers = await asyncio.gather(*(lead.post(f"/approvals/{approval}", {"decision": d}) for d in decisions))
    assert sorted(a.status_code for a in answers) == [204] + [409] * 7
    assert sum(e["type"] == "approval.decided" for e in await desk.log(customer.id)) == 1


async def test_an_agent_who_is_no_lead_decides_nothing(desk: Desk) -> None:
    customer, approval, _ = await wanted(desk)
    ana = await Agent.sign_in(desk)
    denied = await ana.post(f"/approvals/{approval}", {"decision": "approved"})
    assert (denied.status_code, denied.json()["code"]) == (403, "over_your_limit")
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert (await lead.post("/approvals/apr_none", {"decision": "approved"})).status_code == 404
    assert (await lead.post(f"/approvals/{approval}", {"decision": "maybe"})).status_code == 422
    assert not [e for e in await desk.log(customer.id) if e["type"] == "approval.decided"]


@pytest.mark.parametrize("state", ["with_a_person", "waiting"])
async def test_what_the_customer_agreed_to_is_done_and_told_by_the_system_whoever_has_it(
    desk: Desk, state: str
) -> None:
    customer, approval, operation = await wanted(desk)
    await agreed(desk, operation)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    if state == "waiting":
        await customer.post("handoff", {})
    else:
        await ana.take(customer)
    epoch = (await desk.log(customer.id))[-1]["epoch"]
    assert (await lead.post(f"/approvals/{approval}", {"decision": "approved"})).status_code == 204
    events = await customer.until_text(f"decided: approved {operation}")
    told = next(event for event in events if event.get("data", {}).get("text", "").startswith("decided"))
    assert (told["source"], told["data"]["author"]) == ("system", "system")
    assert told["epoch"] == epoch
    assert await desk.violations(customer.id) == []


async def test_what_was_written_to_people_since_may_take_the_yes_back(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)
    mine = sa.update(t.operations).where(t.operations.c.id == operation)
    await desk.handoff.core.database.write(lambda connection: connection.execute(mine.values(agreed_seq=2)))
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    await customer.say("please do not send it, I have changed my mind")
    asked = len(desk.bot.requests)
    assert (await lead.post(f"/approvals/{approval}", {"decision": "approved"})).status_code == 204
    assert len(desk.bot.requests) == asked
    assert (await ana.post(f"/handoffs/{handoff}/return", {})).status_code == 204
    await customer.until_text(f"decided: approved {operation}")  # the assistant asks once more
    stored = await desk.handoff.ledger.get(context_of(desk, desk.bot.requests[-1]), operation)
    assert not stored.agreed


async def test_a_hand_over_in_the_middle_loses_nothing_that_was_approved(desk: Desk) -> None:
    """The turn of the decision runs under the epoch before the hand-over: it is stored as a draft and run again."""
    customer, approval, operation = await wanted(desk)
    await agreed(desk, operation)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        await go_on.wait()
        return result(f"decided: {request['note']}")

    desk.bot.answer = slow
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert (await lead.post(f"/approvals/{approval}", {"decision": "approved"})).status_code == 204
    await begun.wait()
    await customer.post("handoff", {})
    go_on.set()
    events = await customer.until_text(f"decided: approved {operation}")
    assert [e["source"] for e in events if e.get("data", {}).get("text", "").startswith("decided")] == ["system"]
    assert await desk.violations(customer.id) == []


async def test_what_is_asked_for_twice_is_one_approval(desk: Desk) -> None:
    customer, _, operation = await wanted(desk)
    asks = {"directive": "approval", "operation_id": operation, "kind": "refund", "summary": "Refund 80.00"}

    async def again(_request: dict[str, Any]) -> dict[str, Any]:
        return result("Thank you.", directives=[asks | {"amount": "80.00", "limit": "50.00"}])

    desk.bot.answer = again
    await customer.say("yes")
    await customer.until_text("Thank you.")
    assert sum(e["type"] == "approval.requested" for e in await desk.log(customer.id)) == 1
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert len((await lead.get("/approvals")).json()["approvals"]) == 1


async def test_nothing_is_closed_over_what_is_being_carried_out(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)
    await agreed(desk, operation)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: dict[str, Any]) -> dict[str, Any]:
        begun.set()
        await go_on.wait()
        return result(f"decided: {request['note']}")

    desk.bot.answer = slow
    assert (await lead.post(f"/approvals/{approval}", {"decision": "approved"})).status_code == 204
    await begun.wait()
    closing = {"outcome": "unresolved", "cause": "Gone"}
    early = await ana.post(f"/handoffs/{handoff}/close", closing)
    assert (early.status_code, early.json()["code"]) == (409, "being_carried_out")
    go_on.set()
    await customer.until_text(f"decided: approved {operation}")
    assert (await ana.post(f"/handoffs/{handoff}/close", closing)).status_code == 204
    assert await desk.violations(customer.id) == []


@pytest.mark.parametrize(("decision", "agrees"), [("approved", True), ("approved", False), ("declined", False)])
async def test_a_closed_conversation_goes_on_for_what_was_decided_afterwards(
    desk: Desk, decision: str, agrees: bool
) -> None:
    customer, approval, operation = await wanted(desk)
    if agrees:
        await agreed(desk, operation)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    assert (await ana.post(f"/handoffs/{handoff}/close", {"outcome": "unresolved", "cause": "Gone"})).status_code == 204
    assert (await lead.post(f"/approvals/{approval}", {"decision": decision})).status_code == 204
    events = await customer.until_text(f"decided: {decision} {operation}")
    assert events[-1]["source"] == "bot"
    log = await desk.log(customer.id)
    assert sum(e["type"] == "episode.opened" for e in log) == 1
    assert [e["data"]["by"] for e in log if e["type"] == "conversation.reopened"] == ["system"]
    stored = await desk.handoff.ledger.get(context_of(desk, desk.bot.requests[-1]), operation)
    assert stored.agreed is agrees
    assert await desk.violations(customer.id) == []


async def test_a_decision_on_what_was_erased_wakes_nobody(desk: Desk) -> None:
    customer, approval, _ = await wanted(desk)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    await ana.post(f"/handoffs/{handoff}/close", {"outcome": "unresolved", "cause": "Gone"})
    name = sa.update(t.conversations).values(customer_id="erased_1")
    await desk.handoff.core.database.write(lambda connection: connection.execute(name))
    asked = len(desk.bot.requests)
    before = await desk.log(customer.id)
    refused = await lead.post(f"/approvals/{approval}", {"decision": "declined"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_erased")
    assert await desk.log(customer.id) == before
    assert len(desk.bot.requests) == asked


async def test_while_a_person_owns_the_conversation_the_bot_stays_silent(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    packet = (await ana.get(f"/handoffs/{handoff}")).json()["packet"]
    assert [item["operation_id"] for item in packet["approvals"]] == [operation]
    asked = len(desk.bot.requests)
    assert (await lead.post(f"/approvals/{approval}", {"decision": "approved"})).status_code == 204
    decided, note = (await desk.log(customer.id))[-2:]
    assert (decided["type"], note["type"]) == ("approval.decided", "note.added")
    assert "not carried out" in note["data"]["text"]
    assert len(desk.bot.requests) == asked


async def test_what_was_approved_and_never_done_is_not_closed_as_resolved(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    await lead.post(f"/approvals/{approval}", {"decision": "approved"})
    closing = {"outcome": "resolved", "cause": "answered"}
    refused = (await ana.post(f"/handoffs/{handoff}/close", closing)).json()
    assert (refused["code"], refused["data"]["operations"][0]["id"]) == ("approved_not_done", operation)
    assert "“Refund 80.00” was approved and not carried out. Hand the conversation back" in refused["message"]
    begun = sa.update(t.operations).values(started_at=stamp(desk.handoff.core.clock.now()), state="done")
    await desk.handoff.core.database.write(lambda connection: connection.execute(begun))
    assert (await ana.post(f"/handoffs/{handoff}/close", closing)).status_code == 204


async def test_what_was_approved_and_never_done_may_be_closed_as_unresolved(desk: Desk) -> None:
    customer, approval, _ = await wanted(desk)
    ana, lead = await Agent.sign_in(desk), await Agent.sign_in(desk, "ben@example.com")
    handoff = await ana.take(customer)
    await lead.post(f"/approvals/{approval}", {"decision": "approved"})
    assert (await ana.post(f"/handoffs/{handoff}/close", {"outcome": "unresolved", "cause": "x"})).status_code == 204


async def test_what_is_approved_and_not_done_yet_counts_towards_the_limit(desk: Desk) -> None:
    """Who may give 100.00 gives 80.00 to one customer once, however many conversations ask for it."""
    given: list[Any] = []

    def over_a_hundred(_kind: str, amount: str | None, earlier: Any, _roles: Any) -> str | None:
        given.append([found for _, found in earlier])
        return "lead" if sum(map(float, [amount or 0, *given[-1]])) > 100 else None

    desk.handoff.ports.missing_role = over_a_hundred
    (_, first, operation), (customer, second, _) = await wanted(desk), await wanted(desk)
    ana = await Agent.sign_in(desk)
    assert (await ana.post(f"/approvals/{first}", {"decision": "approved"})).status_code == 204
    denied = await ana.post(f"/approvals/{second}", {"decision": "approved"})
    assert (denied.status_code, denied.json()["code"]) == (403, "over_your_limit")
    assert given == [[], ["80.00"]], operation
    assert not [e for e in await desk.log(customer.id) if e["type"] == "approval.decided"]


async def test_the_decision_keeps_the_promise_of_it(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)
    due = "2031-01-01T00:00:00.000Z"
    make = partial(promises.make, text="A colleague decides.", owner="approvals", due_at=due)
    promise = await desk.handoff.core.change(
        customer.id, lambda log: make(log, made_by="bot", source="bot", operation_id=operation)
    )
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert (await lead.post(f"/approvals/{approval}", {"decision": "declined"})).status_code == 204
    (kept,) = [e["data"] for e in await desk.log(customer.id) if e["type"] == "promise.kept"]
    assert (kept["promise_id"], kept["proof"]) == (promise, approval)


@pytest.mark.parametrize("ending", ["answered", "failed", "drafted", "tried_in_vain"])
async def test_what_the_customer_took_back_is_approved_no_more(desk: Desk, ending: str) -> None:
    """From the moment at which the ledger has it, and the log says so once, however that turn ends."""
    customer, approval, operation = await wanted(desk)
    asked = desk.bot.requests[-1]
    make = partial(promises.make, text="A colleague decides.", owner="approvals", due_at="2031-01-01T00:00:00.000Z")
    await desk.handoff.core.change(
        customer.id, lambda log: make(log, made_by="bot", source="bot", operation_id=operation)
    )
    lead = await Agent.sign_in(desk, "ben@example.com")
    dropped, go_on = asyncio.Event(), asyncio.Event()

    async def bot(request: dict[str, Any]) -> dict[str, Any]:
        await desk.handoff.ledger.drop(context_of(desk, request), operation)
        dropped.set()
        await go_on.wait()
        return {} if ending == "failed" else result("All right, no refund then.")

    desk.bot.answer = bot
    if ending == "tried_in_vain":
        await desk.handoff.ledger.drop(context_of(desk, asked), operation)
    else:
        await customer.say("cancel the refund")
        await dropped.wait()
    assert (await lead.get("/approvals")).json()["approvals"] == []
    late = await lead.post(f"/approvals/{approval}", {"decision": "approved"})
    assert (late.status_code, late.json()["code"]) == (409, "taken_back")
    assert "The customer has taken this back" in late.json()["message"]

    if ending == "drafted":
        await customer.post("handoff", {})
    if ending == "tried_in_vain":  # whoever worked on it died each time
        row = {"conversation_id": customer.id, "seq": asked["context"]["seq"], "trigger": "message"}
        row |= {"received_at": stamp(desk.handoff.core.clock.now()), "attempts": MOST_ATTEMPTS}
        await desk.handoff.core.database.write(lambda connection: connection.execute(sa.insert(t.inbox).values(row)))
    go_on.set()

    async def told() -> list[tuple[str, str]]:
        decided = [e["data"] for e in await desk.log(customer.id) if e["type"] == "approval.decided"]
        return [(one["decision"], one["by"]) for one in decided]

    assert await eventually("the log says so", told) == [("declined", "customer")]
    assert [e["data"]["by"] for e in await desk.log(customer.id) if e["type"] == "promise.kept"] == ["customer"]
    assert (await lead.post(f"/approvals/{approval}", {"decision": "declined"})).json()["code"] == "taken_back"
    assert await told() == [("declined", "customer")]


async def test_what_the_customer_took_back_waits_for_nobody(desk: Desk) -> None:
    customer, approval, operation = await wanted(desk)

    async def bot(request: dict[str, Any]) -> dict[str, Any]:
        await desk.handoff.ledger.drop(context_of(desk, request), operation)
        return result("All right, no refund then.")

    desk.bot.answer = bot
    await customer.say("cancel the refund")
    await customer.until_text("All right, no refund then.")
    lead = await Agent.sign_in(desk, "ben@example.com")
    assert (await lead.get("/approvals")).json()["approvals"] == []
    late = await lead.post(f"/approvals/{approval}", {"decision": "approved"})
    assert (late.status_code, late.json()["code"]) == (409, "taken_back")
    decided = [e["data"] for e in await desk.log(customer.id) if e["type"] == "approval.decided"]
    assert [(one["decision"], one["by"]) for one in decided] == [("declined", "customer")]
    assert await desk.violations(customer.id) == []
