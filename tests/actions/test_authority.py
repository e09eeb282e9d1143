"""Each limit, on its edge, and the sum over thirty days."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.authority import LIMITS, Role, decide
from actions.backend.seed import read_seed

pytestmark = pytest.mark.unit

CENT = Decimal("0.01")
money = st.integers(0, 300_000).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("role", "limit"), [("bot", "50.00"), ("agent", "100.00"), ("senior", "250.00"), ("lead", "1000.00")]
)
@pytest.mark.parametrize("kind", ["refund", "double_charge"])
def test_a_limit_holds_to_the_cent(role: Role, limit: str, kind: str) -> None:
    assert LIMITS[role] == Decimal(limit)
    assert decide(kind, Decimal(limit), role=role).allowed
    assert not decide(kind, Decimal(limit) + CENT, role=role).allowed


def test_the_role_above_is_asked() -> None:
    assert decide("refund", Decimal("50.01")).needs == "agent"
    assert decide("refund", Decimal("100.01")).needs == "senior"
    assert decide("refund", Decimal("250.01")).needs == "lead"
    assert decide("refund", Decimal("1000.01")).needs is None


def test_slices_add_up() -> None:
    assert decide("refund", Decimal("20.00"), given=Decimal("30.00")).allowed
    assert not decide("refund", Decimal("20.01"), given=Decimal("30.00")).allowed
    assert not decide("double_charge", CENT, given=Decimal("50.00")).allowed


@pytest.mark.parametrize("kind", ["cancel_order", "change_address", "return_item", "report_problem", "invoice_copy"])
def test_what_the_shops_rules_give_back_anyway_has_no_limit(kind: str) -> None:
    assert decide(kind, Decimal("900.00"), given=Decimal("900.00")).allowed
    assert decide(kind, None).allowed


def test_the_company_says_the_same() -> None:
    assert Decimal(read_seed().company["policy"]["authority_limit"]) == LIMITS["bot"]


@given(money, money, money)
def test_more_is_never_allowed_where_less_is_not(amount: Decimal, more: Decimal, before: Decimal) -> None:
    if not decide("refund", amount, given=before).allowed:
        assert not decide("refund", amount + more, given=before).allowed
