"""A run: every scenario, so many trials, several side by side, each written down as soon as it is over.

A run that was broken off goes on where it was: what stands in ``records.jsonl`` is not held again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from eval.outcomes.classify import episodes_of
from eval.outcomes.model import conversation_of
from eval.simulate.checks import Verdict, effort, judge
from eval.simulate.front import Front, Staff
from eval.simulate.scenario import Scenario
from eval.simulate.trial import Record, hold
from eval.simulate.wording import Wording

NOTHING_SAID = "infrastructure_error"
RECORDS, RESULTS = "records.jsonl", "results.jsonl"
TIMEOUT = httpx.Timeout(35.0)

Tell = Callable[[int, int, str], None]
"""``done, of, what``: the progress of a run."""


@dataclass(frozen=True)
class Result:
    """One judged trial, without its record. ``outcome``: what ``eval.outcomes`` makes of its log, as it does live:
    ``status/evidence/resolver`` of each episode; empty where a trial has no log."""

    scenario_id: str
    trial: int
    cell: str
    passed: bool
    reason: str
    effort: int
    messages: int
    seconds: float
    conversation_id: str
    failed_checks: list[str]
    outcome: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def result_of(record: Record, verdict: Verdict) -> Result:
    return Result(
        scenario_id=record.scenario_id,
        trial=record.trial,
        cell=verdict.cell,
        passed=verdict.passed,
        reason=verdict.reason,
        effort=effort(record),
        messages=record.messages,
        seconds=record.seconds,
        conversation_id=record.conversation_id,
        failed_checks=[check.name for check in verdict.checks if not check.value],
        outcome=outcome_of(record),
    )


def outcome_of(record: Record) -> list[str]:
    """As it stands at the last event: a trial has no week in which a claim could stand or fall."""
    if not record.events:
        return []
    log = conversation_of(record.events)
    found = episodes_of([log], log.events[-1].at)
    return [f"{each.exclusion or each.would_be}/{each.evidence}/{each.resolver}" for each in found]


@dataclass(frozen=True)
class Plan:
    scenarios: Sequence[Scenario]
    banks: Mapping[str, Mapping[str, Sequence[str]]]
    trials: int
    seed: int
    side_by_side: int
    wording: Wording | None = None


async def run(plan: Plan, base: str, staff: Staff, folder: Path, tell: Tell) -> list[Result]:
    """The results in the order of scenarios and trials."""
    results = await asyncio.to_thread(_prepared, folder)
    known = {(one.scenario_id, one.trial) for one in results}
    wanted = [(scenario, trial) for trial in range(plan.trials) for scenario in plan.scenarios]
    todo = [pair for pair in wanted if (pair[0].id, pair[1]) not in known]
    places = asyncio.Semaphore(plan.side_by_side)
    limits = httpx.Limits(max_connections=4 * plan.side_by_side)
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT, limits=limits) as http:
        front = Front(http, staff)

        async def one(scenario: Scenario, trial: int) -> None:
            async with places:
                record, verdict = await _judged(front, plan, scenario, trial)
            result = result_of(record, verdict)
            _append(folder / RECORDS, record.as_json())
            _append(folder / RESULTS, result.as_json())
            results.append(result)
            tell(len(results), len(wanted), f"{result.scenario_id}: {result.cell}")

        async with asyncio.TaskGroup() as group:
            for scenario, trial in todo:
                group.create_task(one(scenario, trial))
    place = {(scenario.id, trial): at for at, (scenario, trial) in enumerate(wanted)}
    return sorted(
        (one for one in results if (one.scenario_id, one.trial) in place),
        key=lambda one: place[one.scenario_id, one.trial],
    )


async def _judged(front: Front, plan: Plan, scenario: Scenario, trial: int) -> tuple[Record, Verdict]:
    """A trial that says nothing about the assistant is held a second time, and then believed."""
    bank = plan.banks[scenario.split]
    record = await hold(front, scenario, bank, plan.seed, trial, plan.wording)
    verdict = judge(scenario, record)
    if verdict.cell == NOTHING_SAID:
        record = await hold(front, scenario, bank, plan.seed, trial, plan.wording)
        verdict = judge(scenario, record, once_more=True)
    return record, verdict


def _prepared(folder: Path) -> list[Result]:
    """What stands already, but for what is held again."""
    folder.mkdir(parents=True, exist_ok=True)
    return [one for one in read_results(folder) if one.cell != NOTHING_SAID]


def read_results(folder: Path) -> list[Result]:
    rows = (Result(**row) for row in _rows(folder / RESULTS))
    return list({(one.scenario_id, one.trial): one for one in rows}.values())


def read_records(folder: Path) -> list[Record]:
    rows = (Record(**row) for row in _rows(folder / RECORDS))
    return list({(one.scenario_id, one.trial): one for one in rows}.values())


def _rows(path: Path) -> list[dict[str, Any]]:
    """A last line that was cut off when the run was stopped is left out: its trial is held again."""
    if not path.exists():
        return []
    rows = []
    for line in path.read_text("utf-8").split("\n"):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def _append(path: Path, row: Mapping[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
