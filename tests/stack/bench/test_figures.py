from __future__ import annotations

import pytest

from stack.bench.figures import Sample, holds, percentile, ratio, spread, summarise

pytestmark = pytest.mark.unit


def answered(due: float, took: float, lag: float = 0.0) -> Sample:
    return Sample(scheduled=due, sent=due + lag, acked=due + lag + took / 2, ended=due + lag + took, end="answered")


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(n) for n in range(1, 101)]

    assert [percentile(values, p) for p in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 99) == 7.0
    assert percentile([], 50) is None


def test_latency_counts_from_the_schedule_so_that_a_stall_of_the_sender_shows() -> None:
    figures = summarise([answered(0.0, 0.010), answered(1.0, 0.010, lag=0.5)], rate=1)

    assert figures["turn_ms"]["p50"] == 10.0
    assert figures["turn_ms"]["p99"] == 510.0
    assert figures["client_lag_ms"]["p99"] == 500.0


def test_what_did_not_end_well_is_an_error_and_no_latency() -> None:
    samples = [
        answered(0.0, 0.010),
        Sample(1.0, 1.0, 1.005, 1.2, "failed"),
        Sample(2.0, 2.0, None, None, "refused", "503"),
        Sample(3.0, 3.0, 3.005, None, "late"),
        Sample(4.0, 4.0, 4.005, 4.020, "handed_over"),
    ]

    figures = summarise(samples, rate=1)

    assert figures["errors"] == 3
    assert figures["turn_ms"]["max"] == 20.0
    assert figures["ends"] == {"answered": 1, "failed": 1, "refused 503": 1, "late": 1, "handed_over": 1}


def test_throughput_counts_until_the_last_answer_came() -> None:
    on_time = summarise([answered(n / 10, 0.01) for n in range(100)], rate=10)
    behind = summarise([answered(n / 10, 10.0) for n in range(100)], rate=10)

    assert on_time["throughput"] == 10.0
    assert behind["throughput"] < 5.3


@pytest.mark.parametrize(
    ("change", "below"),
    [
        ({}, True),
        ({"errors": 1}, False),
        ({"turn_ms": {"p95": 250.1}}, False),
        ({"turn_ms": {"p95": None}}, False),
        ({"throughput": 37.9}, False),
        ({"throughput": 38.0}, True),
    ],
)
def test_a_step_is_below_the_knee_without_errors_in_time_and_as_fast_as_it_comes(
    change: dict[str, object], below: bool
) -> None:
    step = {"rate": 40.0, "errors": 0, "turn_ms": {"p95": 250.0}, "throughput": 40.0}

    assert holds(step | change) is below


def test_nothing_measured_has_no_figure() -> None:
    assert spread([]) == {"p50": None, "p95": None, "p99": None}
    assert ratio(None, 2.0) is None
    assert ratio(3.0, 0.0) is None
    assert ratio(3.0, 2.0) == 1.5
