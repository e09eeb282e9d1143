"""Every transaction of the desk, by kind. A new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from actions.transactions import (
    cancel_order,
    change_address,
    double_charge,
    invoice_copy,
    password_reset,
    refund,
    report_problem,
    return_item,
    subscription,
)
from actions.transactions.declaration import Transaction

TRANSACTIONS: Mapping[str, Transaction] = MappingProxyType(
    {
        module.TRANSACTION.kind: module.TRANSACTION
        for module in (
            cancel_order,
            change_address,
            refund,
            return_item,
            report_problem,
            double_charge,
            invoice_copy,
            password_reset,
            subscription,
        )
    }
)

BY_INTENT: Mapping[str, str] = MappingProxyType(
    {
        "cancel_order": "cancel_order",
        "change_address": "change_address",
        "refund_request": "refund",
        "return_item": "return_item",
        "damaged_or_wrong_item": "report_problem",
        "missing_parcel": "report_problem",
        "double_charge": "double_charge",
        "invoice_copy": "invoice_copy",
        "password_reset": "password_reset",
        "subscription_change": "subscription",
    }
)
"""Which transaction a customer's intent asks for."""
