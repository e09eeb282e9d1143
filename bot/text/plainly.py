"""What is named, said as what it is: a jacket's name is read as "down jacket", every order number as one.

The sentence model knows no names of ours, and every number gives it another
vector. What is said of them is what a message turns on; which order it is the entities tell, from the text as typed.
"""

from __future__ import annotations

import re

from bot.company import company
from bot.text.order_numbers import numbers

KINDS = company().kinds
"""Names of goods that are no common words, and what bears them (``company.json``)."""
_SORTS = "gas|down|rain|wind|sleeping|hiking|trekking|day|trail|avalanche"
_NOUNS = "tents?|jackets?|coat|boots?|shoes?|runners?|pack|backpack|rucksack|bag|mat|stove|cooker|transceiver|beacon"
"""What may follow a name and says the same again."""
ONE_NUMBER = "A-1042"


def _pattern(name: str) -> str:
    """The name, its later words said or not."""
    first, *rest = name.split()
    return first + "".join(rf"(?:\s*{re.escape(word).replace('−', '[-−]')}(?!\w))?" for word in rest)


_SAME_AGAIN = rf"(?:\s+(?:(?:{_SORTS})\s+)?(?:{_NOUNS})(?!\w))?"
_NAMED = re.compile(rf"(?<!\w)(?:{'|'.join(map(_pattern, KINDS)) or '(?!)'})(?!\w){_SAME_AGAIN}", re.IGNORECASE)
_KIND_OF = {name.split()[0].lower(): kind for name, kind in KINDS.items()}


def plainly(text: str) -> str:
    """``text`` with names of products as their kind and each order number as ``ONE_NUMBER``."""
    end = len(text)
    for number in sorted(numbers(text), key=lambda each: -each.start):
        if number.end <= end:  # of two that lie over each other the later one
            text = text[: number.start] + ONE_NUMBER + text[number.end :]
            end = number.start
    return _NAMED.sub(lambda match: _kind_of(match.group().lower()), text)


def _kind_of(named: str) -> str:
    """By how it begins: "daune300" is written in one word, too."""
    return next(kind for first, kind in _KIND_OF.items() if named.startswith(first))
