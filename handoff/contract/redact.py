"""Personal data taken out of a text, in one place: what is kept for statistics, summaries and logs goes through here.

Used by logs, the packet, summaries, gaps, exports and whatever goes to a language model. Found by form and, where there
is one, by checksum: e-mail addresses, bank accounts (ISO 13616, mod 97), payment cards
(ISO/IEC 7812, Luhn), telephone numbers (the numbering plans in ``phonenumbers``), and every other number that could
name an order, a customer or a code. Names and street names have no form and stay: whoever keeps a text for long keeps
it only as long as it is needed.

Unlike the rest of the contract this module needs two libraries, so the bot's interpreter does not import it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import phonenumbers
from stdnum import iban, luhn

EMAIL, IBAN, CARD, PHONE, NUMBER = "[e-mail]", "[account]", "[card]", "[phone]", "[number]"
EVERYTHING = frozenset({EMAIL, IBAN, CARD, PHONE, NUMBER})
PAYMENT = frozenset({IBAN, CARD})
"""What nobody needs to read who helps a customer: an agent sees addresses and order numbers, never these."""
PERSONAL = frozenset({EMAIL, IBAN, CARD, PHONE})
REGIONS = ("AT", "DE", "CH", "GB", "US")
"""Countries whose way of writing a telephone number without its country code is known."""
FEWEST_PHONE_DIGITS = 7
MOST_PHONE_DIGITS = 13
FEWEST_DIGITS = 3
CODE_SLOTS = frozenset({"code"})
HIDDEN_CODE = "[code]"

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_BETWEEN = "[ \u00a0\u2007\u2009\u202f.-]"
_GAP = f"{_BETWEEN}?"
"""What people put between the groups of a number; phones paste the narrow and the unbroken spaces."""
_IBAN = re.compile(rf"\b[A-Za-z]{{2}}\d{{2}}(?:{_GAP}[A-Za-z0-9]{{2,4}}){{3,8}}(?:{_GAP}[A-Za-z0-9]{{1,3}})?\b")
_GROUPS = re.compile(rf"(?<!\w)\d+(?:{_BETWEEN}\d+)*(?!\w)")
_CARD_LENGTHS = range(13, 20)
_CARD_BEGINS = re.compile(r"[3-6]|2[2-7]")
_CARD_GROUP = 4
"""What a group of a card has at least, but for its last; some write every digit alone."""
_NUMBER = re.compile(
    r"(?<![\w.,])(?:[A-Za-z]{1,4}[-_]?)?#?\d(?:[ /-]?\d){4,}(?!\w|[.,]\d)|\b[A-Za-z]{1,4}(?:[-_]\d{3,}|\d{4,})\b"
)
_SHORTEST_IBAN = 15


def redact(text: str, regions: Sequence[str] = REGIONS, labels: frozenset[str] = EVERYTHING) -> str:
    """``text`` with each find replaced by what it was, such as ``[e-mail]``. Redacting twice changes nothing more.

    ``labels`` are the kinds to take out; the others stay as they are.
    """
    if EMAIL in labels and "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    if sum(map(str.isdigit, text)) < FEWEST_DIGITS:
        return text
    if IBAN in labels:
        text = _IBAN.sub(_iban, text)
    if CARD in labels:
        text = _cards(text)
    if PHONE in labels:
        for region in regions:
            if sum(map(str.isdigit, text)) < FEWEST_PHONE_DIGITS:
                break
            text = _phones(text, region)
    return _NUMBER.sub(NUMBER, text) if NUMBER in labels else text


def finds(before: str, after: str) -> dict[str, int]:
    """How many of each kind ``redact`` took out of ``before`` to get ``after``."""
    counts = {label: after.count(label) - before.count(label) for label in sorted(EVERYTHING)}
    return {label: count for label, count in counts.items() if count > 0}


def hide(value: Any, counts: dict[str, int] | None = None) -> Any:
    """``value`` (JSON-like) without payment data and one-time codes; ``counts`` collects what was taken out."""
    if isinstance(value, str):
        after = redact(value, labels=PAYMENT)
        if counts is not None:
            for label, count in finds(value, after).items():
                counts[label] = counts.get(label, 0) + count
        return after
    if isinstance(value, dict):
        return {k: HIDDEN_CODE if k in CODE_SLOTS and item else hide(item, counts) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [hide(item, counts) for item in value]
    return value


def for_staff(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The staff's view of a log's events: as they were written, without payment data. The given ones are left alone."""
    return [{**event, "data": hide(event["data"])} for event in events]


def _iban(match: re.Match[str]) -> str:
    """The account's longest valid beginning: the words after it may look like more of it."""
    found = match.group(0)
    for end in range(len(found), _SHORTEST_IBAN - 1, -1):
        if not found[end : end + 1].isalnum() and iban.is_valid(re.sub(r"\W", "", found[:end])):
            return IBAN + found[end:]
    return found


def _cards(text: str) -> str:
    """Until nothing is found: what stands beside a card that went may be one on its own."""
    while (less := _GROUPS.sub(_card, text)) != text:
        text = less
    return text


def _card(match: re.Match[str]) -> str:
    """Groups of digits with the cards among them taken out: an expiry, a code or an order may stand beside one."""
    found = match.group(0)
    if len(found) < _CARD_LENGTHS.start:
        return found
    if _is_card_number(found):
        return CARD
    groups = [group.span() for group in re.finditer(r"\d+", found)]
    kept, at, first = "", 0, 0
    while first < len(groups):
        last = _last_of_card(found, groups, first)
        if last is not None:
            kept, at, first = kept + found[at : groups[first][0]] + CARD, groups[last][1], last
        first += 1
    return kept + found[at:]


def _last_of_card(found: str, groups: list[tuple[int, int]], first: int) -> int | None:
    """The last group of the longest card that begins with this one. Among other numbers it must be written like a card,
    or every tenth list of dates and times would be one."""
    start = groups[first][0]
    if _CARD_BEGINS.match(found, start) is None:
        return None
    for last in range(min(len(groups), first + _CARD_LENGTHS.stop) - 1, first - 1, -1):
        before_last = [end - begin for begin, end in groups[first:last]]
        shaped = set(before_last) == {1} or min(before_last, default=_CARD_GROUP) >= _CARD_GROUP
        if shaped and _is_card_number(found[start : groups[last][1]]):
            return last
    return None


def _is_card_number(found: str) -> bool:
    digits = re.sub(r"\D", "", found)
    return len(digits) in _CARD_LENGTHS and luhn.is_valid(digits)


def _phones(text: str, region: str) -> str:
    found = list(phonenumbers.PhoneNumberMatcher(text, region))
    for match in reversed(found):
        if len(re.sub(r"\D", "", match.raw_string)) > MOST_PHONE_DIGITS and match.raw_string[0] not in "+0(":
            continue  # a reference, a serial: no country's numbers are that long without their code
        text = text[: match.start] + PHONE + text[match.end :]
    return text
