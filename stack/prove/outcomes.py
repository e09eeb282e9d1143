"""``prove outcomes``: sixty synthetic days a seed, truth known: does each 95 % interval hold it 95 times in 100?"""

from __future__ import annotations

import math
import resource
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from eval.metrics.figures import figures
from eval.metrics.known_truth import DAYS, TRUTH, days
from eval.metrics.transfer import label
from eval.metrics.values import Metric
from eval.outcomes.classify import episodes_of
from stack.prove import Extent
from stack.settings import Settings

LEAST, MOST = 0.92, 0.98
FULL = 200
"""Seeds from which the bounds are demanded as they are; with fewer, chance gets more room."""


def run(_settings: Settings, tell: Callable[[str], None], extent: Extent) -> dict[str, Any]:
    began = time.perf_counter()
    held: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    averages: Counter[str] = Counter()
    for number in range(extent.seeds):
        for name, metric in measured(extent.seed + number).items():
            if metric.value is None or metric.interval is None:
                continue
            seen[name] += 1
            averages[name] += metric.value  # type: ignore[assignment]
            held[name] += metric.interval[0] <= TRUTH[name] <= metric.interval[1]
        if (number + 1) % 20 == 0:
            tell(f"  {number + 1} of {extent.seeds} seeds")
    slack = 0.0 if extent.seeds >= FULL else 3 * math.sqrt(0.95 * 0.05 / extent.seeds)
    rows = {
        name: {
            "truth": truth,
            "mean": averages[name] / seen[name] if seen[name] else None,
            "coverage": held[name] / seen[name] if seen[name] else None,
            "seeds": seen[name],
        }
        for name, truth in TRUTH.items()
    }
    outside = [
        name
        for name, row in rows.items()
        if row["coverage"] is None or not LEAST - slack <= row["coverage"] <= MOST + slack
    ]
    return {
        "passed": not outside,
        "seeds": extent.seeds,
        "days": DAYS,
        "seconds": round(time.perf_counter() - began, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "outside": outside,
        "metrics": rows,
        "people": _people(rows, extent.seeds, outside),
    }


def measured(seed: int) -> dict[str, Metric]:
    """Every metric with a known truth, of the days of one seed."""
    synthetic = days(seed)
    episodes = episodes_of(synthetic.conversations, synthetic.as_of)
    found = figures(episodes, synthetic.as_of, {each.name: label(each) for each in synthetic.labels}).metrics
    return {name: found[name] for name in TRUTH}


def _people(rows: dict[str, dict[str, Any]], seeds: int, outside: list[str]) -> str:
    lines = [f"{'metric':<22}{'truth':>10}{'mean':>10}{'coverage':>10}   of {seeds} seeds"]
    for name, row in rows.items():
        mark = "   OUTSIDE" if name in outside else ""
        lines.append(f"{name:<22}{row['truth']:>10.4g}{row['mean'] or 0:>10.4g}{row['coverage'] or 0:>10.3f}{mark}")
    return "\n".join(lines)
