"""Who may do what without asking: the decision framework, in one place.

Three lists, and a rule for what is on none of them:

* ``FREE``: what the shop's own rules give anyway (a cancelled order was never delivered, a return is paid after it
  arrives) or what costs nothing and can be taken back. The bot does it, whatever it comes to.
* ``MONEY_OUT``: money back beyond that. Each role has a limit in the shop's currency; amounts add up for each
  customer over ``WINDOW``, across conversations and kinds, so that a sum over the limit cannot be had in slices.
* ``PERSON_DECIDES``: what cannot be taken back. The bot prepares it, somebody of that role decides.
* Anything else is new here: the bot prepares it and an agent decides, until it has a place in a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Role = Literal["bot", "agent", "senior", "lead"]
Because = Literal["free", "within_limit", "over_limit", "person_decides"]

LIMITS: Mapping[Role, Decimal] = MappingProxyType(
    {
        "bot": Decimal("50.00"),
        "agent": Decimal("100.00"),
        "senior": Decimal("250.00"),
        "lead": Decimal("1000.00"),
    }
)
FREE = frozenset(
    {
        "cancel_order",
        "change_address",
        "return_item",
        "report_problem",
        "trace_refund",
        "invoice_copy",
        "password_reset",
        "unlock_account",
        "payment_method",
        "subscription",
        "callback",
        "update_profile",
        "data_copy",
    }
)
MONEY_OUT = frozenset({"refund", "double_charge", "subscription_refund"})
PERSON_DECIDES: Mapping[str, Role] = MappingProxyType({"delete_data": "senior"})
WINDOW = timedelta(days=30)
_LADDER: tuple[Role, ...] = ("bot", "agent", "senior", "lead")


@dataclass(frozen=True)
class Verdict:
    """``needs`` is the lowest role that may decide; ``None`` where even a lead may not alone."""

    allowed: bool
    limit: Decimal
    needs: Role | None
    because: Because


def decide(
    kind: str,
    amount: Decimal | None,
    *,
    given: Decimal = Decimal("0.00"),
    role: Role = "bot",
    limits: Mapping[Role, Decimal] = LIMITS,
) -> Verdict:
    """Whether ``role`` may do this alone. ``given`` is what the customer already had back within ``WINDOW``."""
    limit = limits[role]
    if kind in FREE:
        return Verdict(True, limit, role, "free")
    if kind in MONEY_OUT and amount is not None:
        total = amount + given
        needs = next((step for step in _LADDER if total <= limits[step]), None)
        allowed = total <= limit
        return Verdict(allowed, limit, needs, "within_limit" if allowed else "over_limit")
    wanted = PERSON_DECIDES.get(kind, "agent")
    return Verdict(_LADDER.index(role) >= _LADDER.index(wanted), limit, wanted, "person_decides")
