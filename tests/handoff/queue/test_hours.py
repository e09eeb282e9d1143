"""Business hours: open and closed, the next opening, and open time alone, over nights, holidays and changed clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handoff.queue.hours import WEEKDAYS, BadHours, parse_hours

pytestmark = pytest.mark.unit

VIENNA = parse_hours(
    "Europe/Vienna",
    {day: ["08:00-12:00", "13:00-18:00"] for day in WEEKDAYS[:5]},
    [date(2026, 12, 25)],
)
MOMENTS = st.integers(0, 730 * 86_400).map(lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-03-02T07:00:00+00:00", True, "2026-03-02T07:00:00+00:00"),
        ("2026-03-02T06:59:59+00:00", False, "2026-03-02T07:00:00+00:00"),
        ("2026-03-02T11:30:00+00:00", False, "2026-03-02T12:00:00+00:00"),  # the lunch break
        ("2026-03-06T17:00:00+00:00", False, "2026-03-09T07:00:00+00:00"),  # Friday evening to Monday
        ("2026-12-24T18:00:00+00:00", False, "2026-12-28T07:00:00+00:00"),  # over a holiday and a weekend
        ("2026-03-27T18:00:00+00:00", False, "2026-03-30T06:00:00+00:00"),  # the clocks change meanwhile
    ],
)
def test_open_and_next_open(moment: str, is_open: bool, opens: str) -> None:
    assert VIENNA.is_open(at(moment)) is is_open
    assert VIENNA.next_open(at(moment)) == at(opens)


@pytest.mark.parametrize(
    ("moment", "seconds", "due"),
    [
        ("2026-03-02T08:00:00+00:00", 180, "2026-03-02T08:03:00+00:00"),
        ("2026-03-02T10:59:00+00:00", 180, "2026-03-02T12:02:00+00:00"),  # a minute before lunch, two after
        ("2026-03-06T16:58:00+00:00", 300, "2026-03-09T07:03:00+00:00"),
    ],
)
def test_only_open_time_counts(moment: str, seconds: int, due: str) -> None:
    assert VIENNA.after_open_seconds(at(moment), seconds) == at(due)


@given(MOMENTS, st.integers(0, 200_000))
def test_around_the_clock_time_simply_passes(moment: datetime, seconds: int) -> None:
    always = parse_hours("America/New_York", None)
    assert always.is_open(moment)
    assert always.after_open_seconds(moment, seconds) == moment + timedelta(seconds=seconds)


@given(MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(moment: datetime) -> None:
    opens = VIENNA.next_open(moment)
    assert opens is not None
    assert opens >= moment
    assert VIENNA.is_open(opens)
    assert opens == moment or not VIENNA.is_open(opens - timedelta(seconds=1))


def test_hours_that_never_are_do_not_hang() -> None:
    never = parse_hours("UTC", {})
    moment = at("2026-03-02T08:00:00+00:00")
    assert never.next_open(moment) is None
    assert never.after_open_seconds(moment, 60) == moment + timedelta(seconds=60)


@pytest.mark.parametrize("spans", [["8-12"], ["18:00-08:00"], ["08:00-12:00", "11:00-13:00"], ["25:00-26:00"]])
def test_bad_spans_are_refused(spans: list[str]) -> None:
    with pytest.raises(BadHours):
        parse_hours("UTC", {"mon": spans})


def test_a_strange_weekday_is_refused() -> None:
    with pytest.raises(BadHours, match="funday"):
        parse_hours("UTC", {"funday": ["08:00-12:00"]})
