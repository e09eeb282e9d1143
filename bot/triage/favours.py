"""Wishes that the rules of the shop do not grant, so that only a person may: exceptions, goodwill, deals.

A question about what the rules are ("is there a discount for students?") is no such wish. Input is cleaned text.
"""

from __future__ import annotations

import re
from typing import Optional

from bot.triage.lowered import lowered

_FAVOUR = re.compile(
    r"\b(?:(?:make|making|made|grant|allow|as|for|be|is) (?:me |us |just |you )*(?:an|one|a small|"
    r"this one) exception|"
    r"exceptionally|do (?:me|us) (?:a|this|the) fav(?:ou)?r|leeway|wiggle room|lenien\w+|"
    r"(?:just|only) this time|this (?:one|once) time|(?:days?|weeks?) (?:past|over|after) (?:the|my|"
    r"your) (?:return|deadline|window|limit)|"
    r"(?:hold|freeze|keep|honou?r) the (?:old |sale )?price|if i pay (?:for )?the (?:freight|shipping|postage|"
    r"customs|difference)|what (?:discount|price|"
    r"deal) (?:can|could|would|will) you (?:give|make|offer|do)|(?:skip|drop|forget|remove|"
    r"take off) the (?:\w+ )?fee|partial refund|"
    r"make it (?:right|good|up to (?:me|us))|and (?:i'll |i will |i )keep (?:it|the)|(?:just|only) this once|"
    r"as a (?:one[- ]off|courtesy|favou?r|kindness)|(?:do|make|"
    r"give|offer) (?:me|us) an? "
    r"(?:\w+ )?(?:price|deal|discount|offer|reduction)|(?:price|deal|discount) (?:on|for) (?:ten|twelve|fifteen|"
    r"twenty|thirty|forty|"
    r"fifty|a hundred|\d{2,})\b|you only (?:ship|deliver|send|do)\b|extend (?:my|the|our) (?:warranty|return|"
    r"deadline|window|guarantee|"
    r"period)|(?:out of|as|a|of|some|for|little) (?:a |an )?(?:little )?goodwill|goodwill gesture|"
    r"gesture of goodwill|"
    r"bend (?:the|your) rules|(?:turn|close) (?:a blind|an) eye|let (?:it|this|that|me|us) (?:slide|through|pass)|"
    r"waive (?:the|my|that|this|your|those)|(?:special|better|lower|bulk|group|wholesale|volume|team) (?:price|deal|"
    r"discount|offer|rate)s? (?:for|if|on|when)|i know (?:you|it|it's|its|that|the|this|i'm|"
    r"i am)\b.{0,40}\b(?:normally|"
    r"usually|not allowed|don't (?:ship|deliver|do|take|usually)|against|too late|is over|has passed|expired)|"
    r"even (?:though|if) (?:the|your|my) (?:\w+ )?(?:window|deadline|period|time|warranty|days) (?:is|are|has|"
    r"have|was|"
    r"ended|passed|expired|ran))\b"
)
_HAGGLES = re.compile(
    r"\b(?:can|could|would|will|may|want|need|give|get|do|offer|knock|take)\b.{0,30}\b\d{1,2} ?(?:%|"
    r"per ?cent) (?:off|"
    r"discount|less|cheaper|back)|\b(?:can|could|would|will) (?:you|we|i) (?:\w+ ){0,3}(?:meet me|come down|match "
    r"(?:the|that|this|their|a)|beat (?:the|that))\b"
)
_BY_RULE = re.compile(r"\b(?:code|voucher|newsletter|sign(?:ing)? up|first order|subscri\w+|sale|black friday)\b")


def asks_favour(text: str) -> Optional[str]:
    """The words with which the customer asks for more than the rules give."""
    low = lowered(text)
    match = _FAVOUR.search(low)
    if match is None and not _BY_RULE.search(low):
        match = _HAGGLES.search(low)
    return text[match.start() : match.end()].strip() if match else None
