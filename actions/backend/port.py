"""The business system as Frontdesk sees it: what can be read, and which changes can be asked for.

Every call names the customer on whose behalf it is made, and an object of another customer does not exist for it.
A change is data (one frozen class a kind). ``preview`` says whether it would be allowed and what it comes to,
``apply`` does it once per idempotency key, and the reads show what became of it.

Money is ``Decimal`` in the shop's one currency, times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from pydantic import ConfigDict, TypeAdapter

from actions.backend.account import AccountChange, Callback, Charge, DataRequest, Slot

OrderStatus = Literal[
    "placed",
    "packed",
    "shipped",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "delayed",
    "lost",
    "damaged",
    "cancelled",
    "returned",
    "refunded",
    "return_in_transit",
]
Problem = Literal["missing", "damaged", "wrong", "late"]
SubscriptionAction = Literal["pause", "resume", "cancel", "plan"]


@dataclass(frozen=True)
class Address:
    """A place that a parcel can be sent to. ``country`` is an ISO 3166 code of two letters."""

    line1: str
    city: str
    postcode: str
    country: str
    line2: str = ""
    region: str = ""

    def one_line(self) -> str:
        place = f"{self.postcode} {self.city}" if self.postcode[:1].isdigit() else f"{self.city} {self.postcode}"
        parts = [self.line1, self.line2, place.strip(), self.region, self.country]
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Line:
    sku: str
    name: str
    quantity: int
    unit_price: Decimal


@dataclass(frozen=True)
class Payment:
    """``captured`` is money that we hold, ``authorised`` money that is only reserved. ``method`` is ``gift_card`` for a
    payment by gift card, and empty for the customer's own payment method."""

    id: str
    amount: Decimal
    status: Literal["authorised", "captured", "voided", "failed"]
    at: datetime
    method: str = ""


@dataclass(frozen=True)
class ParcelEvent:
    at: datetime
    text: str


@dataclass(frozen=True)
class Parcel:
    """One of several parcels of an order; ``items`` are names for people."""

    status: OrderStatus
    items: str
    carrier: str = ""
    tracking: str = ""
    eta: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True)
class Refund:
    """``requested`` is on its way to the bank; ``settled`` has been paid out."""

    id: str
    order_id: str
    amount: Decimal
    reason: str
    status: Literal["requested", "settled"]
    at: datetime
    expected_by: datetime


@dataclass(frozen=True)
class Case:
    """A return, a reported problem or a search for a refund, with its own number."""

    id: str
    kind: Literal["return", "problem", "refund_trace"]
    order_id: str
    status: str
    at: datetime
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Order:
    id: str
    customer_id: str
    status: OrderStatus
    placed_at: datetime
    lines: tuple[Line, ...]
    shipping: Decimal
    total: Decimal
    currency: str
    address: Address
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    cases: tuple[Case, ...] = ()
    events: tuple[ParcelEvent, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    delivered_at: datetime | None = None
    eta: datetime | None = None
    carrier: str | None = None
    tracking: str | None = None

    @property
    def captured(self) -> Decimal:
        return sum((payment.amount for payment in self.payments if payment.status == "captured"), Decimal("0.00"))

    @property
    def refunded(self) -> Decimal:
        return sum((refund.amount for refund in self.refunds), Decimal("0.00"))


@dataclass(frozen=True)
class Subscription:
    plan: str
    status: Literal["active", "paused", "cancelled"]
    price: Decimal
    renews_at: datetime
    cancelled_at: datetime | None = None
    charges: tuple[Charge, ...] = ()


@dataclass(frozen=True)
class Plan:
    id: str
    name: str
    price: Decimal
    period: str


@dataclass(frozen=True)
class Customer:
    """``country`` is an ISO 3166 code, ``pending_email`` an address that its own mailbox has not confirmed yet."""

    id: str
    name: str
    email: str
    phone: str = ""
    locale: str = "en"
    timezone: str = "UTC"
    member: bool = False
    points: int = 0
    payment_method: str = ""
    country: str = ""
    subscription: Subscription | None = None
    locked_until: datetime | None = None
    pending_email: str = ""
    callbacks: tuple[Callback, ...] = ()
    data_requests: tuple[DataRequest, ...] = ()


@dataclass(frozen=True)
class CancelOrder:
    order_id: str
    kind: Literal["cancel_order"] = "cancel_order"


@dataclass(frozen=True)
class RefundOrder:
    """``amount`` ``None`` asks for all that is due by the order's state. ``reason``: the state that the customer was
    told of, for the order's history."""

    order_id: str
    reason: str
    amount: Decimal | None = None
    kind: Literal["refund"] = "refund"


@dataclass(frozen=True)
class ChangeAddress:
    order_id: str
    address: Address
    kind: Literal["change_address"] = "change_address"


@dataclass(frozen=True)
class OpenReturn:
    """Without ``sku`` the whole order goes back."""

    order_id: str
    sku: str | None = None
    reason: str = ""
    kind: Literal["return_item"] = "return_item"


@dataclass(frozen=True)
class ReportProblem:
    order_id: str
    problem: Problem
    note: str = ""
    kind: Literal["report_problem"] = "report_problem"


@dataclass(frozen=True)
class ReverseDoubleCharge:
    order_id: str
    kind: Literal["double_charge"] = "double_charge"


@dataclass(frozen=True)
class SendInvoice:
    order_id: str
    kind: Literal["invoice_copy"] = "invoice_copy"


@dataclass(frozen=True)
class SendPasswordReset:
    kind: Literal["password_reset"] = "password_reset"


@dataclass(frozen=True)
class ChangeSubscription:
    """``plan`` names the new plan (for the action ``plan``), ``months`` the length of a ``pause``."""

    action: SubscriptionAction
    plan: str | None = None
    months: int | None = None
    kind: Literal["subscription"] = "subscription"


Change = (
    CancelOrder
    | RefundOrder
    | ChangeAddress
    | OpenReturn
    | ReportProblem
    | ReverseDoubleCharge
    | SendInvoice
    | SendPasswordReset
    | ChangeSubscription
    | AccountChange
)
for _class in (Address, *Change.__args__):
    _class.__pydantic_config__ = ConfigDict(extra="forbid")
_CHANGE: TypeAdapter[Change] = TypeAdapter(Change)


def change_to_json(change: Change) -> dict[str, Any]:
    """As it is kept with a prepared operation; decimals become strings."""
    data: dict[str, Any] = _CHANGE.dump_python(change, mode="json")
    return data


def change_from_json(data: dict[str, Any]) -> Change:
    return _CHANGE.validate_python(data)


@dataclass(frozen=True)
class Preview:
    """What a change would come to. ``amount`` is the money that would move, ``facts`` what people want to know."""

    amount: Decimal | None = None
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """The business system's own record of a change that happened. ``receipt`` is the number a customer can quote."""

    key: str
    kind: str
    object_ref: str
    receipt: str
    at: datetime
    amount: Decimal | None = None
    facts: dict[str, str] = field(default_factory=dict)


class Backend(Protocol):
    """Every method may raise ``BackendUnavailable``; those that name an object ``NotFound``."""

    async def customer(self, customer_id: str) -> Customer: ...

    async def orders(self, customer_id: str) -> Sequence[Order]:
        """All orders of the customer, newest first."""
        ...

    async def order(self, order_id: str, customer_id: str) -> Order: ...

    async def plans(self) -> Sequence[Plan]: ...

    async def callback_slots(self) -> Sequence[Slot]:
        """The next times at which somebody can still be called, earliest first."""
        ...

    async def find_customer_by_order_and_email(self, order_id: str, email: str) -> str | None:
        """The id of the customer to whom both belong, else ``None``. Where the letter differs, the digits decide."""
        ...

    async def preview(self, customer_id: str, change: Change) -> Preview:
        """Changes nothing. Raises ``NotAllowed`` as ``apply`` would."""
        ...

    async def apply(self, customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        """Make the change once. The same ``key`` again answers with the stored effect, whatever the state is by now.

        ``confirmed`` is the amount that the customer agreed to: where it would be another one by now, nothing happens
        (rule ``amount_changed``). Raises ``NotAllowed`` (nothing happened) or ``BackendUnavailable`` (it may have)."""
        ...

    async def effect(self, customer_id: str, key: str) -> Effect | None:
        """The stored effect of ``key``, read afresh."""
        ...

    async def given_since(self, customer_id: str, since: datetime) -> Decimal:
        """What went back to the customer by refunds and reversed charges since then: limits of authority add up."""
        ...

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        """Send a one-time code, good for ``minutes``, to the customer's own address and no other: once a ``key``."""
        ...

    async def mail_was_sent(self, customer_id: str, key: str) -> bool:
        """Whether the mail that belongs to the change ``key`` has left."""
        ...
