"""Does a message correct what is being prepared? Pure rules beside the classifier.

"No, the other order" takes back which one is meant. "Rather Tuesday at 11", "make it 30" and "no, 3 months" beside a
proposal are no wishes and no refusals: they name something else than was proposed, and the old proposal must not be
what the next yes confirms. What the message names is read by the actions.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Optional, Sequence

from bot.company import company
from bot.text.trouble import read_trouble

_OF_AN_ORDER = frozenset(
    {"cancel_order", "change_address", "refund", "return_item", "report_problem", "double_charge", "invoice_copy",
     "trace_refund"}
)  # fmt: skip
_PLANS = "|".join(re.escape(plan).replace("\\ ", " ?") for plan in company().plans) or "(?!)"
_ANY_NUMBER = r"(?<![\w.,-])\d"
_NAMES: Dict[str, Callable[[str], object]] = {
    "callback": re.compile(
        rf"{_ANY_NUMBER}|\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b"
        r"|\b(?:today|tomorrow|morning|noon|afternoon|evening|tonight|earlier|later|"
        r"(?:an|some)?other (?:day|time|hour)|different (?:day|time|hour)|next week|day after|o'clock)\b",
        re.IGNORECASE,
    ).search,
    "subscription": re.compile(
        rf"{_ANY_NUMBER}|\b(?:two|three|four|five|six|twelve|months?|make (?:it|that) one|longer|shorter|{_PLANS})\b",
        re.IGNORECASE,
    ).search,
    "refund": re.compile(
        rf"{_ANY_NUMBER}|[€£$]\s?\d|\b(?:all of it|everything|the (?:whole|full|total)|half)\b", re.IGNORECASE
    ).search,
    "change_address": re.compile(r"\d").search,
    "return_item": re.compile(
        r"\b(?:everything|all of (?:it|them)|both|(?:just|only|and|also|rather|instead|mean[t]?) (?:the|my) \w{3,}|"
        r"the \w{3,}(?: \w+)? (?:too|also|as well|instead))\b",
        re.IGNORECASE,
    ).search,
    "update_profile": re.compile(
        r"@|\d{3}|\b(?:it'?s|i mean[t]?|make it|spelled|spelt|with an?)\b", re.IGNORECASE
    ).search,
    "report_problem": read_trouble,
}
"""For each transaction the words that name one of its values."""
_REFUSES = re.compile(
    r"\b(?:don'?t|do not|never ?mind|forget|stop|leave|keep|nothing|no longer|any ?more|no need|"
    r"not (?:now|today|yet))\b",
    re.IGNORECASE,
)
"""A refusal stays one, whatever it names: "no, don't pause it for 2 months"."""
_OTHER_ORDER = re.compile(
    r"\b(?:(?:the|my) )?(?:other|another|different) (?:order|one)\b|\bnot (?:that|this) (?:order|one)\b|"
    r"\bwrong order\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\W*(?:(?:and|but|so|wait|oh|hm+|no|sorry|ok|okay)\W+)*"
    r"(?:is(?! (?:it possible|there))|isn'?t|are|aren'?t|was|wasn'?t|does|doesn'?t|did|didn'?t|do|has|hasn'?t|why|when|"
    r"where|who|which|what(?!'?s? (?:about|if))|how(?! about))\b",
    re.IGNORECASE,
)
"""How a question begins that wants to know: "is it not A-1043?". "Can we make it 30?" and "Tuesday?" name a wish."""
_MAY_CORRECT = frozenset({"inform", "deny", "out_of_scope", "thanks", "goodbye", "greet", "solved_no"})
SURE = 0.8


def waits_for_yes(question: Optional[Dict[str, Any]]) -> bool:
    """Whether the question that is open is a proposal."""
    return bool(question) and any(
        choice["payload"].startswith("/confirm_operation") for choice in (question or {}).get("choices") or ()
    )


def corrects(
    kind: Optional[str],
    text: str,
    intent: str,
    confidence: float,
    numbers: Sequence[str],
    known: Optional[str],
    *,
    proposed: bool,
) -> bool:
    """Whether something of the transaction ``kind`` is another than was understood: at any time another order, and
    where it is ``proposed``, another value. ``numbers`` are the orders that the message names, ``known`` the one that
    is spoken of."""
    if kind is None or intent == "talk_to_person" or asks(text):
        return False
    if _OTHER_ORDER.search(text):
        return True
    if not proposed or intent == "affirm" or (intent not in _MAY_CORRECT and confidence >= SURE):
        return False
    return names_another(kind, text, numbers, known)


def asks(text: str) -> bool:
    """Whether the message wants to know something, and so corrects nothing."""
    return text.rstrip().endswith("?") and _ASKS.match(text) is not None


def names_another(kind: Optional[str], text: str, numbers: Sequence[str], known: Optional[str]) -> bool:
    if kind is None or _REFUSES.search(text) or asks(text):
        return False
    if kind in _OF_AN_ORDER and any(number != known for number in numbers):
        return True
    names = _NAMES.get(kind)
    return names is not None and bool(names(text))
