"""What is taken back by its name ends what is of its kind, and nothing else."""

from __future__ import annotations

import pytest

from tests.actions.conftest import Front
from tests.actions.transactions.test_engine import approve, become, prepared

pytestmark = pytest.mark.service

MONEY, DELETION = "refund double_charge subscription_refund", "delete_data"


@pytest.mark.parametrize(
    ("intent", "withdraws"), [("refund_request", MONEY), ("delete_data", ""), ("delete_data", DELETION)]
)
async def test_what_is_wholly_taken_back_does_not_come_again(front: Front, intent: str, withdraws: str) -> None:
    """A refund where it is named, anything else by a plain no; whatever a person decides afterwards."""
    become(front, "cus_paul")
    operation_id = (await prepared(front, intent, order_number="B-2016")).operations[0]["operation_id"]
    await front.run("action_confirm", "yes", "affirm")
    entities = {"withdraws": withdraws} if withdraws else {"operation_id": operation_id}
    await front.run("action_decline", "cancel it", "decline_operation", **entities)
    await approve(front, "approved")
    told = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert "You took that back" in told.text
    assert "confirm" not in str(told.choices)
    await front.run("action_confirm", "yes", "affirm", operation_id=operation_id)
    assert front.effects() == []


async def test_a_refund_that_is_taken_back_leaves_what_was_proposed_since(front: Front) -> None:
    become(front, "cus_paul")
    refund = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await front.run("action_confirm", "yes", "affirm")
    copy = (await prepared(front, "data_copy")).operations[0]["operation_id"]
    await front.run("action_decline", "forget the money", "decline_operation", withdraws=MONEY)
    assert front.slots["operation_id"] == copy
    await approve(front, "approved")
    told = await front.run("action_operation_settled", intent="approval_decided", operation_id=refund)
    assert "You took that back" in told.text
    done = await front.run("action_confirm", intent="confirm_operation", operation_id=copy)
    assert done.operations[0]["state"] == "verified"
    assert [effect.kind for effect in front.effects()] == ["data_copy"]


async def test_money_of_another_order_is_taken_back_by_no_word(front: Front) -> None:
    become(front, "cus_paul")
    refund = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await front.run("action_confirm", "yes", "affirm")
    told = {"withdraws": MONEY, "order_number": "A-1018"}
    said = await front.run("action_decline", "forget the money for A-1018", "decline_operation", **told)
    assert "nothing of that kind" in said.text
    await approve(front, "approved")
    settled = await front.run("action_operation_settled", intent="approval_decided", operation_id=refund)
    assert "You took that back" not in settled.text


async def test_money_that_nobody_sends_is_no_no_to_another_proposal(front: Front) -> None:
    become(front, "cus_paul")
    await prepared(front, "data_copy")
    said = await front.run("action_decline", "forget the money", "decline_operation", withdraws=MONEY)
    assert "nothing of that kind" in said.text
    done = await front.run("action_confirm", "yes", "affirm")
    assert done.operations[0]["state"] == "verified"


async def test_what_was_only_asked_for_is_taken_back_too(front: Front) -> None:
    asked = await front.run("action_prepare", "I want my money back", "refund_request")
    assert front.slots["awaiting"] == "order_number", asked.text
    said = await front.run("action_decline", "forget the money", "decline_operation", withdraws=MONEY)
    assert "nothing of that kind" not in said.text
    assert (front.slots["awaiting"], front.slots["transaction"]) == (None, None)


async def test_money_that_has_gone_cannot_be_taken_back_by_words(front: Front) -> None:
    become(front, "cus_paul")
    sent = await prepared(front, "refund_request", order_number="B-2016", amount="10.00")
    await front.run("action_confirm", "yes", "affirm")
    front.slots["last_operation"] = sent.operations[0]["operation_id"]
    said = await front.run("action_decline", "forget the money", "decline_operation", withdraws=MONEY)
    assert "already done" in said.text
