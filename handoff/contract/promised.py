"""Does a promise that stands mean what a sentence promises? Pure.

A sentence may name an order, a time, and what is promised: a call, money, or goods. What it names, the promise must
have too; what it leaves open, any promise has. A promise that falls due earlier than the sentence says keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_ORDER = re.compile(r"\b[a-z]-\d{4}\b")
_SAID = {
    "call": re.compile(
        r"\b(?:will|'ll|going to|we)(?: \w+)? (?:call|ring|phone)\b|\bcall(?:ed|ing)? you\b|\b(?:a|our|your) call\b"
    ),
    "money": re.compile(
        r"(?:will|'ll|going to)(?: \w+)? (?:be )?(?:refund|credit|reimburse)|"
        r"\b(?:your|a|the|our)(?: [\w-]+)? (?:refund|money|credit) will\b|"
        r"(?:will|'ll)(?: \w+)? (?:get|receive|have) (?:a|your|the)(?: full)? (?:refund|money|credit)\b"
    ),
    "goods": re.compile(
        r"\byour (?:[\w-]+ )?(?:replacement|parcel|order) will\b|\bsend you a (?:new|replacement)\b|\breplace\b|"
        r"(?:get|receive|have) a (?:new|replacement)\b"
    ),
}
_MEANT = {
    "call": re.compile(r"\bcall|\bring\b|\bphone"),
    "money": re.compile(r"refund|money|charge|\bpay|credit|\bbank|reimburse"),
    "goods": re.compile(r"parcel|warehouse|replacement|\bitem|\border\b|carrier|deliver|problem"),
}
_NUMBERS = ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WITHIN = re.compile(
    rf"\b(?:within|in) (?:the next )?(an|\d{{1,3}}|{'|'.join(_NUMBERS)})(?: (working|business))?"
    r" (minute|hour|day|week)s?\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({'|'.join(_MONTHS)})[a-z]*\b")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})(?:s|nes|rs|ur)?day\b")
_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1}
_NEAR = re.compile(rf"\b({'|'.join(_DAYS)})\b")
_ZONES = timedelta(hours=12)
"""A day ends so much later for the customer farthest west."""
_SLACK = timedelta(minutes=10)


@dataclass(frozen=True)
class Promised:
    """``words``: all that says what the promise is about: its text, its owner, kind, object and summary of its
    operation."""

    words: str
    due: datetime
    operation_id: str | None = None

    def backs(self, sentence: str, now: datetime) -> bool:
        """``sentence`` is in small letters, as claims are."""
        words = self.words.lower()
        latest = said_by(sentence, now)
        return (
            all(order in words for order in _ORDER.findall(sentence))
            and all(_MEANT[what].search(words) for what, said in _SAID.items() if said.search(sentence))
            and (latest is None or self.due <= latest)
        )


def backed(sentence: str, promises: Iterable[Promised], operations: Iterable[str], now: datetime) -> bool:
    """Whether one of ``promises`` is about what the sentence says. ``operations`` are those of which its text speaks:
    where there are any, another operation's promise does not count."""
    named = frozenset(operations)
    return any(
        each.backs(sentence, now)
        for each in promises
        if not named or each.operation_id is None or each.operation_id in named
    )


def said_by(sentence: str, now: datetime) -> datetime | None:
    """The last moment that keeps what the sentence says, or nothing where it names no time."""
    ends = [
        *(_after(now, *found) for found in _WITHIN.findall(sentence)),
        *(_end(now + timedelta(days=_DAYS[word])) for word in _NEAR.findall(sentence)),
    ]
    dates = [_dated(now, int(day), _MONTHS.index(month) + 1) for day, month in _DATE.findall(sentence)]
    ends += [_end(date) for date in dates if date is not None]
    if not ends:
        ends += [_end(now + timedelta(days=_ahead(now, name))) for name in _WEEKDAY.findall(sentence)]
    return max(ends, default=None)


def _after(now: datetime, number: str, working: str, unit: str) -> datetime:
    many = int(number) if number.isdigit() else max(1, _NUMBERS.index(number)) if number in _NUMBERS else 1
    if working:
        many += 2 * (many // 5 + 1)  # the weekends between
    return now + many * timedelta(**{f"{unit}s": 1}) + (_SLACK if unit in ("minute", "hour") else _ZONES)


def _ahead(now: datetime, weekday: str) -> int:
    return (_WEEKDAYS.index(weekday) - now.weekday()) % 7 or 7


def _dated(now: datetime, day: int, month: int) -> datetime | None:
    """This year's day, or next year's where it is long over."""
    for year in (now.year, now.year + 1):
        try:
            date = now.replace(year=year, month=month, day=day)
        except ValueError:
            continue
        if date > now - timedelta(days=180):
            return date
    return None


def _end(day: datetime) -> datetime:
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) + _ZONES
