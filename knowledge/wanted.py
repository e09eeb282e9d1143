"""What kind of thing a question wants to know, where its form says so, and whether a text states one. Pure.

Two sections about one thing look alike to a sentence vector ("the e-mail did not arrive" and "you get it by e-mail
within 15 minutes"); only one of them can answer "how soon". The same goes for "how much" and "until when". How long
something is valid or kept is not asked here: "it does not expire" answers that, too.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["duration", "amount", "hour", "number"]

_UNIT = r"(?:minutes?|mins?|hours?|days?|weekdays?|weeks?|months?|years?)"
_MANY = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|"
    r"sixty|ninety|a hundred)"
)
_NUMBER = rf"(?:\d+(?:[–-]\d+)?|an?|one|{_MANY})"
# "no one" and "the one" count nothing; "no" alone begins most answers.
_ONE = r"(?<!\bno )(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bother )(?<!\bnew )\bone\b(?! another\b)"
_COUNT = rf"(?:\d|{_ONE}|\b(?:{_MANY}|half|none|no (?:upper |lower )?(?:limit|maximum|minimum))\b(?! of\b))"
_COST = r"(?:costs?|price|fee|charge|postage|deposit)"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
# "Sat" and "Sun" are words, too: only with a capital, beside another day or an hour, or after "on" and the like.
_SHORT = r"(?-i:Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\b\.?"
_SHORT_DAY = (
    rf"\b{_SHORT} ?(?:[–/,&-]|to|and|until|through) ?{_SHORT}",
    rf"\b{_SHORT}[:,]? ?\d",
    rf"\b(?:on|until|till|by|from|every) {_SHORT}",
)
# "may" and "march" are words, too.
_MONTH = r"(?-i:January|February|March|April|May|June|July|August|September|October|November|December|Easter|Christmas)"


def _any(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.IGNORECASE)


_WANTS: dict[Kind, re.Pattern[str]] = {
    "duration": _any(
        rf"\bhow (?:quick(?:ly)?|fast|soon|many (?:more )?(?:working |business )?{_UNIT})\b",
        r"\bhow long\b.*\b(?:until|till|before|takes?|arrives?|wait|(?:is|be|get) (?:there|here))\b",
        r"\bwhen (?:will|do|does|can|should) (?:i|we|it|they|the|my|our|an?)\b.*"
        r"\b(?:arrives?|come|get|receive|reach|here|there|back)\b",
    ),
    "amount": _any(
        r"\bhow (?:much|expensive)\b(?: money\b| extra\b| more\b)? (?:is|are|do|does|did|would|will|for|to)\b"
        r"(?!.*\b(?:weighs?|weight|time|space|room|gas)\b)",
        rf"\b(?:what|how (?:high|big))\b.*\b{_COST}\b",
        rf"\bis there an? (?:\w+ )?{_COST}\b",
        r"\bwhat (?:do|would|will|must) (?:i|we) (?:pay|owe)\b",
    ),
    "hour": _any(
        r"\b(?:until|till|by|from|since) (?:when|what time|which (?:day|date|hour))\b",
        r"\b(?:until|till) (?:when|what)\b",
        r"\bwhat time\b(?! of)",
        r"\b(?:on|by) (?:which|what) (?:days?|date)\b",
        r"\bwhen (?:do|does|are|is) .*\b(?:open|opens|close|closes|closed|shut)\b",
        r"\b(?:opening|closing) (?:hours|times?)\b",
        r"\bhow late\b",
    ),
    "number": _any(r"\bhow many\b", r"\bhow (?:far|heavy|tall|thick|deep|warm|cold|high|large)\b"),
}
_STATES: dict[Kind, re.Pattern[str]] = {
    "duration": _any(
        rf"\b{_NUMBER}(?: to {_NUMBER})? (?:more |full )?(?:working |business |calendar )?{_UNIT}\b",
        r"\bat once\b",
        r"\bimmediately\b",
        r"\b(?:same|next|following) (?:working )?day\b",
    ),
    "amount": _any(
        r"\d ?(?:EUR|€|euros?|USD|GBP|CHF|%|per cent)",
        r"[€$£] ?\d",
        r"\b(?:EUR|USD|GBP|CHF)(?:: | )\d",
        r"(?<!\bfeel )(?<!-)\bfree\b(?!-| from\b| up\b(?! to\b))",
        r"\b(?:(?:costs?|costing|pays?|charged?|for) (?:you )?nothing|nothing (?:to pay|extra|more)|full price)\b",
        rf"\bno (?:extra |further |additional )?(?:{_COST}|money)\b",
        r"[:–] (?:nothing|none)\b",
        r"\b(?:we|you) pay\b",
    ),
    "hour": _any(
        r"\b\d{1,2}[:.]\d\d\b(?! ?(?:EUR|€|cm|mm|kg|%))",
        r"\b\d{1,2} ?(?:am|pm|o'clock)\b",
        rf"\b{_DAY}\b",
        *_SHORT_DAY,
        rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)? {_MONTH}\b",
        rf"\b{_MONTH} \d",
        r"\b(?:noon|midnight|round the clock)\b",
        r"[:–] closed\b",
        r"\bclosed (?:on|from|until|between|all|for)\b",
        r"\b(?:we|shops?|stores?|desk|offices?|workshop) (?:is|are|stays?|remains?|will be) closed\b",
    ),
    "number": _any(_COUNT),
}


def wanted(question: str) -> Kind | None:
    """None for most questions."""
    return next((kind for kind, form in _WANTS.items() if form.search(question)), None)


def states(text: str, kind: Kind) -> bool:
    return bool(_STATES[kind].search(text))
