"""What a conversation's record shows of the shop: the orders as they were first read, and what was done. Pure.

Read from the calls that are stored with each turn (``TurnResult.calls``) and from the log. Orders come out in the form
of ``POST /lab/v1/customers``, under names of the scenario's own: no number, address or tracking code is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from string import ascii_lowercase
from typing import Any

from handoff.contract.turn import ToolCall

MOST_ORDERS = 20
_PAID = {"captured": "captured", "authorised": "pending"}

Json = dict[str, Any]


@dataclass(frozen=True)
class ShopState:
    """``names``: the scenario's name of each order number; ``orders`` by those names; ``done``: each verified effect
    as ``expect.ends`` lists it."""

    names: Mapping[str, str] = field(default_factory=dict)
    orders: Mapping[str, Json] = field(default_factory=dict)
    done: Sequence[Json] = ()

    def told(self, text: str) -> str:
        """The text with each known order's number as a scenario writes it, and no other ``$``."""
        text = text.replace("$", "")
        for number, name in self.names.items():
            text = re.sub(rf"(?<!\w){re.escape(number)}(?!\w)", f"$orders.{name}", text, flags=re.IGNORECASE)
        return text


def state_of(events: Sequence[Mapping[str, Any]], calls: Sequence[ToolCall]) -> ShopState:
    """``events``: the log, from whose first moment the orders' days are counted; ``calls`` in the order of time."""
    first: dict[str, Json] = {}
    for order in _read(calls):
        first.setdefault(order["id"], order)
    shown = list(first.values())[:MOST_ORDERS]
    names = {order["id"]: f"order_{letter}" for order, letter in zip(shown, ascii_lowercase, strict=False)}
    began = next((datetime.fromisoformat(each["occurred_at"]) for each in events if "occurred_at" in each), None)
    orders = {names[order["id"]]: _order(order, began) for order in shown} if began else {}
    return ShopState(names if orders else {}, orders, _done(events, calls, names if orders else {}))


def _read(calls: Sequence[ToolCall]) -> Iterator[Json]:
    for call in calls:
        if call.tool == "shop.orders":
            yield from call.answer or ()
        elif call.tool == "shop.order" and call.answer:
            yield call.answer


def _order(order: Json, began: datetime) -> Json:
    def ago(moment: str) -> int:
        return (began - datetime.fromisoformat(moment)).days

    told: Json = {"status": order["status"], "placed_days_ago": ago(order["placed_at"])}
    if order.get("delivered_at"):
        told["delivered_days_ago"] = ago(order["delivered_at"])
    if order.get("eta"):
        told["eta_in_days"] = (datetime.fromisoformat(order["eta"]) - began).days
    if order.get("carrier"):
        told["carrier"] = order["carrier"]
    told["lines"] = [{"sku": line["sku"], "qty": line["quantity"]} for line in order["lines"]]
    told["shipping"] = str(order["shipping"])
    back = {str(refund["amount"]): ago(refund["at"]) for refund in order.get("refunds") or ()}
    told["payments"] = [
        {"amount": str(paid["amount"]), "status": "refunded", "days_ago": back.pop(str(paid["amount"]))}
        if paid["status"] == "captured" and str(paid["amount"]) in back
        else {"amount": str(paid["amount"]), "status": _PAID[paid["status"]], "days_ago": ago(paid["at"])}
        for paid in order.get("payments") or ()
        if paid["status"] in _PAID
    ]
    return told


def _done(events: Sequence[Mapping[str, Any]], calls: Sequence[ToolCall], names: Mapping[str, str]) -> list[Json]:
    """Each operation once, with its order where the ledger's own answer names one that was read."""
    about = {
        call.answer["id"]: call.answer["object_ref"]
        for call in calls
        if call.tool.startswith("operations.") and isinstance(call.answer, dict) and "object_ref" in call.answer
    }
    verified = {
        event["data"]["operation_id"]: event["data"]["kind"]
        for event in events
        if event["type"] == "action.performed" and event["data"]["state"] == "verified"
    }
    found = []
    for operation_id, kind in verified.items():
        order = names.get(about.get(operation_id, ""))
        found.append({"kind": kind, "order": order} if order else {"kind": kind})
    return found
