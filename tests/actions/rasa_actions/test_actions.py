"""What customers read: order status in every state, questions, identity by code, the form."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from actions.backend.faults import Fault
from actions.order_status import is_open, status_reply
from tests.actions.conftest import Front
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service


def nobody(front: Front) -> None:
    front.context = replace(front.context, customer_id=None, verification="none")


async def test_a_named_order_gets_its_true_state(front: Front) -> None:
    outcome = await front.run("action_order_status", "where is A-1042?", "order_status")
    for words in ("A-1042", "Regenwand rain jacket", "Talpost", "TP274307DE", "tomorrow", "Augsburg"):
        assert words in outcome.text
    assert outcome.directive("ask_resolved") is not None


async def test_every_order_of_the_company_can_be_told(front: Front) -> None:
    for customer in front.shop.seed.customers:
        for order in await front.shop.backend.orders(customer["id"]):
            reply = status_reply(order, front.clock.now())
            text = reply.returns[0].message.text  # type: ignore[union-attr]
            assert order.id in text
            assert "None" not in text
            assert "  " not in text
            assert ".." not in text
            if order.status in {"delayed", "lost", "damaged"}:
                assert not reply.complete
                assert [c.label for c in reply.returns[0].message.choices][-1] == "Talk to a person"  # type: ignore[union-attr]


async def test_with_one_open_order_no_number_is_asked(front: Front) -> None:
    for customer in front.shop.seed.customers:
        waiting = [order for order in await front.shop.backend.orders(customer["id"]) if is_open(order)]
        front.context = replace(front.context, customer_id=customer["id"])
        front.slots = {}
        outcome = await front.run("action_order_status", "where is my order", "order_status")
        if len(waiting) == 1:
            assert waiting[0].id in outcome.text
        else:
            assert outcome.choices
            assert outcome.text.count("?") <= 1


async def test_a_choice_leads_to_its_order(front: Front) -> None:
    outcome = await front.run("action_order_status", "where is my order", "order_status")
    assert '/order_status{"order_number": "A-1042"}' in [choice["payload"] for choice in outcome.choices]
    told = await front.run("action_order_status", intent="order_status", order_number="A-1042")
    assert "Augsburg" in told.text


async def test_a_newer_number_wins_over_the_slot(front: Front) -> None:
    front.slots["order_number"] = "A-1042"
    assert "A-1018" in (await front.run("action_order_status", "no, A-1018", "inform")).text


async def test_an_item_in_the_message_wins_over_the_remembered_order(front: Front) -> None:
    await front.run("action_order_status", "where is A-1042?", "order_status")
    told = await front.run("action_order_status", "and where is the fleece?", "order_status")
    assert "A-1057" in told.text
    assert "A-1042" not in told.text
    assert front.slots["order_number"] == "A-1057"


async def test_an_item_is_cancelled_whatever_order_was_spoken_of(front: Front) -> None:
    await front.run("action_order_status", "where is A-1042?", "order_status")
    asked = await front.run("action_prepare", "cancel the fleece", "cancel_order")
    assert "A-1057" in asked.operations[0]["summary"]


async def test_a_remembered_order_stays_where_nothing_else_is_named(front: Front) -> None:
    await front.run("action_order_status", "where is A-1057?", "order_status")
    asked = await front.run("action_prepare", "please cancel it", "cancel_order")
    assert "A-1057" in asked.operations[0]["summary"]
    told = await front.run("action_order_status", "when does the rain jacket of A-1057 come", "order_status")
    assert "A-1057" in told.text


async def test_other_orders_are_listed(front: Front) -> None:
    await front.run("action_order_status", "where is A-1042?", "order_status")
    told = await front.run("action_order_status", "and what about my other orders?", "order_status")
    assert told.text.startswith("These are your other orders.")
    assert [choice["label"][:6] for choice in told.choices] == ["A-1057", "A-1018", "A-0987"]
    every = await front.run("action_order_status", "show me all my orders", "order_status")
    assert every.text.startswith("These are your latest orders")
    assert sorted(choice["label"][:6] for choice in every.choices) == ["A-0987", "A-1018", "A-1042", "A-1057"]


async def test_all_orders_are_listed_where_one_alone_is_on_its_way(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_nadia")
    every = await front.run("action_order_status", "what about all of my orders?", "order_status")
    assert len(every.choices) > 1


async def test_digits_alone_find_the_customers_own_order(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_anika")
    assert "B-2031" in (await front.run("action_order_status", intent="order_status", order_number="A-2031")).text


async def test_an_order_never_leaks_to_another_customer(front: Front) -> None:
    for order in front.shop.seed.orders:
        if order["customer"] == "cus_mara":
            continue
        outcome = await front.run("action_order_status", f"where is {order['id']}", "order_status")
        assert "don't find" in outcome.text
        assert order.get("tracking", "no tracking") not in str(outcome.returns)


async def test_a_shop_that_is_away_is_said_and_a_person_comes(front: Front) -> None:
    front.faults.plan("read", Fault("error"))
    outcome = await front.run("action_order_status", "where is A-1042", "order_status")
    assert "can't reach our shop" in outcome.text
    assert outcome.directive("handoff") is not None


async def test_a_guest_proves_who_they_are_with_a_code(front: Front) -> None:
    nobody(front)
    assert "Which order" in (await front.run("action_order_status", "where is my order", "order_status")).text
    assert "e-mail" in (await front.run("action_order_status", "it's A-1042", "inform", order_number="A-1042")).text
    sent = await front.run("action_order_status", "Mara.Voss@example.com", "inform", email="mara.voss@example.com")
    assert "six-digit code" in sent.text
    assert front.slots["awaiting"] == "code"
    (mail,) = front.mails()
    assert mail["to"] == "mara.voss@example.com"

    wrong = await front.run("action_order_status", f"{(int(mail['code']) + 1) % 1_000_000:06d}", "inform")
    assert wrong.directive("verified") is None
    assert "Augsburg" not in wrong.text
    right = await front.run("action_order_status", f"the code is {mail['code'][:3]} {mail['code'][3:]}", "inform")
    assert right.directive("verified") == {"customer_id": "cus_mara", "directive": "verified"}
    assert "Augsburg" in right.text


async def test_a_guest_learns_nothing_from_a_wrong_pair(front: Front) -> None:
    nobody(front)
    answers = []
    for number, email in (
        ("A-1042", "theo.lammers@example.com"),
        ("Z-9999", "nobody@example.com"),
        ("A-1042", "mara.voss@example.com"),
    ):
        front.context = replace(front.context, conversation_id=f"con_{number}_{email}")
        front.slots = {}
        outcome = await front.run("action_order_status", f"{number} {email}", "inform")
        answers.append(outcome.returns)
    assert answers[0] == answers[1] == answers[2]
    assert len(front.mails()) == 1


async def test_five_wrong_codes_end_it(front: Front) -> None:
    nobody(front)
    await front.run("action_order_status", "A-1042 mara.voss@example.com", "inform", email="mara.voss@example.com")
    code = front.mails()[0]["code"]
    for _ in range(5):
        outcome = await front.run("action_order_status", f"{(int(code) + 1) % 1_000_000:06d}", "inform")
    assert "tried too often" in outcome.text
    assert [choice["label"] for choice in outcome.choices] == ["Talk to a person"]
    last = await front.run("action_order_status", code, "inform")
    assert last.directive("verified") is None


PAIR = {"order_number": "A-1042", "email": "mara.voss@example.com"}


async def test_an_expired_code_brings_a_new_one(front: Front, clock: FakeClock) -> None:
    nobody(front)
    await front.run("action_order_status", "my order", "inform", **PAIR)
    clock.advance(11 * 60)
    late = await front.run("action_order_status", front.mails()[-1]["code"], "inform")
    assert "no longer good" in late.text
    assert "new code" in late.text
    assert front.slots["awaiting"] == "code"
    newest = max(front.mails(), key=lambda mail: str(mail["sent_at"]))
    right = await front.run("action_order_status", newest["code"], "inform")
    assert right.directive("verified") is not None


async def test_a_turn_that_is_tried_again_says_the_same_and_sends_one_code(front: Front, clock: FakeClock) -> None:
    """Rasa died after the action: the gateway asks anew, with the same ``seq`` and from the same slots."""
    nobody(front)

    async def tried_often(text: str, **entities: str) -> list[dict[str, object]]:
        front.next_message()
        call = front.call("action_order_status", text, "inform", **entities)
        answers = []
        for _ in range(4):
            answers.append((await front.client.post("/webhook", json=call)).json())
            await front.code_mail.deliver()
        assert all(answer == answers[0] for answer in answers)
        front.slots |= entities | {event["name"]: event["value"] for event in answers[0]["events"]}
        return [response["custom"]["frontdesk"] for response in answers[0]["responses"]]

    await tried_often("my order", **PAIR)
    assert len(front.mails()) == 1
    clock.advance(11 * 60)
    await tried_often(front.mails()[0]["code"])  # it is over: a new one, once
    assert len(front.mails()) == 2
    code = max(front.mails(), key=lambda mail: str(mail["sent_at"]))["code"]
    await tried_often(f"{(int(code) + 1) % 1_000_000:06d}")
    right = await tried_often(code)
    assert {"directive": {"customer_id": "cus_mara", "directive": "verified"}} in right


async def test_another_code_is_no_other_order(front: Front) -> None:
    nobody(front)
    await front.run("action_order_status", "my order", "inform", **PAIR)
    outcome = await front.run("action_prepare", "give me another one", "inform", email="mara.voss@example.com")
    assert "new code" in outcome.text
    assert len(front.mails()) == 2


async def test_a_yes_while_a_code_is_awaited_closes_nothing(front: Front) -> None:
    nobody(front)
    await front.run("action_order_status", "my order", "inform", **PAIR)
    outcome = await front.run("action_confirm", "ok", "affirm")
    assert "six-digit code" in outcome.text
    assert [choice["label"] for choice in outcome.choices] == ["Send a new code", "Talk to a person"]
    assert front.slots["awaiting"] == "code"


async def test_a_guest_may_prepare_once_the_code_was_right(front: Front) -> None:
    nobody(front)
    await front.run(
        "action_prepare", "cancel A-1057, mara.voss@example.com", "cancel_order", email="mara.voss@example.com"
    )
    assert front.slots["transaction"] == "cancel_order"
    outcome = await front.run("action_prepare", front.mails()[0]["code"], "inform", order_number="A-1057")
    assert outcome.directive("verified") is not None
    assert outcome.operations[0]["kind"] == "cancel_order"


async def test_an_answer_comes_with_its_passage(front: Front) -> None:
    outcome = await front.run("action_answer_question", "what does a return cost?", "ask_howto")
    message = outcome.returns[0]["message"]
    assert message["citations"][0]["article_id"] == "returns-policy"
    assert message["worded_by"] == "chat-1"
    assert outcome.directive("ask_resolved") is not None
    assert front.knowledge.asked[0]["audience"] == "customer"
    nobody(front)
    await front.run("action_answer_question", "what does a return cost?", "ask_howto")
    assert front.knowledge.asked[1]["audience"] == "public"


async def test_no_answer_is_admitted_and_a_person_offered(front: Front) -> None:
    front.knowledge.found = False
    front.knowledge.text = "a guess"
    outcome = await front.run("action_answer_question", "do you sell boats?", "ask_howto")
    assert "rather not guess" in outcome.text
    assert "a guess" not in outcome.text
    assert [choice["label"] for choice in outcome.choices] == ["Talk to a person", "Ask something else"]
    assert outcome.directive("handoff") is None
    assert outcome.directive("ask_resolved") is None


async def test_the_label_of_a_button_is_not_taken_for_a_question(front: Front) -> None:
    front.next_message()
    call = front.call("action_answer_question", "Return it", "return_item")
    call["tracker"]["latest_message"]["metadata"]["trigger"] = "choice"
    assert (await front.client.post("/webhook", json=call)).status_code == 200
    assert front.knowledge.asked[0]["question"] == "How do I return something?"


async def test_a_choice_asks_in_words(front: Front) -> None:
    await front.run("action_answer_question", intent="return_item", order_number="A-1018")
    assert front.knowledge.asked[0]["question"] == "How do I return something?"


async def test_handed_back_closes_what_was_open(front: Front) -> None:
    asked = await front.run("action_prepare", "cancel A-1057", "cancel_order")
    await front.run("action_handed_back", intent="handed_back", note="done on the phone")
    assert front.slots["operation_id"] is None
    assert asked.operations
    assert front.effects() == []


@pytest.mark.parametrize(
    ("customer", "said", "words"),
    [
        ("cus_wanda", "where is my refund", "229.00 EUR back on"),
        ("cus_rosa", "where is my refund", "hasn't reached us yet"),
        ("cus_fiona", "refund of D-4015?", "hasn't been sent yet"),
        ("cus_mara", "refund of A-1042?", "no refund for order A-1042"),
        ("cus_mara", "refund of A-1044?", "don't find an order A-1044"),
    ],
)
async def test_where_the_money_is(front: Front, customer: str, said: str, words: str) -> None:
    front.context = replace(front.context, customer_id=customer)
    outcome = await front.run("action_order_status", said, "refund_status")
    assert words in outcome.text


async def test_many_customers_at_once_stay_apart(front: Front) -> None:
    async def ask(customer_id: str) -> tuple[str, str]:
        one = replace(front, context=replace(front.context, customer_id=customer_id), slots={})
        return customer_id, (await one.run("action_order_status", "where is my order", "order_status")).text

    own = {
        c["id"]: {o["id"] for o in front.shop.seed.orders if o["customer"] == c["id"]}
        for c in front.shop.seed.customers
    }
    for customer_id, text in await asyncio.gather(*(ask(customer_id) for customer_id in own)):
        others = {number for other, numbers in own.items() if other != customer_id for number in numbers}
        assert not [number for number in others if number in text]


async def test_a_refund_that_should_be_there_can_be_looked_for(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_wanda")
    told = await front.run("action_order_status", "where is my refund", "refund_status")
    assert "We sent" in told.text
    assert told.returns[0]["message"]["read_from"] == ["E-5009"]
    assert told.choices[0]["payload"] == '/refund_not_arrived{"order_number": "E-5009"}'
    asked = await front.run("action_prepare", intent="refund_not_arrived", order_number="E-5009")
    assert asked.operations[0]["kind"] == "trace_refund"


async def test_a_guest_proves_who_they_are_and_the_wish_goes_on(front: Front) -> None:
    nobody(front)
    asked = await front.run("action_prepare", "my account is locked", "unlock_account")
    assert "Which order" in asked.text
    assert asked.operations == []
    await front.run("action_prepare", "F-6012", "inform", order_number="F-6012")
    await front.run("action_prepare", "kit.farrow@example.com", "inform", email="kit.farrow@example.com")
    (mail,) = front.mails()
    ready = await front.run("action_prepare", mail["code"], "inform", code=mail["code"])
    assert ready.directive("verified") == {"customer_id": "cus_kit", "directive": "verified"}
    assert ready.operations[0]["kind"] == "unlock_account"
    assert front.effects() == []


@pytest.mark.parametrize("wish", ["change_address", "cancel_order"])
async def test_another_orders_status_beside_what_is_open_leaves_it_open(front: Front, wish: str) -> None:
    await front.run("action_prepare", "A-1057 please", wish, order_number="A-1057")
    front.slots["question_open"] = True
    before = {name: front.slots.get(name) for name in ("awaiting", "operation_id", "transaction")}
    told = await front.run("action_order_status", "where is A-1042?", "order_status", order_number="A-1042")
    assert "A-1042" in told.text
    assert "A-1057" not in told.text
    assert {name: front.slots.get(name) for name in before} == before
    assert front.slots["order_number"] == "A-1057"


async def test_a_new_one_that_is_wanted_stands_in_the_report(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_greta")
    asked = await front.run("action_prepare", "send it again", "damaged_or_wrong_item", order_number="D-4010")
    assert [one["summary"] for one in asked.operations] == ["Report order D-4010 as missing"]
    await front.run("action_confirm", "yes", "affirm")
    (case,) = (await front.shop.backend.order("D-4010", "cus_greta")).cases
    assert case.details["note"] == "The customer wants a new one."
