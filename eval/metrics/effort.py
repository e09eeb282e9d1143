"""Customer effort: the survey's two forms, and an index of what the customer had to do *again*.

The number of turns says little about effort; rephrasing, repeating a fact, waiting, coming back and changing channel
do. The index is 0 (none) to 100 and is called uncalibrated until 200 real answers stand beside it; from then on its
rank correlation with them is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from eval.intents import Z95
from eval.outcomes.model import Episode

CALIBRATED_FROM: Final = 200
WEIGHTS: Final = {
    "rephrased": 2.0,
    "asked_again": 2.0,
    "failed_turns": 1.5,
    "not_understood": 1.0,
    "returns": 3.0,
    "channel_switches": 2.0,
}
WAIT_UNIT: Final = 300.0
"""Seconds of waiting that weigh 1."""
MOST_WAIT: Final = 4.0
HALF: Final = 6.0


def index(episode: Episode) -> float:
    """0..100 from the behaviour alone."""
    counts = {
        "rephrased": sum(contact.effort.rephrased for contact in episode.contacts),
        "asked_again": sum(contact.effort.asked_again for contact in episode.contacts),
        "failed_turns": sum(contact.effort.failed_turns for contact in episode.contacts),
        "not_understood": sum(contact.effort.not_understood for contact in episode.contacts),
        "returns": len(episode.contacts) - 1,
        "channel_switches": len({contact.channel for contact in episode.contacts}) - 1,
    }
    waited = sum(contact.effort.waited for contact in episode.contacts)
    return scale(sum(WEIGHTS[name] * count for name, count in counts.items()), waited)


def scale(weighed: float, waited: float) -> float:
    """``waited`` in seconds."""
    return 100.0 * (1.0 - math.exp(-(weighed + min(waited / WAIT_UNIT, MOST_WAIT)) / HALF))


def hardness(ces7: float | None, ces5: float | None) -> float | None:
    """How hard the customer says that it was, 0 (easy) to 1, from whichever form they answered; None where neither."""
    if ces7 is not None:
        return round((7 - ces7) / 6, 3)
    return None if ces5 is None else round((ces5 - 1) / 4, 3)


def calibration(answers: Mapping[tuple[float, float], int]) -> str:
    """What is to be said of the index beside its mean. ``answers``: how often each pair of index and ``hardness``
    came."""
    n = sum(answers.values())
    if n < CALIBRATED_FROM:
        return f"uncalibrated: {n} of {CALIBRATED_FROM} answers"
    found = rank_correlation(answers)
    if found is None:
        return f"no rank correlation with CES: all {n} answers or indices are alike"
    value, low, high = found
    return f"rank correlation with CES {value:.2f} ({low:.2f} to {high:.2f}), {n} answers"


def rank_correlation(pairs: Mapping[tuple[float, float], int]) -> tuple[float, float, float] | None:
    """Spearman's rho with its 95 % interval (Fisher's z with the variance of Bonett and Wright 2000, Psychometrika
    65:23-28), of pairs that came so often each; None where one side never changes or there are fewer than four."""
    counts = np.asarray(list(pairs.values()), dtype=np.float64)
    n = float(counts.sum())
    if n < 4:
        return None
    ranks = [_ranks(np.asarray([pair[side] for pair in pairs]), counts) for side in (0, 1)]
    one, other = (rank - float(rank @ counts) / n for rank in ranks)
    spread = math.sqrt(float(one**2 @ counts) * float(other**2 @ counts))
    if spread == 0:
        return None
    rho = max(-1.0, min(1.0, float((one * other) @ counts) / spread))
    if abs(rho) > 1 - 1e-9:
        return rho, rho, rho
    reach = Z95 * math.sqrt((1 + rho**2 / 2) / (n - 3))
    return rho, math.tanh(math.atanh(rho) - reach), math.tanh(math.atanh(rho) + reach)


def _ranks(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The mean rank of each value, where each came as often as ``counts`` says."""
    levels, at = np.unique(values, return_inverse=True)
    many = np.bincount(at, weights=counts, minlength=len(levels))
    middle = np.cumsum(many) - (many - 1) / 2
    return np.asarray(middle[at])
