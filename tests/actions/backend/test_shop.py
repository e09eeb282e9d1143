"""The demo shop on SQLite and PostgreSQL: who may see what, what the rules allow, and one effect a key."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa

from actions.assembly import OpenShop
from actions.backend import tables
from actions.backend.account import (
    BookCallback,
    ChangeProfile,
    RefundCharge,
    RequestDataCopy,
    RequestDeletion,
    SendPaymentLink,
    TraceRefund,
    UnlockAccount,
)
from actions.backend.mail import list_mails
from actions.backend.port import (
    Address,
    CancelOrder,
    Change,
    ChangeAddress,
    ChangeSubscription,
    OpenReturn,
    RefundOrder,
    ReportProblem,
    ReverseDoubleCharge,
    SendInvoice,
    SendPasswordReset,
    change_from_json,
    change_to_json,
)
from actions.errors import NotAllowed, NotFound, Rule
from tests.support.clock import START, FakeClock

pytestmark = pytest.mark.service

GRAZ = Address("Mühlgang 1", "Graz", "8010", "AT")
EVERY_CHANGE: list[Change] = [
    CancelOrder("A-1057"),
    RefundOrder("A-1057", "lost", Decimal("1.00")),
    ChangeAddress("A-1057", GRAZ),
    OpenReturn("A-1018", None, "too big"),
    ReportProblem("A-1018", "damaged", "torn"),
    ReverseDoubleCharge("A-1018"),
    SendInvoice("A-1018"),
    SendPasswordReset(),
    ChangeSubscription("pause", months=2),
    TraceRefund("A-1018"),
    UnlockAccount(),
    SendPaymentLink(),
    BookCallback(START + timedelta(days=1)),
    ChangeProfile("email", "mara@example.org"),
    RequestDataCopy(),
    RequestDeletion(),
    RefundCharge(),
]


async def test_a_foreign_order_does_not_exist(shop: OpenShop) -> None:
    for change in [each for each in EVERY_CHANGE if hasattr(each, "order_id")]:
        for attempt in (shop.backend.preview, partial(shop.backend.apply, key="k")):
            with pytest.raises(NotFound):
                await attempt("cus_theo", change)
    with pytest.raises(NotFound):
        await shop.backend.order("A-1057", "cus_theo")
    assert await shop.backend.effect("cus_theo", "k") is None


async def test_orders_are_the_customers_own_newest_first(shop: OpenShop) -> None:
    for customer in shop.seed.customers:
        orders = await shop.backend.orders(customer["id"])
        assert {order.customer_id for order in orders} <= {customer["id"]}
        assert [order.placed_at for order in orders] == sorted((order.placed_at for order in orders), reverse=True)


async def test_an_order_number_is_read_whatever_its_case(shop: OpenShop) -> None:
    assert (await shop.backend.order(" a-1057 ", "cus_mara")).id == "A-1057"


async def test_order_and_email_must_belong_together(shop: OpenShop) -> None:
    find = shop.backend.find_customer_by_order_and_email
    assert await find("a-1042", "MARA.VOSS@example.com ") == "cus_mara"
    assert await find("A-1042", "theo.lammers@example.com") is None
    assert await find("A-9999", "mara.voss@example.com") is None


async def test_cancelling_releases_the_reservation(shop: OpenShop) -> None:
    effect = await shop.backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")
    order = await shop.backend.order("A-1057", "cus_mara")
    assert order.status == "cancelled"
    assert {payment.status for payment in order.payments} == {"voided"}
    assert effect.amount == Decimal("0.00")
    assert effect.facts["released"] == "79.90"


async def test_a_refund_is_what_is_due_and_no_more(shop: OpenShop) -> None:
    preview = await shop.backend.preview("cus_greta", RefundOrder("D-4010", "lost"))
    assert preview.amount == Decimal("39.80")
    with pytest.raises(NotAllowed, match="more than is due"):
        await shop.backend.apply("cus_greta", RefundOrder("D-4010", "lost", Decimal("39.81")), "op_1")
    part = await shop.backend.apply("cus_greta", RefundOrder("D-4010", "lost", Decimal("10.00")), "op_2")
    assert part.amount == Decimal("10.00")
    rest = await shop.backend.apply("cus_greta", RefundOrder("D-4010", "lost"), "op_3")
    assert rest.amount == Decimal("29.80")
    order = await shop.backend.order("D-4010", "cus_greta")
    assert (order.status, order.refunded) == ("refunded", Decimal("39.80"))
    assert await shop.backend.given_since("cus_greta", rest.at.replace(year=2000)) == Decimal("39.80")


async def test_one_ground_pays_once(shop: OpenShop) -> None:
    """The delivery of a late parcel, and the part for a reported flaw: neither is due again, nor in slices."""
    late = await shop.backend.apply("cus_theo", RefundOrder("A-1044", "delayed"), "op_1")
    assert late.amount == Decimal("4.90")
    await shop.backend.apply("cus_theo", ReportProblem("A-1050", "damaged"), "op_2")
    whole = (await shop.backend.preview("cus_theo", RefundOrder("A-1050", "delivered"))).amount
    assert whole is not None
    await shop.backend.apply("cus_theo", RefundOrder("A-1050", "delivered", Decimal("1.00")), "op_3")
    rest = await shop.backend.apply("cus_theo", RefundOrder("A-1050", "delivered"), "op_4")
    assert rest.amount == whole - Decimal("1.00")
    for number in ("A-1044", "A-1050"):
        with pytest.raises(NotAllowed) as again:
            await shop.backend.preview("cus_theo", RefundOrder(number, "delayed"))
        assert again.value.rule == "refunded_already"


REFUSED: list[tuple[str, Change, Rule]] = [
    ("cus_mara", CancelOrder("A-1042"), "already_shipped"),
    ("cus_oskar", CancelOrder("C-3020"), "already_cancelled"),
    ("cus_mara", ChangeAddress("A-1057", GRAZ), "other_country"),
    ("cus_mara", ChangeAddress("A-1042", Address("Weg 1", "Ulm", "89073", "DE")), "already_shipped"),
    ("cus_mara", ChangeAddress("A-1057", Address(" ", "Ulm", "89073", "DE")), "bad_address"),
    ("cus_mara", OpenReturn("A-0987"), "return_window_over"),
    ("cus_mara", OpenReturn("A-1042"), "not_delivered"),
    ("cus_ines", OpenReturn("B-2026"), "return_open"),
    ("cus_mara", RefundOrder("A-1018", "delivered"), "no_grounds"),
    ("cus_mara", RefundOrder("A-1057", "placed"), "nothing_to_refund"),
    ("cus_samir", ReverseDoubleCharge("D-4006"), "not_charged_twice"),
    ("cus_kit", ReverseDoubleCharge("F-6012"), "second_is_pending"),
    ("cus_mara", ReportProblem("A-1042", "missing"), "not_late_yet"),
    ("cus_mara", ReportProblem("A-1018", "damaged"), "report_window_over"),
    ("cus_theo", ChangeSubscription("pause", months=1), "no_subscription"),
    ("cus_nadia", ChangeSubscription("cancel"), "no_subscription"),
    ("cus_mara", ChangeSubscription("pause", months=4), "pause_length"),
    ("cus_mara", ChangeSubscription("plan", "gold"), "unknown_plan"),
    ("cus_greta", ChangeSubscription("pause", months=1), "subscription_state"),
    ("cus_mara", SendInvoice("A-1057"), "not_paid_yet"),
    ("cus_mara", UnlockAccount(), "not_locked"),
    ("cus_mara", BookCallback(START + timedelta(minutes=30)), "not_a_slot"),
    ("cus_mara", BookCallback(START + timedelta(days=5)), "not_a_slot"),
    ("cus_mara", BookCallback(START + timedelta(hours=12)), "not_a_slot"),
    ("cus_mara", ChangeProfile("name", "x"), "bad_name"),
    ("cus_mara", ChangeProfile("name", "Mara 2"), "bad_name"),
    ("cus_mara", ChangeProfile("name", " Mara  Voss "), "same_value"),
    ("cus_mara", ChangeProfile("phone", "call me"), "bad_phone"),
    ("cus_mara", ChangeProfile("phone", "+49 12"), "bad_phone"),
    ("cus_mara", ChangeProfile("phone", "0171 3920010"), "same_value"),
    ("cus_mara", ChangeProfile("email", "mara at home"), "bad_email"),
    ("cus_mara", ChangeProfile("email", "Mara.Voss@example.com"), "same_value"),
    ("cus_mara", TraceRefund("A-1018"), "no_refund"),
    ("cus_oskar", TraceRefund("C-3020"), "refund_not_due"),
    ("cus_mara", RefundCharge(), "not_cancelled"),
]


async def test_every_rule_refuses_and_changes_nothing(shop: OpenShop) -> None:
    for customer, change, rule in REFUSED:
        before = await shop.backend.orders(customer), await shop.backend.customer(customer)
        for attempt in (shop.backend.preview, partial(shop.backend.apply, key="op_1")):
            with pytest.raises(NotAllowed) as refused:
                await attempt(customer, change)
            assert refused.value.rule == rule, change
        assert (await shop.backend.orders(customer), await shop.backend.customer(customer)) == before
        assert await shop.backend.effect(customer, "op_1") is None
    assert list_mails(shop.mailbox._directory) == []


async def test_the_return_window_ends_on_its_last_moment(shop: OpenShop, clock: FakeClock) -> None:
    order = await shop.backend.order("A-1018", "cus_mara")
    assert order.delivered_at is not None
    left = (order.delivered_at - clock.now()).total_seconds() + 100 * 86400
    clock.advance(left)
    assert (await shop.backend.preview("cus_mara", OpenReturn("A-1018"))).facts["label_fee"] == "0.00"
    clock.advance(1)
    with pytest.raises(NotAllowed):
        await shop.backend.preview("cus_mara", OpenReturn("A-1018"))


async def test_the_same_key_answers_with_the_same_effect(shop: OpenShop) -> None:
    first = await shop.backend.apply("cus_bram", ReverseDoubleCharge("C-3003"), "op_1")
    assert await shop.backend.apply("cus_bram", ReverseDoubleCharge("C-3003"), "op_1") == first
    assert await shop.backend.effect("cus_bram", "op_1") == first
    order = await shop.backend.order("C-3003", "cus_bram")
    assert [refund.amount for refund in order.refunds] == [Decimal("174.70")]
    assert len(list_mails(shop.mailbox._directory)) == 1
    with pytest.raises(NotAllowed, match="another change"):
        await shop.backend.apply("cus_bram", SendInvoice("C-3003"), "op_1")
    with pytest.raises(NotFound):
        await shop.backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")


async def test_twenty_callers_with_one_key_cause_one_effect(shop: OpenShop) -> None:
    change = RefundOrder("D-4010", "lost", Decimal("5.00"))
    effects = await asyncio.gather(*(shop.backend.apply("cus_greta", change, "op_1") for _ in range(20)))
    assert len({effect.receipt for effect in effects}) == 1
    assert (await shop.backend.order("D-4010", "cus_greta")).refunded == Decimal("5.00")


async def test_twenty_keys_for_one_order_give_back_what_was_paid_once(shop: OpenShop) -> None:
    change = RefundOrder("D-4010", "lost")
    answers = await asyncio.gather(
        *(shop.backend.apply("cus_greta", change, f"op_{n}") for n in range(20)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert {type(answer) for answer in answers if isinstance(answer, BaseException)} == {NotAllowed}
    assert (await shop.backend.order("D-4010", "cus_greta")).refunded == Decimal("39.80")


async def test_every_change_survives_json() -> None:
    for change in EVERY_CHANGE:
        assert change_from_json(change_to_json(change)) == change


async def test_a_mail_that_a_crash_kept_back_leaves_with_the_next_call(shop: OpenShop) -> None:
    await shop.backend.apply("cus_mara", SendInvoice("A-1018"), "op_1")
    for file in shop.mailbox._directory.iterdir():
        file.unlink()
    assert not await shop.backend.mail_was_sent("cus_mara", "op_1")
    await shop.backend.apply("cus_mara", SendInvoice("A-1018"), "op_1")
    assert await shop.backend.mail_was_sent("cus_mara", "op_1")
    assert not await shop.backend.mail_was_sent("cus_theo", "op_1")


async def test_money_is_exact_and_times_are_utc(shop: OpenShop) -> None:
    for customer in shop.seed.customers:
        for order in await shop.backend.orders(customer["id"]):
            assert order.total == order.total.quantize(Decimal("0.01"))
            assert order.placed_at.utcoffset().total_seconds() == 0  # type: ignore[union-attr]
            paid_once = sum((p.amount for p in order.payments), Decimal(0))
            assert paid_once in {order.total, order.total * 2}


async def test_the_effect_table_itself_refuses_a_second_row(shop: OpenShop) -> None:
    await shop.backend.apply("cus_mara", SendPasswordReset(), "op_1")
    with shop.engine.connect() as connection:
        row = dict(connection.execute(sa.select(tables.effects)).mappings().one())
    with pytest.raises(sa.exc.IntegrityError), shop.engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.insert(tables.effects).values({**row, "receipt": "other"}))


async def test_another_amount_than_the_confirmed_one_changes_nothing(shop: OpenShop) -> None:
    await shop.backend.apply("cus_greta", RefundOrder("D-4010", "lost", Decimal("10.00")), "op_1")
    with pytest.raises(NotAllowed) as refused:
        await shop.backend.apply("cus_greta", RefundOrder("D-4010", "lost"), "op_2", confirmed=Decimal("39.80"))
    assert refused.value.rule == "amount_changed"
    assert await shop.backend.effect("cus_greta", "op_2") is None
    again = await shop.backend.apply(
        "cus_greta", RefundOrder("D-4010", "lost", Decimal("10.00")), "op_1", confirmed=Decimal("10.00")
    )
    assert again.amount == Decimal("10.00")


async def test_a_locked_account_opens_and_a_lock_that_ran_out_is_none(shop: OpenShop, clock: FakeClock) -> None:
    assert (await shop.backend.customer("cus_kit")).locked_until is not None
    await shop.backend.apply("cus_kit", UnlockAccount(), "op_1")
    assert (await shop.backend.customer("cus_kit")).locked_until is None
    with pytest.raises(NotAllowed):
        await shop.backend.preview("cus_kit", UnlockAccount())


async def test_an_hour_takes_so_many_calls_and_a_customer_one(shop: OpenShop) -> None:
    slot = (await shop.backend.callback_slots())[0]
    for number, customer in enumerate(("cus_mara", "cus_theo")):
        await shop.backend.apply(customer, BookCallback(slot.starts_at), f"op_{number}")
    with pytest.raises(NotAllowed) as full:
        await shop.backend.apply("cus_kit", BookCallback(slot.starts_at), "op_3")
    assert full.value.rule == "slot_taken"
    assert slot not in await shop.backend.callback_slots()
    with pytest.raises(NotAllowed) as open_already:
        await shop.backend.apply("cus_mara", BookCallback(slot.ends_at), "op_4")
    assert open_already.value.rule == "callback_open"


async def test_callers_who_book_at_once_never_share_a_seat(shop: OpenShop) -> None:
    slot = (await shop.backend.callback_slots())[0]
    customers = [customer["id"] for customer in shop.seed.customers if customer.get("phone")][:8]
    answers = await asyncio.gather(
        *(shop.backend.apply(each, BookCallback(slot.starts_at), f"op_{each}") for each in customers),
        return_exceptions=True,
    )
    booked = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert 1 <= len(booked) <= 2
    with shop.engine.connect() as connection:
        assert len(connection.execute(sa.select(tables.callbacks)).all()) == len(booked)


async def test_slots_are_working_hours_ahead(shop: OpenShop, clock: FakeClock) -> None:
    clock.advance(timedelta(days=4, hours=7).total_seconds())  # Friday, 17:00 in Berlin
    slots = await shop.backend.callback_slots()
    local = [slot.starts_at.astimezone(shop.seed.policy.timezone) for slot in slots]
    assert {at.weekday() for at in local} <= {0, 1, 2, 3, 4}
    assert {at.hour for at in local} == set(range(9, 17))
    assert min(local).weekday() == 0


async def test_a_new_address_waits_for_its_own_mailbox_and_the_old_one_is_told(shop: OpenShop) -> None:
    await shop.backend.apply("cus_mara", ChangeProfile("email", "mara@example.org"), "op_1")
    customer = await shop.backend.customer("cus_mara")
    assert (customer.email, customer.pending_email) == ("mara.voss@example.com", "mara@example.org")
    mails = list_mails(shop.mailbox._directory)
    assert {(mail["kind"], mail["to"]) for mail in mails} == {
        ("address_check", "mara@example.org"),
        ("confirmation", "mara.voss@example.com"),
    }


async def test_a_request_about_data_is_open_once_and_has_a_day(shop: OpenShop, clock: FakeClock) -> None:
    effect = await shop.backend.apply("cus_mara", RequestDataCopy(), "op_1")
    assert effect.facts["due"] == (clock.now() + timedelta(days=30)).date().isoformat()
    with pytest.raises(NotAllowed) as again:
        await shop.backend.apply("cus_mara", RequestDataCopy(), "op_2")
    assert again.value.rule == "request_open"
    await shop.backend.apply("cus_mara", RequestDeletion(), "op_3")


async def test_only_what_was_charged_after_the_end_goes_back_and_once(shop: OpenShop) -> None:
    effect = await shop.backend.apply("cus_nadia", RefundCharge(), "op_1")
    assert effect.amount == Decimal("24.90")
    with pytest.raises(NotAllowed) as again:
        await shop.backend.apply("cus_nadia", RefundCharge(), "op_2")
    assert again.value.rule == "not_charged_after"
    assert await shop.backend.given_since("cus_nadia", effect.at.replace(year=2000)) == Decimal("24.90")


async def test_the_box_that_was_announced_is_no_charge_of_ours(shop: OpenShop, clock: FakeClock) -> None:
    """Ended a day before its charge, too close to stop: that one stands, any later one goes back."""
    await shop.backend.apply("cus_mara", ChangeSubscription("cancel"), "op_1")
    row = {"customer_id": "cus_mara", "amount": Decimal("24.90"), "status": "captured"}
    for number, (days, rule) in enumerate([(1, "charge_announced"), (31, "")]):
        clock.advance(timedelta(days=days).total_seconds())
        with shop.engine.execution_options(writes=True).begin() as connection:
            connection.execute(sa.insert(tables.charges).values(id=f"chg_{number}", at=clock.now(), **row))
        if rule:
            with pytest.raises(NotAllowed) as refused:
                await shop.backend.preview("cus_mara", RefundCharge())
            assert refused.value.rule == rule
    effect = await shop.backend.apply("cus_mara", RefundCharge(), "op_2")
    assert effect.facts["charge"] == "chg_1"


async def test_a_gift_card_is_filled_up_first_and_at_once(shop: OpenShop, clock: FakeClock) -> None:
    """E-5014 was paid by gift card, E-5003 by one of 100.00 and a card."""
    only, both = [await shop.backend.order(number, "cus_henry") for number in ("E-5014", "E-5003")]
    assert {payment.method for payment in both.payments} == {"gift_card", ""}
    for order in (only, both):
        make_lost(shop, order.id)
    whole = await shop.backend.apply("cus_henry", RefundOrder("E-5014", "lost"), "op_3")
    assert any("(lost)" in event.text for event in (await shop.backend.order("E-5014", "cus_henry")).events)
    assert (whole.facts["gift_card"], whole.facts["refund_by"]) == (str(only.total), clock.now().date().isoformat())
    assert [one.status for one in (await shop.backend.order("E-5014", "cus_henry")).refunds] == ["settled"]
    part = await shop.backend.apply("cus_henry", RefundOrder("E-5003", "lost", Decimal("60.00")), "op_4")
    rest = await shop.backend.apply("cus_henry", RefundOrder("E-5003", "lost"), "op_5")
    assert (part.facts["gift_card"], rest.facts["gift_card"]) == ("60.00", "40.00")
    assert rest.facts["refund_by"] > part.facts["refund_by"] == clock.now().date().isoformat()


@pytest.mark.parametrize(("method", "to_gift_card"), [("", None), ("gift_card", "100.00")])
async def test_a_second_charge_goes_back_to_where_it_came_from(
    shop: OpenShop, method: str, to_gift_card: str | None
) -> None:
    """E-5003 was paid by a gift card of 100.00 and a card; what was charged once more decides, and the gift card is not
    filled up with what a card has paid."""
    order = await shop.backend.order("E-5003", "cus_henry")
    once = next(payment for payment in order.payments if payment.method == method)
    later = {"id": "pay_again", "order_id": order.id, "amount": once.amount, "status": "captured"}
    with shop.engine.execution_options(writes=True).begin() as connection:
        at = max(payment.at for payment in order.payments) + timedelta(minutes=5)
        connection.execute(sa.insert(tables.payments).values(**later, at=at))
        if method:
            connection.execute(
                sa.insert(tables.payment_methods).values(payment_id="pay_again", order_id=order.id, method=method)
            )
    effect = await shop.backend.apply("cus_henry", ReverseDoubleCharge(order.id), "op_6")
    assert (effect.amount, effect.facts.get("gift_card")) == (once.amount, to_gift_card)
    (refund,) = (await shop.backend.order(order.id, "cus_henry")).refunds
    assert refund.status == ("settled" if method else "requested")
    make_lost(shop, order.id)
    rest = await shop.backend.apply("cus_henry", RefundOrder(order.id, "lost"), "op_7")
    assert rest.facts["gift_card"] == "100.00"


def make_lost(shop: OpenShop, order_id: str) -> None:
    with shop.engine.execution_options(writes=True).begin() as connection:
        mine = sa.update(tables.orders).where(tables.orders.c.id == order_id)
        connection.execute(mine.values(status="lost"))
