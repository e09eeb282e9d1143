"""Who may give back how much without asking: the decision framework, in one place.

Amounts are in the shop's currency and add up for each customer over ``WINDOW``, across conversations, so that a
sum over the limit cannot be had in slices. What is not listed in ``MONEY_OUT`` moves no money beyond what the
shop's own rules give back (a cancelled order was never delivered, a return is paid after it arrives): the bot may
do it, whatever it comes to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Role = Literal["bot", "agent", "senior", "lead"]

LIMITS: Mapping[Role, Decimal] = MappingProxyType(
    {
        "bot": Decimal("50.00"),
        "agent": Decimal("100.00"),
        "senior": Decimal("250.00"),
        "lead": Decimal("1000.00"),
    }
)
MONEY_OUT = frozenset({"refund", "double_charge"})
WINDOW = timedelta(days=30)
_LADDER: tuple[Role, ...] = ("bot", "agent", "senior", "lead")


@dataclass(frozen=True)
class Verdict:
    """``needs`` is the lowest role that may decide; ``None`` where even a lead may not alone."""

    allowed: bool
    limit: Decimal
    needs: Role | None


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
    if kind not in MONEY_OUT or amount is None:
        return Verdict(True, limit, role)
    sum_total = amount + given
    needs = next((step for step in _LADDER if sum_total <= limits[step]), None)
    return Verdict(sum_total <= limit, limit, needs)
