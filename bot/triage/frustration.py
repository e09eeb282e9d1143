"""How frustrated does one message sound? A calibrated linear model, applied with numpy and dictionaries alone.

It adds up what the sentence vector (384 floats), the plain features of ``bot.triage.cues`` and the n-grams of
``bot.triage.ngrams`` say. Training happens in ``bot.components.mood``; what it finds is this file's JSON.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from bot.triage import cues, ngrams

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ADDRESS = re.compile(r"\W*[^\s@]+@[^\s@]+\.\w+\W*")
LEAST = 0.1
SHOWN = 3
"""So many words are named where no plain cue tells why a message sounds frustrated."""


@dataclass(frozen=True)
class FrustrationModel:
    """``calibration`` (a, b) turns the linear score s into the probability 1 / (1 + exp(-(a * s + b)))."""

    dense: List[float]
    plain: List[float]
    words: ngrams.Weights
    letters: ngrams.Weights
    intercept: float
    calibration: Tuple[float, float]
    features: Tuple[str, ...] = cues.FEATURES

    def probability(self, text: str, vector: npt.NDArray[np.float32]) -> float:
        """0..1 for one cleaned text with its unit vector. An e-mail address alone has no mood, whatever its letters."""
        if _ADDRESS.fullmatch(text):
            return 0.0
        score = float(self._dense @ vector) + self.intercept
        score += sum(weight * value for weight, value in zip(self.plain, cues.features(text), strict=True))
        score += sum(ngrams.shares(ngrams.words(text), self.words).values())
        score += sum(ngrams.shares(ngrams.letters(text), self.letters).values())
        slope, shift = self.calibration
        return logistic(slope * score + shift)

    def evidence(self, text: str) -> List[Tuple[str, str, float]]:
        """(kind, the words that show it, what they add in log-odds), the heaviest first."""
        slope = self.calibration[0]
        weights = dict(zip(self.features, self.plain, strict=True))
        values = dict(zip(self.features, cues.features(text), strict=True))
        shown = [(kind, said, slope * weights[kind] * values[kind]) for kind, said in cues.evidence(text)]
        told = " ".join(said for _, said, _ in shown).lower()
        spoken = sorted(ngrams.shares(ngrams.words(text), self.words).items(), key=lambda item: -item[1])
        heavy = [(run, share) for run, share in spoken if share > LEAST and ngrams.telling(run)]
        new = [(run, share) for run, share in heavy[:SHOWN] if run not in told]
        shown += [("words", run, slope * share) for run, share in new[: max(SHOWN - len(shown), 0)]]
        return sorted(
            ((kind, said, round(max(share, 0.0), 4)) for kind, said, share in shown), key=lambda item: -item[2]
        )

    @cached_property
    def _dense(self) -> npt.NDArray[np.float32]:
        import numpy as np

        return np.asarray(self.dense, dtype=np.float32)

    def as_dict(self) -> Dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: Dict[str, Any]) -> FrustrationModel:
        """Raises ``ValueError`` when the stored coefficients belong to another list of features."""
        if tuple(data["features"]) != cues.FEATURES:
            raise ValueError("frustration model: trained on other features; train again")
        return cls(
            dense=list(data["dense"]),
            plain=list(data["plain"]),
            words={run: (rarity, weight) for run, (rarity, weight) in data["words"].items()},
            letters={run: (rarity, weight) for run, (rarity, weight) in data["letters"].items()},
            intercept=float(data["intercept"]),
            calibration=(float(data["calibration"][0]), float(data["calibration"][1])),
        )


def logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, value))))


def log_odds(probability: float) -> float:
    safe = min(max(probability, 0.005), 0.995)
    return math.log(safe / (1.0 - safe))
