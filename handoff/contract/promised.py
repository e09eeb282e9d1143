"""Does a promise that stands mean what a sentence promises? Pure.

A sentence may name an order, a time, and what is promised: a call, money, or goods. What it names, the promise must
have too; what it leaves open, any promise has. A promise that falls due earlier than the sentence says keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handoff.contract.times import said_by

_ORDER = re.compile(r"\b[a-z]-\d{4}\b")
_SAID = {
    "call": re.compile(
        r"\b(?:will|'ll|going to|we)(?: \w+)? (?:call|ring|phone)\b|\bcall(?:ed|ing)? you\b|\b(?:a|our|your) call\b"
    ),
    "money": re.compile(
        r"(?:will|'ll|going to)(?: \w+)? (?:be )?(?:refund|credit|reimburse)|"
        r"\b(?:your|a|the|our)(?: [\w-]+)? (?:refund|money|credit) will\b|"
        r"(?:will|'ll)(?: \w+)? (?:get|receive|have) (?:a|your|the)(?: full)? (?:refund|money|credit)\b"
    ),
    "goods": re.compile(
        r"\byour (?:[\w-]+ )?(?:replacement|parcel|order) will\b|\bsend you a (?:new|replacement)\b|\breplace\b|"
        r"(?:get|receive|have) a (?:new|replacement)\b"
    ),
}
_MEANT = {
    "call": re.compile(r"\bcall|\bring\b|\bphone"),
    "money": re.compile(r"refund|money|charge|\bpay|credit|\bbank|reimburse"),
    "goods": re.compile(r"parcel|warehouse|replacement|\bitem|\border\b|carrier|deliver|problem"),
}


@dataclass(frozen=True)
class Promised:
    """``words``: all that says what the promise is about: its text, its owner, kind, object and summary of its
    operation."""

    words: str
    due: datetime
    operation_id: str | None = None

    def backs(self, sentence: str, now: datetime) -> bool:
        """``sentence`` is in small letters, as claims are; ``now`` in the company's time zone."""
        words = self.words.lower()
        latest = said_by(sentence, now)
        return (
            all(order in words for order in _ORDER.findall(sentence))
            and all(_MEANT[what].search(words) for what, said in _SAID.items() if said.search(sentence))
            and (latest is None or self.due <= latest)
        )


def backed(sentence: str, promises: Iterable[Promised], operations: Iterable[str], now: datetime) -> bool:
    """Whether one of ``promises`` is about what the sentence says. ``operations`` are those of which its text speaks:
    where there are any, another operation's promise does not count."""
    named = frozenset(operations)
    return any(
        each.backs(sentence, now)
        for each in promises
        if not named or each.operation_id is None or each.operation_id in named
    )
