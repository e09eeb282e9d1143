"""The fence in front of every effect: who, when, confirmed, approved, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from handoff.clock import RandomIds, stamp
from handoff.contract.events import ApprovalDecided, ConversationOpened
from handoff.contract.operations import Allowance, Operation, OperationRefused
from handoff.contract.turn import TurnContext
from handoff.conversations.log import Conversation, LogWriter
from handoff.operations.ledger import IllegalSettlement, SqlOperationLedger
from handoff.storage import tables as t
from handoff.storage.database import Database
from tests.support.asked import put_question
from tests.support.clock import START, CountingIds, FakeClock

pytestmark = pytest.mark.service

CONTEXT = TurnContext("cnv_1", "trn_1", 5, 1, stamp(START + timedelta(seconds=8)), "mara", "identity_token")
LATER = replace(CONTEXT, turn_id="trn_2", seq=9)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    database.open()
    now, ids = START, CountingIds()

    def open_conversation(connection: sa.Connection) -> None:
        row = Conversation(
            "cnv_1", "mara", None, "identity_token", "web", "en", "bot", 1, 0, "open", 0, None, None, None, "", ""
        )
        connection.execute(sa.insert(t.conversations).values(**vars(row)))
        log = LogWriter(connection, row, now, ids)
        log.append(ConversationOpened("web"), "system")
        log.save()

    await database.write(open_conversation)
    yield database
    database.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(database: Database, clock: FakeClock) -> SqlOperationLedger:
    return SqlOperationLedger(database, clock, CountingIds())


async def prepare(ledger: SqlOperationLedger, context: TurnContext = CONTEXT, **more: Any) -> Operation:
    return await ledger.prepare(
        context, kind="refund", object_ref="A-1", summary="Refund 20.00", arguments={"line": 1}, **more
    )


async def ask(database: Database, operation: Operation, seq: int = 6) -> None:
    """The customer reads the question about this operation, as the message ``seq``."""
    await database.write(lambda connection: put_question(connection, "cnv_1", seq, [operation.id]))


async def refused(step: Any) -> str:
    with pytest.raises(OperationRefused) as info:
        await step
    return info.value.code


async def move_epoch(database: Database) -> None:
    await database.write(lambda c: c.execute(sa.update(t.conversations).values(epoch=2, owner="queue")))


async def test_a_confirmed_operation_starts(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger, amount="20.00")
    await ask(database, operation)
    assert (operation.state, operation.started, operation.amount) == ("intended", False, "20.00")
    started = await ledger.start(LATER, operation.id)
    assert started.fresh
    assert started.operation.started
    assert await ledger.get(LATER, operation.id) == started.operation


async def test_the_message_that_asked_does_not_confirm(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger)
    await ask(database, operation)
    assert await refused(ledger.start(CONTEXT, operation.id)) == "not_confirmed"
    assert await refused(ledger.start(replace(CONTEXT, seq=4), operation.id)) == "not_confirmed"


async def test_a_yes_that_was_said_before_the_question_was_read_is_none(
    ledger: SqlOperationLedger, database: Database
) -> None:
    operation = await prepare(ledger)
    assert await refused(ledger.start(LATER, operation.id)) == "not_confirmed"
    await ask(database, operation, seq=9)
    assert await refused(ledger.start(LATER, operation.id)) == "not_confirmed"
    assert (await ledger.start(replace(LATER, seq=10), operation.id)).fresh


async def test_what_only_speaks_of_it_is_no_question(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger)
    await database.write(lambda connection: put_question(connection, "cnv_1", 6, [operation.id], asks=False))
    assert await refused(ledger.start(LATER, operation.id)) == "not_confirmed"


async def test_of_messages_answered_together_the_first_must_have_been_said_after_the_question(
    ledger: SqlOperationLedger, database: Database
) -> None:
    operation = await prepare(ledger)
    await ask(database, operation, seq=7)
    turn = {"id": "trn_2", "conversation_id": "cnv_1", "seq": 9, "reply_to": [6, 9], "epoch": 1, "state": "running"}
    rest = {"trigger": "message", "attempts": 0, "correlation_id": "", "started_at": ""}
    await database.write(lambda c: c.execute(sa.insert(t.turns).values(**turn, **rest)))
    assert await refused(ledger.start(LATER, operation.id)) == "not_confirmed"


async def test_what_was_asked_before_an_approval_is_asked_again_after_it(
    ledger: SqlOperationLedger, database: Database
) -> None:
    operation = await prepare(ledger, needs_approval=True)
    await ask(database, operation)

    def approve(connection: sa.Connection) -> None:
        log = LogWriter.locked(connection, "cnv_1", START, RandomIds())
        log.conversation.head_seq = 6
        log.append(ApprovalDecided("apr_1", operation.id, "approved", "agt_1"), "agent")
        log.save()
        connection.execute(sa.update(t.operations).values(approval="approved"))

    await database.write(approve)
    assert await refused(ledger.start(LATER, operation.id)) == "not_confirmed"
    await ask(database, operation, seq=8)
    assert (await ledger.start(LATER, operation.id)).fresh


async def test_a_yes_before_the_approval_counts_and_can_be_taken_back(
    ledger: SqlOperationLedger, database: Database
) -> None:
    operation = await prepare(ledger, needs_approval=True)
    assert await refused(ledger.agree(LATER, operation.id, yes=True)) == "not_confirmed"
    await ask(database, operation)
    assert (await ledger.agree(LATER, operation.id, yes=True)).agreed
    assert await refused(ledger.start(LATER, operation.id)) == "approval_missing"
    other = replace(LATER, customer_id="cus_other")
    assert await refused(ledger.agree(other, operation.id, yes=True)) == "not_found"
    assert not (await ledger.agree(LATER, operation.id, yes=False)).agreed
    await ledger.agree(LATER, operation.id, yes=True)
    await database.write(lambda c: c.execute(sa.update(t.operations).values(approval="approved")))
    assert (await ledger.start(replace(LATER, seq=9), operation.id)).fresh


async def test_nothing_starts_or_is_prepared_under_an_epoch_that_ended(
    ledger: SqlOperationLedger, database: Database
) -> None:
    operation = await prepare(ledger)
    await move_epoch(database)
    assert await refused(ledger.start(LATER, operation.id)) == "epoch_moved"
    assert await refused(prepare(ledger, LATER)) == "epoch_moved"
    assert not (await ledger.get(LATER, operation.id)).started


async def test_nothing_starts_or_is_prepared_after_the_deadline(ledger: SqlOperationLedger, clock: FakeClock) -> None:
    operation = await prepare(ledger)
    clock.advance(8)
    assert await refused(ledger.start(LATER, operation.id)) == "deadline_passed"
    assert await refused(prepare(ledger, LATER)) == "deadline_passed"


async def test_a_stranger_does_nothing(ledger: SqlOperationLedger) -> None:
    operation = await prepare(ledger)
    for stranger in (
        replace(LATER, customer_id=None),
        replace(LATER, customer_id=""),
        replace(LATER, verification="none"),
    ):
        assert await refused(prepare(ledger, stranger)) == "not_verified"
        assert await refused(ledger.start(stranger, operation.id)) == "not_verified"


async def test_anothers_operation_is_not_there(ledger: SqlOperationLedger) -> None:
    operation = await prepare(ledger)
    other = replace(LATER, customer_id="jon")
    assert await refused(ledger.start(other, operation.id)) == "not_found"
    assert await refused(ledger.get(other, operation.id)) == "not_found"
    assert await refused(ledger.get(LATER, "op_none")) == "not_found"
    assert await refused(ledger.start(LATER, "op_none")) == "not_found"
    elsewhere = replace(LATER, conversation_id="cnv_2")
    assert await refused(ledger.start(elsewhere, operation.id)) == "not_found"
    assert await refused(ledger.get(elsewhere, operation.id)) == "not_found"


async def test_a_newer_request_takes_the_place_of_one_that_was_not_started(
    ledger: SqlOperationLedger, database: Database
) -> None:
    first, second = await prepare(ledger), await prepare(ledger)
    await ask(database, first)
    await ask(database, second, seq=7)
    assert await refused(ledger.start(LATER, first.id)) == "superseded"
    assert (await ledger.start(LATER, second.id)).fresh
    third = await prepare(ledger, LATER)
    await ask(database, third, seq=10)
    assert not (await ledger.start(replace(LATER, seq=12), second.id)).fresh
    assert (await ledger.start(replace(LATER, seq=12), third.id)).fresh


@pytest.mark.parametrize(("decision", "starts"), [("wanted", False), ("declined", False), ("approved", True)])
async def test_what_needs_a_person_waits_for_one(
    ledger: SqlOperationLedger, database: Database, decision: str, starts: bool
) -> None:
    operation = await prepare(ledger, needs_approval=True)
    await prepare(ledger)  # does not take the place of one that a person is deciding on
    await ask(database, operation)
    await database.write(
        lambda c: c.execute(sa.update(t.operations).where(t.operations.c.id == operation.id).values(approval=decision))
    )
    if starts:
        assert (await ledger.start(LATER, operation.id)).fresh
    else:
        assert await refused(ledger.start(LATER, operation.id)) == "approval_missing"


async def test_one_of_many_starters_may_cause_the_effect(ledger: SqlOperationLedger, database: Database) -> None:
    for number in range(20):
        operation = await prepare(ledger)
        await ask(database, operation, seq=6 + number)
        context = replace(LATER, seq=7 + number)
        started = await asyncio.gather(*(ledger.start(context, operation.id) for _ in range(8)))
        assert sorted(one.fresh for one in started) == [False] * 7 + [True]


async def test_a_settlement_may_be_repeated_and_not_rewritten(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger)
    await ask(database, operation)
    with pytest.raises(IllegalSettlement):
        await ledger.settle(operation.id, "done")
    await ledger.start(LATER, operation.id)
    done = await ledger.settle(operation.id, "done", result={"refund": "R-1"})
    assert await ledger.settle(operation.id, "done") == done
    with pytest.raises(IllegalSettlement):
        await ledger.settle(operation.id, "verified")
    verified = await ledger.settle(operation.id, "verified", receipt="rcp_1")
    assert (verified.state, verified.receipt, verified.result) == ("verified", "rcp_1", {"refund": "R-1"})
    assert await ledger.settle(operation.id, "verified", receipt="rcp_1") == verified
    for state in ("done", "failed", "unknown", "intended"):
        with pytest.raises(IllegalSettlement):
            await ledger.settle(operation.id, state)
    assert await refused(ledger.settle("op_none", "done")) == "not_found"


async def test_two_settlements_at_once_do_not_overwrite_each_other(
    ledger: SqlOperationLedger, database: Database
) -> None:
    for number in range(20):
        operation = await prepare(ledger)
        await ask(database, operation, seq=6 + number)
        await ledger.start(replace(LATER, seq=7 + number), operation.id)
        ends = await asyncio.gather(
            ledger.settle(operation.id, "verified", receipt="rcp_1"),
            ledger.settle(operation.id, "failed"),
            return_exceptions=True,
        )
        assert sum(isinstance(end, IllegalSettlement) for end in ends) == 1


async def test_unknown_is_not_the_end(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger)
    await ask(database, operation)
    await ledger.start(LATER, operation.id)
    await ledger.settle(operation.id, "unknown")
    assert (await ledger.settle(operation.id, "verified", receipt="rcp_1")).state == "verified"


async def test_what_is_started_at_once_in_two_conversations_stays_within_the_allowance(
    ledger: SqlOperationLedger, database: Database
) -> None:
    """Three of 45.00 at once, in conversations of one customer: one begins, whatever the interleaving."""
    allowance = Allowance(frozenset({"refund"}), "50.00", (START - timedelta(days=30)).isoformat())

    def open_others(connection: sa.Connection) -> None:
        row = dict(connection.execute(sa.select(t.conversations)).mappings().one())
        connection.execute(sa.insert(t.conversations), [{**row, "id": name} for name in ("cnv_2", "cnv_3")])

    await database.write(open_others)
    contexts = [replace(LATER, conversation_id=f"cnv_{n}") for n in (1, 2, 3)]
    operations = [await prepare(ledger, replace(context, seq=5), amount="45.00") for context in contexts]
    for context, operation in zip(contexts, operations, strict=True):
        here, asked = context.conversation_id, operation.id
        await database.write(lambda c, here=here, asked=asked: put_question(c, here, 6, [asked]))
    starts = [
        ledger.start(context, operation.id, allowance=allowance)
        for context, operation in zip(contexts, operations, strict=True)
    ]
    ends = await asyncio.gather(*starts, return_exceptions=True)
    assert sorted(getattr(end, "code", "begun") for end in ends) == ["begun", "over_limit", "over_limit"]


async def test_what_an_allowance_refused_waits_for_a_person(ledger: SqlOperationLedger, database: Database) -> None:
    operation = await prepare(ledger, amount="60.00")
    await ask(database, operation)
    allowance = Allowance(frozenset({"refund"}), "50.00", (START - timedelta(days=30)).isoformat())
    assert await refused(ledger.start(LATER, operation.id, allowance=allowance)) == "over_limit"
    waiting = await ledger.ask_approval(LATER, operation.id, {"line": 2})
    assert (waiting.approval, waiting.arguments, waiting.agreed) == ("wanted", {"line": 2}, True)
    assert await refused(ledger.start(LATER, operation.id, allowance=allowance)) == "approval_missing"
