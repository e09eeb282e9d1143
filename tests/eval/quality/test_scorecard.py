"""The score of a review."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.errors import Invalid
from eval.quality.scorecard import QUESTIONS, SCORECARD, check_answers, score

pytestmark = pytest.mark.unit

MARKS = st.fixed_dictionaries({name: st.sampled_from([0, 1, 2, None]) for name in QUESTIONS})
ALL_YES = dict.fromkeys(QUESTIONS, 2)


def test_ten_to_fifteen_questions_and_each_says_what_it_means() -> None:
    assert 10 <= len(SCORECARD) <= 15
    assert len(QUESTIONS) == len(SCORECARD)
    assert all(question.asks.endswith("?") and question.guidance.endswith(".") for question in SCORECARD)


def test_judgement_weighs_more_than_form() -> None:
    assert QUESTIONS["judgement"].weight > QUESTIONS["clear"].weight
    assert QUESTIONS["root_cause"].weight > QUESTIONS["next_step"].weight


def test_all_yes_is_one_and_all_no_is_nothing() -> None:
    assert score(ALL_YES).value == 1.0
    assert score(dict.fromkeys(QUESTIONS, 0)).value == 0.0


def test_what_does_not_apply_counts_neither_way() -> None:
    assert score({**ALL_YES, "proactive": None}).value == 1.0
    assert score(dict.fromkeys(QUESTIONS, None)) == (None, ())


def test_one_untruth_spoils_the_whole() -> None:
    assert score({**ALL_YES, "accurate": 0}) == (0.0, ("accurate",))


@given(MARKS)
def test_a_better_mark_never_lowers_the_score(answers: dict[str, int | None]) -> None:
    before = score(answers).value  # type: ignore[arg-type]
    for name, mark in answers.items():
        if mark in (0, 1):
            after = score({**answers, name: mark + 1}).value  # type: ignore[arg-type, operator]
            assert before is not None
            assert after is not None
            assert after >= before


@pytest.mark.parametrize(
    "answers",
    [{}, {**ALL_YES, "charm": 2}, {**ALL_YES, "safe": 3}, {k: v for k, v in ALL_YES.items() if k != "safe"}],
)
def test_half_a_scorecard_is_none(answers: dict[str, int]) -> None:
    with pytest.raises(Invalid) as refused:
        check_answers(answers)  # type: ignore[arg-type]
    assert refused.value.code == "answers_incomplete"
