"""Whether a question wants to know how long something takes, and whether a text says how long. Pure.

Two sections about one thing look alike to a sentence vector ("the e-mail did not arrive" and "you get it by e-mail
within 15 minutes"); only one of them can answer "how soon". How long something is valid or kept is not asked here: "it
does not expire" answers that, too.
"""

from __future__ import annotations

import re

_UNIT = r"(?:minutes?|mins?|hours?|days?|weekdays?|weeks?|months?|years?)"
_NUMBER = r"(?:\d+(?:[–-]\d+)?|an?|one|two|three|four|five|six|seven|eight|ten|twelve|fourteen)"
_WANTS = re.compile(
    rf"\bhow (?:quick(?:ly)?|fast|soon|many (?:more )?(?:working |business )?{_UNIT})\b"
    r"|\bhow long\b.*\b(?:until|till|before|takes?|arrives?|wait|(?:is|be|get) (?:there|here))\b"
    r"|\bwhen (?:will|do|does|can|should) (?:i|we|it|they|the|my|our|an?)\b.*"
    r"\b(?:arrives?|come|get|receive|reach|here|there|back)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    rf"\b{_NUMBER}(?: to {_NUMBER})? (?:more |full )?(?:working |business |calendar )?{_UNIT}\b"
    r"|\bat once\b|\bimmediately\b|\b(?:same|next|following) (?:working )?day\b",
    re.IGNORECASE,
)


def wants_duration(question: str) -> bool:
    return bool(_WANTS.search(question))


def states_duration(text: str) -> bool:
    return bool(_STATES.search(text))
