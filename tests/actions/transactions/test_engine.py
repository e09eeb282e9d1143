"""The engine under faults: never a false "done", never two effects, and the half-done state goes to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from actions.backend.faults import Fault
from actions.backend.port import Change, Effect, change_from_json
from actions.errors import NotAllowed
from actions.transactions.engine import TransactionEngine
from actions.transactions.plan import YES_AFTER_APPROVAL
from handoff.clock import stamp
from handoff.contract.turn import TurnContext
from handoff.storage import tables as handoff_tables
from tests.actions.conftest import Front, Outcome

pytestmark = pytest.mark.service


def become(front: Front, customer_id: str) -> None:
    front.context = replace(front.context, customer_id=customer_id)


async def prepared(front: Front, intent: str = "cancel_order", **entities: str) -> Outcome:
    outcome = await front.run("action_prepare", "please", intent, **entities)
    assert outcome.operations, outcome.text
    return outcome


async def approve(front: Front, decision: str) -> None:
    operations = handoff_tables.operations
    await front.database.write(lambda connection: connection.execute(sa.update(operations).values(approval=decision)))


async def test_prepare_changes_nothing_and_confirm_does_it_once(front: Front) -> None:
    asked = await prepared(front, order_number="A-1057")
    assert "Alm fleece" in asked.text
    assert asked.operations[0]["state"] == "intended"
    assert [choice["payload"].split("{")[0] for choice in asked.choices] == ["/confirm_operation", "/decline_operation"]
    assert front.effects() == []

    done = await front.run("action_confirm", "yes", "affirm")
    (effect,) = front.effects()
    assert effect.key == asked.operations[0]["operation_id"]
    assert done.operations[0] == {**asked.operations[0], "state": "verified", "receipt": effect.receipt}
    assert effect.receipt in done.text
    assert "cancelled" in done.text
    assert done.directive("ask_resolved") is not None
    assert (await front.shop.backend.order("A-1057", "cus_mara")).status == "cancelled"


async def test_the_one_order_that_fits_is_proposed_without_asking(front: Front) -> None:
    assert "A-1057" in (await prepared(front)).text


async def test_confirming_twice_repeats_the_receipt_and_does_nothing(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    first = await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    second = await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    assert second.text == first.text
    assert len(front.effects()) == 1


async def test_a_yes_in_the_same_message_is_not_a_confirmation(front: Front) -> None:
    asked = await prepared(front)
    reply = await front.desk.engine.confirm(front.context, asked.operations[0]["operation_id"])
    assert front.effects() == []
    (said,) = [given.message for given in reply.returns if given.message is not None]
    assert "once more (cancel order A-1057" in said.text
    assert [choice.payload.split("{")[0] for choice in said.choices] == ["/confirm_operation", "/decline_operation"]


async def test_no_leaves_everything_as_it_was(front: Front) -> None:
    await prepared(front)
    declined = await front.run("action_decline", "no", "deny")
    assert "stays as it is" in declined.text
    late = await front.run("action_confirm", "yes", "affirm")
    assert front.effects() == []
    assert "nothing waiting" in late.text


async def test_another_conversation_cannot_confirm(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    become(front, "cus_theo")
    stolen = await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    assert "nothing waiting" in stolen.text
    assert front.effects() == []


async def test_nothing_happens_after_a_person_took_over(front: Front) -> None:
    await prepared(front)
    conversations = handoff_tables.conversations
    await front.database.write(lambda connection: connection.execute(sa.update(conversations).values(epoch=2)))
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert "colleague has taken over" in outcome.text
    assert front.effects() == []


async def test_nothing_is_prepared_after_a_person_took_over(front: Front) -> None:
    conversations = handoff_tables.conversations
    await front.database.write(lambda connection: connection.execute(sa.update(conversations).values(epoch=2)))
    outcome = await front.run("action_prepare", "cancel A-1057", "cancel_order")
    assert "colleague has taken over" in outcome.text
    assert outcome.operations == []


async def test_a_lost_answer_is_read_back_and_is_done_once(front: Front) -> None:
    await prepared(front)
    front.faults.plan("apply", Fault("lost_answer"))
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_an_error_before_the_effect_is_tried_once_more_with_the_same_key(front: Front) -> None:
    await prepared(front)
    front.faults.plan("apply", Fault("error"))
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_a_call_that_the_network_repeats_acts_once(front: Front) -> None:
    become(front, "cus_greta")
    await prepared(front, "refund_request", order_number="D-4010")
    front.faults.plan("apply", Fault("duplicate"))
    await front.run("action_confirm", "yes", "affirm")
    order = await front.shop.backend.order("D-4010", "cus_greta")
    assert [str(refund.amount) for refund in order.refunds] == ["39.80"]


def unproven(outcome: Outcome) -> None:
    assert outcome.operations[0]["state"] == "unknown"
    assert outcome.operations[0]["receipt"] is None
    assert "Done" not in outcome.text
    assert "can't see yet" in outcome.text
    assert outcome.directive("ask_resolved") is None
    directive = outcome.directive("handoff")
    assert directive is not None
    assert directive["reason"] == "tool_failure"
    assert outcome.operations[0]["operation_id"] in directive["note"]


async def test_a_lost_write_is_never_called_done(front: Front) -> None:
    await prepared(front)
    front.faults.plan("apply", Fault("lost_write"))
    unproven(await front.run("action_confirm", "yes", "affirm"))
    assert front.effects() == []


async def test_a_shop_that_stays_away_is_never_called_done(front: Front) -> None:
    await prepared(front)
    front.faults.always("apply", Fault("error"))
    unproven(await front.run("action_confirm", "yes", "affirm"))


async def test_an_effect_that_cannot_be_read_back_is_unknown_until_it_can(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    front.faults.always("effect", Fault("error"))
    unproven(await front.run("action_confirm", "yes", "affirm"))
    assert len(front.effects()) == 1
    front.faults.clear()
    told = await front.run("action_operation_settled", intent="operation_settled", operation_id=operation_id)
    assert told.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_a_slow_shop_is_not_waited_for(front: Front) -> None:
    await prepared(front)
    impatient = TransactionEngine(
        front.desk.backend,
        front.desk.engine._ledger,
        front.desk.engine._transactions,
        front.clock.now,
        patience=0.2,
        glance=5.0,
    )
    object.__setattr__(front.desk, "engine", impatient)
    front.faults.plan("apply", Fault("slow", 30))
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "verified"  # the effect had happened, and the read-back showed it
    assert len(front.effects()) == 1


async def test_a_crash_between_effect_and_receipt_is_found_again(front: Front) -> None:
    """The process dies after the shop acted: the next yes reads back instead of acting."""
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    ledger = front.desk.engine._ledger
    front.next_message()
    operation, fresh = await ledger.start(front.context, operation_id)
    assert fresh
    await front.shop.backend.apply("cus_mara", change_of(operation.arguments), operation_id)
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_a_crash_before_the_effect_is_not_made_up_for_in_silence(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    front.next_message()
    await front.desk.engine._ledger.start(front.context, operation_id)
    unproven(await front.run("action_confirm", "yes", "affirm"))
    assert front.effects() == []


async def test_what_changed_meanwhile_is_said_and_is_no_done(front: Front) -> None:
    await prepared(front)
    with front.shop.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.text("UPDATE shop_orders SET status = 'shipped' WHERE id = 'A-1057'"))
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "failed"
    assert "left our warehouse" in outcome.text
    assert "Done" not in outcome.text


async def test_over_authority_a_person_decides_and_what_the_customer_agreed_to_is_done_at_once(front: Front) -> None:
    become(front, "cus_paul")
    asked = await prepared(front, "refund_request", order_number="B-2016")
    operation_id = asked.operations[0]["operation_id"]
    wanted = asked.directive("approval")
    assert wanted == {
        "operation_id": operation_id,
        "kind": "refund",
        "summary": "Refund 53.80 EUR for order B-2016 (damaged)",
        "amount": "53.80",
        "limit": "50.00",
        "directive": "approval",
    }
    promise = asked.directive("promise")
    assert promise is not None
    assert promise["operation_id"] == operation_id
    assert [choice["label"] for choice in asked.choices] == ["Yes, as soon as they agree", "No, ask me again then"]

    agreed = await front.run("action_confirm", "yes", "affirm")
    assert "Until then nothing is sent" in agreed.text
    assert front.effects() == []

    await approve(front, "approved")
    done = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert "approved" in done.text
    assert done.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1
    again = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert again.operations == []
    assert len(front.effects()) == 1


async def test_what_a_person_still_decides_is_not_prepared_twice(front: Front) -> None:
    become(front, "cus_paul")
    first = await prepared(front, "refund_request", order_number="B-2016")
    await front.run("action_confirm", "yes", "affirm")
    asked = {"id": "apr_1", "conversation_id": front.context.conversation_id, "state": "wanted"}
    row = {**asked, "operation_id": first.operations[0]["operation_id"], "requested_at": stamp(front.clock.now())}
    await front.database.write(lambda c: c.execute(sa.insert(handoff_tables.approvals).values(**row)))
    again = await front.run("action_prepare", "please", "refund_request", order_number="B-2016")
    assert again.directive("approval") is None
    assert again.operations == []
    assert "still with a colleague" in again.text
    here = front.context
    conversations = handoff_tables.conversations

    def open_another(connection: sa.Connection) -> None:
        row = dict(connection.execute(sa.select(conversations)).mappings().one())
        connection.execute(sa.insert(conversations).values({**row, "id": "cnv_other"}))

    await front.database.write(open_another)
    front.context, front.promises = replace(here, conversation_id="cnv_other"), ()
    elsewhere = await front.run("action_prepare", "please", "refund_request", order_number="B-2016")
    assert elsewhere.directive("approval") is None
    assert "in an earlier conversation" in elsewhere.text
    front.context = here
    await approve(front, "approved")
    operation_id = first.operations[0]["operation_id"]
    done = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert done.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_what_was_prepared_in_a_turn_that_was_lost_blocks_nothing_and_asks_again(front: Front) -> None:
    """The ledger keeps the operation of a turn that the gateway never stored; nobody was asked to decide on it."""
    become(front, "cus_paul")
    lost = await prepared(front, "refund_request", order_number="B-2016")
    again = await prepared(front, "refund_request", order_number="B-2016")
    wanted = again.directive("approval")
    assert wanted is not None
    assert wanted["operation_id"] == again.operations[0]["operation_id"] != lost.operations[0]["operation_id"]


async def test_a_yes_asks_for_the_decision_again_in_case_the_turn_that_asked_was_lost(front: Front) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    agreed = await front.run("action_confirm", "yes", "affirm")
    wanted = agreed.directive("approval")
    assert wanted is not None
    assert wanted["operation_id"] == operation_id


async def test_a_no_to_what_was_approved_drops_it(front: Front) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await approve(front, "approved")
    await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    await front.run("action_decline", "no", "deny")
    late = await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    assert "earlier request" in late.text
    assert front.effects() == []


@pytest.mark.parametrize("answers", [(), ("action_decline",), ("action_confirm", "action_decline")])
async def test_without_a_standing_yes_the_customer_is_asked_after_the_approval(
    front: Front, answers: tuple[str, ...]
) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    for answer in answers:
        said = await front.run(answer, intent="confirm_operation", operation_id=operation_id)
    if answers:
        assert "ask you once more" in said.text
    await approve(front, "approved")
    told = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert "Shall I go ahead?" in told.text
    assert front.effects() == []
    done = await front.run("action_confirm", "yes", "affirm")
    assert done.operations[0]["state"] == "verified"
    assert len(front.effects()) == 1


async def test_a_yes_of_long_ago_is_asked_for_anew(front: Front) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await front.run("action_confirm", "yes", "affirm")
    front.clock.advance(YES_AFTER_APPROVAL.total_seconds() + 1)
    await approve(front, "approved")
    await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert front.effects() == []


async def test_a_declined_approval_changes_nothing(front: Front) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await approve(front, "declined")
    told = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert "couldn't approve" in told.text
    await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    assert front.effects() == []


async def test_slices_of_a_refund_reach_the_limit_together(front: Front) -> None:
    """B-2016 is worth 53.80: after 30.00 alone, 23.80 more is a person's decision."""
    become(front, "cus_paul")
    first = await prepared(front, "refund_request", order_number="B-2016", amount="30.00")
    assert first.directive("approval") is None
    await front.run("action_confirm", "yes", "affirm")
    second = await prepared(front, "refund_request", order_number="B-2016", amount="23.80")
    assert second.directive("approval") is not None


async def test_slices_in_two_conversations_reach_the_limit_together(front: Front) -> None:
    """Each was within the limit when it was prepared; the second yes meets what the first one began."""
    become(front, "cus_paul")
    asked = await prepared(front, "refund_request", order_number="B-2016", amount="30.00")
    assert asked.directive("approval") is None
    operations = handoff_tables.operations

    def begin_another(connection: sa.Connection) -> None:
        row = dict(connection.execute(sa.select(operations)).mappings().one())
        begun = {"id": "op_elsewhere", "amount": "25.00", "started_at": stamp(front.clock.now())}
        connection.execute(sa.insert(operations).values({**row, **begun}))

    await front.database.write(begin_another)
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert front.effects() == []
    assert outcome.directive("approval") is not None
    assert outcome.directive("promise") is not None
    assert outcome.operations[0]["state"] == "intended"
    await front.database.write(
        lambda c: c.execute(sa.update(operations).where(operations.c.id != "op_elsewhere").values(approval="approved"))
    )
    front.clock.advance(timedelta(hours=5).total_seconds())
    operation_id = asked.operations[0]["operation_id"]
    done = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert done.operations[0]["state"] == "verified"


async def test_an_anonymous_context_can_neither_prepare_nor_confirm(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    front.context = replace(front.context, customer_id=None, verification="none")
    outcome = await front.run("action_confirm", intent="confirm_operation", operation_id=operation_id)
    assert outcome.operations == []
    assert front.effects() == []


async def test_a_claimed_customer_without_verification_is_nobody(front: Front) -> None:
    front.context = replace(front.context, verification="none")
    outcome = await front.run("action_prepare", "cancel it", "cancel_order", order_number="A-1057")
    assert outcome.operations == []


async def test_the_deadline_stops_an_effect(front: Front) -> None:
    operation_id = (await prepared(front)).operations[0]["operation_id"]
    front.next_message()
    late: TurnContext = front.context
    front.clock.advance(timedelta(seconds=9).total_seconds())
    reply = await front.desk.engine.confirm(late, operation_id)
    assert "took too long" in str(reply.returns)
    assert front.effects() == []


def change_of(arguments: dict[str, object]) -> Change:
    return change_from_json(dict(arguments["change"]))  # type: ignore[call-overload]


async def test_an_unforeseen_rule_goes_to_a_person(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        raise NotAllowed("key_reused", "This key belongs to another change.")

    await prepared(front)
    monkeypatch.setattr(front.desk.backend, "apply", refuse)
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert outcome.operations[0]["state"] == "failed"
    directive = outcome.directive("handoff")
    assert directive is not None
    assert directive["reason"] == "business_rule"


async def test_another_wish_about_the_order_takes_the_yes_to_its_refund_back(front: Front) -> None:
    become(front, "cus_paul")
    operation_id = (await prepared(front, "refund_request", order_number="B-2016")).operations[0]["operation_id"]
    await front.run("action_confirm", "yes", "affirm")
    other = await front.run("action_prepare", "actually I want to send it back", "return_item")
    assert "ask you once more" in other.text
    await approve(front, "approved")
    told = await front.run("action_operation_settled", intent="approval_decided", operation_id=operation_id)
    assert "Shall I go ahead?" in told.text
    assert front.effects() == []
