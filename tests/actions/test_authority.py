"""Each limit, on its edge, and the sum over thirty days."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.authority import FREE, LIMITS, MONEY_OUT, PERSON_DECIDES, Role, decide
from actions.backend.seed import read_seed
from actions.transactions.catalogue import TRANSACTIONS

pytestmark = pytest.mark.unit

CENT = Decimal("0.01")
money = st.integers(0, 300_000).map(lambda cents: Decimal(cents) / 100)


@pytest.mark.parametrize(
    ("role", "limit"), [("bot", "50.00"), ("agent", "100.00"), ("senior", "250.00"), ("lead", "1000.00")]
)
@pytest.mark.parametrize("kind", sorted(MONEY_OUT))
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


def test_every_transaction_has_one_place() -> None:
    assert FREE | MONEY_OUT | set(PERSON_DECIDES) == set(TRANSACTIONS)
    assert len(FREE) + len(MONEY_OUT) + len(PERSON_DECIDES) == len(TRANSACTIONS)


def test_what_cannot_be_taken_back_needs_a_senior() -> None:
    for role, allowed in (("bot", False), ("agent", False), ("senior", True), ("lead", True)):
        verdict = decide("delete_data", None, role=role)  # type: ignore[arg-type]
        assert (verdict.allowed, verdict.needs, verdict.because) == (allowed, "senior", "person_decides")


def test_what_is_on_no_list_is_decided_by_an_agent() -> None:
    assert not decide("send_a_helicopter", None).allowed
    assert decide("send_a_helicopter", None).needs == "agent"
    assert decide("send_a_helicopter", Decimal("1.00"), role="agent").allowed


def test_money_without_an_amount_is_never_given_by_the_bot() -> None:
    assert not decide("refund", None).allowed


@pytest.mark.parametrize("kind", sorted(FREE))
def test_what_the_shops_rules_give_back_anyway_has_no_limit(kind: str) -> None:
    assert decide(kind, Decimal("900.00"), given=Decimal("900.00")).allowed
    assert decide(kind, None).allowed


def test_the_company_says_the_same() -> None:
    assert Decimal(read_seed().company["policy"]["authority_limit"]) == LIMITS["bot"]


@given(money, money, money)
def test_more_is_never_allowed_where_less_is_not(amount: Decimal, more: Decimal, before: Decimal) -> None:
    if not decide("refund", amount, given=before).allowed:
        assert not decide("refund", amount + more, given=before).allowed
