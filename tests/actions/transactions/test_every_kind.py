"""What must hold for every kind of transaction, whatever the customer says and whatever breaks.

No effect without a fresh yes of the right customer in a later turn; one effect, however often it is asked for; and
never "done" where the shop does not show it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.backend.faults import Fault
from actions.transactions.engine import TransactionEngine
from actions.transactions.plan import YES_AFTER_APPROVAL, YES_COUNTS_FOR
from tests.actions.conftest import Front, Outcome
from tests.actions.transactions.cases import HAPPY
from tests.actions.transactions.test_catalogue import asked

pytestmark = [pytest.mark.service, pytest.mark.parametrize("kind", HAPPY)]

REFUSED = {"Done:", "It's booked", "Your request is in", "is on its way to"}


async def said_yes(front: Front, operation_id: str) -> Outcome:
    return await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)


def nothing_claimed(outcome: Outcome) -> None:
    assert not [words for words in REFUSED if words in outcome.text], outcome.text
    assert outcome.directive("ask_resolved") is None
    assert [operation for operation in outcome.operations if operation["state"] == "verified"] == []
    assert outcome.directive("promise") is None


async def test_a_yes_counts_only_fresh_only_once_and_only_from_whom_it_is(front: Front, kind: str) -> None:
    first = await asked(front, kind)
    operation_id, owner = first.operations[0]["operation_id"], front.context
    if not HAPPY[kind].approval:
        reply = await front.desk.engine.confirm(front.context, operation_id)  # in the turn that asked
        assert "once more" in str(reply.returns)

    for other in (
        {"customer_id": "cus_samir"},
        {"customer_id": None, "verification": "none"},
        {"conversation_id": "x"},
    ):
        front.context = replace(owner, seq=front.context.seq, **other)
        nothing_claimed(await said_yes(front, operation_id))
    assert front.effects() == []

    front.context = replace(owner, seq=front.context.seq)
    front.clock.advance((YES_AFTER_APPROVAL if HAPPY[kind].approval else YES_COUNTS_FOR).total_seconds() + 1)
    stale = await said_yes(front, operation_id)
    assert "a while ago" in stale.text
    nothing_claimed(stale)
    assert front.effects() == []


async def test_a_newer_request_takes_the_older_ones_place(front: Front, kind: str) -> None:
    operation_id = (await asked(front, kind)).operations[0]["operation_id"]
    other = "invoice_copy" if kind != "invoice_copy" else "password_reset"
    customer = front.context.customer_id
    await front.run("action_prepare", "please", "password_reset" if other == "password_reset" else "payment_method")
    assert front.context.customer_id == customer
    late = await said_yes(front, operation_id)
    if HAPPY[kind].approval:
        return  # what a person approved stands beside what was asked since
    nothing_claimed(late)
    assert "newer one" in late.text
    assert front.effects() == []


@pytest.mark.parametrize(
    ("fault", "state", "effects"),
    [
        ("lost_answer", "verified", 1),
        ("duplicate", "verified", 1),
        ("error_once", "verified", 1),
        ("error", "unknown", 0),
        ("lost_write", "unknown", 0),
        ("slow", "verified", 1),
        ("blind", "unknown", 1),
    ],
)
async def test_whatever_breaks_there_is_no_false_done(
    front: Front, kind: str, fault: str, state: str, effects: int
) -> None:
    first = await asked(front, kind)
    operation_id = first.operations[0]["operation_id"]
    break_it(front, fault)
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == state
    assert len(front.effects()) == effects
    if state == "verified":
        assert front.effects()[0].receipt in outcome.text
        return
    nothing_claimed(outcome)
    handoff = outcome.directive("handoff")
    assert handoff is not None
    assert handoff["reason"] == "tool_failure"
    assert operation_id in handoff["note"]
    front.faults.clear()
    later = await front.run("action_operation_settled", intent="operation_settled", operation_id=operation_id)
    assert later.operations[0]["state"] == ("verified" if effects else "unknown")
    assert len(front.effects()) == effects


def break_it(front: Front, fault: str) -> None:
    match fault:
        case "error_once":
            front.faults.plan("apply", Fault("error"))
        case "error" | "lost_write":
            front.faults.always("apply", Fault(fault))
        case "slow":
            impatient = TransactionEngine(
                front.desk.backend,
                front.desk.engine._ledger,
                front.desk.engine._transactions,
                front.clock.now,
                patience=0.3,
                glance=5.0,
            )
            object.__setattr__(front.desk, "engine", impatient)
            front.faults.plan("apply", Fault("slow", 30))
        case "blind":
            front.faults.always("effect", Fault("error"))
        case _:
            front.faults.plan("apply", Fault(fault))  # type: ignore[arg-type]


async def test_a_shop_that_is_away_is_said_and_nothing_is_prepared(front: Front, kind: str) -> None:
    case = HAPPY[kind]
    front.context = replace(front.context, customer_id=case.customer)
    for target in ("read", "preview"):
        front.faults.always(target, Fault("error"))  # type: ignore[arg-type]
    outcome = await front.run("action_prepare", case.said, case.intent, **case.entities)
    assert "can't reach our shop" in outcome.text
    assert outcome.operations == []
    assert outcome.directive("handoff") is not None
    assert front.effects() == []
