"""Two runs, paired: what newly fails, and whether the rest has become worse by more than chance.

A scenario that had to pass, passed in all trials before and now fails is a regression by its name, once a re-run
confirms it; so is one that the later run does not judge at all, be it lost, renamed or broken off. All others are
judged together: a one-sided paired bootstrap over scenarios of the difference in pass rate, at α = 0.01. Pure but for
the re-run, which is handed in.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.simulate.run import Result, read_results

ALPHA = 0.01
SAMPLES = 10_000
SEED = 20
BASELINE_FORMAT = 1

Confirm = Callable[[Sequence[str]], set[str]]
"""Holds these scenarios again; those that fail once more."""


class BadRun(ValueError):
    """``args[0]`` says what cannot be compared."""


@dataclass(frozen=True)
class Side:
    """Pass rate by scenario (0..1), and which of them must pass."""

    rates: Mapping[str, float]
    must_pass: frozenset[str]


def side_of(results: Sequence[Result], must_pass: frozenset[str]) -> Side:
    """Infrastructure errors say nothing about the assistant and are left out."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        if result.cell != "infrastructure_error":
            passed[result.scenario_id].append(result.passed)
    return Side({name: sum(each) / len(each) for name, each in passed.items()}, must_pass)


def read_side(folder: Path) -> Side:
    """A run's folder, or a stored baseline file. Raises ``BadRun``."""
    if folder.is_file():
        return read_baseline(folder)
    report = folder / "report.json"
    if not report.is_file():
        raise BadRun(f"{folder} holds no finished run.")
    record = json.loads(report.read_text("utf-8"))["record"]
    return side_of(read_results(folder), frozenset(record["must_pass"]))


def read_baseline(path: Path) -> Side:
    stored = json.loads(path.read_text("utf-8"))
    if stored.get("format") != BASELINE_FORMAT:
        raise BadRun(f"{path} is no baseline of this version.")
    return Side(stored["rates"], frozenset(stored["must_pass"]))


def baseline(side: Side) -> dict[str, Any]:
    return {
        "format": BASELINE_FORMAT,
        "rates": dict(sorted(side.rates.items())),
        "must_pass": sorted(side.must_pass & side.rates.keys()),
    }


def compare(before: Side, after: Side, confirm: Confirm | None = None) -> dict[str, Any]:
    """``regression`` decides; ``newly_failing`` are confirmed must-pass scenarios by name, ``not_judged`` those about
    which the later run says nothing. What had to pass before has to pass: the later run cannot let itself off."""
    both = sorted(before.rates.keys() & after.rates.keys())
    if not both:
        raise BadRun("These two runs have no scenario in common.")
    strict = [name for name in both if name in before.must_pass]
    not_judged = sorted(before.must_pass & (before.rates.keys() - after.rates.keys()))
    broken = [name for name in strict if before.rates[name] == 1.0 and after.rates[name] < 1.0]
    confirmed = sorted(confirm(broken)) if confirm and broken else broken
    loose = [name for name in both if name not in strict]
    statistics = bootstrap([after.rates[name] - before.rates[name] for name in loose])
    return {
        "scenarios": len(both),
        "only_before": sorted(before.rates.keys() - after.rates.keys()),
        "only_after": sorted(after.rates.keys() - before.rates.keys()),
        "newly_failing": confirmed,
        "not_judged": not_judged,
        "not_confirmed": sorted(set(broken) - set(confirmed)),
        "newly_passing": [name for name in both if before.rates[name] < 1.0 and after.rates[name] == 1.0],
        "stochastic": statistics,
        "alpha": ALPHA,
        "regression": bool(confirmed or not_judged) or statistics["p_value"] < ALPHA,
    }


def bootstrap(differences: Sequence[float], samples: int = SAMPLES, seed: int = SEED) -> dict[str, Any]:
    """Mean difference with its 95 % interval, and how likely a mean this low would be if nothing had become worse.

    The differences are centred, scenarios are drawn with replacement, and means at or under the observed one counted.
    Of few scenarios that changed, the same ones are drawn again and again: the likelihood is never put below that of
    as many coins falling alike (the sign test).
    """
    n = len(differences)
    if not n:
        return {"n": 0, "difference": None, "interval_95": None, "p_value": 1.0}
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    observed = sum(differences) / n
    if observed >= 0:
        p_value = 1.0
    else:
        centred = [difference - observed for difference in differences]
        low = sum(sum(chance.choices(centred, k=n)) / n <= observed + 1e-12 for _ in range(samples))
        changed = sum(difference != 0 for difference in differences)
        p_value = max((low + 1) / (samples + 1), 0.5**changed)
    means = sorted(sum(chance.choices(differences, k=n)) / n for _ in range(samples // 5))
    interval = [means[int(0.025 * len(means))], means[int(0.975 * len(means)) - 1]]
    return {"n": n, "difference": round(observed, 4), "interval_95": interval, "p_value": round(p_value, 5)}
