"""What kind of need does somebody in need write of? It chooses the words of the hand-over and nothing else.

In doubt ``None``: the words for any need, which name the emergency number too. Input is cleaned text.
"""

from __future__ import annotations

import re
from typing import List, Optional, Tuple

from bot.triage.lowered import lowered

_KIN = (
    r"(?:husband|wife|partner|spouse|fianc[eé]e?|mother|father|mum|mom|mam|dad|parents?|son|daughter|child|baby|brother|"
    r"sister|twin|uncle|aunt|cousin|niece|nephew|friend|boyfriend|girlfriend|(?:grand|step)\w+|gran|nan|grandma|"
    r"grandpa|neighbou?r|customer|account holder)"
)
_NO_MORE = r"(?:do not|don't|dont|can not|cannot|can't|cant)"
_NEEDS: List[Tuple[str, re.Pattern[str]]] = [
    (
        "self_harm",
        re.compile(
            r"\b(?:kill|harm|hurt|cut)(?:ing)? (?:my|him|her|them)sel(?:f|ves)\b|\bself[- ]harm\w*|\bsuicidal\b"
            r"|\b(?:thinking (?:of|about)|thoughts of|considering|about to commit|feeling) suicid\w*"
            r"|\b(?:end|ending|take|taking) (?:it all|my (?:own )?life)\b"
            r"|\bi (?:just )?want to (?:end it|die|be dead)\b"
            rf"|\b{_NO_MORE} (?:\w+ )?(?:want|wish) to (?:live|be here|be alive|go on|wake up|exist)\b"
            rf"|\b{_NO_MORE} go on(?: (?:living|like this|with (?:life|it))|(?: any ?more| any longer)?\W*$)"
            r"|\bno (?:point|reason|sense|use) (?:in|to) (?:living|live|go(?:ing)? on|anything)\b"
            r"|\b(?:use|point) of (?:living|going on|life)\b|\b(?:better off|better) dead\b"
            r"|\bjump off (?:a|the) bridge\b|\boverdos\w+|\bnothing matters (?:any ?more|to me|and)\b"
            r"|\beverything is (?:hopeless|pointless)\b"
        ),
    ),
    (
        "danger",
        re.compile(
            r"\bstalk(?:er|ing|s|ed)\b|\brestraining order\b|\bwomen's (?:shelter|refuge)\b|\bhiding from\b"
            r"|\bdomestic (?:abuse|violence)\b"
            r"|\b(?:he|she|ex|husband|wife|partner|boyfriend|father) (?:\w+ )?(?:beats?|hits?|threatens?|is violent)\b"
            r"|\b(?:afraid|scared|frightened) of (?:him|her|my)\b|\bscared (?:that )?(?:he|she)\b"
            r"|\bmy ex\b|\bhad to flee\b"
        ),
    ),
    (
        "bereavement",
        re.compile(
            rf"\b{_KIN} (?:\w+ ){{0,3}}?(?:died|dies|passed away|passed (?:on|last|this|in|two|three|a few|suddenly)|"
            r"took (?:his|her|their) own life|committed suicide|was killed|is deceased)\b"
            r"|\b(?:he|she|who|has) (?:has |just |recently )*(?:died|passed away|took (?:his|her) own life)\b"
            rf"|\b(?:lost|buried|burying) (?:my|our|her|his|their|a) (?:\w+ )?{_KIN}\b"
            r"|\bwe (?:have )?(?:buried|lost) (?:him|her)\b"
            r"|\bfuneral\b|\bwidow(?:er|ed)?\b|\bbereave\w*|\bdeceased\b|\bmiscarr\w+|\bstill ?birth\b"
            rf"|\bdeath (?:certificate|in the family|of (?:my|our))\b|\b{_KIN}'s death\b|\bmy late {_KIN}\b"
        ),
    ),
    (
        "hardship",
        re.compile(
            r"\b(?:eaten|eat|food|groceries|rent|heating|nappies|evicted|homeless|shelter|unemployed)\b"
            r"|\blast money\b|\bno money\b|\blose (?:my|our) home\b|\blost my (?:job|home)\b|\bcan(?:'t|not) afford\b"
        ),
    ),
]


def need_of(text: str) -> Optional[str]:
    """``self_harm``, ``danger``, ``bereavement`` or ``hardship``: the gravest that the words name."""
    low = lowered(text)
    return next((need for need, shape in _NEEDS if shape.search(low)), None)
