"""What a text states so firmly that it can be looked up: references, and values and names of an article. Pure.

A *reference* is the number of an order, a receipt, a case; a *value* is a number with its unit, a time, a date or an
amount; a *name* is a word with a capital letter within a sentence. Nothing is said about whether they are to the point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

_CODE = re.compile(r"\b(?=[A-Z0-9-]{6,}\b)(?=[A-Z-]*\d)[A-Z]{1,4}(?:-[A-Z0-9]+)+\b|\b[A-Z]{2}-[A-Z]{8}\b")
_NAMED = re.compile(
    r"\b(?:reference|case|ticket|order|refund|receipt|tracking|invoice|claim|confirmation)"
    r"(?: (?:number|no\.?|code|id))?(?: is|:)? ?#?(?P<code>[A-Z]*[-/]?\d[A-Z0-9/-]{2,})\b",
    re.IGNORECASE,
)
_PATTERN = re.compile(r"\b(?:looks? like|such as|for example|e\.g\.)[^.!?\n]*", re.IGNORECASE)
"""What a number looks like is no number."""
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")

_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|twenty|thirty|half a|half an"
_UNIT = (
    r"(?:working |business |calendar )?(?:minutes?|hours?|days?|weeks?|months?|years?|times|euros?|EUR|€|%|per cent"
    r"|mm|cm|km|m|kg|g|ml|litres?|l|°C|°)(?![^\W_])"
)
_FIGURE = r"\d+(?:[.,:]\d+)*(?:[–-]\d+(?:[.,:]\d+)*)?"
_VALUE = re.compile(rf"(?<![\w.,:–-])(?:{_FIGURE}(?: ?{_UNIT})?|(?:{_NUMBER_WORDS}) {_UNIT})(?![\w])", re.IGNORECASE)
_MONTH = r"January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b\d{{1,2}}\.? (?:{_MONTH})\b|\b(?:{_MONTH}) \d{{1,2}}\b")
_NAME = re.compile(r"(?<=[a-zäöüß,;] )[A-ZÄÖÜ][\w’'-]*[a-zäöüß\d][\w-]*|\S+@\S+\w|https?://\S+\w")


def references(text: str) -> list[str]:
    """Every reference in the text, as it is written; not those that only show what one looks like."""
    real = _PATTERN.sub("", text)
    found = [match.group(0) for match in _CODE.finditer(real)]
    found += [match.group("code") for match in _NAMED.finditer(real)]
    return list(dict.fromkeys(found))


def words_of(value: Any) -> Set[str]:
    """Every word in a value of JSON, in small letters; what hyphens join is one word."""
    return {word for text in _texts(value) for word in _WORD.findall(text.casefold())}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif value is not None:
        yield str(value)


def values(text: str) -> list[str]:
    """Dates, then numbers with their units, in one spelling: small letters, ``eur`` for every sign of it."""
    dates = [_spelt(match.group(0)) for match in _DATE.finditer(text)]
    return list(dict.fromkeys([*dates, *(_spelt(match.group(0)) for match in _VALUE.finditer(text))]))


def names(text: str) -> list[str]:
    return list(dict.fromkeys(match.group(0) for match in _NAME.finditer(text)))


def unstated(text: str, article: str) -> list[str]:
    """Values and names of ``text`` that do not stand in ``article`` (plain text or Markdown)."""
    source = _spelt(re.sub(r"[*_`|]+", " ", article))
    there = set(values(re.sub(r"[*_`|]+", " ", article)))
    known = words_of(article)
    strange = [value for value in values(text) if value not in there and not _stands(value, source)]
    return strange + [name for name in names(text) if name.casefold() not in source and not words_of(name) <= known]


def _stands(value: str, source: str) -> bool:
    return bool(re.search(rf"(?<![\w.,:–]){re.escape(value)}(?![\w])(?![.,:–]\d)", source))


def _spelt(text: str) -> str:
    told = re.sub(r"\s+", " ", text.casefold()).replace("-", "–")
    told = re.sub(r"€ ?(\d+(?:[.,]\d+)*)", r"\1 eur", told)
    told = re.sub(r" ?(?:€|\beuros?\b)", " eur", told)
    return re.sub(r"(\d)(eur|%|°)", r"\1 \2", re.sub(r"(\d)\.00 eur", r"\1 eur", told)).strip()
