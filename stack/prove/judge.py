"""``prove judge``: bands of silence whose true share is known: does the corrected interval hold it 95 times in 100?"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from eval.judge.known_truth import WORLDS, coverage
from stack.prove import Extent
from stack.settings import Settings

LEAST, MOST = 0.92, 0.98
FULL = 200


def run(_settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    began = time.perf_counter()
    seeds = range(extent.seed, extent.seed + extent.seeds)
    slack = 0.0 if extent.seeds >= FULL else 3 * math.sqrt(0.95 * 0.05 / extent.seeds)
    rows = {}
    for world in WORLDS:
        held, mean, raw = coverage(world, seeds)
        rows[world.name] = {"truth": world.later, "mean": mean, "uncorrected": raw, "coverage": held}
        tell(f"  {world.name}: {held:.3f}")
    outside = [name for name, row in rows.items() if not LEAST - slack <= row["coverage"] <= MOST + slack]
    lines = [f"{'judge':<28}{'truth':>8}{'corrected':>11}{'as said':>9}{'coverage':>10}   of {extent.seeds} seeds"]
    for name, row in rows.items():
        mark = "   OUTSIDE" if name in outside else ""
        lines.append(
            f"{name:<28}{row['truth']:>8.2f}{row['mean']:>11.3f}{row['uncorrected']:>9.3f}{row['coverage']:>10.3f}{mark}"
        )
    return {
        "passed": not outside,
        "seeds": extent.seeds,
        "seconds": round(time.perf_counter() - began, 1),
        "outside": outside,
        "judges": rows,
        "people": "\n".join(lines),
    }
