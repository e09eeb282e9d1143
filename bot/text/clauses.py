"""Where a message may fall into two requests. Pure text; what the parts mean is decided elsewhere.

A place is only offered where a sentence ends, a joining word stands, or a comma is followed by the beginning of a
request, so that most messages, which hold one request, cost nothing.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple

from bot.text.courtesy import COURTESIES

MOST_CUTS = 5
"""A longer message is a story; the first five places decide."""

_LINK = (
    r"(?:and|an|also|plus|then|besides|additionally|furthermore|moreover|as well as|but also|secondly|lastly|finally|"
    r"on top of that|apart from that|other than that|another (?:thing|question|one)|one (?:more|other) thing|"
    r"while (?:you'?re|ur|i'?m|we'?re) (?:at it|here|there|on it)|by the way|btw|in addition|after that|afterwards|"
    r"oh|ah|so|but|well|ok|okay)\b"
)
_BEGINNING = (
    r"(?:can|could|would|will|please|pls|plz|where|wheres|when|whens|what|whats|how|hows|why|who|is|are|do|does|did|"
    r"has|have|i|im|i'm|i'd|id|i've|my|send|resend|cancel|change|refund|return|stop|pause|track|tell|give|update|reset|"
    r"call|delete)\b"
)
_CUT = re.compile(
    rf"(?:(?<=[a-z\d)\]][.!?])(?=\s)|(?<=[.!?]{{2}})|(?<=[;\n])|\s[-+&/](?=\s))\s*(?:{_LINK}[\s,:.-]*)*"
    rf"|,?\s(?=(?:and|also|plus|then|besides|as well as|but also|btw|by the way|another|one more|an also)\b)"
    rf"(?:{_LINK}[\s,:.-]*)+"
    rf"|,\s*(?=(?:[a-z]+\s)?{_BEGINNING})",
    re.IGNORECASE,
)
_COURTESY = re.compile(
    rf"\W*(?:(?:{'|'.join(sorted(COURTESIES))}|thank you|good (?:morning|afternoon|evening|day)|morning|evening|dear|"
    r"team|there|all|everyone|sir|madam|folks|guys|mate|first(?:ly)?|second(?:ly)?|two things|quick question|so much|"
    r"a lot|very much|in advance|regards|best|kind|ok|okay|sorry)\b\W*)*",
    re.IGNORECASE,
)


_LEAD_IN = re.compile(
    r"\W*(?:(?:can|could|would|will|may|might|should|shall|do|does|did|is|are|am|i|i'?m|i'?d|i'?ll|we|you|there|it|please|"
    r"pls|just|maybe|like|want|need|have|to|let|me|us|possible|way|a|any|see|if|whether)\b\W*)*",
    re.IGNORECASE,
)
"""How a request begins that goes on after the joining word: "can I | also change …"."""


class Cut(NamedTuple):
    """``text[:left]`` comes before the joint, ``text[right:]`` after it. ``firm``: more than a comma stands there."""

    left: int
    right: int
    firm: bool


def cuts(text: str) -> List[Cut]:
    """The places where ``text`` may fall into two requests, left to right, at most ``MOST_CUTS``."""
    found: List[Cut] = []
    for match in _CUT.finditer(text):
        left, right = match.span()
        if _says_something(text[:left]) and not _LEAD_IN.fullmatch(text[:left]) and _says_something(text[right:]):
            found.append(Cut(left, right, match.group().strip() != ","))
    return found[:MOST_CUTS]


def split_requests(text: str) -> List[str]:
    """The parts between all cuts; ``[text]`` when nothing suggests a second request."""
    places = cuts(text)
    starts = [0, *(cut.right for cut in places)]
    ends = [*(cut.left for cut in places), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _says_something(text: str) -> bool:
    """Neither a greeting nor a courtesy alone."""
    return _COURTESY.fullmatch(text) is None
