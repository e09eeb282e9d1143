"""What is named, said as what it is: "my Daune 300 leaks" is read as "my down jacket leaks", every order number as one.

The sentence model knows no names of ours ("Glut" and "Firn" are nothing to it), and every number gives it another
vector. What is said of them is what a message turns on; which order it is the entities tell, from the text as typed.
"""

from __future__ import annotations

import re
from typing import Mapping

from bot.text.order_numbers import numbers

KINDS: Mapping[str, str] = {
    "Biwak 2": "tent",
    "Daune 300": "down jacket",
    "Regenwand": "rain jacket",
    "Murmel": "rain jacket for children",
    "Kamm Pro": "trekking boots",
    "Larn Mid Wide": "hiking boots",
    "Larn Mid": "hiking boots",
    "Wiesen": "trail shoes",
    "Weitweg 55": "trekking pack",
    "Tagwerk 24": "day pack",
    "Sternzelt −5": "sleeping bag",
    "Sommernacht +8": "sleeping bag",
    "Moosbett": "sleeping mat",
    "Glut Mini": "gas stove",
    "Glut": "gas stove",
    "Firn": "avalanche transceiver",
}
"""Names in the catalogue (``actions/backend/seed/catalogue.yaml``) that are no common words, and what bears them. A
wind is called Föhn too, and of plans and gift cards the name says itself what they are."""
_SORTS = "gas|down|rain|wind|sleeping|hiking|trekking|day|trail|avalanche"
_NOUNS = "tents?|jackets?|coat|boots?|shoes?|runners?|pack|backpack|rucksack|bag|mat|stove|cooker|transceiver|beacon"
"""What may follow a name and says the same again."""
ONE_NUMBER = "A-1042"


def _pattern(name: str) -> str:
    """The name, its later words said or not: "Kamm", "kamm pro", "Sternzelt -5"."""
    first, *rest = name.split()
    return first + "".join(rf"(?:\s*{re.escape(word).replace('−', '[-−]')}(?!\w))?" for word in rest)


_SAME_AGAIN = rf"(?:\s+(?:(?:{_SORTS})\s+)?(?:{_NOUNS})(?!\w))?"
_NAMED = re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, KINDS))})(?!\w){_SAME_AGAIN}", re.IGNORECASE)
_KIND_OF = {name.split()[0].lower(): kind for name, kind in KINDS.items()}


def plainly(text: str) -> str:
    """``text`` with names of products as their kind and each order number as ``ONE_NUMBER``."""
    end = len(text)
    for number in sorted(numbers(text), key=lambda each: -each.start):
        if number.end <= end:  # of two that lie over each other the later one
            text = text[: number.start] + ONE_NUMBER + text[number.end :]
            end = number.start
    return _NAMED.sub(lambda match: _KIND_OF[re.split(r"[\s\W]", match.group(), maxsplit=1)[0].lower()], text)
