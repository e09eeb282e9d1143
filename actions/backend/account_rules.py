"""What the shop allows with an account: pure decisions; each refusal names its rule. ``rules`` has those on orders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import phonenumbers

from actions.backend.account import Charge, DataRequest, DataWish, ProfileField, Slot
from actions.backend.policy import Policy, add_working_days
from actions.backend.port import Customer, Order, Refund
from actions.errors import NotAllowed

_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-]){1,79}")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
HOUR = timedelta(hours=1)


def check_unlock(customer: Customer, now: datetime) -> None:
    if customer.locked_until is None or customer.locked_until <= now:
        raise NotAllowed("not_locked", "This account is not locked.")


def free_slots(policy: Policy, taken: Mapping[datetime, int], now: datetime) -> Sequence[Slot]:
    """Hours of the coming working days in which fewer calls are booked than the team can make; the earliest first.

    An hour that has begun, or begins within the hour, is no offer any more.
    """
    first, last = policy.callback_hours
    slots = []
    day = now.astimezone(policy.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = [day] if day.weekday() < 5 else []
    while len(ahead) <= policy.callback_days_ahead:
        ahead.append(add_working_days(ahead[-1] if ahead else day, 1))
    for date in ahead:
        for hour in range(first, last):
            starts_at = date.replace(hour=hour).astimezone(UTC)
            if starts_at >= now + HOUR and taken.get(starts_at, 0) < policy.callbacks_per_slot:
                slots.append(Slot(starts_at, starts_at + HOUR))
    return tuple(slots)


def check_callback(
    customer: Customer, starts_at: datetime, policy: Policy, taken: Mapping[datetime, int], now: datetime
) -> Slot:
    waiting = [call for call in customer.callbacks if call.status == "booked" and call.starts_at + HOUR > now]
    if waiting:
        raise NotAllowed("callback_open", "A call is booked already.", starts_at=waiting[0].starts_at.isoformat())
    if not customer.phone:
        raise NotAllowed("no_phone", "There is no phone number in this account.")
    if starts_at not in {slot.starts_at for slot in free_slots(policy, {}, now)}:
        raise NotAllowed("not_a_slot", "Nobody calls at that time.")
    if taken.get(starts_at, 0) >= policy.callbacks_per_slot:
        raise NotAllowed("slot_taken", "That hour is full by now.")
    return Slot(starts_at, starts_at + HOUR)


def check_profile(customer: Customer, field: ProfileField, value: str) -> str:
    """The new value as the shop writes it."""
    if field == "name":
        written = " ".join(value.split())
        if not _NAME.fullmatch(written):
            raise NotAllowed("bad_name", "That is no name that could stand on a parcel.")
        current = customer.name
    elif field == "phone":
        written, current = _phone(value, customer.country), customer.phone
    else:
        written, current = value.strip().lower(), customer.email
        if not _EMAIL.fullmatch(written):
            raise NotAllowed("bad_email", "That is no e-mail address.")
    if written == current:
        raise NotAllowed("same_value", "That is what the account has already.", field=field)
    return written


def _phone(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        raise NotAllowed("bad_phone", "That is no phone number.") from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise NotAllowed("bad_phone", "That is no phone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def check_data_request(requests: Sequence[DataRequest], wish: DataWish) -> None:
    for request in requests:
        if request.wish == wish and request.status == "open":
            raise NotAllowed("request_open", "That is asked for already.", due=request.due_at.date().isoformat())


def check_trace(order: Order, now: datetime) -> Refund:
    """The newest refund of the order, where it should have arrived and no search for it is open."""
    if not order.refunds:
        raise NotAllowed("no_refund", "No refund was sent for this order.")
    if any(case.kind == "refund_trace" and case.status == "open" for case in order.cases):
        raise NotAllowed("already_reported", "The bank is asked already.")
    newest = order.refunds[-1]
    if newest.expected_by.date() >= now.date():
        raise NotAllowed("refund_not_due", "It is still on its way.", expected_by=newest.expected_by.date().isoformat())
    return newest


def check_charge(customer: Customer, policy: Policy) -> Charge:
    """The newest charge made after the subscription had ended, but for the one that was too close to stop: the box
    that it paid for still came, as the customer was told."""
    current = customer.subscription
    if current is None or current.status != "cancelled" or current.cancelled_at is None:
        raise NotAllowed("not_cancelled", "There is no subscription that has ended.")
    wrong = [charge for charge in current.charges if charge.at > current.cancelled_at and charge.status == "captured"]
    notice = timedelta(days=policy.subscription_notice_days)
    first = next((charge for charge in current.charges if charge.at > current.cancelled_at), None)
    announced = first if first is not None and first.at - current.cancelled_at < notice else None
    if announced is not None and wrong == [announced]:
        raise NotAllowed("charge_announced", "That charge was too close to stop.", day=announced.at.date().isoformat())
    wrong = [charge for charge in wrong if charge is not announced]
    if not wrong:
        raise NotAllowed("not_charged_after", "Nothing was charged after the end.")
    return wrong[-1]
