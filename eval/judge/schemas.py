"""What the judge's routes answer."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from eval.judge.model import Said
from eval.quality.schemas import AgreementOut


class RateOut(BaseModel):
    value: float
    interval_95: tuple[float, float]


class DriftOut(BaseModel):
    """How much more often the judge abstains than its labels explain; an interval without 0 refuses the figure."""

    value: float
    interval_99: tuple[float, float]


class CellOut(BaseModel):
    """Of the episodes with this verdict: how many people called resolved or not, of how many in the band."""

    said: Said
    resolved: int
    not_resolved: int
    band: int


class StratumOut(BaseModel):
    """The labels of one need (``intent``) or one language, and how far judge and people agree there."""

    dimension: Literal["intent", "language"]
    value: str
    labels: int
    agreement: AgreementOut


class CalibrationOut(BaseModel):
    """``sensitivity`` and ``specificity`` count an abstention as not having said "resolved"; ``agreement`` is Cohen's
    kappa where the judge decided and chance drew. ``least_…``: how many labels a figure needs."""

    made_at: str
    made_by: str
    judge: str
    versions: list[str]
    valid_until: str
    valid_days: float
    labels: int
    least_labels: int
    resolved: int
    not_resolved: int
    least_of_each: int
    table: list[CellOut]
    sensitivity: RateOut | None
    specificity: RateOut | None
    agreement: AgreementOut
    left_out: dict[str, int]
    strata: list[StratumOut]


class SaidOut(BaseModel):
    key: Said
    n: int


class StandingOut(BaseModel):
    """``said``: verdicts on the band of silence (``silent`` of ``matured`` episodes). ``of_band`` and ``of_matured``:
    the share that is resolved, corrected for the judge's errors; null where ``refused`` says why. It is no part of the
    resolution rate. ``unseen_versions`` of the assistant are in the period and not among the labels.
    ``pooled`` says of which needs and languages the figure takes the judge's errors from others."""

    judge: str
    refused: str | None
    silent: int
    matured: int
    said: list[SaidOut]
    not_judged: int
    pooled: str | None
    drift: DriftOut | None
    of_band: RateOut | None
    of_matured: RateOut | None
    unseen_versions: list[str]
    calibration: CalibrationOut | None
