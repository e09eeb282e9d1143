"""Things of fixed form in a message: order numbers, e-mail addresses, money, one-time codes, telephone numbers, days.

Positions point into the text that was given. Values are normalised: an order number is ``A-1042``, an amount a decimal
string, an address lower case, a telephone number digits (with ``+`` where the country is said), a day ``2026-03-14``.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Iterator, List, NamedTuple, Optional

from bot.text.dates import days


class Found(NamedTuple):
    """``text[start:end]`` was read as ``value``."""

    entity: str
    start: int
    end: int
    value: str


_DASH = r"(?:[\s\-\u2010-\u2015\u2212_.#:/=~*+]{0,3}|\s(?:dash|minus|hyphen)\s)"
_LETTER = r"(?<![^\W_])(?P<letter>[A-Za-z\u0391\u0410\u0430])"
_NO_MORE = r"(?![\d]|[.,]\d|[^\W\d_])"
_ORDER = re.compile(rf"{_LETTER}{_DASH}(?P<digits>\d{{4}}){_NO_MORE}", re.IGNORECASE)
_SLIPPED = re.compile(
    rf"(?<![^\W_])(?P<letter>[Aa])(?:\s?-\s?|(?<=A))(?=(?:[OolI]*\d){{2}})(?P<digits>[\dOolI]{{4}}){_NO_MORE}"
    rf"|(?<![^\W_])(?P<upper>A)[\s-]{{0,2}}(?P<spaced>\d(?:[ -]?\d){{3}}){_NO_MORE}"
)
"""Letters for digits (A-1O42), and digits apart (A-10 42)."""
_LIKE_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})
_SAME_LETTER = {"\u0391": "A", "\u0410": "A", "\u0430": "A"}
"""Greek and Cyrillic letters that look like A."""
_NUMBER_WORD = (
    r"(?:or?de?rs?|odrer|ordre|ord|parcels?|packages?|purchases?|deliver(?:y|ies)|shipments?|"
    r"numbers?|numer|nunber|numm?be?r|nmbr|nmb|numb|nr|no\.?|num|id|ref(?:erence)?)"
)
_BARE = r"(?P<digits>\d{4})(?![\d]|[.,]\d|[ -]\d{3})"
_NAMED = re.compile(
    rf"\b{_NUMBER_WORD}(?:\s*(?:numbers?|no|nr|num|id|code))?(?:\.|'s)?"
    rf"\s*(?:(?:is|was|would be|should be|must be|it'?s|i think|i guess|of mine is)\b|:|=|-|,|\.{{2,3}})?"
    rf"\s*[#(\"'*]?\s*{_BARE}",
    re.IGNORECASE,
)
_ORDER_IS = re.compile(
    rf"\b{_BARE} (?:is|was) (?:the |my |our )?order\b"
    rf"|\b(?:cancel|track|where(?:'s| is|s)|status of|refund for)\s+(?P<asked>\d{{4}})"
    r"(?=\s*(?:$|[?!.,]\s|[?!.]$|(?:please|pls|now)\b))",
    re.IGNORECASE,
)
_ANOTHER = re.compile(rf"\s*(?:,|&|\+|and|or)\s*#?{_BARE}(?!\s*(?:%|€|eur|times|days|weeks))", re.IGNORECASE)
_HASHED = re.compile(rf"(?<![\w#])#\s?{_BARE}")
_ALONE = re.compile(
    r"^\W*(?:it'?s|its|it is|number|this one|that's|sure|yes|ok|here)?[\s,:.-]*(?P<digits>\d{4})\W*$", re.IGNORECASE
)
_OTHER_NUMBER = re.compile(
    r"\b(?:tracking|phone|telephone|mobile|house|flat|room|card|account|customer|serial|article|item|model|invoice|"
    r"gift ?card|voucher|error|fault|err|postcode|post code|zip|plz|postal|tax|vat|flight|gate|motorway|pin)"
    r"(?:\s+(?:codes?|numbers?|no|nr|id))?\W{0,3}(?:(?:is|was|says)\s+)?$",
    re.IGNORECASE,
)
"""What stands before digits that are no order's."""
_TOWN = re.compile(r"\s+[A-Z\u00c4\u00d6\u00dc][a-z\u00e4\u00f6\u00fc\u00df]{2,}")
_IN_ADDRESS = re.compile(r"(?:\d\s?\w?,?|,|\b(?:in|to))\s+$")
_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])")
_AMOUNT = (
    r"(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?(?![\d.])|\d{1,3}(?:[,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?)"
    r"(?:[.,](?:-{1,2}|=))?"
)
_CURRENCY = r"(?:eur(?:os?|oes)?|euors?|eruos?|usd|dollars?|gbp|pounds?|quid|bucks?|chf|sfr|(?:swiss )?francs?|us ?\$)"
_MONEY = re.compile(
    rf"(?<![\d.,A-Za-z])(?P<whole>\d{{1,6}})€(?P<part>\d\d)(?!\d)|(?:[€$£]|(?<![^\W\d_]){_CURRENCY}(?![^\W\d_]))[.:\s]?\s?(?P<ahead>{_AMOUNT})(?!\d)"
    rf"|(?:(?<![\d.,A-Za-z])|(?<=[a-z]\.))(?<![A-Za-z]-)(?P<behind>{_AMOUNT})"
    rf"(?:[\s-]?(?:[€$£](?!\d)|{_CURRENCY}(?![^\W\d_]))|(?<=\d)e(?![^\W_]))"
    r"(?:\s(?:and\s)?(?P<cents>\d\d)(?:\s?(?:cents?|ct)\b|(?=\W*$)))?"
    r"|(?<![\d.,A-Za-z-])(?P<only_cents>\d{1,2})\s?(?:cents?|ct)\b",
    re.IGNORECASE,
)
"""One pattern read from the left, so that a sign between two numbers belongs to one of them."""
_CODE = re.compile(r"(?<![\w.,#-])(?P<code>\d{3}[ -]?\d{3})(?![\w]|[.,-]\d)")
_PHONE = re.compile(
    r"(?<![\w.,#+-])(?!\d{1,2}([./-])\d{1,2}\1\d{2,4}\b)(?P<number>(?:\+|00)\s?[1-9](?:[\s./-]?\(?\d\)?){6,13}|\(?0[1-9]\d{0,4}\)?(?:[\s./-]{0,2}\d){5,10})"
    r"(?!\w|[.,-]\d|\s?\d)"
)
_UNIT = re.compile(
    r"\s*-?\s*(?:words?|m|metres?|meters?|km|kilomet\w+|miles?|foot|feet|ft|kcal|calories|grams?|g|ml|litres?|watts?|w|"
    r"lumens?|mah|people|persons?|pieces?|years?|hours?|steps|pages?|times|things|apologies|things|followers|parts?)\b",
    re.IGNORECASE,
)
_AFTER_YEAR = re.compile(
    r"(?:please|pls|thanks|thank|is|was|it|isn't|isnt|hasn't|hasnt|has|had|and|or|not|but|which|where|when|still|that|"
    r"again|now|cheers|from|never|came|arrived|didn't|didnt|doesn't|will|to|with|can|could|got|went|says|shows|should)",
    re.IGNORECASE,
)
_CONTEXT = re.compile(rf"\b{_NUMBER_WORD}\b|#", re.IGNORECASE)


def find(text: str, today: Optional[date] = None) -> List[Found]:
    """Everything found in ``text``, left to right; nothing overlaps. Days are looked for as seen from ``today``."""
    taken: List[Found] = []
    for found in (*_emails(text), *_days(text, today), *_phones(text), *_money(text), *_orders(text), *_codes(text)):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def order_number(digits: str, letter: str = "A") -> str:
    """Digits alone get the commonest letter; who looks the order up falls back on the digits."""
    return f"{letter.upper()}-{digits}"


def _emails(text: str) -> Iterator[Found]:
    for match in _EMAIL.finditer(text):
        yield Found("email", match.start(), match.end(), match.group().lower())


def _phones(text: str) -> Iterator[Found]:
    """ITU-T E.164: at most fifteen digits with the country's; fewer than seven are no subscriber's number."""
    for match in _PHONE.finditer(text):
        raw = match.group("number")
        digits = re.sub(r"\D", "", raw)
        if raw.startswith("00"):
            digits, raw = digits[2:], "+"
        if 7 <= len(digits) <= 15:
            yield Found("phone", match.start(), match.end(), ("+" if raw.startswith("+") else "") + digits)


def _days(text: str, today: Optional[date]) -> Iterator[Found]:
    for found in days(text, today) if today is not None else ():
        yield Found("date", found.start, found.end, found.day.isoformat())


def _money(text: str) -> Iterator[Found]:
    for match in _MONEY.finditer(text):
        cents = match.group("cents") or match.group("only_cents") or match.group("part")
        value = _decimal(match.group("ahead") or match.group("behind") or match.group("whole") or "0")
        if value and cents and value.endswith(".00"):
            value = f"{Decimal(value) + Decimal(cents) / 100:.2f}"
        if value:
            yield Found("money", match.start(), match.end(), value)


def _decimal(raw: str) -> str:
    digits = re.sub(r"[.,](?:-{1,2}|=)$", "", raw).replace(" ", "").replace("'", "")
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
        if _is_a_word(match, text) or _is_other(match, text):
            continue
        letter = _SAME_LETTER.get(match.group("letter"), match.group("letter"))
        yield Found("order_number", match.start(), match.end(), order_number(match.group("digits"), letter))
        yield from _more(match.end(), text)
    for match in _SLIPPED.finditer(text):
        digits = match.group("digits") or re.sub(r"\D", "", match.group("spaced"))
        if not _is_other(match, text):
            value = order_number(digits.translate(_LIKE_DIGITS))
            yield Found("order_number", match.start(), match.end(), value)
    for pattern in (_NAMED, _HASHED, _ALONE):
        for match in pattern.finditer(text):
            if pattern is _NAMED and _OTHER_NUMBER.search(text[: match.start("digits")]):
                continue
            start, end = match.span("digits")
            yield Found("order_number", start, end, order_number(match.group("digits")))
            yield from _more(end, text)
    for match in _ORDER_IS.finditer(text):
        group = "digits" if match.group("digits") else "asked"
        yield Found("order_number", *match.span(group), order_number(match.group(group)))


def _more(end: int, text: str) -> Iterator[Found]:
    """ "orders 1042, 1057 and 1060" """
    match = _ANOTHER.match(text, end)
    while match is not None:
        start, end = match.span("digits")
        yield Found("order_number", start, end, order_number(match.group("digits")))
        match = _ANOTHER.match(text, end)


def _is_other(match: re.Match[str], text: str) -> bool:
    """ "error E-5001", "Marktgraben 3, A-6020 Innsbruck": a code or a postcode."""
    before = text[: match.start()]
    if _OTHER_NUMBER.search(before):
        return True
    town = _TOWN.match(text, match.end())
    return town is not None and _IN_ADDRESS.search(before) is not None


def _is_a_word(match: re.Match[str], text: str) -> bool:
    """ "a 2000 word essay", "a 1000 thanks", "since I 2001 …", "it's 1042": a letter that belongs to the sentence."""
    letter, digits = match.group("letter"), match.group("digits")
    if text[: match.start()].endswith(("'", "\u2019")):
        return True
    between = text[match.start() + 1 : match.start("digits")]
    if between.strip() or not between:
        return False
    named = _CONTEXT.search(text) is not None
    if letter.lower() != "a" and (letter.islower() or letter == "I"):
        return letter not in "bcdef" and not named
    if digits.endswith("000") and not named:
        return True
    if letter == "A" and match.start() > 0:
        return False
    if _UNIT.match(text, match.end()):
        return True
    after = re.match(r"\s+([a-z']+)", text[match.end() :], re.IGNORECASE)
    like_a_year = digits.startswith(("19", "20")) or digits.endswith("00")
    return after is not None and like_a_year and not _AFTER_YEAR.fullmatch(after.group(1)) and not named


def _codes(text: str) -> Iterator[Found]:
    for match in _CODE.finditer(text):
        yield Found("code", match.start(), match.end(), re.sub(r"\D", "", match.group("code")))
