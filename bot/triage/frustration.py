"""How frustrated does one message sound? A calibrated logistic regression, applied with numpy alone.

Input is the sentence vector (384 floats) followed by the plain features of ``bot.triage.cues``. Training happens in
``bot.components.triage``; what it finds is this file's JSON.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from bot.triage import cues

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True)
class FrustrationModel:
    """``calibration`` (a, b) turns the linear score s into the probability 1 / (1 + exp(-(a * s + b)))."""

    dense: List[float]
    plain: List[float]
    intercept: float
    calibration: Tuple[float, float]
    features: Tuple[str, ...] = cues.FEATURES

    def probability(self, text: str, vector: npt.NDArray[np.float32]) -> float:
        """0..1 for one cleaned text with its unit vector."""
        import numpy as np

        score = float(np.dot(np.asarray(self.dense), vector)) + self.intercept
        score += sum(weight * value for weight, value in zip(self.plain, cues.features(text), strict=True))
        slope, shift = self.calibration
        return logistic(slope * score + shift)

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
            intercept=float(data["intercept"]),
            calibration=(float(data["calibration"][0]), float(data["calibration"][1])),
        )


def logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, value))))


def log_odds(probability: float) -> float:
    safe = min(max(probability, 0.005), 0.995)
    return math.log(safe / (1.0 - safe))
