"""Does a message beside a proposal name something else than was proposed? Pure rules beside the classifier.

"Rather Tuesday at 11", "make it 30" and "no, 3 months" are no wishes and no refusals: they correct what was proposed,
and the old proposal must not be what the next yes confirms. What the message names is read by the actions.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Optional, Sequence

_OF_AN_ORDER = frozenset(
    {"cancel_order", "change_address", "refund", "return_item", "report_problem", "double_charge", "invoice_copy",
     "trace_refund"}
)  # fmt: skip
_ANY_NUMBER = r"(?<![\w.,-])\d"
_NAMES: Dict[str, re.Pattern[str]] = {
    "callback": re.compile(
        rf"{_ANY_NUMBER}|\b(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b"
        r"|\b(?:today|tomorrow|morning|noon|afternoon|evening|tonight|earlier|later|"
        r"(?:an|some)?other (?:day|time|hour)|different (?:day|time|hour)|next week|day after|o'clock)\b",
        re.IGNORECASE,
    ),
    "subscription": re.compile(
        rf"{_ANY_NUMBER}|\b(?:two|three|four|five|six|twelve|months?|make (?:it|that) one|day ?hiker|weekender|"
        r"hut ?tour|longer|shorter)\b",
        re.IGNORECASE,
    ),
    "refund": re.compile(
        rf"{_ANY_NUMBER}|[€£$]\s?\d|\b(?:all of it|everything|the (?:whole|full|total)|half)\b", re.IGNORECASE
    ),
    "change_address": re.compile(r"\d"),
    "return_item": re.compile(
        r"\b(?:everything|all of (?:it|them)|both|(?:just|only|and|also|rather|instead|mean[t]?) (?:the|my) \w{3,}|"
        r"the \w{3,}(?: \w+)? (?:too|also|as well|instead))\b",
        re.IGNORECASE,
    ),
    "update_profile": re.compile(r"@|\d{3}|\b(?:it'?s|i mean[t]?|make it|spelled|spelt|with an?)\b", re.IGNORECASE),
    "report_problem": re.compile(
        r"\b(?:wrong|damaged|broken|missing|late|never (?:came|arrived)|incomplete)\b", re.IGNORECASE
    ),
}
"""For each transaction the words that name one of its values."""
_REFUSES = re.compile(
    r"\b(?:don'?t|do not|never ?mind|forget|stop|leave|keep|nothing|no longer|any ?more|no need|"
    r"not (?:now|today|yet))\b",
    re.IGNORECASE,
)
"""A refusal stays one, whatever it names: "no, don't pause it for 2 months"."""
_MAY_CORRECT = frozenset({"inform", "deny", "out_of_scope", "thanks", "goodbye", "greet", "solved_no"})
SURE = 0.8


def waits_for_yes(question: Optional[Dict[str, Any]]) -> bool:
    """Whether the question that is open is a proposal."""
    return bool(question) and any(
        choice["payload"].startswith("/confirm_operation") for choice in (question or {}).get("choices") or ()
    )


def corrects(
    kind: Optional[str], text: str, intent: str, confidence: float, numbers: Sequence[str], known: Optional[str]
) -> bool:
    """``numbers`` are the orders that the message names, ``known`` the one that is spoken of."""
    if intent == "talk_to_person" or (intent not in _MAY_CORRECT and confidence >= SURE):
        return False
    return names_another(kind, text, numbers, known)


def names_another(kind: Optional[str], text: str, numbers: Sequence[str], known: Optional[str]) -> bool:
    if kind is None or _REFUSES.search(text):
        return False
    if kind in _OF_AN_ORDER and any(number != known for number in numbers):
        return True
    shape = _NAMES.get(kind)
    return shape is not None and shape.search(text) is not None
