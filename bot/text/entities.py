"""Things of fixed form in a message: order numbers, e-mail addresses, amounts of money, one-time codes.

Positions point into the text that was given. Values are normalised: an order number is ``A-1042``, an amount a decimal
string, an address lower case.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Iterator, List, NamedTuple


class Found(NamedTuple):
    """``text[start:end]`` was read as ``value``."""

    entity: str
    start: int
    end: int
    value: str


_DASH = r"[\s\-_.#:/]{0,3}"
_ORDER = re.compile(rf"(?<![^\W_])(?P<letter>[A-Za-z]){_DASH}(?P<digits>\d{{4}})(?![\d]|[.,]\d|[^\W\d_])")
_NUMBER_WORD = (
    r"(?:orders?|parcels?|packages?|purchases?|deliver(?:y|ies)|shipments?|number|numb|nr|no\.?|num|id|"
    r"ref(?:erence)?)"
)
_NAMED = re.compile(
    rf"\b{_NUMBER_WORD}(?:\s+(?:number|no\.?|nr|id|code))?\s*(?:is|was|:|=|"
    rf"-)?\s*#?\s*(?P<digits>\d{{4}})(?![\d]|[.,]\d)",
    re.IGNORECASE,
)
_HASHED = re.compile(r"(?<![\w#])#\s?(?P<digits>\d{4})(?![\d]|[.,]\d)")
_ALONE = re.compile(
    r"^\W*(?:it'?s|its|it is|number|this one|that's|sure|yes|ok|here)?[\s,:.-]*(?P<digits>\d{4})\W*$", re.IGNORECASE
)
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])")
_AMOUNT = (
    r"(?P<amount>\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?(?![\d.])|\d{1,3}(?:[, ]\d{3})+(?:\.\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?)"
    r"(?:[.,](?:-{1,2}|=))?"
)
_MONEY_BEFORE = re.compile(rf"(?:[€$£]|\b(?:eur|euros?|usd|gbp)\b)\s?{_AMOUNT}(?![\d])", re.IGNORECASE)
_MONEY_AFTER = re.compile(
    rf"(?<![\d.,A-Za-z-]){_AMOUNT}\s?(?:€|\$|£|(?:eur|euros?|usd|dollars?|gbp|pounds?|quid|bucks)\b)", re.IGNORECASE
)
_CODE = re.compile(r"(?<![\w.,#-])(?P<code>\d{3}[ -]?\d{3})(?![\w]|[.,-]\d)")
_AFTER_NUMBER = re.compile(
    r"(?:please|pls|thanks|thank|is|was|it|isn't|hasn't|has|and|or|not|but|which|where|when|still|that|again|now|"
    r"cheers|from)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(rf"\b{_NUMBER_WORD}\b|#", re.IGNORECASE)


def find(text: str) -> List[Found]:
    """Everything found in ``text``, left to right; nothing overlaps."""
    taken: List[Found] = []
    for found in (*_emails(text), *_money(text), *_orders(text), *_codes(text)):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def order_number(digits: str, letter: str = "A") -> str:
    """Digits alone get the commonest letter; who looks the order up falls back on the digits."""
    return f"{letter.upper()}-{digits}"


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found("email", match.start(), match.end(), match.group().lower())


def _money(text: str) -> Iterator[Found]:
    for pattern in (_MONEY_BEFORE, _MONEY_AFTER):
        for match in pattern.finditer(text):
            value = _decimal(match.group("amount"))
            if value:
                yield Found("money", match.start(), match.end(), value)


def _decimal(raw: str) -> str:
    digits = raw.replace(" ", "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", digits):
        digits = digits.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    try:
        return f"{Decimal(digits.replace(',', '')):.2f}"
    except InvalidOperation:
        return ""


def _orders(text: str) -> Iterator[Found]:
    for match in _ORDER.finditer(text):
        if _is_a_word(match, text):
            continue
        value = order_number(match.group("digits"), match.group("letter"))
        yield Found("order_number", match.start(), match.end(), value)
    for pattern in (_NAMED, _HASHED, _ALONE):
        for match in pattern.finditer(text):
            start, end = match.span("digits")
            yield Found("order_number", start, end, order_number(match.group("digits")))


def _is_a_word(match: re.Match[str], text: str) -> bool:
    """ "a 2000 word essay", "since I 2001 …", "it's 1042": a letter set apart that belongs to the sentence."""
    letter = match.group("letter")
    if text[: match.start()].endswith(("'", "’")):
        return True
    between = text[match.start() + 1 : match.start("digits")]
    if between.strip() or not between:
        return False
    if letter.lower() != "a" and (letter.islower() or letter == "I"):
        return letter not in "bcdef" and not _CONTEXT.search(text)
    if letter == "A" and match.start() > 0:
        return False
    after = re.match(r"\s+([a-z']+)", text[match.end() :], re.IGNORECASE)
    return after is not None and not _AFTER_NUMBER.fullmatch(after.group(1)) and not _CONTEXT.search(text)


def _codes(text: str) -> Iterator[Found]:
    for match in _CODE.finditer(text):
        yield Found("code", match.start(), match.end(), re.sub(r"\D", "", match.group("code")))
