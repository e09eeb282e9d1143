"""When a customer is asked how it went, and what counts as an answer. Pure."""

from __future__ import annotations

from handoff.contract.events import ConversationClosed, EventData, FeedbackGiven, PromiseKept, SurveyAnswered
from handoff.errors import Unprocessable

STEPS: dict[str, int] = {"ces7": 7, "ces5": 5}
CSAT_STEPS = 5
NOT_ASKED_AFTER = frozenset({"spam", "no_reply"})
"""Outcomes of a person's closing after which nobody is there to ask."""
SILENCE = "idle"


def asks_now(event: EventData) -> bool:
    """Whether this fact ends an issue in a way that may be asked about: the customer said that it is solved, or a
    person closed it. A conversation that fell silent is asked only where its issue was solved before."""
    if isinstance(event, FeedbackGiven):
        return event.kind == "solved"
    if isinstance(event, ConversationClosed):
        return event.by != SILENCE and event.outcome not in NOT_ASKED_AFTER
    return False


def frees(event: EventData) -> bool:
    """Whether a survey that waits for a promise may have become due."""
    return isinstance(event, PromiseKept)


def check_answer(answer: SurveyAnswered) -> None:
    """Raises ``Unprocessable`` (``out_of_range``)."""
    steps = STEPS[answer.form]
    if answer.ces is None or not 1 <= answer.ces <= steps:
        raise Unprocessable("out_of_range", f"Choose a value from 1 to {steps}.", field="ces", most=steps)
    if answer.csat is not None and not 1 <= answer.csat <= CSAT_STEPS:
        raise Unprocessable("out_of_range", f"Choose a value from 1 to {CSAT_STEPS}.", field="csat", most=CSAT_STEPS)
