"""How far two readers agree beyond chance: Cohen's kappa (Cohen 1960), with a bootstrap interval over the pairs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

RESAMPLES = 1000
LEAST_PAIRS = 2


class Agreement(NamedTuple):
    """``kappa`` -1..1 with its 95 % interval; ``None`` where it is not defined. ``share`` is plain agreement, 0..1."""

    pairs: int
    share: float | None
    kappa: float | None
    low: float | None
    high: float | None


def cohens_kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """``None`` without pairs. Two readers who both always say the same agree wholly, and kappa is 1."""
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(first == second for first, second in pairs) / n
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = sum(count * seconds[name] for name, count in firsts.items()) / n**2
    return 1.0 if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def agreement(pairs: Sequence[tuple[Hashable, Hashable]], seed: int = 0) -> Agreement:
    kappa = cohens_kappa(pairs)
    if kappa is None:
        return Agreement(0, None, None, None, None)
    share = sum(first == second for first, second in pairs) / len(pairs)
    if len(pairs) < LEAST_PAIRS:
        return Agreement(len(pairs), share, kappa, None, None)
    chance = random.Random(seed)  # noqa: S311 - a bootstrap, not a secret
    drawn = sorted(cohens_kappa(chance.choices(pairs, k=len(pairs))) or 0.0 for _ in range(RESAMPLES))
    return Agreement(len(pairs), share, kappa, drawn[int(RESAMPLES * 0.025)], drawn[int(RESAMPLES * 0.975) - 1])
