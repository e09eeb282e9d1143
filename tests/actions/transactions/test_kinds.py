"""What is particular to one kind of transaction: how its values are read, and its own refusals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from actions.backend import tables
from actions.backend.account import ProfileField, Slot
from actions.transactions.kinds.callback import said_slots
from actions.transactions.kinds.payment_method import holds_card
from actions.transactions.kinds.refund import read_amount
from actions.transactions.kinds.update_profile import read_value
from tests.actions.conftest import Front
from tests.actions.transactions.cases import SLOT

pytestmark = pytest.mark.service

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = [
    Slot(at.astimezone(UTC), at.astimezone(UTC) + timedelta(hours=1))
    for day in range(5)
    for hour in range(9, 17)
    if (at := datetime(2026, 3, 2 + day, hour, tzinfo=BERLIN)) > MONDAY
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow at 10", ["03 10"]),
        ("Friday at 2 pm please", ["06 14"]),
        ("wed 14:00", ["04 14"]),
        ("Thursday, 3 o'clock", ["05 15"]),
        ("today at 4", ["02 16"]),
        ("tuesday morning", ["03 09", "03 10", "03 11"]),
        ("Friday at 7 pm", []),
        ("not tomorrow, Friday at 10", ["06 10"]),
        ("tomorrow doesn't work, Friday at 10", ["06 10"]),
        ("not tomorrow but Friday at 10", ["06 10"]),
        ("the day after tomorrow at 10", ["04 10"]),
        ("day after tomorrow, 2 pm", ["04 14"]),
        ("next Monday at 10", []),
        ("Monday at 11", ["02 11"]),
        ("any day but Friday, at 10", ["03 10", "04 10", "05 10"]),
        ("not Tuesday or Wednesday, at 10", ["05 10", "06 10"]),
        ("Tuesday or Thursday at 10", ["03 10", "05 10"]),
        ("on sunday", None),
        ("whenever", None),
        ("my order 3 is late", None),
    ],
)
def test_hours_are_read_from_words(text: str, expected: list[str] | None) -> None:
    found = [f"{slot.starts_at.astimezone(BERLIN):%d %H}" for slot in said_slots(text, WEEK, BERLIN, MONDAY)]
    assert found == (expected if expected is not None else [f"{s.starts_at.astimezone(BERLIN):%d %H}" for s in WEEK])


async def test_a_call_is_booked_by_words_and_asked_for_by_hours(front: Front) -> None:
    asked = await front.run("action_prepare", "can you call me back", "request_callback")
    assert front.slots["awaiting"] == "callback_slot"
    assert len(asked.choices) == 4
    ready = await front.run("action_prepare", "tomorrow at 10", "inform")
    assert "Tuesday 3 March, 10:00–11:00" in ready.text
    assert ready.operations[0]["kind"] == "callback"


async def test_another_hour_takes_the_place_of_the_chosen_one(front: Front) -> None:
    await front.run("action_prepare", intent="request_callback", callback_slot=SLOT)
    changed = await front.run("action_prepare", "no, rather Thursday at 2 pm", "inform")
    assert "Thursday 5 March, 14:00–15:00" in changed.text


async def test_a_customer_far_away_reads_their_own_hours(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_ines")  # Lisbon is an hour behind
    ready = await front.run("action_prepare", "", "request_callback", callback_slot=SLOT)
    assert "Tuesday 3 March, 09:00–10:00" in ready.text


async def test_a_second_call_is_named_not_booked(front: Front) -> None:
    await front.run("action_prepare", "", "request_callback", callback_slot=SLOT)
    await front.run("action_confirm", "yes", "affirm")
    again = await front.run("action_prepare", "call me tomorrow at 11", "request_callback")
    assert "booked for you already: Tuesday 3 March, 10:00" in again.text
    assert again.operations == []


async def test_an_hour_that_went_meanwhile_is_asked_again(front: Front) -> None:
    gone = await front.run("action_prepare", "", "request_callback", callback_slot="2026-03-03T22:00:00+00:00")
    assert front.slots["awaiting"] == "callback_slot"
    assert gone.operations == []


async def test_without_a_number_one_is_asked_for_first(front: Front) -> None:
    with front.shop.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.update(tables.customers).values(phone=""))
    outcome = await front.run("action_prepare", "", "request_callback", callback_slot=SLOT)
    assert "no phone number" in outcome.text
    assert outcome.choices[0]["payload"] == '/update_profile{"profile_field": "phone"}'


@pytest.mark.parametrize(
    ("field", "text", "asked", "value"),
    [
        ("email", "change it from a@example.com to b@example.org", False, "b@example.org"),
        ("email", "my new mail", False, None),
        ("phone", "my number is +49 171 392 00 99 now", False, "+49 171 392 00 99"),
        ("phone", "my number has changed", False, None),
        ("name", "I married, my name is now Mara Voss-Lind", False, "Mara Voss-Lind"),
        ("name", "please change my name to Mara Lind", False, "Mara Lind"),
        ("name", "I got married", False, None),
        ("name", "Mara Lind", True, "Mara Lind"),
        ("name", "Mara Lind", False, None),
    ],
)
def test_new_values_are_read(field: ProfileField, text: str, asked: bool, value: str | None) -> None:
    assert read_value(field, text, asked=asked) == value


async def test_the_profile_is_asked_for_bit_by_bit(front: Front) -> None:
    asked = await front.run("action_prepare", "something in my profile is wrong", "update_profile")
    assert [choice["label"] for choice in asked.choices] == ["Name", "Phone number", "E-mail address"]
    await front.run("action_prepare", intent="update_profile", profile_field="name")
    assert front.slots["awaiting"] == "new_name"
    wrong = await front.run("action_prepare", "M4ra", "inform")
    assert "couldn't read that as a name" in wrong.text
    ready = await front.run("action_prepare", "Mara Lind", "inform")
    assert "Mara Lind" in ready.text
    await front.run("action_confirm", "yes", "affirm")
    assert (await front.shop.backend.customer("cus_mara")).name == "Mara Lind"


async def test_an_email_changes_only_after_its_mailbox_said_so(front: Front) -> None:
    await front.run("action_prepare", "my new e-mail is mara@example.org", "update_profile")
    done = await front.run("action_confirm", "yes", "affirm")
    assert "Until you open it" in done.text
    assert "m…@example.com" in done.text
    assert (await front.shop.backend.customer("cus_mara")).email == "mara.voss@example.com"


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("my card is 4111 1111 1111 1111", True),
        ("4111-1111-1111-1111 exp 12/29", True),
        ("my card is 4111 1111 1111 1112", False),
        ("order A-1042, phone +49 171 3920010", False),
    ],
)
async def test_a_card_number_is_refused_kindly_and_kept_nowhere(front: Front, text: str, card: bool) -> None:
    assert holds_card(text) == card
    asked = await front.run("action_prepare", text, "payment_method")
    assert ("don't write card numbers" in asked.text) == card
    assert "1111" not in str(asked.returns)


async def test_deletion_is_prepared_and_a_person_decides(front: Front) -> None:
    question = await front.run("action_prepare", "delete my account", "delete_data")
    assert "Wednesday 1 April" in question.text
    assert [choice["label"] for choice in question.choices] == ["Yes, delete everything", "No, keep my account"]
    assert question.directive("approval") is None, "nobody is troubled before the customer said yes"
    asked = await front.run("action_confirm", "yes", "affirm")
    assert "can't be taken back" in asked.text
    assert "amount" not in asked.text
    wanted = asked.directive("approval")
    assert wanted is not None
    assert wanted["amount"] is None
    hasty = await front.run("action_confirm", "yes", "affirm")
    assert "Nothing has been done yet" in hasty.text
    assert front.effects() == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("I would like 20 euros back for the scratch on B-2016", "20.00 EUR"),
        ("give me a refund of 15,50 €", "15.50 EUR"),
        ("can I get 20 back?", "20.00"),
        ("refund me €12.50 of it", "12.50 EUR"),
        ("20 dollars back please", "20.00 USD"),
        ("I paid 79.90 EUR for it and want my money back", ""),
        ("I want my money back for order 1042", ""),
        ("send 1042 back", ""),
        ("I need a refund for the 2 socks", ""),
    ],
)
def test_a_part_of_the_money_is_read_from_words(text: str, amount: str) -> None:
    assert read_amount(text) == amount


async def test_a_part_of_the_money_goes_back_within_the_authority(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_paul")
    ready = await front.run("action_prepare", "I'd like 20 euros back for the scratch on B-2016", "refund_request")
    assert "20.00 EUR" in ready.text
    assert ready.directive("approval") is None
    await front.run("action_confirm", "yes", "affirm")
    assert [effect.kind for effect in front.effects()] == ["refund"]


async def test_more_than_is_due_is_brought_down_to_it(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_greta")
    ready = await front.run("action_prepare", "refund me 60 euros for D-4010", "refund_request")
    assert "most I see due for that order is 39.80 EUR" in ready.text
    assert ready.operations[0]["summary"].startswith("Refund 39.80 EUR")


@pytest.mark.parametrize(
    ("said", "summary", "lead"),
    [
        ("A-1050 came broken and I want my money back", "Report order A-1050 as damaged", "write down what happened"),
        ("I want 20 euros back for the scratch on A-1050", "Report order A-1050 as damaged", "write down"),
        ("I ordered the wrong size, A-1050, I want my money back", "Return from order A-1050", "with us again"),
    ],
)
async def test_what_is_no_ground_yet_is_not_asked_again(front: Front, said: str, summary: str, lead: str) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    ready = await front.run("action_prepare", said, "refund_request")
    assert [operation["summary"][: len(summary)] for operation in ready.operations] == [summary], ready.text
    assert lead in ready.text
    await front.run("action_confirm", "yes", "affirm")
    assert len(front.effects()) == 1


async def test_what_happened_is_kept_while_the_order_is_asked_for(front: Front) -> None:
    asked = await front.run("action_prepare", "it came broken and I want my money back", "refund_request")
    assert asked.operations == []
    assert front.slots["problem"] == "damaged"
    ready = await front.run("action_prepare", intent="refund_request", order_number="A-1018")
    assert "Report order A-1018 as damaged" in str(ready.operations) or "no longer a matter of transport" in ready.text


@pytest.mark.parametrize(
    ("customer", "intent", "said", "correction", "summary"),
    [
        ("cus_mara", "request_callback", "call me Thursday at 10", "rather friday at 11", "Friday 6 March, 11:00"),
        ("cus_mara", "request_callback", "call me Thursday at 10", "make it 2 pm", "Thursday 5 March, 14:00"),
        ("cus_mara", "request_callback", "call me Thursday at 10", "make it 11", "Thursday 5 March, 11:00"),
        ("cus_mara", "request_callback", "call me Thursday at 10", "no, friday", "Friday 6 March, 10:00"),
        ("cus_mara", "subscription_change", "pause my box for 1 month", "no, 3 months", "Pause subscription"),
        ("cus_mara", "subscription_change", "pause my box for 1 month", "hut tour then", "Change the plan"),
        ("cus_paul", "refund_request", "I'd like 20 euros back for B-2016", "make it 30", "Refund 30.00 EUR"),
        ("cus_paul", "refund_request", "I'd like 20 euros back for B-2016", "no, all of it", "Refund 53.80 EUR"),
        ("cus_mara", "change_address", "send A-1057 to Lindenweg 14, 79100 Freiburg", "no, number 16", "Lindenweg 16,"),
        ("cus_mara", "change_address", "send A-1057 to Lindenweg 14, 79100 Freiburg", "no, 79102", "79102 Freiburg"),
        ("cus_mara", "update_profile", "my new name is Mara Lint", "no, it's Mara Lind", "Change the name"),
    ],
)
async def test_a_correction_takes_the_place_of_what_was_proposed(
    front: Front, customer: str, intent: str, said: str, correction: str, summary: str
) -> None:
    front.context = replace(front.context, customer_id=customer)
    first = await front.run("action_prepare", said, intent)
    assert len(first.operations) == 1, first.text
    second = await front.run("action_prepare", correction, "inform")
    assert len(second.operations) == 1, second.text
    assert summary in second.operations[0]["summary"]
    assert second.text != first.text


@pytest.mark.parametrize(
    ("intent", "said", "correction", "asked"),
    [
        ("request_callback", "call me Thursday at 10", "rather saturday at 11", "callback_slot"),
        ("request_callback", "call me Thursday at 10", "no, another time", "callback_slot"),
        ("subscription_change", "pause my box for 1 month", "no, longer", "months"),
        ("subscription_change", "pause my box for 1 month", "no, 7 months", "months"),
        ("change_address", "send A-1057 to Lindenweg 14, 79100 Freiburg", "no, 16 or 18", "new_address"),
    ],
)
async def test_a_correction_that_is_not_read_is_asked_for(
    front: Front, intent: str, said: str, correction: str, asked: str
) -> None:
    """The old proposal is gone, so no later yes confirms it."""
    assert (await front.run("action_prepare", said, intent)).operations
    again = await front.run("action_prepare", correction, "inform")
    assert again.operations == []
    assert (front.slots["awaiting"], front.slots["operation_id"]) == (asked, None)
    await front.run("action_confirm", "yes", "affirm")
    assert front.effects() == []


async def test_a_subscription_may_be_ended_instead_of_paused(front: Front) -> None:
    await front.run("action_prepare", "pause my subscription", "subscription_change")
    ready = await front.run("action_prepare", "cancel it", "subscription_change", subscription_action="cancel")
    assert ready.operations[0]["summary"].startswith("Cancel subscription")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("10 Downing Street, London SW1A 2AA", "only within the same country"),
        ("Stephansplatz 1, A-1010 Wien", "only within the same country"),
        ("Damrak 1, 1012 LG Amsterdam", "only within the same country"),
        ("Stephansplatz 1, 1010 Wien", "like this: Lindenweg 14"),
    ],
)
async def test_an_address_of_another_country_is_not_taken_for_one_of_ours(
    front: Front, address: str, said: str
) -> None:
    refused = await front.run("action_prepare", f"send A-1057 to {address}", "change_address")
    assert refused.operations == []
    assert said in refused.text


async def test_what_came_broken_is_reported_and_costs_no_label(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    ready = await front.run("action_prepare", "I'd like to return A-1050 because it is broken", "return_item")
    assert ready.operations[0]["kind"] == "report_problem"
    assert "label" not in ready.text


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I'd like to return A-1050, wrong size", "return_item"),
        ("I'd like to return A-1050 and get another size", "return_item"),
        ("send A-1050 back, I'd rather have another kind of boots", "return_item"),
        ("I want to return A-1050 because I need another pair", "return_item"),
        ("A-1050 arrived yesterday but I'd like a different size, can I return it", "return_item"),
        ("I want to return A-1050, you sent me the wrong size", "report_problem"),
        ("I want to return A-1050, you sent me another pair", "report_problem"),
    ],
)
async def test_a_size_is_the_customers_own_choice_unless_it_was_sent(front: Front, said: str, kind: str) -> None:
    front.context = replace(front.context, customer_id="cus_theo")
    ready = await front.run("action_prepare", said, "return_item")
    assert [operation["kind"] for operation in ready.operations] == [kind], ready.text


async def test_the_money_of_an_open_return_is_told_not_asked_for(front: Front) -> None:
    await front.run("action_prepare", "return the Kamm Pro trekking boot of A-1018", "return_item")
    await front.run("action_confirm", "yes", "affirm")
    told = await front.run("action_order_status", "when do I get my money?", "refund_status")
    assert "within 5 working days of its arrival" in told.text
    assert told.choices == []
    asked = await front.run("action_prepare", "I want my money for A-1018", "refund_request")
    assert "within 5 working days of its arrival" in asked.text
