"""What the differences of its turns say of an episode. Pure.

The customer's next words were said to the old answer. So the first turn in which the candidate does something else is
the last one of which anything is known for sure; that turn decides. Later turns are asked again with the old history,
shown, and used against a good verdict alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from eval.replay.difference import NO_CHANGE, TITLES, Difference
from eval.replay.model import Asked, Turn
from eval.replay.said import LOST

Verdict = Literal["newly_resolved", "newly_broken", "unchanged", "undetermined"]


@dataclass(frozen=True)
class Step:
    """One turn of the episode: ``number`` from 1 over all its conversations. ``valid``: nothing differed before it."""

    number: int
    conversation_id: str
    turn: Turn
    asked: Asked
    difference: Difference
    valid: bool


@dataclass(frozen=True)
class Judged:
    """``turn`` is the number of the step that decided, ``None`` where none did."""

    verdict: Verdict
    why: str
    turn: int | None


def judge(outcome: str, steps: Sequence[Step], *, control: bool) -> Judged:
    """``outcome`` is the episode's status on the record."""
    if not steps:
        return Judged("undetermined", "no turn of it can be asked again", None)
    first = next((step for step in steps if step.difference not in NO_CHANGE), None)
    if first is None:
        return Judged("unchanged", "every turn comes out the same", None)
    if not first.valid:
        why = "the conversation had parted from the record before, and there is no tracker on it to go back to"
        return Judged("undetermined", why, first.number)
    verdict, why = (_of_control if control else _of_failed)(outcome, first, steps)
    return Judged(verdict, why, first.number)


def _of_control(outcome: str, first: Step, steps: Sequence[Step]) -> tuple[Verdict, str]:  # noqa: ARG001
    told = TITLES[first.difference]
    match first.difference:
        case "no_longer_answers" | "hands_over" | "held_back" | "fails":
            return "newly_broken", f"it was resolved, and turn {first.number} {_verb(first.difference)}"
        case "off_the_record":
            return "undetermined", _off(first)
        case _:
            return "undetermined", f"turn {first.number}: {told}; what the customer says to that is not known"


def _of_failed(outcome: str, first: Step, steps: Sequence[Step]) -> tuple[Verdict, str]:
    match first.difference:
        case "now_answers":
            return _mended(outcome, first, steps)
        case "off_the_record":
            return "undetermined", _off(first)
        case "no_longer_answers" | "held_back" | "fails" | "no_longer_hands_over":
            return "unchanged", f"still not resolved, and turn {first.number} {_verb(first.difference)}"
        case "hands_over":
            return "undetermined", f"a person would have had it from turn {first.number} on"
        case _:
            told = TITLES[first.difference]
            return "undetermined", f"turn {first.number}: {told}; what the customer says to that is not known"


def _mended(outcome: str, first: Step, steps: Sequence[Step]) -> tuple[Verdict, str]:
    """An answer where there was none. It does not count where the record shows that it would not have been enough."""
    now = first.asked.said
    assert now is not None
    if outcome in ("repeat", "false_resolution"):
        given = {article for step in steps for article in step.turn.said.articles}
        if not set(now.articles) - given:
            return "undetermined", f"turn {first.number} now answers, with what did not help on the record either"
    for later in steps:
        if later.number <= first.number or later.turn.said.kind not in LOST:
            continue
        if later.difference == "off_the_record":
            return (
                "undetermined",
                f"turn {first.number} now answers; turn {later.number} asks what is not on the record",
            )
        if later.asked.said is None or later.asked.said.kind in LOST:
            return "undetermined", f"turn {first.number} now answers, and turn {later.number} still does not"
    source = f"from {', '.join(now.articles)}" if now.articles else f"({now.kind})"
    return "newly_resolved", f"turn {first.number} now answers {source}"


def _off(step: Step) -> str:
    return f"turn {step.number} asks {', '.join(dict.fromkeys(step.asked.missed))}, which is not on the record"


def _verb(difference: Difference) -> str:
    return {
        "no_longer_answers": "no longer answers or does it",
        "hands_over": "would go to a person",
        "no_longer_hands_over": "would not go to a person",
        "held_back": "would be held back by the gateway",
        "fails": "fails",
    }[difference]
