"""The score that a rule of triage had to reach, for whoever checks its decision afterwards.

Rules that fire on a wish, a count or another language have none. Beside ``bot.triage`` and not in it: nothing of what
the model learns depends on this.
"""

from __future__ import annotations

from typing import Dict, Optional

from bot.triage.thresholds import Thresholds

LIMITS: Dict[str, str] = {
    "frustration": "frustration_hand_over",
    "frustration_rising": "frustration_offer",
    "complexity_high": "complexity_at_once",
    "complexity": "complexity_hand_over",
}


def limit_of(rule: str, limits: Thresholds) -> Optional[float]:
    """0..1, of the same kind as the score that the hand-over names."""
    return getattr(limits, LIMITS[rule]) if rule in LIMITS else None
