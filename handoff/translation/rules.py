"""Which messages a reader cannot read, and whether a translation may be believed. Pure.

A machine's translation is shown beside the original only where every number, order number and amount in it is the
original's: a wrong figure in an answer costs more than no translation.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

LanguageOf = Callable[[str], str]
"""A two-letter code; ``en`` when in doubt; ``und`` for a script that names no language."""

UNKNOWN = "und"
FEWEST_LETTERS = 3
SHORT = 4
"""Words: below it a text tells too little of its language, and counts as in that of what its writer said before."""
OTHER_SCRIPTS = frozenset(
    ["ar", "be", "bg", "el", "fa", "he", "hi", "ja", "ko", "mk", "ru", "sr", "th", "uk", "ur", "zh"]
)
"""Whoever reads one of these is not told that they cannot read a script which names no language."""
LONGEST = 2_000
"""Letters: what is longer than one answer of a model can hold is not begun."""
MOST_GROWTH = 3
ROOM = 80

_NUMBER = re.compile(r"\d+(?:[.,'’:/\u00a0\u202f-]\d+)*")
_CODE = re.compile(r"(?<!\w)[A-Za-z]{1,4}[-_]?\d{3,}\w*")
_LABEL = re.compile(r"\[[a-z-]+\]")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))
_CURRENCIES = {
    "EUR": re.compile(r"€|\beur(?:o|os|a)?\b", re.IGNORECASE),
    "USD": re.compile(r"\$|\b(?:usd|d[oó]lar(?:es)?|dollars?|dollari)\b", re.IGNORECASE),
    "GBP": re.compile(r"£|\b(?:gbp|pounds? sterling|libras? esterlinas?)\b", re.IGNORECASE),
    "CHF": re.compile(r"\b(?:chf|franken|francs? suisses?|swiss francs?)\b", re.IGNORECASE),
}


@dataclass(frozen=True)
class Foreign:
    """A message in ``language``, which its reader does not read; ``None``: in a script that names no language."""

    seq: int
    language: str | None
    text: str


def foreign(events: Iterable[dict[str, Any]], language_of: LanguageOf, languages: Collection[str]) -> list[Foreign]:
    """Of a conversation, as staff see it, what is in none of ``languages``."""
    read = {_first(language) for language in languages}
    if read & OTHER_SCRIPTS:
        read.add(UNKNOWN)
    found, before = [], dict[str, str]()
    for event in events:
        text = event["data"].get("text") if event["type"] == "message.sent" else None
        if not text or sum(map(str.isalpha, text)) < FEWEST_LETTERS:
            continue
        language = language_of(text)
        if language == "en" and len(text.split()) < SHORT:
            language = before.get(event["source"], language)
        before[event["source"]] = language
        if language not in read:
            found.append(Foreign(event["seq"], None if language == UNKNOWN else language, text))
    return found


def problem_of(message: Foreign, translation: str, into: str, language_of: LanguageOf) -> str | None:
    """Why a translation of ``message`` is not shown: ``numbers_differ``, ``same`` or ``not_faithful``; else ``None``.

    How a number is written may follow the language (89,90 and 89.90), its digits and their groups may not.
    """
    original = message.text
    if _plain(translation) == _plain(original):
        return "same"
    if _figures(translation) != _figures(original):
        return "numbers_differ"
    named = _currencies(original)
    if named and not _currencies(translation) <= named:
        return "numbers_differ"
    links = {link.rstrip(".,;:!?)") for link in _LINK.findall(translation)}
    # Only of another language than English: a text in doubt counts as English.
    untold = message.language != "en" and language_of(translation) == (message.language or UNKNOWN) != _first(into)
    if untold or len(translation) > MOST_GROWTH * len(original) + ROOM or any(link not in original for link in links):
        return "not_faithful"
    return None


def _figures(text: str) -> tuple[Counter[str], set[str]]:
    """Numbers with their groups of digits, however parted; codes and what was hidden, as they are."""
    digits = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text.translate(_DASHES))
    numbers = Counter(".".join(re.findall(r"\d+", found)) for found in _NUMBER.findall(digits))
    return numbers, {found.casefold() for found in [*_CODE.findall(digits), *_LABEL.findall(digits)]}


def _currencies(text: str) -> set[str]:
    return {name for name, form in _CURRENCIES.items() if form.search(text)}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _first(language: str) -> str:
    return language.partition("-")[0].lower()
