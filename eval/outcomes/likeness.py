"""How alike two needs are in meaning: the cosine of their sentence vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from eval.outcomes.linking import LinkRules

Encode = Callable[[Sequence[str]], Any]
"""Texts to vectors of length 1, shape ``(n, d)``."""
REMEMBERED = 10_000
ONE_ISSUE = 0.65
REVIEWED = (
    "2026-11-27 on the 90 pairs of eval/sets/dev/links.jsonl, by their author: precision .88 (.73 to .95), recall .75 "
    "(.60 to .86); ./frontdesk eval links"
)


def by_meaning(encode: Callable[[], Encode]) -> LinkRules:
    """Rules that compare needs by meaning. ``encode`` opens the model, when it is needed first."""
    opened: list[Encode] = []

    @lru_cache(REMEMBERED)
    def vector(text: str) -> Any:
        if not opened:
            opened.append(encode())
        return opened[0]([text])[0]

    def likeness(one: str, other: str) -> float:
        return float(np.dot(vector(one), vector(other)))

    return LinkRules(likeness, ONE_ISSUE, REVIEWED)
