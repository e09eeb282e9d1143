"""What a customer says for each kind of transaction, and what its receipt must hold. One list for all tests."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """``promised``: the team that owes something afterwards. ``approval``: a person decides before it is done."""

    customer: str
    intent: str
    said: str
    receipt: tuple[str, ...]
    entities: dict[str, str] = field(default_factory=dict)
    promised: str = ""
    approval: bool = False


SLOT = "2026-03-03T09:00:00+00:00"
"""Tuesday, 10:00 in Berlin: the test clock's next working day."""

HAPPY = {
    "cancel_order": Case("cus_anika", "cancel_order", "cancel B-2031", ("B-2031", "104.80 EUR", "cancelled")),
    "change_address": Case(
        "cus_mara",
        "change_address",
        "please send A-1057 to: Birkenallee 9, 50999 Köln",
        ("A-1057", "to Birkenallee 9, 50999 Köln"),
    ),
    "refund": Case("cus_greta", "refund_request", "I want my money back for D-4010", ("39.80 EUR", "D-4010")),
    "return_item": Case(
        "cus_mara",
        "return_item",
        "return the Kamm Pro trekking boot of A-1018",
        ("1 × Kamm Pro", "mara.voss@example.com"),
    ),
    "report_problem": Case(
        "cus_theo", "missing_parcel", "A-1044 is late", ("A-1044", "hear from us"), promised="parcels"
    ),
    "double_charge": Case(
        "cus_nadia", "double_charge", "you charged me twice", ("34.70 EUR", "F-6001"), promised="payments"
    ),
    "invoice_copy": Case("cus_mara", "invoice_copy", "invoice for A-1018", ("A-1018", "mara.voss@example.com")),
    "password_reset": Case("cus_mara", "password_reset", "I forgot my password", ("m…@example.com", "60 minutes")),
    "subscription": Case("cus_mara", "subscription_change", "pause my box for 2 months", ("paused", "next charge")),
    "unlock_account": Case("cus_kit", "unlock_account", "my account is locked", ("open again", "password")),
    "payment_method": Case("cus_mara", "payment_method", "my card expired", ("m…@example.com", "30 minutes")),
    "callback": Case(
        "cus_mara",
        "request_callback",
        "",
        ("Tuesday 3 March, 10:00–11:00", "…010"),
        {"callback_slot": SLOT},
        promised="callbacks",
    ),
    "update_profile": Case(
        "cus_mara", "update_profile", "my new phone number is 0171 3920099", ("phone number", "+49 171 3920099")
    ),
    "data_copy": Case("cus_mara", "data_copy", "send me my data", ("Wednesday 1 April",), promised="privacy"),
    "delete_data": Case(
        "cus_theo", "delete_data", "delete my account", ("Wednesday 1 April",), promised="privacy", approval=True
    ),
    "trace_refund": Case(
        "cus_wanda", "refund_not_arrived", "my refund never came", ("hear from us",), promised="payments"
    ),
    "subscription_refund": Case(
        "cus_nadia", "charged_after_cancel", "charged after I cancelled", ("24.90 EUR",), promised="payments"
    ),
}
