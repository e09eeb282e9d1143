"""Wishes that the rules of the shop do not grant, so that only a person may: exceptions, goodwill, deals.

A question about what the rules are ("is there a discount for students?") is no such wish. Input is cleaned text.
"""

from __future__ import annotations

import re
from typing import Optional

_FAVOUR = re.compile(
    r"\b(?:(?:make|making|made|grant|allow|as|for|be|is) (?:me |us |just |you )*(?:an|one|a small|this one) exception|"
    r"exceptionally|(?:out of|as|a|of|some|for|little) (?:a |an )?(?:little )?goodwill|goodwill gesture|gesture of goodwill|"
    r"bend (?:the|your) rules|(?:turn|close) (?:a blind|an) eye|let (?:it|this|that|me|us) (?:slide|through|pass)|"
    r"waive (?:the|my|that|this|your|those)|(?:special|better|lower|bulk|group|wholesale|volume|team) (?:price|deal|"
    r"discount|offer|rate)s? (?:for|if|on|when)|i know (?:you|it|it's|its|that|the|this|i'm|i am)\b.{0,40}\b(?:normally|"
    r"usually|not allowed|don't (?:ship|deliver|do|take|usually)|against|too late|is over|has passed|expired)|"
    r"even (?:though|if) (?:the|your|my) (?:\w+ )?(?:window|deadline|period|time|warranty|days) (?:is|are|has|have|was|"
    r"ended|passed|expired|ran))\b",
    re.IGNORECASE,
)
_HAGGLES = re.compile(
    r"\b(?:can|could|would|will|may|want|need|give|get|do|offer|knock|take)\b.{0,30}\b\d{1,2} ?(?:%|per ?cent) (?:off|"
    r"discount|less|cheaper|back)|\b(?:can|could|would|will) (?:you|we|i) (?:\w+ ){0,3}(?:meet me|come down|match "
    r"(?:the|that|this|their|a)|beat (?:the|that))\b",
    re.IGNORECASE,
)
_BY_RULE = re.compile(
    r"\b(?:code|voucher|newsletter|sign(?:ing)? up|first order|subscri\w+|sale|black friday)\b", re.IGNORECASE
)


def asks_favour(text: str) -> Optional[str]:
    """The words with which the customer asks for more than the rules give."""
    match = _FAVOUR.search(text)
    if match is None and not _BY_RULE.search(text):
        match = _HAGGLES.search(text)
    return match.group().strip() if match else None
