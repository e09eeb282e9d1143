from __future__ import annotations

from typing import Any

import pytest

from stack.prove import figures
from stack.prove.plans import plans
from stack.prove.trial import Message, Result

pytestmark = pytest.mark.unit


def message(**change: Any) -> Message:
    values: dict[str, Any] = {
        "conversation_id": "cnv_1", "seq": 2, "role": "victim", "what": "hi", "sent": -0.02, "acked": -0.01,
        "tries": 1, "end": "answered", "ended": 6.5, "first_word": 1.6,
    }  # fmt: skip
    return Message(**(values | change))


def result(*messages: Message, ready: float = 5.0, in_flight: bool = True) -> Result:
    return Result(plans("bot", 1, 1)[0], in_flight, ready, 0.0, list(messages), [], [])


def of_target(*results: Result, violations: int = 0, lost: int = 0, spare: bool = False) -> dict[str, Any]:
    return figures.of_target(results, violations, lost, spare=spare)


def missed(measured: dict[str, Any], trials: int = 1) -> list[str]:
    return [limit["what"] for limit in figures.limits({"bot": measured}, trials) if not limit["holds"]]


def test_times_count_from_the_kill_from_ready_and_from_the_sending_where_that_was_later() -> None:
    measured = of_target(result(message(), message(sent=5.5, ended=6.0, first_word=5.9)))

    assert measured["first_word_s"]["max"] == 1.6
    assert measured["end_after_ready_s"]["max"] == 1.5
    assert measured["end_after_ready_s"]["p50"] == 0.5
    assert measured["end_after_kill_s"]["max"] == 6.5


def test_an_answer_from_before_the_process_was_back_took_no_time_after_that() -> None:
    assert of_target(result(message(ended=0.2)))["end_after_ready_s"]["max"] == 0.0


def test_what_was_written_to_a_person_is_not_the_machines_time() -> None:
    assert of_target(result(message(end="with_people", ended=30.0)))["end_after_kill_s"]["max"] is None


def test_all_is_well_within_the_limits() -> None:
    assert missed(of_target(result(message()))) == []


@pytest.mark.parametrize(
    ("measured", "what"),
    [
        (of_target(result(message()), lost=1), "lost"),
        (of_target(result(message()), violations=1), "violations"),
        (of_target(result(message(end=None, ended=None))), "without an end"),
        (of_target(result(message(end="failed"))), "given up"),
        (of_target(result(message(first_word=3.01))), "honest word"),
        (of_target(result(message(ended=8.01))), "ready again"),
        (of_target(result(message(ended=3.01)), spare=True), "after the kill"),
        (of_target(), "trials carried out"),
        (of_target(result(message(), in_flight=False)), "in flight"),
        (of_target(result(message(), in_flight=False), result(message())), "in flight"),
        (of_target(result(message(first_word=None))), "honest word"),
        (of_target(result()), "ready again"),
        (of_target(result(), spare=True), "after the kill"),
    ],
)
def test_each_limit_can_be_missed(measured: dict[str, Any], what: str) -> None:
    assert any(what in limit for limit in missed(measured)), missed(measured)


def test_most_trials_must_hit_a_turn_in_flight_not_all() -> None:
    hits = [result(message()), result(message()), result(message(), in_flight=False)]
    assert missed(of_target(*hits), trials=3) == []


def test_a_trial_that_could_not_be_carried_out_is_missing() -> None:
    assert missed(of_target(result(message())), trials=2) == ["bot: trials carried out"]


def test_a_limit_tells_in_which_direction_it_holds() -> None:
    lines = figures.limit_lines(figures.limits({"bot": of_target(result(message()))}, 1))

    assert "ok     bot: trials carried out: wanted ≥ 1, measured 1" in lines
    assert "ok     bot: acknowledged messages lost: wanted ≤ 0, measured 0" in lines


def test_the_table_has_a_line_for_each_target() -> None:
    lines = figures.table({"bot": of_target(result(message())), "app": of_target()}).splitlines()

    assert len(lines) == 3
    assert "6.50/6.50" in lines[1]
