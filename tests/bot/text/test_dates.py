from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from bot.text.dates import days

pytestmark = pytest.mark.unit
WEDNESDAY = date(2026, 3, 11)


def read(text: str, today: date = WEDNESDAY) -> list[str]:
    return list(dict.fromkeys(found.day.isoformat() for found in days(text, today)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-14", ["2026-03-14"]),
        ("on 14.03.2026", ["2026-03-14"]),
        ("14/3/26", ["2026-03-14"]),
        ("by 14.3. please", ["2026-03-14"]),
        ("14 March", ["2026-03-14"]),
        ("the 3rd of May", ["2026-05-03"]),
        ("March 14th, 2027", ["2027-03-14"]),
        ("I bought it on 28 december", ["2025-12-28"]),
        ("on the 2nd", ["2026-03-02"]),
        ("today", ["2026-03-11"]),
        ("the day after tomorrow", ["2026-03-13"]),
        ("in three days", ["2026-03-14"]),
        ("a week ago", ["2026-03-04"]),
        ("2 weeks ago", ["2026-02-25"]),
        ("friday", ["2026-03-13"]),
        ("wednesday", ["2026-03-11"]),
        ("next wednesday", ["2026-03-18"]),
        ("last wednesday", ["2026-03-04"]),
        ("31.02.2026", []),
        ("the 1st one", []),
        ("between 9 and 10", []),
        ("at 12:30", []),
        ("49.90 EUR", []),
        ("A-1042", []),
        ("", []),
    ],
)
def test_days(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def test_the_year_nearest_is_meant() -> None:
    assert read("28 December", date(2026, 1, 3)) == ["2025-12-28"]
    assert read("3 January", date(2025, 12, 28)) == ["2026-01-03"]
    assert read("29 February", date(2027, 12, 1)) == ["2028-02-29"]


def test_any_day_written_out_is_read_back() -> None:
    chance = random.Random(8)
    for _ in range(2000):
        day = date(2024, 1, 1) + timedelta(days=chance.randrange(1400))
        today = day + timedelta(days=chance.randrange(-150, 150))
        shape = chance.choice(("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%y", "%d %B %Y", "%B %d, %Y", "%d %b", "%d.%m."))
        assert read(f"it came on {day.strftime(shape)} I think", today) == [day.isoformat()], shape


def test_days_ahead_and_past_count_from_today() -> None:
    for number in range(1, 40):
        assert read(f"in {number} days") == [(WEDNESDAY + timedelta(days=number)).isoformat()]
        assert read(f"{number} weeks ago") == [(WEDNESDAY - timedelta(weeks=number)).isoformat()]
