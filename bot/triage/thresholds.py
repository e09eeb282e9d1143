"""The one place for the numbers of triage: ``thresholds.json`` beside this file, read once, unknown keys refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict

FILE = Path(__file__).with_name("thresholds.json")


@dataclass(frozen=True)
class Thresholds:
    """Scores are 0..1. ``frustration_seen``, ``_offer``, ``_hand_over`` come from ``chosen_by``, the rest is
    judgement. ``wish_worded`` is the learnt probability that suffices where a pattern found the words, ``wish_alone``
    where none did; both by kind (``bot.triage.wishes``). ``weights`` are added, in
    log-odds, for what the dialogue itself shows."""

    chosen_by: str
    explicit_intent_confidence: float
    explicit_intent_alone: float
    explicit_intent_learnt: float
    wish_worded: Dict[str, float]
    wish_alone: Dict[str, float]
    frustration_seen: float
    frustration_hand_over: float
    frustration_offer: float
    frustration_carry: float
    complexity_offer: float
    complexity_hand_over: float
    complexity_at_once: float
    abuse_boundary: float
    fallbacks_offer: int
    fallbacks_hand_over: int
    failures_hand_over: int
    failures_back: int
    unclear_confidence: float
    not_solved_offer: int
    not_solved_hand_over: int
    weights: Dict[str, float]
    lookback_turns: int


def parse(data: Dict[str, Any]) -> Thresholds:
    """Raises ``ValueError`` naming the keys that are missing or unknown."""
    wanted = {field.name for field in fields(Thresholds)}
    if set(data) != wanted:
        raise ValueError(f"thresholds: wrong keys {sorted(set(data) ^ wanted)}")
    return Thresholds(**data)


@lru_cache(maxsize=1)
def shipped() -> Thresholds:
    return parse(json.loads(FILE.read_text(encoding="utf-8")))
