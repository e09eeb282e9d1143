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
from bot.text.order_numbers import numbers


class Found(NamedTuple):
    """``text[start:end]`` was read as ``value``."""

    entity: str
    start: int
    end: int
    value: str


_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}(?![\w@])")
_AMOUNT = (
    r"(?:\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?(?![\d.])|\d{1,3}(?:[,' ]\d{3})+(?:[.,]\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?)"
    r"(?:[.,](?:-{1,2}|=))?"
)
_CURRENCY = (
    r"(?:eur(?:o'?s?|oes|s)?|euors?|eruos?|ueros?|usd|(?:(?:us|u\.s\.|american|canadian|australian) )?dollars?|gbp|"
    r"pounds?(?! (?:of|in weight|heav|light|overweight))|quid|bucks?|chf|sfr|(?:swiss )?francs?|franken|us ?\$|cad|"
    r"aud|sek|nok|dkk|pln|czk|huf)"
)
_CENTS = r"(?:cents?|cts?|pence|rappen)"
_LOOSELY = r"(?:-?ish|\+|[ -]odd|\s(?:whole|full|extra|more|lousy|stupid|bloody|damn|measly))?"
"""What may stand between an amount and its currency: "30-odd euros", "50 bloody pounds"."""
_MONEY = re.compile(
    rf"(?<![\d.,A-Za-z])(?P<whole>\d{{1,6}})€(?P<part>\d\d)(?!\d)"
    rf"|(?:[€$£]|(?<![^\W\d_]){_CURRENCY}(?![^\W\d_]))[.:=\s]?\s?"
    rf"(?:(?P<thousands_ahead>\d{{1,3}}(?:[.,]\d)?)k(?![^\W_])"
    rf"|(?P<ahead>{_AMOUNT})(?!\d)(?:\sand\s(?P<cents_ahead>\d{{1,2}})\s?{_CENTS}\b)?)"
    rf"|(?:(?<![\d.,A-Za-z])|(?<=[a-z]\.)|(?<=\d[x\u00d7*]))(?<![A-Za-z]-)"
    rf"(?:(?P<thousands>\d{{1,3}}(?:[.,]\d)?)k|(?P<behind>{_AMOUNT}))"
    rf"(?:{_LOOSELY}[\s-]?(?:[€$£](?!\d)|{_CURRENCY}(?![^\W\d_]))|(?<=\d)e(?![^\W_]))"
    rf"(?:\s(?:and\s)?(?:(?P<cents>\d\d)(?:\s?{_CENTS}\b|(?=\W*$))|(?P<few_cents>\d)\s?{_CENTS}\b))?"
    rf"|(?<![\d.,A-Za-z-])(?P<only_cents>\d{{1,2}})(?:\s?{_CENTS}\b|p\b)",
    re.IGNORECASE,
)
"""One pattern read from the left, so that a sign between two numbers belongs to one of them."""
_LETTERS_IN_AMOUNT = re.compile(
    r"(?<![^\W_])(?=[Ool.,]*\d)(?=[\d.,]*[Ool])[\dOol]{1,4}(?:[.,][\dOo]{1,2})?(?=\s?(?:[€$£]|eur|pound))"
    r"|(?<=[€$£])(?=[Ool.,]*\d)[\dOol]{1,4}(?:[.,][\dOo]{1,2})?(?![^\W_])",
    re.IGNORECASE,
)
"""A letter that slipped in for a digit: "5O €"."""
_LIKE_DIGITS = str.maketrans("OoLl", "0011")
_CODE = re.compile(r"(?<![\w.,#-])(?P<code>\d{3}[ -]?\d{3})(?![\w]|[.,-]\d)")
_PHONE = re.compile(
    r"(?<![\w.,#+-])(?!\d{1,2}([./-])\d{1,2}\1\d{2,4}\b)(?P<number>(?:\+|00)\s?[1-9](?:[\s./-]?\(?\d\)?){6,13}|\(?0[1-9]\d{0,4}\)?(?:[\s./-]{0,2}\d){5,10})"
    r"(?!\w|[.,-]\d|\s?\d)"
)


def find(text: str, today: Optional[date] = None) -> List[Found]:
    """Everything found in ``text``, left to right; nothing overlaps. Days are looked for as seen from ``today``."""
    taken: List[Found] = []
    for found in (*_emails(text), *_days(text, today), *_phones(text), *_money(text), *_orders(text), *_codes(text)):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


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
    for match in _MONEY.finditer(_LETTERS_IN_AMOUNT.sub(_as_digits, text)):
        said = match.groupdict()
        cents = said["cents"] or said["few_cents"] or said["cents_ahead"] or said["only_cents"] or said["part"]
        thousands = said["thousands"] or said["thousands_ahead"]
        value = _decimal(thousands or said["ahead"] or said["behind"] or said["whole"] or "0")
        if value and thousands:
            value = f"{Decimal(value) * 1000:.2f}"
        if value and cents and value.endswith(".00"):
            value = f"{Decimal(value) + Decimal(cents) / 100:.2f}"
        if value:
            yield Found("money", match.start(), match.end(), value)


def _as_digits(match: re.Match[str]) -> str:
    return match.group().translate(_LIKE_DIGITS)


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
    for found in numbers(text):
        yield Found("order_number", *found)


def _codes(text: str) -> Iterator[Found]:
    for match in _CODE.finditer(text):
        yield Found("code", match.start(), match.end(), re.sub(r"\D", "", match.group("code")))
