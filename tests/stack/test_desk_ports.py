"""Who may decide on what, and which protocol a failure calls for."""

from __future__ import annotations

import pytest

from stack.desk_ports import SIGNS, missing_role, recovery_for

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("amount", "earlier", "roles", "needs"),
    [
        ("84.00", [], ["agent"], None),
        ("100.01", [], ["agent"], "senior"),
        ("84.00", [("refund", "50.00")], ["agent"], "senior"),
        ("84.00", [("cancel_order", "500.00")], ["agent"], None),
        ("250.01", [], ["agent", "senior"], "lead"),
        ("250.01", [], ["admin"], None),
        ("1000.01", [], ["lead"], "more than a lead"),
        ("84.00", [], ["qa"], "agent"),
    ],
)
def test_limits_by_role_count_what_was_paid_before(
    amount: str, earlier: list[tuple[str, str]], roles: list[str], needs: str | None
) -> None:
    assert missing_role("refund", amount, earlier, roles) == needs


def test_what_cannot_be_taken_back_takes_a_senior() -> None:
    assert missing_role("delete_data", None, [], ["agent"]) == "senior"
    assert missing_role("delete_data", None, [], ["senior"]) is None


def test_the_newest_sign_names_the_protocol() -> None:
    assert [step.code for step in recovery_for(["greet", "double_charge", "missing_parcel"])] == [
        "double_charge",
        "lost_parcel",
        "late_parcel",
    ]
    assert recovery_for(["greet"]) == []


def test_a_wish_tells_of_no_failure_by_itself() -> None:
    assert [(step.code, step.named) for step in recovery_for(["order_status"])] == [("late_parcel", False)]
    steps = recovery_for(["order_status", "missing_parcel", "cancel_order"])
    assert [(step.code, step.named) for step in steps] == [
        ("lost_parcel", True),
        ("late_parcel", True),
        ("cancel_too_late", False),
    ]


def test_every_sign_has_a_protocol() -> None:
    assert all(recovery_for([sign]) for sign in SIGNS)
