"""What the bot said to be done, against the operations that the log shows. Pure.

What a claim is, the gateway's gate and this share (``handoff.contract.claims``). Here the *kind* of operation counts as
well: a new address does not back "I've refunded it". Of how things stand ("your refund was approved") the log does not
tell whether it was read in the business system, so such a sentence is held against the operations only where the
customer wanted that very change, and not where it says that it was so already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from eval.outcomes.model import Operation
from handoff.contract.claims import quoting


class Change(NamedTuple):
    """One sort of change: the words that claim it, the words and intents that ask for it, the operations that make
    it."""

    claimed: re.Pattern[str]
    asked: re.Pattern[str] | None
    intents: frozenset[str]
    kinds: frozenset[str]


def _change(claimed: str, asked: str | None, intents: str, kinds: str) -> Change:
    wish = re.compile(asked, re.IGNORECASE) if asked else None
    return Change(re.compile(claimed), wish, frozenset(intents.split()), frozenset(kinds.split()))


CHANGES: Final = (
    _change(r"\bcancel", r"\bcancel\b", "cancel_order", "cancel_order subscription callback"),
    _change(
        r"\b(?:refunded|credited|reimbursed|reversed)\b"
        r"|\b(?:refund|money|credit|eur)\b.* (?:on (?:its|the) way|(?:going|coming|sent|gone|goes) back)"
        r"|\b(?:refund|money|credit|eur)\b.* (?:processed|issued|approved|made|initiated|completed)\b"
        r"|\b(?:issued|processed|initiated|put in|sent)\b.*\b(?:refund|credit|money)\b",
        r"\brefund (?:me|my|it|this|that|the|order)\b|\bmoney back\b|\breimburse\b",
        "refund_request double_charge charged_after_cancel",
        "refund double_charge subscription_refund cancel_order",
    ),
    _change(
        r"\b(?:changed|updated|corrected)\b.*\baddress\b|\baddress\b.*\b(?:changed|updated|corrected|is now)\b"
        r"|\bnow goes to\b|\bredirected\b",
        r"\b(?:change|update|correct)\b.*\baddress\b",
        "change_address",
        "change_address update_profile",
    ),
    _change(r"\b(?:e-?mail|phone|name)\b.*\b(?:changed|updated)\b", None, "update_profile", "update_profile"),
    _change(
        r"\bpayment (?:method|card)\b.*\b(?:changed|updated|replaced)\b",
        None,
        "payment_method",
        "payment_method update_profile",
    ),
    _change(r"\b(?:paused|resumed)\b", r"\b(?:pause|resume)\b", "subscription_change", "subscription"),
    _change(r"\bunlocked\b", r"\bunlock\b", "unlock_account", "unlock_account password_reset"),
    _change(r"\bpassword\b.*\breset\b|\breset\b.*\bpassword\b", None, "password_reset", "password_reset"),
    _change(r"\b(?:deleted|erased)\b", r"\b(?:delete|erase)\b", "delete_data", "delete_data"),
    _change(r"\b(?:booked|scheduled)\b", None, "request_callback", "callback"),
)
OTHERS: Final = frozenset({"return_item", "report_problem", "trace_refund", "invoice_copy", "data_copy"})
"""Operations that make none of these changes."""
KNOWN: Final = OTHERS.union(*(change.kinds for change in CHANGES))
"""An operation of any other kind is an installation's own, and may back whatever is said."""


def said_without_doing(
    text: str,
    operations: Collection[Operation],
    wishes: Iterable[str],
    intents: Collection[str],
    cited: Iterable[str] = (),
) -> bool:
    """Whether ``text`` says something to be done that no verified one of ``operations`` shows.

    ``operations``: those that the text names, or all there were. ``wishes`` and ``intents``: what the customer wrote in
    this contact, and how it was read. ``cited``: the sections of articles that the text gives: how things stand is the
    company's policy there, but no article says what was done for a customer.
    """
    verified = {operation.kind for operation in operations if operation.state == "verified"}
    wanted: list[Change] | None = None
    for claim in quoting(cited).lacking(text):
        if claim.kind not in ("done", "state"):
            continue
        changes = [change for change in CHANGES if change.claimed.search(claim.sentence)]
        if verified and (not changes or verified - KNOWN or any(verified & change.kinds for change in changes)):
            continue
        if claim.kind == "done":
            return True
        if wanted is None:
            wanted = [change for change in CHANGES if _wants(change, wishes, intents)]
        if "already" not in claim.sentence and any(change in wanted for change in changes):
            return True
    return False


def _wants(change: Change, wishes: Iterable[str], intents: Collection[str]) -> bool:
    asked = change.asked
    return not change.intents.isdisjoint(intents) or (asked is not None and any(asked.search(each) for each in wishes))
