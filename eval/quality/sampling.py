"""Which conversations to read: by chance, and where reading teaches most. Pure; the same seed draws the same sample."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Rule = Literal["random", "high_effort", "disagreement", "complaint", "judge_abstained"]
RULES: tuple[Rule, ...] = get_args(Rule)

TENSE = 0.5
"""Frustration from which a conversation counts as a complaint."""
HARD_CES7, HARD_CES5, POOR_CSAT = 3, 4, 2
"""A customer's own answer that names trouble: CES 2.0 up to 3 of 7, the 5-point form from 4, CSAT up to 2 of 5."""
HARDEST_SHARE = 0.1


@dataclass(frozen=True)
class Candidate:
    """One conversation that has come to rest. ``effort`` is the behavioural index; surveys are the customer's own."""

    conversation_id: str
    resolver: str
    effort: float
    frustration: float = 0.0
    said_not_solved: bool = False
    ces7: int | None = None
    ces5: int | None = None
    csat: int | None = None
    definitions_disagree: bool = False
    judge_abstained: bool = False


@dataclass(frozen=True)
class Drawn:
    """``because`` is a sentence for the reader."""

    conversation_id: str
    rule: Rule | Literal["named"]
    because: str


def draw(
    candidates: Sequence[Candidate], rule: Rule, count: int, seed: int, already: Collection[str] = ()
) -> list[Drawn]:
    """At most ``count`` conversations that fit ``rule`` and are not ``already`` sampled, drawn evenly by ``seed``."""
    fresh = sorted((c for c in candidates if c.conversation_id not in already), key=lambda c: c.conversation_id)
    fitting = _FITTING[rule](fresh)
    ids = sorted(fitting)
    chosen = random.Random(seed).sample(ids, min(count, len(ids)))  # noqa: S311 - a sample, not a secret
    return [Drawn(each, rule, fitting[each]) for each in chosen]


def some_of(ids: Sequence[str], most: int, seed: int) -> list[str]:
    """At most ``most`` of them, each as likely as any other; the same seed takes the same."""
    return sorted(ids) if len(ids) <= most else random.Random(seed).sample(sorted(ids), most)  # noqa: S311


def _random(candidates: Sequence[Candidate]) -> dict[str, str]:
    return {c.conversation_id: "drawn by chance" for c in candidates}


def _high_effort(candidates: Sequence[Candidate]) -> dict[str, str]:
    """The hardest tenth, and at least one: those for whom nothing was hard are none."""
    hard = sorted((c for c in candidates if c.effort > 0), key=lambda c: (-c.effort, c.conversation_id))
    kept = hard[: max(1, round(len(candidates) * HARDEST_SHARE))]
    return {c.conversation_id: f"effort {c.effort:.2f}, among the hardest tenth" for c in kept}


def _disagreement(candidates: Sequence[Candidate]) -> dict[str, str]:
    why = "some definitions count it as resolved and others do not"
    return {c.conversation_id: why for c in candidates if c.definitions_disagree}


def _complaint(candidates: Sequence[Candidate]) -> dict[str, str]:
    return {c.conversation_id: why for c in candidates if (why := complaint_of(c)) is not None}


def complaint_of(candidate: Candidate) -> str | None:
    """What the customer complained of, or ``None``."""
    if candidate.said_not_solved:
        return "the customer said that it was not solved"
    if candidate.csat is not None and candidate.csat <= POOR_CSAT:
        return f"the customer gave {candidate.csat} of 5"
    if candidate.ces7 is not None and candidate.ces7 <= HARD_CES7:
        return f"the customer found it hard ({candidate.ces7} of 7)"
    if candidate.ces5 is not None and candidate.ces5 >= HARD_CES5:
        return f"the customer put in much effort ({candidate.ces5} of 5)"
    if candidate.frustration >= TENSE:
        return f"the customer was frustrated ({candidate.frustration:.2f})"
    return None


def _judge_abstained(candidates: Sequence[Candidate]) -> dict[str, str]:
    return {c.conversation_id: "the judge could not tell" for c in candidates if c.judge_abstained}


_FITTING: Mapping[Rule, Callable[[Sequence[Candidate]], dict[str, str]]] = {
    "random": _random,
    "high_effort": _high_effort,
    "disagreement": _disagreement,
    "complaint": _complaint,
    "judge_abstained": _judge_abstained,
}
