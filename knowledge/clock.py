"""Time as an argument, so that tests can hold it still."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        ...

    async def sleep(self, seconds: float) -> None: ...


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: sorts as text, alike on SQLite and PostgreSQL."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def today(clock: Clock, zone: ZoneInfo) -> date:
    """The company's day: the one that "from 1 June" means to those who write it and to those who read it."""
    return clock.now().astimezone(zone).date()
