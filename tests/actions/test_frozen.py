"""Frozen tools: a recorded dialogue comes out word for word again, from the record alone, and nothing changes."""

from __future__ import annotations

import asyncio
import contextvars
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from actions.assembly import make_desk, make_webhook
from actions.backend import tables
from actions.backend.faults import Fault, FaultyBackend
from actions.desk import Desk
from actions.frozen import FrozenTools, OffTheRecord
from actions.recording import Recorder
from actions.settings import ActionsSettings
from actions.transactions.catalogue import TRANSACTIONS
from actions.transactions.engine import TransactionEngine
from handoff.clock import Ids
from handoff.contract.turn import ToolCall
from handoff.contract.wire import dump
from handoff.operations.ledger import SqlOperationLedger
from handoff.storage import tables as handoff_tables
from tests.actions.conftest import ACTION_SECRET, CONTEXT_KEY, Front, Outcome
from tests.actions.transactions.cases import HAPPY
from tests.support.clock import CountingIds

pytestmark = pytest.mark.service

SETTINGS = ActionsSettings(context_key=SecretStr(CONTEXT_KEY), action_secret=SecretStr(ACTION_SECRET))
Step = Callable[[Front], Awaitable[Outcome]]


@asynccontextmanager
async def before(front: Front, desk: Desk) -> AsyncIterator[Front]:
    """The same conversation from its beginning, in front of another desk."""
    transport = httpx.ASGITransport(app=make_webhook(SETTINGS, desk))
    headers = {"Authorization": f"Bearer {ACTION_SECRET}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://actions", headers=headers) as client:
        yield replace(front, desk=desk, client=client, slots={}, verified=set())


@dataclass
class Record:
    """What was said turn by turn, what the tools answered (as it comes back from a database), and the moments."""

    said: list[Outcome] = field(default_factory=list)
    calls: list[list[ToolCall]] = field(default_factory=list)


def step(action: str, text: str, intent: str, **entities: str) -> Step:
    return lambda front: front.run(action, text, intent, **entities)


async def record(front: Front, steps: list[Step], ids: Ids | None = None) -> Record:
    recorder, made = Recorder(), Record()
    ledger = SqlOperationLedger(front.database, front.clock, ids or CountingIds())
    backend = FaultyBackend(front.shop.backend, front.faults)
    desk = make_desk(SETTINGS, front.shop, ledger, front.knowledge, front.clock.now, backend, recorder)
    async with before(front, desk) as recorded:
        for one in steps:
            made.said.append(await one(recorded))
            stored = json.loads(json.dumps([dump(call) for call in recorder.take("turn_1")]))
            made.calls.append([ToolCall(**call) for call in stored])
    return made


@asynccontextmanager
async def frozen(front: Front, tools: FrozenTools) -> AsyncIterator[Front]:
    engine = TransactionEngine(tools.shop, tools.operations, TRANSACTIONS, front.clock.now, patience=5, glance=5)
    desk = Desk(tools.shop, engine, front.knowledge, tools.codes, CONTEXT_KEY.encode(), front.clock.now)
    async with before(front, desk) as replayed:
        yield replayed


def everything(front: Front) -> dict[str, list[Any]]:
    """Every row of the shop, and every operation; mails beside them."""
    found: dict[str, list[Any]] = {"mails": front.mails()}
    with front.shop.engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            found[table.name] = [tuple(row) for row in connection.execute(sa.select(table))]
    with front.database.engine.connect() as connection:
        rows = connection.execute(sa.select(handoff_tables.operations))
        found["operations"] = [tuple(row) for row in rows]
    return found


async def comes_out_the_same(front: Front, steps: list[Step], made: Record) -> None:
    shop, tools = everything(front), FrozenTools()
    async with frozen(front, tools) as replayed:
        for number, one in enumerate(steps):
            tools.at(made.calls, number)
            said = await one(replayed)
            assert tools.missed == []
            assert said.returns == made.said[number].returns
    assert everything(front) == shop


@pytest.mark.parametrize("kind", [kind for kind, case in HAPPY.items() if not case.approval])
async def test_every_kind_of_change_comes_out_the_same_and_the_shop_stays_as_it_is(front: Front, kind: str) -> None:
    case = HAPPY[kind]
    front.context = replace(front.context, customer_id=case.customer)
    first = step("action_prepare", case.said, case.intent, **case.entities)
    steps = [first, step("action_confirm", "yes", "affirm")]
    made = await record(front, steps)
    assert made.said[-1].operations[0]["state"] == "verified"
    await comes_out_the_same(front, steps, made)


async def test_refusals_lost_answers_and_codes_come_out_the_same(front: Front) -> None:
    refused = step("action_prepare", "cancel A-1018", "cancel_order")
    asked = step("action_prepare", "cancel A-1057", "cancel_order")
    yes, status = (
        step("action_confirm", "yes", "affirm"),
        step("action_order_status", "where is A-1042?", "order_status"),
    )
    steps = [refused, asked, yes, status]
    front.faults.plan("apply", Fault("lost_answer"))
    made = await record(front, steps)
    assert made.said[2].operations[0]["state"] == "verified"
    await comes_out_the_same(front, steps, made)


async def test_a_guest_who_proved_by_code_does_so_again_and_the_code_is_not_kept(front: Front) -> None:
    front.context = replace(front.context, customer_id=None, verification="none")
    asked = step("action_order_status", "A-1042, mara.voss@example.com", "order_status")

    async def code(at: Front) -> Outcome:
        return await at.run("action_order_status", at.mails()[0]["code"], "inform")

    steps: list[Step] = [asked, code]
    made = await record(front, steps)
    assert made.said[1].directive("verified") is not None
    assert front.mails()[0]["code"] not in json.dumps([dump(call) for calls in made.calls for call in calls])
    await comes_out_the_same(front, steps, made)


async def test_what_was_never_asked_is_off_the_record_and_ends_in_words_and_a_person(front: Front) -> None:
    made = await record(front, [step("action_order_status", "where is A-1042?", "order_status")])
    shop, tools = everything(front), FrozenTools()
    async with frozen(front, tools) as replayed:
        tools.at(made.calls, 0)
        said = await replayed.run("action_prepare", "cancel A-1057", "cancel_order")
    assert tools.missed[0].startswith(("shop.", "operations."))
    handed_over = said.directive("handoff")
    assert handed_over is not None
    assert handed_over["reason"] == "tool_failure"
    assert everything(front) == shop


async def test_a_read_of_another_turn_counts_unless_a_change_lies_between(front: Front) -> None:
    where = step("action_order_status", "where is A-1057?", "order_status")
    steps = [where, step("action_prepare", "cancel A-1057", "cancel_order"), step("action_confirm", "yes", "affirm")]
    made = await record(front, steps)
    tools = FrozenTools()
    asked = {"order_id": "A-1057", "customer_id": "cus_mara"}
    tools.at([*made.calls[:2], []], 2)
    assert (await tools.shop.order(**asked)).status == "placed"
    assert (await tools.shop.order(**asked)).status == "placed"
    tools.at([*made.calls, []], 3)
    with pytest.raises(OffTheRecord):
        await tools.shop.order(**asked)
    assert tools.missed == ["shop.order"]


async def test_a_second_try_of_a_turn_counts_alone_and_nobody_elses_calls_do(front: Front) -> None:
    recorder = Recorder()
    ledger = SqlOperationLedger(front.database, front.clock, CountingIds())
    desk = make_desk(SETTINGS, front.shop, ledger, front.knowledge, front.clock.now, None, recorder)
    async with before(front, desk) as recorded:
        await recorded.run("action_order_status", "where is A-1042?", "order_status")
        front.clock.advance(1)  # a later deadline, the same turn
        await recorded.run("action_order_status", "where is A-1057?", "order_status")
    orders = {call.arguments.get("order_id") for call in recorder.take("turn_1")}
    assert orders == {"A-1057"}
    assert recorder.take("turn_1") == []
    await asyncio.create_task(desk.backend.plans(), context=contextvars.Context())
    assert recorder.take("turn_1") == []


async def test_the_nth_call_gets_the_nth_answer_and_then_the_last_again() -> None:
    tools = FrozenTools()
    tools.at([[ToolCall("codes.pending", {}, True), ToolCall("codes.pending", {}, False)]], 0)
    assert [await tools.codes.pending("con_1", seq) for seq in range(3)] == [True, False, False]
