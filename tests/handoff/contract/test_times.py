"""The last moment that keeps what a sentence says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.contract.times import said_by

pytestmark = pytest.mark.unit

VIENNA = ZoneInfo("Europe/Vienna")
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=VIENNA)  # a Wednesday
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)
LATE, ZONES = timedelta(minutes=10), timedelta(hours=12)
"""What is added to a time, and to a day for the customer farthest west."""


def end_of(day: int, month: int = 11, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=VIENNA) + DAYS + ZONES


@pytest.mark.parametrize(
    ("words", "latest"),
    [
        ("within one or two days", NOW + 2 * DAYS + ZONES),
        ("in 2-3 days", NOW + 3 * DAYS + ZONES),
        ("in 2 – 3 days", NOW + 3 * DAYS + ZONES),
        ("within 2 to 3 weeks", NOW + 21 * DAYS + ZONES),
        ("in a day or two", NOW + 2 * DAYS + ZONES),
        ("over the next few days", NOW + 5 * DAYS + ZONES),
        ("within a couple of hours", NOW + 2 * HOURS + LATE),
        ("in about half an hour", NOW + HOURS / 2 + LATE),
        ("within the hour", NOW + HOURS + LATE),
        ("within 48h", NOW + 48 * HOURS + LATE),
        ("in 48 hrs", NOW + 48 * HOURS + LATE),
        ("within 24-48 hours", NOW + 48 * HOURS + LATE),
        ("within twenty-four hours", NOW + 24 * HOURS + LATE),
        ("in 90 mins", NOW + 1.5 * HOURS + LATE),
        ("two weeks from now", NOW + 14 * DAYS + ZONES),
        ("in 3 days, at the latest", NOW + 3 * DAYS + ZONES),
        ("within a fortnight", NOW + 14 * DAYS + ZONES),
        ("within 24 business hours", end_of(30)),
        ("within 2 business hours", end_of(26)),
        ("within one or two business days", end_of(27)),
        ("within 3 working days", end_of(30)),
        ("within 7 working days", end_of(4, 12)),
        ("within a business week", end_of(2, 12)),
        ("by november 30", end_of(30)),
        ("by nov. 30th", end_of(30)),
        ("by the 30th of november", end_of(30)),
        ("by monday, 30 november 2026", end_of(30)),
        ("on 2026-11-30", end_of(30)),
        ("by the 30th", end_of(30)),
        ("by the 2nd", end_of(2, 12)),
        ("by january 2", end_of(2, 1, 2027)),
        ("by wednesday 25 november", end_of(25)),
        ("by the end of november", end_of(30)),
        ("in december", end_of(31, 12)),
        ("in january", end_of(31, 1, 2027)),
        ("this afternoon", datetime(2026, 11, 25, 18, tzinfo=VIENNA) + LATE),
        ("this morning", datetime(2026, 11, 25, 12, tzinfo=VIENNA) + LATE),
        ("this evening", end_of(25)),
        ("by the end of the day", end_of(25)),
        ("today, wednesday", end_of(25)),
        ("tomorrow morning", end_of(26)),
        ("the day after tomorrow", end_of(27)),
        ("by fri", end_of(27)),
        ("by friday", end_of(27)),
        ("next friday", end_of(4, 12)),
        ("by wednesday", end_of(2, 12)),
        ("today we ask, and by friday you know", end_of(27)),
        ("this week", end_of(29)),
        ("by the end of next week", end_of(6, 12)),
        ("by the end of the month", end_of(30)),
        ("next month", end_of(31, 12)),
        ("by 5 pm", datetime(2026, 11, 25, 17, tzinfo=VIENNA) + LATE),
        ("by 17:30", datetime(2026, 11, 25, 17, 30, tzinfo=VIENNA) + LATE),
        ("by noon", datetime(2026, 11, 25, 12, tzinfo=VIENNA) + LATE),
        ("before 8 am", datetime(2026, 11, 26, 8, tzinfo=VIENNA) + LATE),
        ("by 20 november", end_of(20)),
    ],
)
def test_a_time_in_words(words: str, latest: datetime) -> None:
    assert said_by(f"you hear from us {words}.", NOW) == latest


@pytest.mark.parametrize(
    "sentence",
    [
        "you hear from us.",
        "you hear from us by 31 feb.",
        "we look into 3 separate parcels.",
        "we check the 2nd parcel.",
        "we found 2 marks on it.",
        "order 3 may be late.",
        "we got your order of 20 november and look into it.",
        "we call you between 10:00 and 11:00.",
        "we look into a-1042.",
        "the sun shines, and we call you.",
    ],
)
def test_no_time_is_read_where_none_is_named(sentence: str) -> None:
    assert said_by(sentence, NOW) is None


def test_a_part_of_a_day_that_is_over_is_no_time_to_come() -> None:
    assert said_by("your parcel left this morning, and we call you.", NOW.replace(hour=15)) is None


def test_a_day_is_one_of_the_companys() -> None:
    """Shortly before midnight in London it is Thursday in Vienna."""
    moment = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    assert said_by("you hear from us today.", moment.astimezone(VIENNA)) == end_of(26)
    assert said_by("you hear from us tomorrow.", moment.astimezone(VIENNA)) == end_of(27)


def test_hours_are_counted_over_a_change_of_the_clock() -> None:
    before = datetime(2026, 10, 25, 1, 0, tzinfo=VIENNA)  # at 3 o'clock it is 2 once more
    latest = said_by("within 4 hours", before)
    assert latest is not None
    assert latest.astimezone(UTC) == before.astimezone(UTC) + 4 * HOURS + LATE


LENGTHS = {"minute": timedelta(minutes=1), "hour": HOURS, "day": DAYS, "week": 7 * DAYS}
moments = st.integers(1_700_000_000, 2_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
many = st.integers(2, 300)


@given(moments, many, many, st.sampled_from(sorted(LENGTHS)), st.sampled_from(["-", " - ", "–", " to ", " or "]))
def test_of_two_numbers_the_greater_counts(now: datetime, less: int, more: int, unit: str, between: str) -> None:
    less, more = sorted((less, more))
    latest = said_by(f"within {less}{between}{more} {unit}s.", now)
    assert latest == said_by(f"in {more} {unit}s.", now)
    assert latest is not None
    assert timedelta(0) < latest - now - more * LENGTHS[unit] <= ZONES


@given(moments, st.integers(1, 60))
def test_working_days_leave_out_weekends(now: datetime, number: int) -> None:
    latest = said_by(f"within {number} working days.", now)
    assert latest is not None
    last = (latest - ZONES - DAYS).date()
    between = [now.date() + n * DAYS for n in range(1, (last - now.date()).days + 1)]
    assert sum(day.weekday() < 5 for day in between) == number
    assert last.weekday() < 5


@given(
    moments, st.integers(0, 150), st.sampled_from(["{d} {m}", "{m} {d}", "{d}. of {m}", "{m} {d}, {y}", "{y}-{n}-{z}"])
)
def test_a_date_is_the_same_in_every_form(now: datetime, ahead: int, form: str) -> None:
    day: date = now.date() + ahead * DAYS
    form = form.replace("{d}. of", "{d}th of")
    words = form.format(d=day.day, m=f"{day:%B}".lower(), y=day.year, n=f"{day.month:02}", z=f"{day.day:02}")
    ends = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAYS + ZONES
    assert said_by(f"by {words}.", now) == ends


WORDS = [
    "within", "in", "by", "the", "next", "one", "or", "two", "2", "30", "31", "february", "may", "friday", "of", "end",
    "days", "h", "working", "half an", "a", "this", "afternoon", "week", "tomorrow", "0", "9999", "2026-02-31", "pm",
]  # fmt: skip


@given(moments, st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=60))
def test_whatever_is_written_names_a_time_or_none(now: datetime, text: str) -> None:
    latest = said_by(text, now)
    assert latest is None or latest.tzinfo is not None
