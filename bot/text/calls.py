"""A call that is wished for at a named time ("call me on Tuesday at 3"). Pure; whether one is free is the shop's."""

from __future__ import annotations

import re
from typing import Optional

_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*"
_TIME = (
    r"(?:(?:on|next|this|coming|by|at|around|about|after|before|from|in|the|a|late|early) )*"
    rf"(?:{_DAY}s?|today|tonight|tomorrow|morning|afternoon|evening|noon|lunch(?:time)?|next week|"
    rf"the \d{{1,2}}(?:st|nd|rd|th)|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?|"
    r"\d{1,2}(?:[:.]\d{2})?(?: ?(?:am|pm|o'?clock|h))?)\b"
)
_CALL = re.compile(
    rf"\b(?:call|ring|phone|(?:a |the )?(?:phone ?call|callback|call[- ]back))\b(?: (?:me|us|back|my \w+|from you))*"
    rf"[, ]+{_TIME}(?:[, ]+(?:and |or )?{_TIME})*",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:don'?t|do not|never|not|no need to|didn'?t|nobody|did|will you|stop)\W+(?:\w+ )?$", re.IGNORECASE
)


def wished_call(text: str) -> Optional[str]:
    """The customer's own words for it, ``None`` where no call at a time is wished for."""
    found = _CALL.search(text)
    return None if found is None or _DENIED.search(text[: found.start()]) else found.group().strip()
