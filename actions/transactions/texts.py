"""What the engine says around every transaction. Warm, brief, specific; nothing here claims an effect."""

from __future__ import annotations

from typing import Any

from actions.reply import Reply, say
from actions.transactions.declaration import PERSON, SOMETHING_ELSE
from handoff.contract.operations import RefusalCode

WAYS_OUT = (PERSON, SOMETHING_ELSE)
DETAILS = ("item", "new_address", "problem", "reason", "amount", "subscription_action", "plan", "months")
"""Slots that belong to one request and are forgotten with it; the order stays, as the subject of the talk."""
NOTHING_OPEN: dict[str, Any] = {"transaction": None, "awaiting": None, "operation_id": None, **dict.fromkeys(DETAILS)}
"""Slots once nothing is being prepared any more."""

SHOP_AWAY = (
    "I can't reach our shop system right now, and I haven't changed anything. "
    "I'm passing this to a colleague with everything you told me."
)
NOT_FOUND = "I don't find that in your account. Shall we look together?"
UNKNOWN = (
    "I sent your request ({summary}), but I can't see yet whether it went through, so I won't say it did. "
    "A colleague is checking it now and has all the details."
)
NOT_DONE = "That didn't go through ({summary}), and nothing was changed."
CHANGED_MEANWHILE = "I couldn't do it: something changed in the meantime. {reason}"
ALREADY_DONE = "That one is already done (reference {receipt}), so I can't just drop it. Shall a colleague look at it?"
NOTHING_TO_DECLINE = "No problem. What can I do for you instead?"
OVER_AUTHORITY = (
    "I've prepared this for you: {summary}. The amount is more than I may send by myself, so I've asked a colleague "
    "to approve it. You'll read the answer right here, normally within one working day."
)
APPROVAL_PROMISE = "A colleague decides on the prepared operation and the customer reads the answer here."
APPROVAL_PENDING = "It's still with a colleague for approval. Nothing has been done yet; you'll read the answer here."
APPROVED = "Good news: my colleague approved it ({summary}). Shall I go ahead?"
APPROVAL_DECLINED = (
    "My colleague looked at it and couldn't approve it: {summary}. Nothing was changed. "
    "If you'd like to talk it through, I'll bring a person in."
)

_REFUSED: dict[RefusalCode, str] = {
    "not_found": "There is nothing waiting for your yes at the moment. What would you like to do?",
    "superseded": "That was an earlier request, and a newer one has taken its place, so I left it alone.",
    "epoch_moved": "A colleague has taken over here, so I left everything as it was.",
    "deadline_passed": "That took too long on our side, and nothing was changed. Please tell me once more.",
    "not_verified": "Before I change anything I need to know it's you. What's the e-mail address of the order?",
    "not_confirmed": "Just so nothing happens by accident: please tell me once more that you want this.",
    "approval_missing": APPROVAL_PENDING,
}
_STILL_OPEN = {"not_confirmed", "deadline_passed", "approval_missing"}


def refused(code: RefusalCode) -> Reply:
    """What the ledger's refusal means for the customer; in every case nothing was changed."""
    if code in _STILL_OPEN:
        return say(_REFUSED[code])
    if code == "not_verified":
        return say(_REFUSED[code], **NOTHING_OPEN | {"awaiting": "email"})
    return say(_REFUSED[code], WAYS_OUT if code in {"not_found", "superseded"} else (), **NOTHING_OPEN)
