"""What the judge reads of an episode, and what it says. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

Said = Literal["resolved", "not_resolved", "abstains"]
SAID: Final[tuple[Said, ...]] = get_args(Said)
VERSION: Final = "rules-2"
"""Another rule, weight or threshold is another judge: it needs another name here, and people's labels anew."""


@dataclass(frozen=True, slots=True)
class Reading:
    """``likeness`` of the need and the answer nearest to it, or the section that it cites, -1..1. ``again``: how often
    the need was said once more after an answer. ``same_answer``: one was given twice. ``trouble``: the need reports
    that something went wrong. ``asked_back``: the last word to the customer is a question. ``certainty`` of what was
    understood in the need, 0..1. ``nearest_return``: likeness of the need and that of the customer's later contact
    which is most like it, though not linked as the same issue."""

    likeness: float
    again: int = 0
    same_answer: bool = False
    trouble: bool = False
    objected: bool = False
    thanked: bool = False
    hedged: bool = False
    asked_back: bool = False
    cited: bool = False
    certainty: float | None = None
    frustration: float = 0.0
    not_understood: int = 0
    failed: int = 0
    turns: int = 1
    person_offered: bool = False
    closed_by_person: bool = False
    nearest_return: float | None = None


class Verdict(NamedTuple):
    """``score`` is how likely the rules hold it to be resolved, 0..1: an order, not a probability, until people's
    labels say what it is worth. ``because``: the weightiest reasons in words, none of the customer's among them."""

    said: Said
    score: float
    because: tuple[str, ...]
    judge: str = VERSION
