"""Every transaction once from the first word to the receipt, and its ways out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from actions.backend import tables
from actions.backend.port import Address, Change, Effect
from actions.transactions.catalogue import BY_INTENT, TRANSACTIONS
from actions.transactions.kinds.change_address import read_new_address
from actions.transactions.orders import normal_number
from handoff.storage import tables as handoff_tables
from tests.actions.conftest import Front, Outcome
from tests.actions.transactions.cases import HAPPY

pytestmark = pytest.mark.service

ABOUT_ORDERS = [intent for intent, kind in BY_INTENT.items() if "order_number" in TRANSACTIONS[kind].slots]


def test_every_transaction_has_its_case() -> None:
    assert set(HAPPY) == set(TRANSACTIONS) == set(BY_INTENT.values())


async def asked(front: Front, kind: str) -> Outcome:
    """The customer's first words; where a person has to decide, the customer says yes and somebody approves."""
    case = HAPPY[kind]
    front.context = replace(front.context, customer_id=case.customer)
    outcome = await front.run("action_prepare", case.said, case.intent, **case.entities)
    assert [operation["kind"] for operation in outcome.operations] == [kind], outcome.text
    assert outcome.directive("approval") is None
    if case.approval:
        assert (await front.run("action_confirm", "yes", "affirm")).directive("approval") is not None
        approve = sa.update(handoff_tables.operations).values(approval="approved")
        await front.database.write(lambda connection: connection.execute(approve))
    return outcome


@pytest.mark.parametrize("kind", HAPPY)
async def test_from_the_first_word_to_the_receipt(front: Front, kind: str) -> None:
    case = HAPPY[kind]
    first = await asked(front, kind)
    assert "?" in first.text
    assert front.effects() == []

    done = await front.run("action_confirm", "yes", "affirm")
    (effect,) = front.effects()
    assert done.operations[0]["state"] == "verified"
    assert done.operations[0]["receipt"] == effect.receipt
    for words in (*case.receipt, effect.receipt):
        assert words in done.text
    assert done.directive("ask_resolved") is not None
    assert effect.receipt in front.mails()[0]["text"]
    assert front.slots["operation_id"] is None
    promise = done.directive("promise")
    assert (promise["owner"] if promise else "") == case.promised
    if promise is not None:
        assert promise["operation_id"] == effect.key
        assert effect.receipt in promise["text"]
        assert promise["due_in_seconds"] > 0

    again = await front.run("action_confirm", intent="confirm_operation", operation_id=effect.key)
    assert again.text == done.text
    assert len(front.effects()) == 1


@pytest.mark.parametrize("kind", HAPPY)
async def test_a_record_without_its_result_is_not_called_done(
    front: Front, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop keeps the effect's record and loses everything else of it: the read-back must notice."""
    engine = front.shop.engine.execution_options(writes=True)
    await asked(front, kind)
    kept, apply = everything(engine), front.desk.backend.apply

    async def apply_and_forget(
        customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None
    ) -> Effect:
        effect = await apply(customer_id, change, key, confirmed=confirmed)
        put_back(engine, kept)
        for file in front.shop.mailbox._directory.iterdir():
            file.unlink()
        return effect

    monkeypatch.setattr(front.desk.backend, "apply", apply_and_forget)
    outcome = await front.run("action_confirm", "yes", "affirm")
    assert len(front.effects()) == 1
    assert outcome.operations[0]["state"] == "unknown"
    assert "Done" not in outcome.text
    assert "can't see yet" in outcome.text
    assert outcome.directive("handoff") is not None


Rows = dict[sa.Table, Sequence[Any]]


def everything(engine: Engine) -> Rows:
    with engine.begin() as connection:
        return {
            table: connection.execute(table.select()).mappings().all()
            for table in tables.metadata.sorted_tables
            if table is not tables.effects
        }


def put_back(engine: Engine, kept: Rows) -> None:
    """Every row but those of the effects is as it was; parents are changed back, children written anew."""
    parents = (tables.customers, tables.orders)
    with engine.begin() as connection:
        for table in reversed(list(kept)):
            if table not in parents:
                connection.execute(table.delete())
        for table, rows in kept.items():
            for row in rows:
                if table in parents:
                    connection.execute(table.update().where(table.c.id == row["id"]).values(**row))
                else:
                    connection.execute(table.insert().values(**row))


@pytest.mark.parametrize(
    ("customer", "intent", "said", "words"),
    [
        ("cus_mara", "cancel_order", "cancel A-1042", "left our warehouse"),
        ("cus_mara", "cancel_order", "cancel A-1018", "left our warehouse"),
        ("cus_mara", "change_address", "A-1042 to Weg 1, 89073 Ulm", "can't change the address"),
        ("cus_mara", "return_item", "return A-0987", "ended on"),
        ("cus_mara", "return_item", "return A-1042", "hasn't been delivered"),
        ("cus_mara", "refund_request", "refund A-1018", "isn't due by itself"),
        ("cus_kit", "double_charge", "charged twice for F-6012", "only reserved"),
        ("cus_samir", "double_charge", "charged twice for D-4006", "charged once"),
        ("cus_mara", "missing_parcel", "A-1042 has not arrived", "within its delivery time"),
        ("cus_theo", "subscription_change", "cancel my subscription", "no running subscription"),
        ("cus_mara", "invoice_copy", "invoice for A-1057", "Nothing has been charged"),
        ("cus_mara", "unlock_account", "unlock my account", "isn't locked"),
        ("cus_oskar", "refund_not_arrived", "refund for C-3020 isn't there", "within its time"),
        ("cus_mara", "refund_not_arrived", "refund for A-1018 isn't there", "no refund for that order"),
        ("cus_mara", "charged_after_cancel", "you charged me after I cancelled", "no subscription of yours"),
        ("cus_mara", "update_profile", "my phone number is +49 171 3920010", "already"),
    ],
)
async def test_a_no_of_the_shop_says_why_and_what_next(
    front: Front, customer: str, intent: str, said: str, words: str
) -> None:
    front.context = replace(front.context, customer_id=customer)
    outcome = await front.run("action_prepare", said, intent)
    assert words in outcome.text
    assert outcome.operations == []
    assert outcome.choices or outcome.directive("ask_resolved")


@pytest.mark.parametrize("intent", ABOUT_ORDERS)
async def test_foreign_and_unknown_orders_get_the_same_words(front: Front, intent: str) -> None:
    foreign = await front.run("action_prepare", "it's damaged, C-3003", intent)
    unknown = await front.run("action_prepare", "it's damaged, C-9999", intent)
    assert foreign.text.replace("C-3003", "C-9999") == unknown.text
    assert "don't find" in foreign.text
    assert foreign.operations == unknown.operations == []


async def test_one_question_at_a_time_until_everything_is_known(front: Front) -> None:
    asked = await front.run("action_prepare", "my subscription", "subscription_change")
    assert [choice["label"] for choice in asked.choices] == ["Pause it", "Change the plan", "Cancel it"]
    months = await front.run("action_prepare", intent="subscription_change", subscription_action="pause")
    assert months.text.count("?") == 1
    assert [choice["label"] for choice in months.choices] == ["1 month", "2 months", "3 months"]
    ready = await front.run("action_prepare", intent="subscription_change", subscription_action="pause", months="3")
    assert ready.operations[0]["state"] == "intended"


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("No wait, I'd rather cancel the subscription", "cancel Trail Box"),
        ("actually switch it to the Day Hiker instead", "Day Hiker"),
        ("no, stop it for 2 months", "pause Trail Box"),
        ("hmm, the second", "how long"),
    ],
)
async def test_an_earlier_choice_is_taken_back_in_the_middle(front: Front, said: str, heard: str) -> None:
    await front.run("action_prepare", "pause my box", "subscription_change")
    assert front.slots["awaiting"] == "months"
    asked = await front.run("action_prepare", said, "inform", subscription_action="pause")
    assert heard in asked.text


async def test_a_charge_that_cannot_be_stopped_any_more_is_said(front: Front) -> None:
    front.context = replace(front.context, customer_id="cus_anika")
    asked = await front.run("action_prepare", "cancel my subscription", "subscription_change")
    assert "too close to stop" in asked.text


async def test_the_address_is_asked_for_and_read_back(front: Front) -> None:
    asked = await front.run("action_prepare", "I moved, change the address of A-1057", "change_address")
    assert front.slots["awaiting"] == "new_address"
    assert front.slots["transaction"] == "change_address"
    read = await front.run("action_prepare", "Birkenallee 9, 50999 Köln", "inform", order_number="A-1057")
    assert "Birkenallee 9, 50999 Köln, DE" in read.text
    assert asked.operations == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Birkenallee 9, 50999 Köln", ("Birkenallee 9", "50999", "Köln")),
        ("please send it to Birkenallee 9, 50999 Köln", ("Birkenallee 9", "50999", "Köln")),
        ("my new address is 22 Harbour Row, Dublin D04 X2K7", ("22 Harbour Row", "D04 X2K7", "Dublin")),
        ("Molenpad 46\n3512 KL Utrecht", ("Molenpad 46", "3512 KL", "Utrecht")),
        ("ul. Jesionowa 33/5, 30-105 Kraków", ("ul. Jesionowa 33/5", "30-105", "Kraków")),
        ("A-1057 to Weg 1, 89073 Ulm", ("Weg 1", "89073", "Ulm")),
    ],
)
def test_addresses_are_read(text: str, expected: tuple[str, str, str]) -> None:
    street, post, city = expected
    country = {"D04 X2K7": "IE", "3512 KL": "NL"}.get(post, "DE")  # letters that only one country writes
    assert read_new_address(text, "DE") == Address(street, city, post, country)


@pytest.mark.parametrize("text", ["", "change my address", "somewhere else", "A-1057", "Köln", "12345"])
def test_half_an_address_is_none(text: str) -> None:
    assert read_new_address(text, "DE") is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("a1042", "A-1042"),
        ("B 2007?", "B-2007"),
        ("order A-1042.", "A-1042"),
        ("AB-1042", None),
        ("A-10421", None),
        ("1042", None),
    ],
)
def test_order_numbers_are_read(text: str, number: str | None) -> None:
    assert normal_number(text) == number
