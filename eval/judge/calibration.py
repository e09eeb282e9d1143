"""What the judge's word is worth, by people's labels, and the share that follows once its errors are taken out. Pure.

*Sensitivity*: of the episodes that people call resolved, the share on which the judge says so. *Specificity*: of those
that they do not, the share on which it does not say so. Where it abstains it has not said so, in both: so the corrected
share is one of the whole band, and abstaining hides nothing.

Corrected share: (p + Sp - 1) / (Se + Sp - 1), p being how often the judge says resolved (Rogan and Gladen 1978,
American Journal of Epidemiology 107:71-76). People read more where the judge abstained, so both rates weigh each label
by how many episodes of the band it stands for (Begg and Greenes 1983, Biometrics 39:207-215).

Intervals of corrected shares are drawn: the people's share within each verdict from its Beta distribution (Jeffreys),
the shares of verdicts from Dirichlet's. A plain bootstrap would take a cell without errors for one that cannot err.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import numpy as np

from eval.intents import wilson_of
from eval.judge import strata as by_part
from eval.judge.model import SAID, VERSION, Said
from eval.judge.strata import Strata
from eval.outcomes.model import DAY, told
from eval.quality.agreement import Agreement

LEAST_LABELS: Final = 50
LEAST_OF_EACH: Final = 10
"""Labels of either kind below which sensitivity or specificity is a guess."""
DRAWS: Final = 4000
HALF: Final = 0.5

Interval = tuple[float, float]


class Rate(NamedTuple):
    value: float
    interval: Interval


@dataclass(frozen=True)
class Counts:
    """``labels``: of the episodes with each verdict, how many people called (resolved, not resolved). ``band``: how
    many episodes with each verdict there were to draw from."""

    labels: Mapping[Said, tuple[int, int]]
    band: Mapping[Said, int]

    @property
    def resolved(self) -> int:
        return sum(self.labels.get(said, (0, 0))[0] for said in SAID)

    @property
    def not_resolved(self) -> int:
        return sum(self.labels.get(said, (0, 0))[1] for said in SAID)

    @property
    def n(self) -> int:
        return self.resolved + self.not_resolved


@dataclass(frozen=True)
class Calibration:
    """``newest_label_at``: the evidence ages from then on; to calibrate anew without new labels prolongs nothing.
    ``versions``: of the assistant, among the labelled. ``agreement``: of judge and people where the judge decided and
    chance drew. ``left_out``: labels that could not be used, by why. ``strata``: the labels by need and language."""

    made_at: float
    made_by: str
    judge: str
    versions: tuple[str, ...]
    newest_label_at: float
    valid_days: float
    counts: Counts
    agreement: Agreement
    left_out: Mapping[str, int]
    strata: Strata = field(default_factory=dict)

    @property
    def valid_until(self) -> float:
        return self.newest_label_at + self.valid_days * DAY

    @property
    def enough(self) -> bool:
        return self.counts.n >= LEAST_LABELS and min(self.counts.resolved, self.counts.not_resolved) >= LEAST_OF_EACH


def refusal(calibration: Calibration | None, now: float, judge: str = VERSION) -> str | None:
    """Why no figure may rest on the judge now, in a sentence; ``None`` where one may."""
    if calibration is None:
        return "The judge has not been held against people's labels yet."
    if calibration.judge != judge:
        return f"The labels are about another judge ({calibration.judge}); this one is {judge}."
    if not calibration.enough:
        counts = calibration.counts
        return (
            f"People have labelled {counts.n} episodes ({counts.resolved} resolved, {counts.not_resolved} not); "
            f"{LEAST_LABELS} are wanted, {LEAST_OF_EACH} of each."
        )
    if now > calibration.valid_until:
        return (
            f"The newest label is {(now - calibration.newest_label_at) / DAY:.0f} days old, and labels hold for "
            f"{calibration.valid_days:g}: the calibration ended on {told(calibration.valid_until)[:10]}."
        )
    if informedness(calibration.counts).interval[0] <= 0:
        return "The judge does not tell resolved from not resolved better than chance."
    return None


def sensitivity(counts: Counts) -> Rate:
    return _share(counts, kind=0, said_so=True)


def specificity(counts: Counts) -> Rate:
    return _share(counts, kind=1, said_so=False)


def informedness(counts: Counts, seed: int = 1) -> Rate:
    """Sensitivity + specificity - 1 (Youden's J): 0 is chance."""
    se, sp = _drawn(counts, np.random.default_rng(seed))
    value = sensitivity(counts).value + specificity(counts).value - 1
    return Rate(value, _bounds(se + sp - 1))


def corrected(counts: Counts, said_resolved: int, judged: int, seed: int = 1) -> Rate | None:
    """The share resolved of a band of ``judged`` episodes, of which the judge calls ``said_resolved`` resolved.

    ``None`` where there is nothing to take it from, or the judge tells nothing apart."""
    found = _corrected(counts, said_resolved, judged, np.random.default_rng(seed))
    return Rate(found[0], _bounds(found[1])) if found else None


def corrected_of_all(
    counts: Counts, said_resolved: int, judged: int, silent: int, matured: int, seed: int = 1
) -> Rate | None:
    """The same as a share of all ``matured`` episodes, of which ``silent`` are the band."""
    chance = np.random.default_rng(seed)
    found = _corrected(counts, said_resolved, judged, chance)
    if found is None or matured == 0:
        return None
    drawn = found[1] * chance.beta(silent + HALF, matured - silent + HALF, len(found[1]))
    return Rate(found[0] * silent / matured, _bounds(drawn))


def _corrected(
    counts: Counts, said_resolved: int, judged: int, chance: np.random.Generator
) -> tuple[float, Any] | None:
    gain = sensitivity(counts).value + specificity(counts).value - 1
    if judged == 0 or gain <= 0:
        return None
    se, sp = _drawn(counts, chance)
    shown = chance.beta(said_resolved + HALF, judged - said_resolved + HALF, DRAWS)
    useful = se + sp > 1
    drawn = np.clip((shown[useful] + sp[useful] - 1) / (se[useful] + sp[useful] - 1), 0.0, 1.0)
    value = (said_resolved / judged + specificity(counts).value - 1) / gain
    return float(min(1.0, max(0.0, value))), drawn


def drift(counts: Counts, said: Mapping[Said, int], seed: int = 1) -> Rate | None:
    """How much more often the judge abstains than any share of resolved episodes explains, with a 99 % interval.

    Two error rates and one share fix how often each of the three verdicts is to be seen; where they are seen otherwise,
    the judge errs otherwise than it did among the labels. ``None`` where there is nothing to compare."""
    if sum(said.values()) == 0 or counts.n == 0:
        return None
    chance = np.random.default_rng(seed)
    resolved, not_resolved = _verdicts(counts, chance)
    seen = chance.dirichlet([said.get(each, 0) + HALF for each in SAID], DRAWS).T
    yes, unsure = SAID.index("resolved"), SAID.index("abstains")
    gain = resolved[yes] - not_resolved[yes]
    useful = gain > 0
    share = np.clip((seen[yes] - not_resolved[yes])[useful] / gain[useful], 0.0, 1.0)
    expected = share * resolved[unsure][useful] + (1 - share) * not_resolved[unsure][useful]
    more = seen[unsure][useful] - expected
    if len(more) == 0:
        return None
    low, high = np.quantile(more, [0.005, 0.995])
    return Rate(float(np.median(more)), (float(low), float(high)))


def document(calibration: Calibration) -> dict[str, Any]:
    """Everything that may be asked about a calibration, fit for JSON."""
    counts, found = calibration.counts, calibration.agreement
    return {
        "made_at": told(calibration.made_at), "made_by": calibration.made_by, "judge": calibration.judge,
        "versions": list(calibration.versions), "valid_until": told(calibration.valid_until),
        "valid_days": calibration.valid_days, "labels": counts.n, "least_labels": LEAST_LABELS,
        "resolved": counts.resolved, "not_resolved": counts.not_resolved, "least_of_each": LEAST_OF_EACH,
        "table": [
            {"said": said, "resolved": counts.labels.get(said, (0, 0))[0],
             "not_resolved": counts.labels.get(said, (0, 0))[1], "band": counts.band.get(said, 0)}
            for said in SAID
        ],
        "sensitivity": _told(sensitivity(counts) if counts.resolved else None),
        "specificity": _told(specificity(counts) if counts.not_resolved else None),
        "agreement": found._asdict(), "left_out": dict(calibration.left_out),
        "strata": by_part.document(calibration.strata),
    }  # fmt: skip


def _told(rate: Rate | None) -> dict[str, Any] | None:
    return {"value": rate.value, "interval_95": list(rate.interval)} if rate else None


def _weights(counts: Counts) -> dict[Said, float]:
    """How many episodes of the band each label of a verdict stands for; a verdict nobody labelled has no say."""
    found: dict[Said, float] = {}
    for said in SAID:
        labelled = sum(counts.labels.get(said, (0, 0)))
        found[said] = max(counts.band.get(said, 0), labelled) / labelled if labelled else 0.0
    return found


def _share(counts: Counts, *, kind: int, said_so: bool) -> Rate:
    """A weighed share with Wilson's interval at Kish's effective number of labels."""
    weights = _weights(counts)
    cells = [(said, counts.labels.get(said, (0, 0))[kind]) for said in SAID]
    total = sum(n * weights[said] for said, n in cells)
    if total == 0:
        return Rate(0.0, (0.0, 1.0))
    value = sum(n * weights[said] for said, n in cells if (said == "resolved") == said_so) / total
    effective = total**2 / sum(n * weights[said] ** 2 for said, n in cells)
    low, high = wilson_of(value, effective)
    return Rate(value, (low, high))


def _drawn(counts: Counts, chance: np.random.Generator) -> tuple[Any, Any]:
    """Draws of sensitivity and specificity, shape ``(DRAWS,)`` each."""
    resolved, not_resolved = _verdicts(counts, chance)
    said_so = SAID.index("resolved")
    return resolved[said_so], 1 - not_resolved[said_so]


def _verdicts(counts: Counts, chance: np.random.Generator) -> tuple[Any, Any]:
    """Draws of how often each of ``SAID`` is said of resolved episodes, and of others; ``(len(SAID), DRAWS)`` each."""
    labels = [counts.labels.get(said, (0, 0)) for said in SAID]
    right = np.stack([chance.beta(yes + HALF, no + HALF, DRAWS) for yes, no in labels])
    sizes = [max(counts.band.get(said, 0), sum(counts.labels.get(said, (0, 0)))) + HALF for said in SAID]
    shares = chance.dirichlet(sizes, DRAWS).T
    resolved, not_resolved = shares * right, shares * (1 - right)
    return resolved / resolved.sum(axis=0), not_resolved / not_resolved.sum(axis=0)


def _bounds(drawn: Any) -> Interval:
    if len(drawn) == 0:
        return (0.0, 1.0)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
