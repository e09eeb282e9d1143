"""Business hours: when a department is open, when it opens next, and counting time in open hours alone. Pure.

Hours are wall-clock times in the department's own time zone, so a day on which clocks change is as long as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FARTHEST_DAYS = 400
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


class BadHours(ValueError):
    """A span that is not ``HH:MM-HH:MM``, runs backwards, or overlaps another."""


@dataclass(frozen=True)
class Span:
    """From ``start`` until ``end``, ``None`` for midnight at the end of the day."""

    start: time
    end: time | None


@dataclass(frozen=True)
class Hours:
    """``week`` by ``WEEKDAYS`` in order; ``None`` where it is always open. ``holidays`` are closed all day."""

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...] | None = None
    holidays: frozenset[date] = field(default_factory=frozenset)

    def is_open(self, moment: datetime) -> bool:
        return any(start <= moment < end for start, end in self._spans(moment.astimezone(self.zone).date()))

    def next_open(self, moment: datetime) -> datetime | None:
        """``moment`` itself while open, else when it opens next, in UTC; ``None`` where it never does."""
        for start, end in self._from(moment):
            if moment < end:
                return max(start, moment)
        return None

    def after_open_seconds(self, moment: datetime, seconds: float) -> datetime:
        """The moment at which ``seconds`` of open time have passed. Where it never opens, time simply passes."""
        left = timedelta(seconds=seconds)
        for start, end in self._from(moment):
            begin = max(start, moment)
            if begin + left <= end:
                return begin + left
            if end > begin:
                left -= end - begin
        return moment + timedelta(seconds=seconds)

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from the day of ``moment`` on, in order."""
        day = moment.astimezone(self.zone).date()
        for ahead in range(FARTHEST_DAYS):
            yield from self._spans(day + timedelta(days=ahead))

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open spans of a day, in UTC."""
        if day in self.holidays:
            return []
        spans = (Span(time(0), None),) if self.week is None else self.week[day.weekday()]
        return [(self._at(day, span.start), self._at(day, span.end)) for span in spans]

    def _at(self, day: date, wall: time | None) -> datetime:
        if wall is None:
            day, wall = day + timedelta(days=1), time(0)
        return datetime.combine(day, wall, self.zone).astimezone(UTC)


def parse_hours(zone: str, week: Mapping[str, Sequence[str]] | None, holidays: Sequence[date] = ()) -> Hours:
    """``week``: weekday → spans ``HH:MM-HH:MM``; a day that is not named is closed. Raises ``BadHours``."""
    if week is None:
        return Hours(ZoneInfo(zone), None, frozenset(holidays))
    unknown = set(week) - set(WEEKDAYS)
    if unknown:
        raise BadHours(f"no such weekday: {', '.join(sorted(unknown))}")
    days = tuple(_day(week.get(name, ())) for name in WEEKDAYS)
    return Hours(ZoneInfo(zone), days, frozenset(holidays))


def _day(texts: Sequence[str]) -> tuple[Span, ...]:
    spans = tuple(sorted((_span(text) for text in texts), key=lambda span: span.start))
    for earlier, later in pairwise(spans):
        if earlier.end is None or earlier.end > later.start:
            raise BadHours("two spans of one day overlap")
    return spans


def _span(text: str) -> Span:
    found = SPAN.fullmatch(text)
    if found is None:
        raise BadHours(f"not a span of hours: {text}")
    start = time(int(found[1]), int(found[2]))
    end = time(int(found[3]), int(found[4])) if found[3] else None
    if end is not None and end <= start:
        raise BadHours(f"ends before it begins: {text}")
    return Span(start, end)
