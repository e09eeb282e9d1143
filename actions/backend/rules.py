"""What the shop allows: pure decisions on an order, the policy and the time. Each refusal names its rule.

The demo shop asks them inside the transaction that makes the change, so a preview and the change cannot disagree
about anything but time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from actions.backend.policy import Policy, add_working_days
from actions.backend.port import Address, Line, Order, Payment, Plan, Problem, Subscription
from actions.backend.postcodes import fits
from actions.errors import NotAllowed

ON_THE_WAY = frozenset({"shipped", "in_transit", "out_for_delivery", "delayed"})
OVER = frozenset({"cancelled", "returned", "refunded"})
NOTHING = Decimal("0.00")
FLAW = "flaw"
"""The ground of money back for damage that was reported."""
CHARGED_TWICE = "charged twice"
GIFT_CARD = "gift_card"


@dataclass(frozen=True)
class ReturnTerms:
    """What comes back and what it comes to: goods (and delivery, where it is refunded too) less the label."""

    lines: Sequence[Line]
    value: Decimal
    label_fee: Decimal
    unopened_only: bool


def check_cancel(order: Order, policy: Policy) -> Decimal:
    """The captured money that goes back when the order is cancelled; a reservation is released beside it."""
    if order.status == "cancelled":
        raise NotAllowed("already_cancelled", "This order is cancelled already.")
    if order.status not in policy.cancel_states:
        raise NotAllowed("already_shipped", "This order has left our warehouse.", status=order.status)
    return order.captured - order.refunded


def check_address(order: Order, address: Address, policy: Policy) -> None:
    if order.status in OVER:
        raise NotAllowed("already_cancelled", "This order is closed.", status=order.status)
    if order.status not in policy.address_states:
        raise NotAllowed("already_shipped", "This order has left our warehouse.", status=order.status)
    if not (address.line1.strip() and address.city.strip() and address.postcode.strip()):
        raise NotAllowed("bad_address", "Street, city and postcode are needed.")
    if address.country.upper() != order.address.country.upper():
        raise NotAllowed("other_country", "The country of an order cannot change.", country=order.address.country)
    if not fits(address.country, address.postcode):
        raise NotAllowed("bad_postcode", "That is no postcode of the order's country.", country=order.address.country)


def return_until(order: Order, policy: Policy, *, member: bool) -> datetime | None:
    """The last moment at which a return can be opened, for a delivered order."""
    days = policy.member_return_days if member else policy.return_days
    return order.delivered_at + timedelta(days=days) if order.delivered_at else None


def check_return(
    order: Order, sku: str | None, policy: Policy, categories: dict[str, str], *, member: bool, now: datetime
) -> ReturnTerms:
    """``categories`` maps the order's SKUs to the catalogue's categories."""
    if order.status in {"return_in_transit", "returned"} or any(
        case.kind == "return" and case.status == "open" for case in order.cases
    ):
        raise NotAllowed("return_open", "A return is open for this order already.")
    until = return_until(order, policy, member=member)
    if order.status != "delivered" or order.delivered_at is None or until is None:
        raise NotAllowed("not_delivered", "This order has not been delivered.", status=order.status)
    if now > until:
        raise NotAllowed("return_window_over", "The return window is over.", until=until.date().isoformat())
    chosen = [line for line in order.lines if sku in {None, line.sku}]
    back = [line for line in chosen if categories.get(line.sku) not in policy.no_return]
    if not back:
        raise NotAllowed("final_sale", "This item cannot come back by post.")
    value = sum((line.unit_price * line.quantity for line in back), NOTHING)
    whole = len(back) == len(order.lines)
    if whole and now <= order.delivered_at + timedelta(days=policy.shipping_refund_days):
        value += order.shipping
    if member:
        fee = policy.label_fee_member
    else:
        home = order.address.country.upper() in policy.home_countries
        fee = policy.label_fee_home if home else policy.label_fee_elsewhere
    unopened = any(categories.get(line.sku) in policy.unopened_only for line in back)
    return ReturnTerms(tuple(back), value, fee, unopened)


def refund_ground(order: Order) -> str:
    """Why money is due by the order's state alone. Each refund keeps it, so that one ground pays once; else empty."""
    if order.status in {"lost", "damaged", "returned", "cancelled", "delayed"}:
        return order.status
    flawed = any(case.details.get("problem") == "damaged" and case.status == "open" for case in order.cases)
    return FLAW if flawed else ""


def given_for(order: Order, ground: str) -> Decimal:
    return sum((refund.amount for refund in order.refunds if refund.reason == ground), NOTHING)


def to_gift_card(order: Order, amount: Decimal, ground: str) -> Decimal:
    """The part of ``amount`` that goes back on the gift card. It is filled up first, before card or account; only a
    charge that was made twice goes back to where the second one came from."""
    paid = sum((p.amount for p in order.payments if p.status == "captured" and p.method == GIFT_CARD), NOTHING)
    second = second_charge(order)
    twice_by_gift_card = second is not None and second.method == GIFT_CARD
    back = NOTHING
    for refund in sorted(order.refunds, key=lambda refund: (refund.at, refund.id)):
        back += _gift_part(refund.amount, refund.reason, paid - back, twice_by_gift_card)
    return _gift_part(amount, ground, paid - back, twice_by_gift_card)


def _gift_part(amount: Decimal, ground: str, left: Decimal, twice_by_gift_card: bool) -> Decimal:
    """``left``: what was paid by gift card and has not gone back on it."""
    if ground == CHARGED_TWICE and not twice_by_gift_card:
        return NOTHING
    return min(amount, max(NOTHING, left))


def refund_due(order: Order, policy: Policy) -> Decimal:
    """What the order's state alone entitles the customer to, less what has gone back."""
    held, ground = order.captured - order.refunded, refund_ground(order)
    if not ground:
        return NOTHING
    if ground not in {"delayed", FLAW}:
        return held
    share = (order.total - order.shipping) * policy.small_flaw_percent / 100
    entitled = order.shipping if ground == "delayed" else share.quantize(Decimal("0.01"))
    return max(NOTHING, min(held, entitled - given_for(order, ground)))


def check_refund(order: Order, amount: Decimal | None, policy: Policy) -> Decimal:
    if order.captured - order.refunded <= NOTHING:
        raise NotAllowed("nothing_to_refund", "No money of this order is with us.")
    due, ground = refund_due(order, policy), refund_ground(order)
    given = given_for(order, ground)
    if due <= NOTHING and given > NOTHING:
        sent = f"{given} {order.currency}"
        raise NotAllowed("refunded_already", "What this ground is worth has gone back.", given=sent)
    if due <= NOTHING:
        raise NotAllowed("no_grounds", "The order gives no ground for a refund by itself.", status=order.status)
    wanted = due if amount is None else amount
    if wanted <= NOTHING or wanted > due or wanted != wanted.quantize(Decimal("0.01")):
        raise NotAllowed("amount_too_high", "That is more than is due for this order.", due=str(due))
    return wanted


def second_charge(order: Order, status: str = "captured") -> Payment | None:
    """The later of two payments over the same amount, where together they exceed the total; its ``status`` is given.
    Of several, one whose twin was made by the same method: that is the one that was made twice."""
    live = sorted((p for p in order.payments if p.status in {"captured", "authorised"}), key=lambda p: (p.at, p.id))
    if sum((payment.amount for payment in live), NOTHING) <= order.total:
        return None
    found: list[Payment] = []
    for payment in reversed(live):
        twins = [
            other
            for other in live
            if other is not payment and other.amount == payment.amount and other.status == "captured"
        ]
        if payment.status != status or not twins:
            continue
        if any(twin.method == payment.method for twin in twins):
            return payment
        found.append(payment)
    return found[0] if found else None


def check_double_charge(order: Order) -> Payment:
    """The payment that goes back."""
    second = second_charge(order)
    if second is None:
        if second_charge(order, "authorised") is not None:
            raise NotAllowed("second_is_pending", "The second amount is a reservation and falls away by itself.")
        raise NotAllowed("not_charged_twice", "The order was charged once.")
    if any(refund.reason == CHARGED_TWICE for refund in order.refunds):
        raise NotAllowed("nothing_to_refund", "The second charge has gone back already.")
    if order.captured - order.refunded < second.amount:
        raise NotAllowed("nothing_to_refund", "No money of this order is with us.")
    return second


def is_late(order: Order, policy: Policy, now: datetime) -> bool:
    """Late enough for the carrier to be asked to search."""
    return order.eta is not None and now > add_working_days(order.eta, policy.trace_after_working_days)


def check_problem(order: Order, problem: Problem, policy: Policy, now: datetime) -> None:
    if any(case.kind == "problem" and case.status == "open" for case in order.cases):
        raise NotAllowed("already_reported", "A problem with this order is reported already.")
    if order.status in OVER or order.status == "return_in_transit":
        raise NotAllowed("already_cancelled", "This order is closed.", status=order.status)
    if order.status in {"damaged", "lost", "delayed"}:
        return
    if order.status in {"placed", "packed"}:
        raise NotAllowed("not_late_yet", "This order has not left our warehouse yet.", status=order.status)
    if order.status in ON_THE_WAY:
        if problem in {"missing", "late"} and is_late(order, policy, now):
            return
        raise NotAllowed("not_late_yet", "This order is still within its delivery time.", status=order.status)
    days = policy.not_received_report_days if problem in {"missing", "late"} else policy.damage_report_days
    if order.delivered_at is not None and now - order.delivered_at > timedelta(days=days):
        raise NotAllowed("report_window_over", "This was delivered too long ago.", days=days)


def check_subscription(
    current: Subscription | None, action: str, plan: str | None, months: int | None, policy: Policy
) -> Plan | None:
    """The plan that would be changed to, for the action ``plan`` alone."""
    if current is None or current.status == "cancelled":
        raise NotAllowed("no_subscription", "There is no running subscription.")
    if (action == "pause" and current.status == "paused") or (action == "resume" and current.status == "active"):
        raise NotAllowed("subscription_state", f"The subscription is {current.status} already.", status=current.status)
    if action == "pause" and months not in policy.subscription_pause_months:
        raise NotAllowed("pause_length", "A pause lasts 1, 2 or 3 months.")
    if action != "plan":
        return None
    named = (plan or "").strip().lower()
    wanted = next((item for item in policy.plans if named in {item.id.lower(), item.name.lower()}), None)
    if wanted is None:
        raise NotAllowed("unknown_plan", "There is no such plan.", plans=[item.name for item in policy.plans])
    if wanted.id == current.plan:
        raise NotAllowed("subscription_state", "That is the plan already.", status=current.status)
    return wanted


def too_late_for_next_charge(current: Subscription, policy: Policy, now: datetime) -> bool:
    """Whether the coming charge and box happen all the same."""
    return now > current.renews_at - timedelta(days=policy.subscription_notice_days)
