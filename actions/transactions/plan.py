"""What an operation row keeps of a proposal: the change, and until when a yes to it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from actions.backend.port import Change, change_from_json, change_to_json
from handoff.contract.operations import Operation

YES_COUNTS_FOR = timedelta(minutes=30)
"""After that the customer is asked again: prices, states and minds change."""
YES_AFTER_APPROVAL = timedelta(days=7)
"""An approval may take its time. The customer's yes may come before it or after it."""


@dataclass(frozen=True)
class Plan:
    change: Change
    good_until: datetime

    def arguments(self) -> dict[str, Any]:
        return {"change": change_to_json(self.change), "good_until": self.good_until.isoformat()}


def new_plan(change: Change, now: datetime, *, needs_approval: bool) -> Plan:
    return Plan(change, now + (YES_AFTER_APPROVAL if needs_approval else YES_COUNTS_FOR))


def plan_of(operation: Operation) -> Plan:
    arguments = operation.arguments
    return Plan(change_from_json(arguments["change"]), datetime.fromisoformat(arguments["good_until"]))


def confirmed_amount(operation: Operation) -> Decimal | None:
    """The money that the customer said yes to."""
    return None if operation.amount is None else Decimal(operation.amount)
