"""Every transaction once from the first word to the receipt, and its ways out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from actions.backend import tables
from actions.backend.port import Address, Change, Effect
from actions.transactions.catalogue import BY_INTENT, TRANSACTIONS
from actions.transactions.change_address import read_address
from actions.transactions.orders import normal_number
from tests.actions.conftest import Front

pytestmark = pytest.mark.service


@dataclass(frozen=True)
class Case:
    """What the customer says in turn, and words that the receipt must hold."""

    customer: str
    intent: str
    said: str
    receipt: tuple[str, ...]
    entities: dict[str, str] = field(default_factory=dict)
    asked: tuple[str, ...] = ()


HAPPY = {
    "cancel_order": Case("cus_anika", "cancel_order", "cancel B-2031", ("B-2031", "104.80 EUR", "cancelled")),
    "change_address": Case(
        "cus_mara",
        "change_address",
        "please send A-1057 to: Birkenallee 9, 50999 Köln",
        ("A-1057", "to Birkenallee 9, 50999 Köln"),
    ),
    "refund": Case("cus_greta", "refund_request", "I want my money back for D-4010", ("39.80 EUR", "D-4010")),
    "return_item": Case(
        "cus_mara",
        "return_item",
        "return the Kamm Pro trekking boot of A-1018",
        ("1 × Kamm Pro", "mara.voss@example.com"),
    ),
    "report_problem": Case("cus_theo", "missing_parcel", "A-1044 is late", ("A-1044", "hear from us")),
    "double_charge": Case("cus_nadia", "double_charge", "you charged me twice", ("34.70 EUR", "F-6001")),
    "invoice_copy": Case("cus_mara", "invoice_copy", "invoice for A-1018", ("A-1018", "mara.voss@example.com")),
    "password_reset": Case("cus_mara", "password_reset", "I forgot my password", ("m…@example.com", "60 minutes")),
    "subscription": Case("cus_mara", "subscription_change", "pause my box for 2 months", ("paused", "next charge")),
}


CHANGED = (tables.orders, tables.subscriptions)


def test_every_transaction_has_its_case() -> None:
    assert set(HAPPY) == set(TRANSACTIONS) == set(BY_INTENT.values())


@pytest.mark.parametrize("kind", HAPPY)
async def test_from_the_first_word_to_the_receipt(front: Front, kind: str) -> None:
    case = HAPPY[kind]
    front.context = replace(front.context, customer_id=case.customer)
    asked = await front.run("action_prepare", case.said, case.intent, **case.entities)
    assert asked.operations[0]["kind"] == kind
    assert asked.text.rstrip().endswith("?") or "?" in asked.text
    assert front.effects() == []

    done = await front.run("action_confirm", "yes", "affirm")
    (effect,) = front.effects()
    assert done.operations[0]["state"] == "verified"
    assert done.operations[0]["receipt"] == effect.receipt
    for words in case.receipt:
        assert words in done.text
    assert done.directive("ask_resolved") is not None
    (mail,) = front.mails()
    assert effect.receipt in mail["text"]
    assert front.slots["operation_id"] is None

    again = await front.run("action_confirm", intent="confirm_operation", operation_id=effect.key)
    assert again.text == done.text


@pytest.mark.parametrize("kind", HAPPY)
async def test_a_record_without_its_result_is_not_called_done(
    front: Front, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shop keeps the effect's record and loses everything else of it: the read-back must notice."""
    case, engine = HAPPY[kind], front.shop.engine.execution_options(writes=True)
    front.context = replace(front.context, customer_id=case.customer)
    await front.run("action_prepare", case.said, case.intent)
    with engine.begin() as connection:
        kept = {table: connection.execute(table.select()).mappings().all() for table in CHANGED}
    apply = front.desk.backend.apply

    async def apply_and_forget(customer_id: str, change: Change, key: str) -> Effect:
        effect = await apply(customer_id, change, key)
        with engine.begin() as connection:
            for table in (tables.refunds, tables.cases):
                connection.execute(table.delete().where(table.c.effect_key.is_not(None)))
            for table, rows in kept.items():
                for row in rows:
                    first = next(iter(table.primary_key))
                    connection.execute(table.update().where(first == row[first.name]).values(**row))
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


@pytest.mark.parametrize(
    "intent", [intent for intent, kind in BY_INTENT.items() if kind not in {"password_reset", "subscription"}]
)
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
    assert read_address(text, "DE") == Address(street, city, post, "DE")


@pytest.mark.parametrize("text", ["", "change my address", "somewhere else", "A-1057", "Köln", "12345"])
def test_half_an_address_is_none(text: str) -> None:
    assert read_address(text, "DE") is None


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
