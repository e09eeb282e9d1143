import pytest

from knowledge.dialogue import CONTEXT_WEIGHT, FOLLOW_UP_WEIGHT, compose

pytestmark = pytest.mark.unit


def test_a_question_alone_has_no_context() -> None:
    assert compose("How long is the warranty?", [], 3).context is None


@pytest.mark.parametrize("question", ["and for boots?", "How long does it take?", "Why?", "what about Austria"])
def test_a_follow_up_leans_on_the_earlier_turns(question: str) -> None:
    query = compose(question, ["one", "two", "three", "four"], 3)
    assert query.weight == FOLLOW_UP_WEIGHT
    assert query.context == f"two three four {question}"


def test_a_question_with_a_subject_of_its_own_hardly_does() -> None:
    assert compose("Which hiking boots fit narrow feet best", ["I want a refund"], 3).weight == CONTEXT_WEIGHT
