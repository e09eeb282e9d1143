"""A question inside a dialogue: when earlier turns belong to it, and how much. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.lexical import words

FOLLOW_UP_WEIGHT = 0.5
CONTEXT_WEIGHT = 0.15
"""Share of the earlier turns when the question stands on its own: enough to break a tie, too little to lead astray."""
SHORT = 2
MAX_TURN = 400
"""Characters of one earlier turn that are read."""

_OPENING = re.compile(
    r"^\s*(and|but|or|so|then|what about|how about|what if|also|ok(ay)? (and|but|so)|why|how come|which one|same)\b",
    re.I,
)
_POINTING = re.compile(r"\b(it|its|that|this|those|these|them|they|there|one|ones|same|else)\b", re.I)


@dataclass(frozen=True)
class Query:
    """``text`` is the question, ``context`` the earlier turns with it, ``weight`` the share of the latter (0..1)."""

    text: str
    context: str | None
    weight: float


def compose(question: str, history: Sequence[str], turns: int) -> Query:
    """Read the last ``turns`` earlier turns, oldest first in ``history``, with the question."""
    text = question.strip()
    earlier = [turn.strip()[:MAX_TURN] for turn in history[-turns:] if turn.strip()] if turns else []
    if not earlier:
        return Query(text, None, 0.0)
    weight = FOLLOW_UP_WEIGHT if follows_up(text) else CONTEXT_WEIGHT
    return Query(text, " ".join([*earlier, text]), weight)


def follows_up(question: str) -> bool:
    """Whether a question leans on what was said before: it opens like one, points back, or says very little."""
    telling = words(question)
    if len(telling) <= SHORT or _OPENING.search(question):
        return True
    return len(telling) <= 2 * SHORT and bool(_POINTING.search(question))
