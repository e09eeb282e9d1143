"""The figures of a run. Pure: from results and reference bots alone.

Denominators. ``resolution_rate``: trials resolved ÷ eligible trials; eligible are those whose wish the assistant may
grant by itself (no person due, not declined by policy, no customer who goes away in the middle), without infrastructure
errors and without scenarios that doing nothing passes. ``resolved_by_outcome``: of the same trials, those that
``eval.outcomes`` holds to be resolved on proof, as it does live. ``handover_recall``: handed over for the right reason
and in time ÷ trials in which a person was due.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import comb, sqrt
from typing import Any

from eval.intents import wilson
from eval.simulate.references import NAMES, References
from eval.simulate.run import Result
from eval.simulate.scenario import Scenario

Z95 = 1.959964
PROVEN = ("resolved/verified_state/", "resolved/confirmed/")


def summarise(
    run_id: str,
    scenarios: Sequence[Scenario],
    results: Sequence[Result],
    references: References,
    record: Mapping[str, Any],
) -> dict[str, Any]:
    by_id = {scenario.id: scenario for scenario in scenarios}
    cells = Counter(result.cell for result in results)
    judged = [result for result in results if result.cell != "infrastructure_error"]
    efforts = [result.effort for result in judged]
    return {
        "run_id": run_id,
        "scenarios": len(scenarios),
        "trials": max((result.trial for result in results), default=-1) + 1,
        "resolved": cells["resolved"],
        "handed_over_due": cells["handed_over_due"],
        "handed_over_needless": cells["handed_over_needless"],
        "kept_wrongly": cells["kept_wrongly"],
        "declined": cells["declined"],
        "unresolved": cells["unresolved"],
        "false_resolutions": cells["false_resolution"],
        "infrastructure_errors": cells["infrastructure_error"],
        "resolution_rate": rate(_eligible(judged, by_id, references), "resolved"),
        "handover_recall": rate(
            [r for r in judged if by_id[r.scenario_id].expect.owner == "person"], "handed_over_due"
        ),
        "decline_rate": rate([r for r in judged if by_id[r.scenario_id].expect.declined], "declined"),
        "splits": _splits(judged, by_id, references),
        "outcomes": _outcomes(judged),
        "resolved_by_outcome": _proven(_eligible(judged, by_id, references)),
        "pass_k": pass_k(judged),
        "effort_mean": round(sum(efforts) / len(efforts), 3) if efforts else None,
        "seconds_mean": round(sum(r.seconds for r in judged) / len(judged), 2) if judged else None,
        "reference_bots": {
            name: {"passed": references.passed[name], "cells": dict(references.cells[name])} for name in NAMES
        },
        "passed_by_doing_nothing": references.nothing_passes,
        "gold_replay_fails": references.gold_fails,
        "failing": [
            {
                "scenario": r.scenario_id,
                "trial": r.trial,
                "cell": r.cell,
                "reason": r.reason,
                "conversation": r.conversation_id,
            }
            for r in results
            if not r.passed
        ],
        "record": dict(record),
    }


def _eligible(results: Sequence[Result], by_id: Mapping[str, Scenario], references: References) -> list[Result]:
    nothing = set(references.nothing_passes)
    return [
        result
        for result in results
        if _may_be_resolved(by_id[result.scenario_id]) and result.scenario_id not in nothing
    ]


def _may_be_resolved(scenario: Scenario) -> bool:
    leaves = any(move.does == "leaves" for move in scenario.moves)
    return scenario.expect.owner == "bot" and not scenario.expect.declined and not leaves


def _outcomes(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """Cell → what the definition of an outcome that is used live makes of its trials → how many."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        found[result.cell][" + ".join(result.outcome) or "no log"] += 1
    return {cell: dict(counts.most_common()) for cell, counts in sorted(found.items())}


def _proven(results: Sequence[Result]) -> dict[str, Any]:
    """Trials whose every episode is resolved on proof, by the definition that is used live."""
    hits = sum(bool(r.outcome) and all(each.startswith(PROVEN) for each in r.outcome) for r in results)
    return _rate(hits, len(results))


def rate(results: Sequence[Result], cell: str) -> dict[str, Any]:
    return _rate(sum(result.cell == cell for result in results), len(results))


def _rate(hits: int, n: int) -> dict[str, Any]:
    return {"value": round(hits / n, 4) if n else None, "n": n, "interval_95": wilson(hits, n)}


def _splits(results: Sequence[Result], by_id: Mapping[str, Scenario], references: References) -> dict[str, Any]:
    """Each split's rate and, where both were run, their difference with its interval (Newcombe's, from two Wilsons)."""
    rates = {
        split: rate(
            [r for r in _eligible(results, by_id, references) if by_id[r.scenario_id].split == split], "resolved"
        )
        for split in ("dev", "held")
    }
    rates = {split: found for split, found in rates.items() if found["n"]}
    if len(rates) < 2:
        return rates
    return {**rates, "dev_minus_held": difference(rates["dev"], rates["held"])}


def difference(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    (low, high), (low2, high2) = one["interval_95"], other["interval_95"]
    value = one["value"] - other["value"]
    down = sqrt((one["value"] - low) ** 2 + (high2 - other["value"]) ** 2)
    up = sqrt((high - one["value"]) ** 2 + (other["value"] - low2) ** 2)
    return {"value": round(value, 4), "interval_95": [round(value - down, 4), round(value + up, 4)]}


def pass_k(results: Sequence[Result]) -> dict[str, float]:
    """k → mean over scenarios of C(passed, k) / C(trials, k): that k trials of one scenario all pass."""
    trials: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        trials[result.scenario_id].append(result.passed)
    most = min((len(each) for each in trials.values()), default=0)
    return {
        str(k): round(sum(comb(sum(each), k) / comb(len(each), k) for each in trials.values()) / len(trials), 4)
        for k in range(1, most + 1)
    }
