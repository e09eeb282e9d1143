"""Records and scenarios for the tests of the checks: small, and good until a test breaks them."""

from __future__ import annotations

from typing import Any

from eval.simulate.scenario import Scenario
from eval.simulate.trial import Record

ORDER = "G-1001"
RECEIPT = "CN-23456789"


def scenario(**more: Any) -> Scenario:
    base: dict[str, Any] = {
        "id": "cancel/one", "family": "cancel", "split": "dev", "about": "x", "version": 1, "tags": [],
        "must_pass": True, "persona": {}, "start": {"orders": {"it": {"like": "A-1057"}}}, "faults": [],
        "goals": [{"act": "cancel_order", "order": "it"}], "moves": [],
        "expect": {"ends": [[{"kind": "cancel_order", "order": "it"}]], "says": ["is cancelled"]}, "budget": {},
    }  # fmt: skip
    return Scenario.model_validate(base | more)


def event(seq: int, what: str, source: str, **data: Any) -> dict[str, Any]:
    at = f"2026-03-02T09:00:{seq:02d}Z"
    return {"conversation_id": "c", "seq": seq, "occurred_at": at, "type": what, "source": source, "data": data}


def good_record() -> Record:
    """An order is cancelled as it should be: asked, agreed, done, told."""
    events = [
        event(1, "message.sent", "customer", text="cancel it"),
        event(2, "message.sent", "bot", text="Shall I?", reply_to=[1], operations=["op1"]),
        event(3, "message.sent", "customer", text="yes"),
        event(4, "action.performed", "bot", operation_id="op1", kind="cancel_order", state="verified", receipt=RECEIPT),
        event(5, "message.sent", "bot", text=f"Done: it is cancelled. Your reference is {RECEIPT}.", reply_to=[3]),
    ]
    effect = {
        "kind": "cancel_order",
        "object_ref": ORDER,
        "receipt": RECEIPT,
        "amount": None,
        "request": {"order_id": ORDER},
    }
    order = {"id": ORDER, "status": "cancelled", "cases": [], "refunds": [], "address": {}}
    view = [one for one in events if one["type"] == "message.sent"]
    return Record(
        "cancel/one", 0, "1", orders={"it": ORDER}, before={"effects": [], "orders": []},
        after={"effects": [effect], "orders": [order]}, events=events, view=view, end="content", satisfied=True,
        messages=2,
    )  # fmt: skip
