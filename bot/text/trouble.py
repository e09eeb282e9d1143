"""What went wrong with a parcel, read from a customer's words: the one list of such words, for the assistant that waits
for an answer and for the actions that report it. Pure: in doubt nothing is read.
"""

from __future__ import annotations

import re
from typing import List, Mapping, Optional, Tuple

_OWN_CHOICE = re.compile(
    r"\bi(?:'ve| have| had| must have| think i)?(?: (?:accidentally|stupidly|probably|just|already|also))?"
    r" (?:ordered|bought|chose|chosen|picked|selected|clicked(?: on)?|took|put in)"
    r" (?:(?:the |a |an )?wrong\b|(?:it|this|that|them|these) by (?:mistake|accident)\b)"
    r"|(?<!not )(?<!n't )(?<!never )(?<!how is that )(?<!how is it )\bmy (?:own )?(?:fault|mistake|bad|error)\b"
)
_ITEM = r"(?:items?|pieces?|parts?|pairs?|things?|boots?|shoes?|socks?|gloves?|mugs?|cups?|plates?|pegs?|poles?)"
_GONE = r"\b(?:missing|lacking|not (?:in|inside|there|included)|(?:was|is|were)n't (?:in|inside|there|included))\b"
_PART = re.compile(
    rf"\b(?:one|two|three|four|some|half|part|\d) of (?:the|my|them|these|it)\b"
    rf"(?![^.?!]{{0,20}}\b(?:parcels|orders|packages|deliveries)\b)[^.?!]{{0,40}}{_GONE}"
    rf"|\b(?:one|two|three|four|some|an?|the|another|\d) {_ITEM}\b[^.?!]{{0,30}}{_GONE}"
    rf"|\bmissing (?:(?:one|an?|the|two|some) )?{_ITEM}\b"
    r"|\bmissing (?:from|in) (?:the|my) (?:box|parcel|package|order)\b"
    rf"|\bonly (?:got|received) (?:(?:one|two|some|half|part)(?: of\b|[.,!]|$)|(?:one|two) {_ITEM})"
    r"|\bonly one (?:came|arrived|was in)\b"
)
_CAME = (
    r"(?:sent|got|gotten|received|came|arrived|delivered|shipped|packed|(?:was|were|is|are) (?:in|inside)|"
    r"(?:it|this|that|these|those|they)(?:'s|'re| is| are| was| were))"
)
_OTHER = r"(?:colou?r|size|model|item|kind|pair|product)"
_NO_WISH = (
    r"(?:(?!\b(?:want|wanted|like|need|prefer|rather|exchang\w+|swap\w*|send|could|can|may|would|please|if)\b)"
    r"[^.?!;])"
)
_OTHER_THING = (
    rf"\b{_CAME}\b{_NO_WISH}{{0,40}}(?:\b\w+ instead of \w+|\banother {_OTHER})\b"
    rf"|\banother {_OTHER} (?:came|arrived|was|were|is|has)\b"
    rf"|^\W*(?:(?:\w+ ){{1,3}}instead of (?:\w+\W*){{1,3}}|(?:it'?s |a )?(?:another|a different) {_OTHER}\W*)$"
)
"""Another thing than was ordered, where it is told that it came; "can I get another size" is a wish."""
_SENT_WRONG = re.compile(
    rf"\b(?:sent|delivered|shipped|packed|received|came|arrived)\b{_NO_WISH}{{0,40}}"
    rf"\b(?:wrong|different|another) {_OTHER}\b"
)
_ANEW = re.compile(
    r"\b(?:send|ship|post|deliver)\b (?:me )?(?:it|them|this|that|(?:the|my) \w+(?: \w+)?) (?:again|once more|anew)\b"
    r"|\b(?:send|ship|want|need|get|like|prefer) (?:me )?(?:a |an |the )?(?:new|fresh|replacement)\b"
    r"(?! (?:code|mail|e-?mail|link|password|label|invoice|address|phone|number|plan|card))"
    r"|\breplacement\b|\breplace (?:it|them|the|my)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:don'?t|do not|didn'?t|never|not|no|no need (?:to|for))\W+(?:\w+ )?$", re.IGNORECASE)
_SAID: Mapping[str, re.Pattern[str]] = {
    "wrong": re.compile(
        r"\bwrong\b|\bnot what i ordered\b|\bdifferent\b|\bsome(?:one|body) else|\bnot the (?:one|colou?r|size|item)\b"
        rf"|{_OTHER_THING}"
    ),
    "damaged": re.compile(
        r"\b(?:damag\w*|brok\w+|broke|crush\w*|torn|crack\w*|dent(?:s|ed)?|leak\w*|rip(?:s|ped)?|smash\w*"
        r"|(?<!in )tears?|scratch\w*|holes?|faulty|defect\w*|stain\w*|shatter\w*|bent|snapped|burst|split|peel\w*"
        r"|mou?ld\w*|frayed|ruined|(?:came|comes|coming|fell|falls|falling) (?:off|apart|loose|undone)"
        r"|(?:isn't|not|stopped|never) work\w*"
        r"|(?:does|did|do|will|wo)n't (?:work|close|open|zip|turn on|switch on|hold)"
        r"|in (?:bits|pieces))\b"
    ),
    "missing": re.compile(
        r"\b(?:missing|not arriv\w+|nowhere|(?<!i )(?<!i've )lost|didn't get|stolen"
        r"|\w+n't (?:arrive\w*|come|shown up|turned up)|not (?:here|there|come)|vanished|disappeared"
        r"|no (?:sign|trace) of|it's gone|is gone"
        r"|never (?:\w+ ){0,2}(?:came|come|arriv\w+|got|get|received|showed|shown|turned|reached|delivered|here|there)"
        r"|nothing (?:is |was |has )?(?:here|there|came|come|arrived))\b|\bhas(?:n't| not)\W*$|^\W*never\W*$"
    ),
    "late": re.compile(r"\b(?:late|delay\w*|overdue|still waiting)\b"),
}


def was_sent_wrong(text: str) -> bool:
    """Whether it is told that what came had the wrong size, colour or the like: no choice of the customer's."""
    return _SENT_WRONG.search(text.lower()) is not None


def read_trouble(text: str) -> Optional[str]:
    """``damaged``, ``wrong``, ``missing`` or ``late``; ``part`` where only a part of the parcel is missing,
    ``own_choice`` where they chose wrongly themselves; ``None`` where nothing of this is told."""
    said = text.lower().replace("\u2019", "'")
    found = next((trouble for trouble, shape in _SAID.items() if shape.search(said)), None)
    if found in (None, "wrong") and _OWN_CHOICE.search(said):
        return "own_choice"
    return "part" if found in (None, "missing") and _PART.search(said) else found


def wants_anew(text: str) -> bool:
    """ "Send it again", "I want a new one": a replacement rather than the money."""
    said = text.replace("\u2019", "'")
    wished = any(not _DENIED.search(said[: found.start()]) for found in _ANEW.finditer(said))
    return wished and not text.rstrip().endswith("?")


def signs(text: str) -> List[Tuple[int, int]]:
    """Where words stand that tell of something wrong, broken or left out, from left to right; for measuring."""
    said = text.lower().replace("\u2019", "'")
    shapes = (_SAID["damaged"], _SAID["wrong"], _PART)
    return sorted(match.span() for shape in shapes for match in shape.finditer(said))
