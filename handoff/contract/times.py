"""Until when does a sentence say that something will have happened? Pure.

Read generously: where words can mean two moments, the later one, so that nothing true is taken for a lie. Days are
those of the company, in whose time zone ``now`` is given. Working days leave out weekends; a working hour is an eighth
of one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from re import Match

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBERS = {
    "half an": 0.5, "half a": 0.5, "couple of": 2, "couple": 2, "few": 5, "twenty-four": 24, "forty-eight": 48,
    "seventy-two": 72, "an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_SOME = 5
_UNITS = {
    "minute": (timedelta(minutes=1), 1 / 480), "min": (timedelta(minutes=1), 1 / 480),
    "hour": (timedelta(hours=1), 1 / 8), "hr": (timedelta(hours=1), 1 / 8), "h": (timedelta(hours=1), 1 / 8),
    "day": (timedelta(days=1), 1), "week": (timedelta(weeks=1), 5), "fortnight": (timedelta(weeks=2), 10),
    "month": (timedelta(days=31), 23),
}  # fmt: skip
"""How long each lasts, and how many working days at most."""
_NUMBER = r"\d{1,4}|" + "|".join(_NUMBERS)
_SPAN = (
    rf"(?:(?:a|the) )?(?:(?:{_NUMBER}) ?(?:-|–|—|/|to|or) ?)?(?:(?P<many>{_NUMBER})[ -]?)?"
    rf"(?P<working>(?:working|business|office) )?(?P<unit>{'|'.join(_UNITS)})(?P<plural>s?)\b"
    r"(?: or (?P<more>two|so)\b)?"
)
_AT_MOST = r"(?:(?:about|around|roughly|approximately|at most|up to|no more than|less than|a maximum of|another) )?"
_DEADLINE = rf"(?:\b(?P<deadline>by|before|until|till|on|no later than) )?(?:\b{_WEEKDAY},? )?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_YEAR = r"(?:,? (?P<year>20\d\d)\b)?"
_NO_VERB = r"(?! (?:be|have|need|take|not|also|still|well|only|come|arrive|get|want|contain|use)\b)"
_PARTS = {"morning": time(12), "afternoon": time(18)}
_ZONES = timedelta(hours=12)
"""A day ends so much later for the customer farthest west."""
_SLACK = timedelta(minutes=10)


def said_by(sentence: str, now: datetime) -> datetime | None:
    """The last moment that keeps what the sentence says, or nothing where it names no time. ``sentence`` is in small
    letters, ``now`` in the company's time zone."""
    named = []
    for pattern, read in _TABLE:
        named += [read(found, now) for found in pattern.finditer(sentence)]
        sentence = pattern.sub(" ", sentence)  # a weekday before its date is not read once more
    moments = [moment for moment in named if moment is not None]
    return max(moments or [_clock(found, now) for found in _CLOCK.finditer(sentence)], default=None)


def _span(found: Match[str], now: datetime) -> datetime:
    lasts, working = _UNITS[found["unit"]]
    number = found["many"]
    many = _SOME if number is None and found["plural"] else 1 if number is None else _NUMBERS.get(number) or int(number)
    many += {"two": 1, "so": 1, None: 0}[found["more"]]
    if found["working"]:
        return _end(_working_days_after(now.date(), math.ceil(many * working)), now)
    later = (now.astimezone(timezone.utc) + many * lasts).astimezone(now.tzinfo)
    return later + (_SLACK if lasts < timedelta(days=1) else _ZONES)


def _dated(found: Match[str], now: datetime) -> datetime | None:
    """This year's day, or next year's where it is long over. One that is over is no time to come, unless it is named as
    the end of one."""
    named = found.groupdict()
    month = _MONTHS.index(named["month"][:3]) + 1 if named.get("month") else int(named["number"])
    years = [int(named["year"])] if named["year"] else [now.year, now.year + 1]
    for year in years:
        try:
            ends = _end(date(year, month, int(named["day"])), now)
        except ValueError:
            continue
        if named["year"] or ends > now - timedelta(days=180):
            return ends if ends > now or named["deadline"] not in (None, "on") else None
    return None


def _day_of_month(found: Match[str], now: datetime) -> datetime | None:
    first = now.date().replace(day=1)
    for month in (first, _next_month(first), _next_month(_next_month(first))):
        try:
            named = month.replace(day=int(found["day"]))
        except ValueError:
            continue
        if named >= now.date():
            return _end(named, now)
    return None


def _in_month(found: Match[str], now: datetime) -> datetime:
    month = _MONTHS.index(found["month"][:3]) + 1
    year = now.year + (month < now.month)
    return _end(_next_month(date(year, month, 1)) - timedelta(days=1), now)


def _calendar(found: Match[str], now: datetime) -> datetime:
    today, following = now.date(), "next" in found[0]
    if found["unit"] == "week":
        return _end(today + timedelta(days=6 - today.weekday() + 7 * following), now)
    month = _next_month(today.replace(day=1))
    return _end((_next_month(month) if following else month) - timedelta(days=1), now)


def _in_days(days: int) -> Callable[[Match[str], datetime], datetime]:
    return lambda _found, now: _end(now.date() + timedelta(days=days), now)


def _part_of_day(found: Match[str], now: datetime) -> datetime | None:
    ends = datetime.combine(now.date(), _PARTS[found["part"]], now.tzinfo)
    return ends + _SLACK if ends > now else None


def _weekday(found: Match[str], now: datetime) -> datetime:
    ahead = (_WEEKDAYS.index(found["weekday"][:3]) - now.weekday()) % 7 or 7
    return _end(now.date() + timedelta(days=ahead + (7 if found["following"] else 0)), now)


def _clock(found: Match[str], now: datetime) -> datetime:
    """That time today, or tomorrow's where it is past."""
    hour, minute = int(found["hour"] or 12), int(found["minute"] or 0)
    if found["half"] or found["named"]:
        hour = hour % 12 + 12 * ((found["half"] or "").startswith("p") or found["named"] == "noon")
    moment = now.replace(hour=hour % 24, minute=min(minute, 59), second=0, microsecond=0) + _SLACK
    return moment if moment > now else moment + timedelta(days=1)


def _working_days_after(day: date, many: int) -> date:
    if day.weekday() > 4:
        day -= timedelta(days=day.weekday() - 4)
    weeks, left = divmod(many, 5)
    over = day.weekday() + left > 4
    return day + timedelta(weeks=weeks, days=left + 2 * over)


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _end(day: date, now: datetime) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), now.tzinfo) + _ZONES


_Read = Callable[[Match[str], datetime], datetime | None]
_TABLE: tuple[tuple[re.Pattern[str], _Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"{_DEADLINE}\b{_DAY}(?: of)? {_MONTH}{_NO_VERB}{_YEAR}", _dated),
        (rf"{_DEADLINE}\b{_MONTH} (?:the )?{_DAY}{_YEAR}", _dated),
        (rf"{_DEADLINE}\b(?P<year>20\d\d)-(?P<number>\d\d)-(?P<day>\d\d)(?!\d)", _dated),
        (rf"\b(?:by|before|until|till|on) (?:{_WEEKDAY},? )?the (?P<day>\d{{1,2}})(?:st|nd|rd|th)\b", _day_of_month),
        (rf"\b(?:end of|in|by|during|early|mid|late)[ -](?:the month of )?{_MONTH}", _in_month),
        (rf"\b(?:within|in|inside|under) {_AT_MOST}(?:the )?(?:(?:next|coming|following) )?{_SPAN}", _span),
        (rf"\b{_SPAN} (?:from (?:now|today)|at (?:the )?(?:most|latest)|or less)\b", _span),
        (r"\b(?:this|next|(?:end|rest) of (?:the|this|next)) (?:working |business )?(?P<unit>week|month)\b", _calendar),
        (rf"\b(?:next|coming|following) {_SPAN}", _span),
        (r"\bday after tomorrow\b", _in_days(2)),
        (rf"\btomorrow\b(?:,? \(?{_WEEKDAY}\b)?", _in_days(1)),
        (rf"\b(?:today|tonight|this evening)\b(?:,? \(?{_WEEKDAY}\b)?", _in_days(0)),
        (r"\b(?:end|close|rest) of (?:the |this |our )?(?:business |working )?(?:day|business)\b|\beod\b", _in_days(0)),
        (r"\bthis (?P<part>morning|afternoon)\b", _part_of_day),
        (rf"\b(?P<following>next )?(?P<weekday>{_WEEKDAY})\b", _weekday),
        (r"\b(?:by|on|until|till|before) (?P<following>next )?(?P<weekday>mon|tues?|wed|thu(?:rs?)?|fri|sat|sun)\b",
         _weekday),
    )
)  # fmt: skip
_CLOCK = re.compile(
    r"\b(?:by|before|until|till|no later than) (?:(?P<named>noon|midnight)\b|"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?(?:(?<=:\d\d)(?! ?[ap]\.?m)| ?(?P<half>am|pm|a\.m|p\.m))\b)"
)
