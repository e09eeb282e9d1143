"""What the people's desk asks of the actions: a customer's address, what to do after a failure, and who may decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

import structlog

from actions.authority import MONEY_OUT, Role, decide
from actions.backend.port import Backend
from actions.errors import ActionsError
from actions.recovery import RecoveryCode, protocols
from bot.triage.language import language_of
from handoff.ports import Ports, Recovery

MOST_PROTOCOLS = 3
SIGNS: Mapping[str, Sequence[RecoveryCode]] = {
    "missing_parcel": ("lost_parcel", "late_parcel"),
    "order_status": ("late_parcel",),
    "damaged_or_wrong_item": ("damaged_item", "wrong_item"),
    "report_problem": ("damaged_item", "lost_parcel"),
    "double_charge": ("double_charge",),
    "refund_not_arrived": ("refund_not_arrived",),
    "trace_refund": ("refund_not_arrived",),
    "refund_status": ("refund_not_arrived",),
    "cancel_order": ("cancel_too_late",),
    "return_item": ("return_refused",),
    "password_reset": ("account_locked",),
    "unlock_account": ("account_locked",),
    "charged_after_cancel": ("charged_after_cancel",),
    "subscription_refund": ("charged_after_cancel",),
}
"""What the assistant understood or began → the failures behind it, likeliest first."""
WISHES = frozenset({"order_status", "refund_status", "cancel_order", "return_item", "password_reset"})
"""Signs that tell of no failure by themselves: most who ask where a parcel is ask before the day that was named."""
LADDER: Sequence[tuple[str, Role]] = (("admin", "lead"), ("lead", "lead"), ("senior", "senior"), ("agent", "agent"))

log = structlog.get_logger("stack.desk_ports")


def fill(ports: Ports, backend: Backend) -> None:
    async def address_of(customer_id: str) -> str | None:
        try:
            return (await backend.customer(customer_id)).email or None
        except ActionsError as problem:
            log.warning("address not known", code=problem.code)
            return None

    ports.address_of = address_of
    ports.recovery_for = recovery_for
    ports.missing_role = missing_role
    ports.language_of = language_of


def recovery_for(signs: Sequence[str]) -> list[Recovery]:
    """The newest sign's failures first, those that somebody told of before those that a wish makes likely."""
    named = [code for sign in signs if sign not in WISHES for code in SIGNS.get(sign, ())]
    likely = [code for sign in signs if sign in WISHES for code in SIGNS[sign]]
    found = []
    for code in list(dict.fromkeys([*named, *likely]))[:MOST_PROTOCOLS]:
        one = protocols()[code]
        follow_up = (one.follow_up.what, one.follow_up.owner) if one.follow_up else (None, None)
        found.append(Recovery(code, one.failure, code in named, one.person, list(one.remedies), *follow_up))
    return found


def missing_role(kind: str, amount: str | None, earlier: Sequence[tuple[str, str]], roles: Sequence[str]) -> str | None:
    """By the decision framework; what was paid out before counts, so that a sum cannot be had in slices."""
    role = next((theirs for held, theirs in LADDER if held in roles), None)
    if role is None:
        return "agent"
    given = sum((_money(paid) or Decimal(0) for what, paid in earlier if what in MONEY_OUT), Decimal(0))
    verdict = decide(kind, _money(amount), given=given, role=role)
    return None if verdict.allowed else verdict.needs or "more than a lead"


def _money(amount: str | None) -> Decimal | None:
    try:
        return Decimal(amount) if amount is not None else None
    except InvalidOperation:
        return None
