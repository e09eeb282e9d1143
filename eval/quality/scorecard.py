"""The scorecard: thirteen questions that reward judgement, not obedience to a script (SERVICE.md, practice 18).

An answer is 0 (no), 1 (partly), 2 (yes) or ``None`` (does not apply). The score is the weighted share of what could be
reached, 0..1. A *critical* question that is answered 0 makes the whole score 0, and is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from eval.errors import Invalid

Mark = Literal[0, 1, 2] | None
MOST = 2


class Question(NamedTuple):
    id: str
    asks: str
    guidance: str
    weight: int = 1
    critical: bool = False


SCORECARD: tuple[Question, ...] = (
    Question(
        "understood",
        "Was it clear what the customer wanted?",
        "All of it, in the customer's sense. A guess that happened to be right is a 1.",
    ),
    Question(
        "root_cause",
        "Was the cause found, and not only the symptom?",
        "Why it happened was asked or looked up, and what was done meets that cause.",
        weight=2,
    ),
    Question(
        "accurate",
        "Is everything that was said true?",
        "Against the article, the order and the receipts. One wrong figure is a 0.",
        weight=2,
        critical=True,
    ),
    Question(
        "complete",
        "Was every request dealt with?",
        "Answered, done, or handed on with the customer's knowledge. Nothing fell between two chairs.",
    ),
    Question(
        "clear",
        "Would the customer understand it at first reading?",
        "Short, plain, in order; one question at a time.",
    ),
    Question(
        "empathy",
        "Was the customer's mood met?",
        "Trouble was acknowledged in words that fit this case, before the solution. No formula.",
        weight=2,
    ),
    Question(
        "next_step",
        "Does the customer know what happens next, and when?",
        "Who does what by when, or that nothing more is needed.",
    ),
    Question(
        "effortless",
        "Was the customer spared what was known already?",
        "No fact asked for twice, no form filled again, no channel changed without need.",
    ),
    Question(
        "judgement",
        "Was the room that the rules give used well?",
        "Within authority, for this customer and this case; neither hiding behind the rule nor giving away.",
        weight=2,
    ),
    Question(
        "right_hands",
        "Was it in the right hands at the right moment?",
        "Handed over when a person was due and not before, to the right people, with the reason.",
        weight=2,
    ),
    Question(
        "proactive",
        "Was something of use offered that was not asked for?",
        "A warning, a tip, the next thing that would go wrong. Never a sale. Often does not apply.",
    ),
    Question(
        "feedback",
        "Was what we can learn written down?",
        "The real cause, a missing article, a fault of a product: where the next person will find it.",
    ),
    Question(
        "safe",
        "Were the customer's data and money safe?",
        "Identity before data, a yes before a change, nothing told to the wrong person.",
        critical=True,
    ),
)
QUESTIONS: dict[str, Question] = {question.id: question for question in SCORECARD}


class Score(NamedTuple):
    """``value`` 0..1, ``None`` where no question applied. ``failed`` names the critical questions answered 0."""

    value: float | None
    failed: tuple[str, ...]


def check_answers(answers: Mapping[str, Mark]) -> None:
    """Raises ``Invalid`` where a question is missing, unknown, or answered outside 0, 1, 2 and "does not apply"."""
    unknown = sorted(set(answers) - set(QUESTIONS))
    missing = sorted(set(QUESTIONS) - set(answers))
    wrong = sorted(name for name, mark in answers.items() if mark is not None and mark not in range(MOST + 1))
    if unknown or missing or wrong:
        raise Invalid(
            "answers_incomplete",
            "Every question of the scorecard wants 0, 1, 2 or “does not apply”.",
            unknown=unknown,
            missing=missing,
            wrong=wrong,
        )


def score(answers: Mapping[str, Mark]) -> Score:
    """``answers`` have passed ``check_answers``."""
    failed = tuple(q.id for q in SCORECARD if q.critical and answers[q.id] == 0)
    marks = [(q.weight, mark) for q in SCORECARD if (mark := answers[q.id]) is not None]
    reachable = sum(weight for weight, _ in marks) * MOST
    if not reachable:
        return Score(None, failed)
    reached = sum(weight * mark for weight, mark in marks)
    return Score(0.0 if failed else reached / reachable, failed)
