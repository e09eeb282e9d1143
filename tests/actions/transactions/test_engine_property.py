"""Whatever customers say and whatever breaks: one effect a key, no effect without a yes, no claim without an effect."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.authority import MONEY_OUT
from actions.backend import tables
from actions.backend.faults import Fault
from actions.backend.seed import read_seed
from actions.transactions.catalogue import BY_INTENT
from tests.actions.conftest import Front, Outcome, open_front, open_on
from tests.support.clock import FakeClock

pytestmark = pytest.mark.service

SEED = read_seed()
CUSTOMERS = ["cus_mara", "cus_greta", "cus_bram", "cus_theo", "cus_fiona", "cus_nadia", "cus_kit"]
NUMBERS = [order["id"] for order in SEED.orders if order["customer"] in CUSTOMERS]
SAID = ["please", "it's damaged", "it never came", "pause it 2 months", "Birkenallee 9, 50999 Köln", "yes", "no"]
RECEIPT = re.compile(r"\b[A-Z]{2}-[2-9A-Z]{8}\b")

steps = st.one_of(
    st.tuples(st.just("prepare"), st.sampled_from(sorted(BY_INTENT)), st.sampled_from(NUMBERS), st.sampled_from(SAID)),
    st.tuples(st.just("confirm")),
    st.tuples(st.just("confirm_old"), st.integers(1, 6)),
    st.tuples(st.just("decline")),
    st.tuples(st.just("settled"), st.integers(1, 6)),
    st.tuples(st.just("become"), st.sampled_from([*CUSTOMERS, ""])),
    st.tuples(
        st.just("break"),
        st.sampled_from(["apply", "effect", "read", "preview"]),
        st.sampled_from(["error", "lost_answer", "lost_write", "duplicate"]),
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, min_size=3, max_size=14))
def test_no_sequence_acts_twice_or_claims_what_is_not(sequence: list[tuple[str, ...]]) -> None:
    asyncio.run(walk(sequence))


async def walk(sequence: list[tuple[str, ...]]) -> None:
    clock = FakeClock()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        engine = tables.open_engine(f"sqlite:///{folder}/shop.db")
        try:
            async with open_front(open_on(engine, SEED, clock, folder), clock, folder) as front:
                confirmed: set[str] = set()
                for step in sequence:
                    outcome = await take(front, step, confirmed)
                    check(front, outcome, confirmed)
                    clock.advance(1)
        finally:
            engine.dispose()


async def take(front: Front, step: tuple[str, ...], confirmed: set[str]) -> Outcome:
    match step:
        case ("prepare", intent, number, said):
            return await front.run("action_prepare", f"{said} {number}", intent)
        case ("confirm",):
            confirmed.add(str(front.slots.get("operation_id")))
            return await front.run("action_confirm", "yes", "affirm")
        case ("confirm_old", number):
            confirmed.add(f"op_{number}")
            return await front.run("action_confirm", intent="confirm_operation", operation_id=f"op_{number}")
        case ("decline",):
            return await front.run("action_decline", "no", "deny")
        case ("settled", number):
            return await front.run("action_operation_settled", intent="operation_settled", operation_id=f"op_{number}")
        case ("become", customer_id):
            verification = "identity_token" if customer_id else "none"
            front.context = replace(front.context, customer_id=customer_id or None, verification=verification)  # type: ignore[arg-type]
        case ("break", target, kind):
            front.faults.plan(target, Fault(kind))  # type: ignore[arg-type]
    return Outcome([])


def check(front: Front, outcome: Outcome, confirmed: set[str]) -> None:
    with front.shop.engine.connect() as connection:
        effects = list(connection.execute(sa.select(tables.effects)))
        refunds = list(connection.execute(sa.select(tables.refunds).where(tables.refunds.c.effect_key.is_not(None))))
        captured = Counter[str]()
        for row in connection.execute(sa.select(tables.payments).where(tables.payments.c.status == "captured")):
            captured[row.order_id] += int(row.amount * 100)
        owners = {row.id: row.customer_id for row in connection.execute(sa.select(tables.orders))}
    assert {effect.key for effect in effects} <= confirmed
    assert max(Counter(refund.effect_key for refund in refunds).values(), default=0) <= 1
    paid_back = Counter[str]()
    for refund in refunds:
        paid_back[refund.order_id] += int(refund.amount * 100)
    assert all(paid_back[order] <= captured[order] for order in paid_back)
    assert all(owners.get(effect.object_ref, effect.customer_id) == effect.customer_id for effect in effects)
    money = Counter[str]()
    for effect in effects:
        if effect.kind in MONEY_OUT:
            money[effect.customer_id] += int((effect.amount or Decimal(0)) * 100)
    assert all(cents <= 5000 for cents in money.values())

    receipts = {effect.receipt for effect in effects}
    assert set(RECEIPT.findall(outcome.text)) <= receipts
    for operation in outcome.operations:
        if operation["state"] == "verified":
            assert operation["receipt"] in receipts
        if operation["state"] == "unknown":
            assert outcome.directive("handoff") is not None
            assert "Done" not in outcome.text
