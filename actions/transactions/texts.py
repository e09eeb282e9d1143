"""What the engine says around every transaction, and the slots it leaves behind. Nothing here claims an effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.reply import Reply, say
from actions.transactions.declaration import PERSON, SOMETHING_ELSE
from actions.words import words
from handoff.contract.operations import RefusalCode

WAYS_OUT = (PERSON, SOMETHING_ELSE)
DETAILS = (
    "item",
    "new_address",
    "problem",
    "thing",
    "trouble",
    "reason",
    "amount",
    "subscription_action",
    "plan",
    "months",
    "callback_slot",
    "profile_field",
)
"""Slots that belong to one request and are forgotten with it; the order stays, as the subject of the talk."""
NOTHING_OPEN: dict[str, Any] = {
    "transaction": None,
    "awaiting": None,
    "operation_id": None,
    "recovery": None,
    "about_order": None,
    **dict.fromkeys(DETAILS),
}
"""Slots once nothing is being prepared any more."""

APPROVAL_PROMISE = "A colleague decides on the prepared operation and the customer reads the answer here."
ASK_AGAIN = frozenset({"not_confirmed", "deadline_passed"})
"""Refusals after which the same question is asked once more, with its choices."""
_STILL_OPEN = ASK_AGAIN | {"approval_missing"}


def shop_away() -> Reply:
    return say(words("shop_away"))


def refused(code: RefusalCode) -> Reply:
    """What the ledger's refusal means for the customer; in every case nothing was changed."""
    text = words("approval_pending") if code == "approval_missing" else words(f"refused_{code}")
    if code in _STILL_OPEN:
        return say(text)
    if code == "not_verified":
        return say(text, **NOTHING_OPEN | {"awaiting": "email"})
    return say(text, WAYS_OUT if code in {"not_found", "superseded"} else (), **NOTHING_OPEN)


def still_about(slots: Mapping[str, Any]) -> dict[str, Any]:
    """The slots of an answer beside the matter: what is open stays open."""
    return {"about_order": slots.get("about_order")}


def lower_first(text: str) -> str:
    """A summary inside a sentence."""
    return text[:1].lower() + text[1:]
