"""What one action call says: who speaks (signed) and what was understood (not signed, so never an identity).

The customer comes from the context token alone. Slots, entities and ``sender_id`` come from outside the signature
and can name objects, never persons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from actions.errors import CallRefused
from actions.transactions.orders import normal_number
from handoff.contract.signing import BadToken, verify_context
from handoff.contract.turn import TurnContext

HISTORY = 6
_OWN_WORDS = frozenset({"thing", "trouble"})
"""What the trained extractor reads: several of a message are all meant."""
_CODE = re.compile(r"(?<![\w.,#-])(\d{3})[ -]?(\d{3})(?![\w]|[.,-]\d)")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Turn:
    """``text`` is empty where a choice was taken; ``slots`` are the tracker's, overlaid with the newest entities."""

    context: TurnContext
    intent: str
    text: str
    slots: Mapping[str, Any]
    fresh: Mapping[str, str]
    known_slots: frozenset[str]
    history: Sequence[str] = field(default_factory=tuple)

    @property
    def verified(self) -> bool:
        return self.context.customer_id is not None and self.context.verification != "none"

    def value(self, name: str) -> str:
        value = self.slots.get(name)
        return value.strip() if isinstance(value, str) else ""

    def without(self, *names: str) -> Turn:
        """The same turn, with these values neither remembered nor newly said."""
        kept = {name: value for name, value in self.slots.items() if name not in names}
        return replace(self, slots=kept, fresh={name: value for name, value in self.fresh.items() if name not in names})

    def knowing(self, **values: str) -> Turn:
        return replace(self, slots={**self.slots, **values})

    def as_customer(self, customer_id: str) -> Turn:
        """The same turn after a one-time code was entered in it."""
        return replace(self, context=replace(self.context, customer_id=customer_id, verification="one_time_code"))


def read_turn(tracker: Tracker, key: bytes, now: Callable[[], datetime]) -> Turn:
    """Raises ``CallRefused`` where the token is missing, forged, or past its deadline."""
    message = tracker.latest_message
    metadata = message.get("metadata")
    token = metadata.get("context_token") if isinstance(metadata, dict) else None
    if not isinstance(token, str):
        raise CallRefused(403, "no_context", "The call carries no context token.")
    try:
        context = verify_context(token, key)
    except BadToken as exc:
        raise CallRefused(403, "bad_context", "The context token is not valid.") from exc
    if _moment(context.deadline) <= now():
        raise CallRefused(409, "deadline_passed", "The time for this turn is over.")
    chosen = metadata.get("trigger") == "choice" if isinstance(metadata, dict) else False
    text = message.get("text") or ""
    text = "" if chosen or text.startswith("/") else text  # a button's label is not the customer's own words
    fresh = _fresh(message, text)
    slots = {name: value for name, value in tracker.slots.items() if value is not None}
    intent = (message.get("intent") or {}).get("name") or ""
    if slots.get("awaiting") == "new_address" and intent != "order_status":
        for name in ("order_number", *_OWN_WORDS):  # "A-6020 Innsbruck" is a postcode here, "Kettle Lane" a street,
            fresh.pop(name, None)  # but "where is A-1042?" is about an order
    slots |= fresh
    return Turn(context, intent, text, slots, fresh, frozenset(tracker.slots), _history(tracker.events))


def _fresh(message: Mapping[str, Any], text: str) -> dict[str, str]:
    """What the newest message itself names. Fixed forms are read from its words, whatever the model made of them."""
    found: dict[str, str] = {}
    for entity in message.get("entities") or []:
        name, value = entity.get("entity"), entity.get("value")
        if not isinstance(name, str) or not isinstance(value, str | int | float):
            continue
        if name in _OWN_WORDS and name in found:
            found[name] = f"{found[name]}, {value}"
        elif name != "order_number" or name not in found or entity.get("extractor") == "choice":
            found[name] = str(value)  # of several orders the first: each other one has a request of its own
    number, code, email = normal_number(text), _CODE.search(text), _EMAIL.search(text)
    if number:
        found.setdefault("order_number", number)  # the text may be the whole of a message that holds several requests
    if code:
        found["code"] = code.group(1) + code.group(2)
    if email:
        found["email"] = email.group(0).lower()
    return found


def _history(events: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    said = [event.get("text") or "" for event in events if event.get("event") == "user"]
    return tuple(text for text in said[:-1] if text and not text.startswith("/"))[-HISTORY:]


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as exc:
        raise CallRefused(403, "bad_context", "The context token is not valid.") from exc
    if moment.tzinfo is None:
        raise CallRefused(403, "bad_context", "The context token is not valid.")
    return moment
