"""Days named in a message, as calendar days seen from a given one: "14 March", "2026-03-14", "in three days".

Where a day of the month stands without its year, the nearest such day is meant (a message speaks of orders and trips,
so of weeks, not years); a weekday alone is the coming one, with "last" the past one.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Iterator, NamedTuple, Optional

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
           "nine": 9, "ten": 10}  # fmt: skip
_NEAR = {"day before yesterday": -2, "yesterday": -1, "yesterdays": -1, "today": 0, "tonight": 0, "tomorrow": 1,
         "tmrw": 1, "tomorow": 1, "day after tomorrow": 2}  # fmt: skip
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b"
)
_DAY = r"(?<![\d.,:/-])(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>20\d\d)\b)?"
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\s+(?P<unit>day|week)s?"
_HINT = re.compile(
    r"\d|day|tomor?row|tmrw|tonight|\b(?:ago|in an?|in (?:one|two|three|four|five|six|seven|eight|nine|ten))\b",
    re.IGNORECASE,
)
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        r"(?<![\w-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w-])",
        r"(?<![\w.,/-])(?P<day>\d{1,2})(?P<mark>[./-])(?P<month>\d{1,2})(?P=mark)(?P<year>20\d\d|\d\d)(?![\w/-])",
        r"(?<![\w.,/-])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?!\d)",
        rf"{_DAY}(?:\s+of)?\.?\s+{_MONTH}\.?{_YEAR}",
        rf"\b{_MONTH}\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:]|\.\d|\s?(?:%|€|eur))\b{_YEAR}",
        r"\b(?:the|on)\s+(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?!\s+(?:one|order|option|item|parcel|time|of)\b)",
        r"\b(?P<near>(?:the\s+)?day\s+(?:before\s+yesterday|after\s+tomorrow)|yesterdays?|today|tonight|tomor?row|tmrw)\b",
        rf"\b(?P<ahead>in)\s+{_COUNT}\b(?:'? time)?",
        rf"\b{_COUNT}\s+(?P<past>ago)\b",
        r"\b(?:(?P<which>last|past|next)\s+)?(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)day\b",
    )
)


class Day(NamedTuple):
    """``text[start:end]`` names ``day``."""

    start: int
    end: int
    day: date


def days(text: str, today: date) -> Iterator[Day]:
    """Days named in ``text``, clearest forms first; they may overlap. Days that no calendar holds are left out."""
    if not _HINT.search(text):
        return
    for shape in _SHAPES:
        for match in shape.finditer(text):
            try:
                found = _day(match.groupdict(), today)
            except (ValueError, OverflowError):
                continue
            if found is not None:
                yield Day(match.start(), match.end(), found)


def _day(part: dict[str, Optional[str]], today: date) -> Optional[date]:
    """Raises ``ValueError`` where the calendar has no such day."""
    near, count, weekday = part.get("near"), part.get("count"), part.get("weekday")
    if near:
        return today + timedelta(days=_NEAR[re.sub(r"^the\s+", "", " ".join(near.lower().split()))])
    if count:
        length = (int(count) if count.isdigit() else _COUNTS[count.lower()]) * (7 if part["unit"] == "week" else 1)
        return today + timedelta(days=length if part.get("ahead") else -length)
    if weekday:
        return _weekday(_WEEKDAYS.index(weekday[:3].lower()), part.get("which"), today)
    number = int(part["day"] or 0)
    month, year = part.get("month"), part.get("year")
    if month is None:
        return _nearest(today, [(today.year + (today.month + by - 1) // 12, (today.month + by - 1) % 12 + 1, number)
                                for by in (-1, 0, 1)])  # fmt: skip
    at = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), at, number)
    return _nearest(today, [(today.year + by, at, number) for by in (-1, 0, 1)])


def _weekday(wanted: int, which: Optional[str], today: date) -> date:
    ahead = (wanted - today.weekday()) % 7
    if which is not None and which.lower() in ("last", "past"):
        return today + timedelta(days=ahead - 7)
    return today + timedelta(days=ahead or (7 if which else 0))


def _nearest(today: date, candidates: list[tuple[int, int, int]]) -> date:
    possible = []
    for year, month, number in candidates:
        try:
            possible.append(date(year, month, number))
        except ValueError:
            continue
    return min(possible, key=lambda day: abs(day - today))
