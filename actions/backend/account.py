"""What the port knows of a customer's account beside orders: values that are read, and changes as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

ProfileField = Literal["name", "phone", "email"]
DataWish = Literal["copy", "deletion"]


@dataclass(frozen=True)
class Charge:
    """One collection for the subscription; ``refunded`` once it has gone back."""

    id: str
    at: datetime
    amount: Decimal
    status: Literal["captured", "refunded"]


@dataclass(frozen=True)
class Slot:
    """A time at which somebody can be called, from ``starts_at`` until before ``ends_at``."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Callback:
    id: str
    starts_at: datetime
    phone: str
    status: Literal["booked", "done"]


@dataclass(frozen=True)
class DataRequest:
    """``due_at`` is when the customer has the answer at the latest."""

    id: str
    wish: DataWish
    status: Literal["open", "done"]
    at: datetime
    due_at: datetime


@dataclass(frozen=True)
class UnlockAccount:
    kind: Literal["unlock_account"] = "unlock_account"


@dataclass(frozen=True)
class SendPaymentLink:
    """A link under which the customer enters the new card themselves: no card data ever passes through here."""

    kind: Literal["payment_method"] = "payment_method"


@dataclass(frozen=True)
class BookCallback:
    starts_at: datetime
    kind: Literal["callback"] = "callback"


@dataclass(frozen=True)
class ChangeProfile:
    """A new e-mail address counts only after its own mailbox has confirmed it; ``value`` is as the shop writes it."""

    field: ProfileField
    value: str
    kind: Literal["update_profile"] = "update_profile"


@dataclass(frozen=True)
class RequestDataCopy:
    kind: Literal["data_copy"] = "data_copy"


@dataclass(frozen=True)
class RequestDeletion:
    kind: Literal["delete_data"] = "delete_data"


@dataclass(frozen=True)
class TraceRefund:
    """Have the bank asked where a refund is that should have arrived."""

    order_id: str
    kind: Literal["trace_refund"] = "trace_refund"


@dataclass(frozen=True)
class RefundCharge:
    """Give back the newest charge that was made after the subscription had ended."""

    kind: Literal["subscription_refund"] = "subscription_refund"


AccountChange = (
    UnlockAccount
    | SendPaymentLink
    | BookCallback
    | ChangeProfile
    | RequestDataCopy
    | RequestDeletion
    | TraceRefund
    | RefundCharge
)
