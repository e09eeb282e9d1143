"""The seed: complete as the demo promises, relative to today, and isolated customers beside it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from actions.assembly import OpenShop
from actions.backend import tables
from actions.backend.port import CancelOrder
from actions.backend.seed import Seed, add_customer, reset_shop, seed_shop
from actions.demo import demo_customers
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service

LAB = {
    "id": "cus_lab_1",
    "name": "Lab One",
    "email": "lab.one@example.com",
    "address": {"line1": "Weg 1", "city": "Ulm", "postcode": "89073", "country": "DE"},
}
LAB_ORDER = {
    "id": "L-0001",
    "status": "placed",
    "placed_days_ago": 0,
    "lines": [{"sku": "BOOT-LARN", "qty": 1}],
    "shipping": "0.00",
    "payments": [{"amount": "total", "status": "pending", "days_ago": 0}],
}


def test_the_company_is_large_enough_and_in_all_states(seed: Seed) -> None:
    assert len(seed.customers) >= 15
    assert len(seed.orders) >= 40
    assert {order["status"] for order in seed.orders} == {
        *("placed", "packed", "shipped", "in_transit", "out_for_delivery", "delivered", "delayed", "lost", "damaged"),
        *("cancelled", "returned", "refunded", "return_in_transit"),
    }
    delivered = [order["delivered_days_ago"] for order in seed.orders if order["status"] == "delivered"]
    assert min(delivered) < 14
    assert max(delivered) > 60


def test_seeding_again_changes_nothing(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    assert not seed_shop(sqlite_shop.engine, sqlite_shop.seed, clock.now() + timedelta(days=9))


async def test_dates_count_from_today(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    order = await sqlite_shop.backend.order("A-1042", "cus_mara")
    assert order.placed_at == clock.now() - timedelta(days=2)
    assert order.eta == clock.now() + timedelta(days=1)


async def test_reset_undoes_everything(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    before = await sqlite_shop.backend.orders("cus_mara")
    await sqlite_shop.backend.apply("cus_mara", CancelOrder("A-1057"), "op_1")
    assert await sqlite_shop.backend.orders("cus_mara") != before
    reset_shop(sqlite_shop.engine, sqlite_shop.seed, clock.now())
    assert await sqlite_shop.backend.orders("cus_mara") == before
    assert await sqlite_shop.backend.effect("cus_mara", "op_1") is None


async def test_a_lab_customer_has_only_their_own(sqlite_shop: OpenShop, clock: FakeClock) -> None:
    add_customer(sqlite_shop.engine, sqlite_shop.seed, clock.now(), LAB, [LAB_ORDER])
    assert [order.id for order in await sqlite_shop.backend.orders("cus_lab_1")] == ["L-0001"]
    with sqlite_shop.engine.connect() as connection:
        rows = connection.execute(sa.select(tables.customers.c.id, tables.customers.c.origin))
        origins = {row.id: row.origin for row in rows}
    assert origins["cus_lab_1"] == "lab"
    assert set(origins.values()) == {"lab", "seed"}


async def test_the_demo_says_what_the_shop_says(sqlite_shop: OpenShop) -> None:
    for customer in demo_customers(sqlite_shop.seed):
        orders = {order.id: order for order in await sqlite_shop.backend.orders(customer["id"])}
        assert set(orders) == {order["id"] for order in customer["orders"]}
        for told in customer["orders"]:
            assert Decimal(told["total"]) == orders[told["id"]].total
            assert (told["status"], told["currency"]) == (orders[told["id"]].status, "EUR")
