"""Book a call from us: one hour on a working day, chosen from those that are free."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from actions.backend.account import BookCallback, Slot
from actions.backend.port import Backend, Customer
from actions.errors import NotAllowed
from actions.transactions.declaration import (
    PERSON,
    Ask,
    Happened,
    Prepared,
    Promise,
    Proposal,
    Refusal,
    Request,
    Transaction,
    day,
)
from actions.transactions.named_days import read_days
from actions.transactions.orders import payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_INTENT, _SHOWN = "request_callback", 4
_HOUR = re.compile(r"\b(?:at|around|about|by|from)?\s*(\d{1,2})(?::\d{2})?\s*(am|pm|o'?clock|h\b|uhr)?", re.IGNORECASE)

_A_DAY = re.compile(r"day\b|tomorrow|\b(?:mon|tues?|wed|thurs?|fri|sat|sun)\b", re.IGNORECASE)


async def prepare(request: Request) -> Prepared:
    customer = await request.backend.customer(request.customer_id)
    slots = await request.backend.callback_slots()
    if not slots:
        return Refusal(
            words("callback_no_slots"), [PERSON], handoff="business_rule", note="No hour for a call is free."
        )
    zone = _zone(customer)
    fitting = _fitting(request, slots, zone)
    try:
        if len(fitting) != 1:  # ask for the hour only where a call can be booked at all
            await request.backend.preview(request.customer_id, BookCallback(slots[0].starts_at))
            return _ask(fitting or slots, zone)
        change = BookCallback(fitting[0].starts_at)
        await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return _refuse(refused, zone, slots)
    when = _when(fitting[0], zone)
    return Proposal(
        change,
        request.customer_id,
        summary=f"Call the customer back on {when}",
        question=words("callback_question", when=when, phone=_veiled_phone(customer.phone)),
    )


def _refuse(refused: NotAllowed, zone: ZoneInfo, slots: Sequence[Slot]) -> Ask | Refusal:
    if refused.rule in {"slot_taken", "not_a_slot"}:
        asked = _ask(slots, zone)
        return Ask(asked.slot, f"{words('callback_slot_gone')} {asked.text}", asked.choices)
    if refused.rule == "callback_open":
        starts_at = datetime.fromisoformat(refused.data["starts_at"])
        when = _when(Slot(starts_at, starts_at), zone)
        return Refusal(words("callback_refused_callback_open", when=when), [PERSON], solved=True)
    add = ChoiceOffer(words("label_add_phone"), payload("update_profile", profile_field="phone"))
    return TRANSACTION.refuse(refused, [add, PERSON])


def _fitting(request: Request, slots: Sequence[Slot], zone: ZoneInfo) -> list[Slot]:
    """The free hours that the newest words leave, else the one that was chosen; all where neither says anything.

    Of the call that was proposed, "at 11" keeps the day and "rather Tuesday" the hour.
    """
    said = said_slots(request.text, slots, zone, request.now, bare=request.corrects)
    if len(said) < len(slots):
        before = request.before.starts_at.astimezone(zone) if isinstance(request.before, BookCallback) else None
        local = [(slot, slot.starts_at.astimezone(zone)) for slot in said]
        days = [slot for slot, at in local if before and at.date() == before.date() and not _A_DAY.search(request.text)]
        hours = [slot for slot, at in local if before and at.hour == before.hour]
        return next((few for few in (said, days, hours) if len(few) == 1), said)
    if request.corrects:
        return said
    try:
        chosen = datetime.fromisoformat(request.slot("callback_slot"))
    except ValueError:
        return said
    return [slot for slot in slots if slot.starts_at == chosen] or said


def said_slots(text: str, slots: Sequence[Slot], zone: ZoneInfo, now: datetime, *, bare: bool = False) -> list[Slot]:
    """The hours that "Friday at 10", "tomorrow morning" or "2 pm" may mean, in the customer's own time. ``bare``: any
    number is an hour's."""
    said, today = text.lower().replace("’", "'"), now.astimezone(zone).date()
    local = [(slot, slot.starts_at.astimezone(zone)) for slot in slots]
    named, said = read_days(said, today, {at.date() for _, at in local})
    if named.wanted:
        local = [(slot, at) for slot, at in local if at.date() in named.wanted]
    local = [(slot, at) for slot, at in local if at.date() not in named.denied]
    if "afternoon" in said:
        local = [(slot, at) for slot, at in local if at.hour >= 12]
    elif "morning" in said:
        local = [(slot, at) for slot, at in local if at.hour < 12]
    hour = _HOUR.search(said)
    at_hour = re.search(r"\b(?:at|around|about)\s*\d", said) or said.strip().isdigit()
    if hour and (bare or hour[2] or ":" in hour[0] or at_hour):
        number = int(hour[1])
        number += 12 if number < 8 or (hour[2] == "pm" and number < 12) else 0  # nobody is called at 2 in the night
        local = [(slot, at) for slot, at in local if at.hour == number]
    return [slot for slot, _ in local]


def _ask(slots: Sequence[Slot], zone: ZoneInfo) -> Ask:
    shown = _spread(slots)
    choices = [
        ChoiceOffer(_when(slot, zone), payload(_INTENT, callback_slot=slot.starts_at.astimezone(UTC).isoformat()))
        for slot in shown
    ]
    return Ask("callback_slot", words("callback_ask_callback_slot"), choices)


def _spread(slots: Sequence[Slot]) -> Sequence[Slot]:
    """A few of many, from early to late."""
    step = max(1, len(slots) // _SHOWN)
    return slots[::step][:_SHOWN]


def _when(slot: Slot, zone: ZoneInfo) -> str:
    local = slot.starts_at.astimezone(zone)
    return f"{day(local)}, {local:%H:%M}–{local.replace(hour=(local.hour + 1) % 24):%H:%M}"


def _zone(customer: Customer) -> ZoneInfo:
    try:
        return ZoneInfo(customer.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _veiled_phone(phone: str) -> str:
    return f"…{re.sub(r'[^0-9]', '', phone)[-3:]}"


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    customer, change = await backend.customer(customer_id), happened.change
    return isinstance(change, BookCallback) and any(
        call.id == happened.effect.receipt and call.starts_at == change.starts_at for call in customer.callbacks
    )


def done(happened: Happened) -> str:
    facts = happened.effect.facts
    zone = ZoneInfo(facts.get("timezone", "UTC"))
    slot = Slot(datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(facts["ends_at"]))
    phone = _veiled_phone(facts["phone"])
    return words("callback_done", when=_when(slot, zone), phone=phone, receipt=happened.effect.receipt)


def promise(happened: Happened) -> Promise:
    facts, receipt = happened.effect.facts, happened.effect.receipt
    what = f"Call the customer back ({receipt}); the number is in the shop."
    return Promise(what, "callbacks", datetime.fromisoformat(facts["ends_at"]))


TRANSACTION = Transaction(
    kind="callback",
    title="Book a call back",
    intents=(_INTENT,),
    slots=("callback_slot",),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"no_phone"}),
    promise=promise,
)
