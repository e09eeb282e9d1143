"""What the assistant read in the business system, a line a reading: what was asked, and what came back.

Made from the calls that are stored with a turn. Changes are told as operations, and what only the machine asks for
itself (its own limits, whether a mail left) is not told at all. Of arguments everything that names a person is taken
out, of answers only what a colleague acts upon is kept: a state, a date, how many there were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from handoff.contract.packet import PacketStep
from handoff.contract.redact import PERSONAL, redact
from handoff.packet.need import LONGEST_QUOTE, TurnRecord

UNTOLD = frozenset(
    {
        *("shop.apply", "shop.effect", "shop.given_since", "shop.mail_was_sent", "shop.send_code"),
        *("codes.send", "codes.pending"),
    }
)
OPERATIONS = "operations."
WHOSE = "customer_id"
"""Stands in nearly every call and is in the packet already."""
MOST_ORDERS = 4
LONGEST_ARGUMENT = 60
LENGTH_OF_A_DATE = 10
PROBLEMS = {"NotFound": "not found", "BackendUnavailable": "no answer", "TimeoutError": "no answer"}


def lookups(turns: Sequence[TurnRecord], until: int) -> list[PacketStep]:
    """The readings of the turns up to the event ``until``, in order, each with the customer's message it served."""
    return [
        PacketStep(turn.seq, "lookup", line) for turn in turns if turn.seq <= until for line in lines_of(turn.result)
    ]


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """Of a stored ``TurnResult``, such as ``order A-1042 read: in transit``; the same reading twice is told once."""
    told = (_line(call) for call in result.get("calls") or ())
    return list(dict.fromkeys(line[:LONGEST_QUOTE] for line in told if line))


def _line(call: Mapping[str, Any]) -> str:
    tool = str(call["tool"])
    if tool in UNTOLD or tool.startswith(OPERATIONS):
        return ""
    asked = _asked(call.get("arguments") or {})
    came = _problem(call["error"]) if call.get("error") else _came(tool, call.get("answer"))
    return f"{_what(tool, asked)}: {came}" if came else _what(tool, asked)


def _asked(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The plain arguments, those of a change with them, by name."""
    change = arguments.get("change")
    named = {**arguments, **(change if isinstance(change, dict) else {})}
    return {
        name: redact(str(value), labels=PERSONAL)[:LONGEST_ARGUMENT]
        for name, value in named.items()
        if name != WHOSE and isinstance(value, str | int | float) and value != ""
    }


def _what(tool: str, asked: Mapping[str, str]) -> str:
    order = asked.get("order_id", "")
    match tool:
        case "shop.order":
            return f"order {order} read"
        case "shop.orders":
            return "orders read"
        case "shop.customer":
            return "account read"
        case "shop.callback_slots":
            return "times for a call read"
        case "shop.find_customer_by_order_and_email":
            return f"order {order} and {asked.get('email', 'an address')} compared"
        case "shop.preview":
            return f"{_spaced(asked.get('kind', 'a change'))}{order and f' of {order}'} checked"
        case "codes.check":
            return "one-time code checked"
    values = [value for name, value in asked.items() if name != "kind"]
    return " ".join([_spaced(tool.partition(".")[2]), *values, "read"])


def _came(tool: str, answer: Any) -> str:
    match tool, answer:
        case "shop.orders" | "shop.callback_slots", None | []:  # an empty answer is not stored
            return "none"
        case "shop.order", dict():
            return ", ".join(part for part in (_state(answer), _expected(answer)) if part)
        case "shop.orders", list():
            named = [f"{each.get('id', '')} {_state(each)}".strip() for each in answer[:MOST_ORDERS]]
            more = [f"{len(answer) - MOST_ORDERS} more"] if len(answer) > MOST_ORDERS else []
            return ", ".join([*named, *more])
        case "shop.customer", dict():
            subscription = answer.get("subscription") or {}
            parts = [f"subscription {_state(subscription)}"] if subscription else []
            return ", ".join([*parts, *(["locked"] if answer.get("locked_until") else [])])
        case "shop.preview", dict():
            return f"possible, {answer['amount']}" if answer.get("amount") else "possible"
        case "shop.find_customer_by_order_and_email", _:
            return "they belong together" if answer else "no match"
        case "codes.check", _:
            return "right"
        case _, list():
            return str(len(answer)) if answer else "none"
        case _, dict():
            return _state(answer)
    return ""


def _problem(error: Mapping[str, Any]) -> str:
    if error.get("rule"):
        return f"not allowed ({_spaced(str(error['rule']))})"
    if error.get("reason"):
        return f"refused ({_spaced(str(error['reason']))})"
    return PROBLEMS.get(str(error.get("name")), "failed")


def _state(thing: Mapping[str, Any]) -> str:
    return _spaced(str(thing.get("status") or ""))


def _expected(order: Mapping[str, Any]) -> str:
    """When an order that is not there yet should come."""
    return f"expected {order['eta'][:LENGTH_OF_A_DATE]}" if order.get("eta") and not order.get("delivered_at") else ""


def _spaced(name: str) -> str:
    return name.replace("_", " ")
