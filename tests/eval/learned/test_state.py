"""Orders and end state of a made scenario come from the record, and silence passes only where nothing was done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.learned.rules import NOTHING_DONE, scenario_of
from eval.simulate.checks import judge
from eval.simulate.references import do_nothing
from eval.simulate.scenario import Scenario, read_family
from eval.simulate.trial import Record
from handoff.contract.turn import ToolCall
from stack.lab_routes import NewOrder
from tests.eval.simulate.support import event

pytestmark = pytest.mark.unit

ORDER: dict[str, Any] = {
    "id": "A-1057", "customer_id": "cus_x", "status": "placed", "placed_at": "2026-03-01T08:00:00Z",
    "lines": [{"sku": "FLEECE-ALM", "name": "Alm fleece", "quantity": 1, "unit_price": "89.00"}], "shipping": "0.00",
    "total": "89.00", "currency": "EUR", "eta": "2026-03-05T10:00:00Z", "delivered_at": None, "carrier": None,
    "address": {"line1": "Kanalstraße 81", "city": "Münster", "postcode": "48147", "country": "DE"},
    "tracking": "TP-88231", "refunds": [],
    "payments": [{"id": "p", "amount": "89.00", "status": "authorised", "at": "2026-03-01T08:00:00Z"}],
}  # fmt: skip
CALLS = [
    ToolCall("shop.orders", {"customer_id": "cus_x"}, [ORDER]),
    ToolCall("operations.prepare", {"kind": "cancel_order"}, {"id": "op1", "object_ref": "A-1057"}),
    ToolCall("shop.order", {"order_id": "A-1057"}, ORDER | {"status": "cancelled"}),
    ToolCall("shop.order", {"order_id": "A-0001"}, error={"name": "NotFound"}),
]
SAID = [event(1, "message.sent", "customer", text="cancel a-1057 for 5$ please, not A-0001")]
DONE = event(2, "action.performed", "bot", operation_id="op1", kind="cancel_order", state="verified", receipt="CN-2345")
FAILED = event(2, "action.performed", "bot", operation_id="op1", kind="cancel_order", state="failed")


def made(tmp_path: Path, events: list[dict[str, Any]], calls: list[ToolCall]) -> Scenario:
    text = scenario_of("scn_1", events, "", calls)
    assert text is not None
    for secret in ("1057", "0001", "Kanal", "88231", "cus_x", "CN-"):
        assert secret not in text
    path = tmp_path / "made.yaml"
    path.write_text(text)
    (scenario,) = read_family(path, "dev")
    return scenario


def test_what_was_done_is_the_end_state_and_what_was_read_is_the_start(tmp_path: Path) -> None:
    scenario = made(tmp_path, [*SAID, DONE, DONE], CALLS)
    (goal,), (end,) = scenario.goals, scenario.expect.ends
    assert [(effect.kind, effect.order) for effect in end] == [("cancel_order", "order_a")]
    assert (goal.order, goal.done) == ("order_a", "effect")
    assert goal.say[0].startswith("cancel $orders.order_a for 5 please")
    assert scenario.start.orders == {
        "order_a": {
            "status": "placed", "placed_days_ago": 1, "eta_in_days": 3, "shipping": "0.00",
            "lines": [{"sku": "FLEECE-ALM", "qty": 1}],
            "payments": [{"amount": "89.00", "status": "pending", "days_ago": 1}],
        }
    }  # fmt: skip
    NewOrder.model_validate(scenario.start.orders["order_a"])  # as the lab takes it


@pytest.mark.parametrize(("last", "passes"), [(DONE, False), (FAILED, True)])
def test_doing_nothing_passes_only_where_nothing_was_done(tmp_path: Path, last: dict[str, Any], passes: bool) -> None:
    scenario = made(tmp_path, [*SAID, last], CALLS)
    start = Record(scenario.id, 0, "1", before={"effects": [], "orders": []})
    assert judge(scenario, do_nothing(scenario, start)).passed == passes
    assert (NOTHING_DONE in scenario.tags) == passes


def test_an_effect_without_stored_calls_is_still_named(tmp_path: Path) -> None:
    scenario = made(tmp_path, [*SAID, DONE], [])
    assert [(effect.kind, effect.order) for effect in scenario.expect.ends[0]] == [("cancel_order", None)]
    assert not scenario.start.orders


def test_money_that_went_back_is_one_payment(tmp_path: Path) -> None:
    paid = {"id": "p", "amount": "89.00", "status": "captured", "at": "2026-02-01T08:00:00Z"}
    back = {"id": "r", "amount": "89.00", "at": "2026-02-20T08:00:00Z"}
    read = [ToolCall("shop.order", {}, ORDER | {"payments": [paid], "refunds": [back]})]
    (order,) = made(tmp_path, SAID, read).start.orders.values()
    assert order["payments"] == [{"amount": "89.00", "status": "refunded", "days_ago": 10}]
