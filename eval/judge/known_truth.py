"""Bands of silence whose true share is known, to see whether the corrected share's interval holds what it promises.

Each draw makes two bands: one in which people label, by chance and more of what the judge abstained on, and a later one
in which more was resolved, or less. The truth of the later one is drawn by no rule of the judge's.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eval.judge.calibration import Counts, Rate, corrected, drift
from eval.judge.model import SAID, Said


@dataclass(frozen=True)
class World:
    """``when_resolved``, ``when_not``: how often the judge says ``SAID``. ``before``, ``later``: the true shares."""

    name: str
    when_resolved: tuple[float, float, float]
    when_not: tuple[float, float, float]
    before: float
    later: float
    band: int = 600
    by_chance: int = 120
    abstained: int = 40


WORLDS: Final = (
    World("a fair judge", (0.70, 0.10, 0.20), (0.15, 0.60, 0.25), before=0.65, later=0.45),
    World("a sharp judge", (0.92, 0.02, 0.06), (0.04, 0.88, 0.08), before=0.60, later=0.70),
    World("a weak judge", (0.60, 0.15, 0.25), (0.30, 0.40, 0.30), before=0.50, later=0.60, by_chance=240),
    World("few that were not resolved", (0.75, 0.08, 0.17), (0.20, 0.55, 0.25), before=0.85, later=0.75, by_chance=160),
)


def estimate(world: World, seed: int) -> tuple[Rate | None, float]:
    """The corrected share of the later band, and how often the judge says resolved there, uncorrected."""
    chance = random.Random(seed)  # noqa: S311 - a synthetic band, not a secret
    before = [_drawn(world, world.before, chance) for _ in range(world.band)]
    later = Counter(said for _, said in (_drawn(world, world.later, chance) for _ in range(world.band)))
    labelled = chance.sample(range(len(before)), world.by_chance)
    rest = [at for at, (_, said) in enumerate(before) if said == "abstains" and at not in set(labelled)]
    labelled += chance.sample(rest, min(world.abstained, len(rest)))
    shown = counts_of([before[at] for at in labelled], Counter(said for _, said in before))
    return corrected(shown, later["resolved"], world.band, seed), later["resolved"] / world.band


def alarmed(world: World, otherwise: World, seed: int) -> bool:
    """Whether drift is noticed where people labelled in ``world`` and the later band is ``otherwise``'s."""
    chance = random.Random(seed)  # noqa: S311 - a synthetic band, not a secret
    before = [_drawn(world, world.before, chance) for _ in range(world.band)]
    later = Counter(said for _, said in (_drawn(otherwise, otherwise.later, chance) for _ in range(world.band)))
    shown = counts_of(chance.sample(before, world.by_chance), Counter(said for _, said in before))
    found = drift(shown, later, seed)
    return found is not None and not found.interval[0] <= 0 <= found.interval[1]


def counts_of(labelled: Sequence[tuple[bool, Said]], band: Counter[Said]) -> Counts:
    cells = Counter(labelled)
    return Counts({said: (cells[(True, said)], cells[(False, said)]) for said in SAID}, dict(band))


def coverage(world: World, seeds: Sequence[int]) -> tuple[float, float, float]:
    """Over the seeds: how often the interval holds the truth, the mean corrected share, and the mean of the raw one."""
    held, total, raw = 0, 0.0, 0.0
    for seed in seeds:
        rate, shown = estimate(world, seed)
        raw += shown
        if rate is not None:
            held += rate.interval[0] <= world.later <= rate.interval[1]
            total += rate.value
    return held / len(seeds), total / len(seeds), raw / len(seeds)


def _drawn(world: World, share: float, chance: random.Random) -> tuple[bool, Said]:
    resolved = chance.random() < share
    return resolved, chance.choices(SAID, world.when_resolved if resolved else world.when_not)[0]
