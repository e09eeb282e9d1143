"""The company's promises as numbers, read from the seed's ``company.yaml``, and the calendar they count in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from actions.backend.port import Plan


@dataclass(frozen=True)
class Policy:
    """Days are calendar days unless the name says working days. Money is in ``currency``."""

    company: str
    currency: str
    return_days: int
    member_return_days: int
    shipping_refund_days: int
    label_fee_home: Decimal
    label_fee_elsewhere: Decimal
    label_fee_member: Decimal
    no_return: frozenset[str]
    unopened_only: frozenset[str]
    drop_off_days: int
    cancel_states: frozenset[str]
    address_states: frozenset[str]
    home_countries: frozenset[str]
    damage_report_days: int
    not_received_report_days: int
    trace_after_working_days: int
    trace_working_days: int
    small_flaw_percent: int
    release_working_days: tuple[int, int]
    refund_working_days: Mapping[str, int]
    subscription_notice_days: int
    subscription_pause_months: frozenset[int]
    reset_link_minutes: int
    payment_link_minutes: int
    email_check_hours: int
    callback_hours: tuple[int, int]
    callback_days_ahead: int
    callbacks_per_slot: int
    refund_trace_working_days: int
    data_copy_days: int
    data_deletion_days: int
    timezone: ZoneInfo
    plans: tuple[Plan, ...]


def read_policy(company: dict[str, Any]) -> Policy:
    """Raises ``KeyError`` where a promise is missing: a shop without it would have to guess."""
    rules = company["policy"]
    return Policy(
        company=company["name"],
        currency=company["currency"],
        return_days=int(rules["return_window_days"]),
        member_return_days=int(rules["member_return_window_days"]),
        shipping_refund_days=int(rules["shipping_refund_days"]),
        label_fee_home=Decimal(rules["return_label_fee"]),
        label_fee_elsewhere=Decimal(rules["return_label_fee_eu"]),
        label_fee_member=Decimal(rules["member_return_label_fee"]),
        no_return=frozenset(rules["no_return_by_post"]),
        unopened_only=frozenset(rules["no_return_when_opened"]),
        drop_off_days=int(rules["return_drop_off_days"]),
        cancel_states=frozenset(rules["cancel_states"]),
        address_states=frozenset(rules["address_change_states"]),
        home_countries=frozenset(rules["home_countries"]),
        damage_report_days=int(rules["damage_report_days"]),
        not_received_report_days=int(rules["not_received_report_days"]),
        trace_after_working_days=int(rules["trace_after_days"]),
        trace_working_days=int(rules["trace_days"]),
        small_flaw_percent=int(rules["small_flaw_discount_percent"]),
        release_working_days=(int(rules["pending_release_days"][0]), int(rules["pending_release_days"][1])),
        refund_working_days={
            "card": int(rules["card_refund_days"][1]),
            "paypal": int(rules["paypal_refund_days"][1]),
            "bank_transfer": int(rules["bank_transfer_refund_days"][1]),
        },
        subscription_notice_days=int(rules["subscription_change_days_before_charge"]),
        subscription_pause_months=frozenset(int(months) for months in rules["subscription_pause_months"]),
        reset_link_minutes=int(rules["reset_link_minutes"]),
        payment_link_minutes=int(rules["payment_link_minutes"]),
        email_check_hours=int(rules["email_check_hours"]),
        callback_hours=(int(rules["callback_hours"][0]), int(rules["callback_hours"][1])),
        callback_days_ahead=int(rules["callback_days_ahead"]),
        callbacks_per_slot=int(rules["callbacks_per_slot"]),
        refund_trace_working_days=int(rules["refund_trace_days"]),
        data_copy_days=int(rules["data_copy_days"]),
        data_deletion_days=int(rules["data_deletion_days"]),
        timezone=ZoneInfo(company["timezone"]),
        plans=tuple(Plan(p["id"], p["name"], Decimal(p["price"]), p["period"]) for p in rules["plans"]),
    )


def add_working_days(moment: datetime, days: int) -> datetime:
    """``days`` Mondays to Fridays later; public holidays are not known here."""
    while days > 0:
        moment += timedelta(days=1)
        if moment.weekday() < 5:
            days -= 1
    return moment


def add_months(moment: datetime, months: int) -> datetime:
    """The same day, ``months`` later, or the last day of a shorter month."""
    count = moment.month - 1 + months
    year, month = moment.year + count // 12, count % 12 + 1
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month)
