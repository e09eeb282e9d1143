"""``./frontdesk prove kills``: ``kill -9`` of every process in the middle of a turn, and nobody is the worse for it."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from handoff.storage.database import create_engine
from stack.bench.client import connect
from stack.bench.progress import bar
from stack.errors import StackError
from stack.prove import Extent, figures
from stack.prove.evidence import Evidence
from stack.prove.people import Shop
from stack.prove.plans import ACTS, Plan, plans
from stack.prove.private_stack import PrivateStack
from stack.prove.trial import Result, Trials
from stack.settings import Settings
from stack.supervisor import SPARE_AFTER, STEADY_AFTER

Tell = Callable[[str], None]

ALONE = ("app", "bot", "worker", "redis")
REPLICAS = 2
STACKS = {1: "one", REPLICAS: "two"}  # folders with short names: a socket's path has few bytes
MOST_FAILED_TRIALS = 3
# Between two kills of a process: it is not the quick death of a broken program, and its spare has begun to load.
STEADY = max(STEADY_AFTER, SPARE_AFTER) + 0.5


@dataclass
class Tally:
    """What a target's trials brought."""

    results: list[Result] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def lost(self) -> int:
        return sum(violation.startswith("I1 ") for violation in self.violations)


def run(settings: Settings, tell: Tell, extent: Extent) -> dict[str, Any]:
    """The figures of the proof; ``passed`` when nothing was violated and every limit holds."""
    folder = settings.paths.var / "prove" / f"kills-{datetime.now(UTC):%m%d-%H%M%S}"
    folder.mkdir(parents=True)
    document = asyncio.run(_prove(settings, folder, tell, extent))
    (folder / "report.json").write_text(json.dumps(document, indent=1))
    if document["passed"]:
        for state in STACKS.values():
            shutil.rmtree(folder / state)
    return document


async def _prove(settings: Settings, folder: Path, tell: Tell, extent: Extent) -> dict[str, Any]:
    began = time.monotonic()
    tallies: dict[str, Tally] = {}
    extra: dict[str, Any] = {}
    for replicas, name in STACKS.items():
        tell("Starting a stack of its own …" if replicas == 1 else f"Once more with {replicas} replicas of the bot …")
        async with PrivateStack(settings, folder / name, replicas) as stack:
            targets = _targets(stack) if replicas == 1 else ("bot",)
            own, facts = await _on_stack(stack, targets, extent, folder, tell)
        suffix = "" if replicas == 1 else f" (1 of {replicas})"
        tallies |= {target + suffix: tally for target, tally in own.items()}
        extra[f"replicas_{replicas}"] = facts
    return _document(tallies, extra, extent, folder, time.monotonic() - began)


def _targets(stack: PrivateStack) -> tuple[str, ...]:
    """Every process that runs; a worker may not be there."""
    children = stack.children()
    return tuple(name for name in ALONE if any(child.split("-")[0] == name for child in children))


async def _on_stack(
    stack: PrivateStack, targets: tuple[str, ...], extent: Extent, folder: Path, tell: Tell
) -> tuple[dict[str, Tally], dict[str, Any]]:
    tallies = {target: Tally() for target in targets}
    # One target after the other in turns, so that each has time to be steady before it is hit again.
    by_target = [plans(target, extent.trials, extent.seed) for target in targets]
    order = [plan for together in zip(*by_target, strict=True) for plan in together]
    shop = Shop(stack.settings)
    engine = create_engine(stack.settings.sql_url)
    evidence = Evidence(engine, shop)
    steady: dict[str, float] = {}
    failed = 0
    try:
        async with connect() as session:
            trials = Trials(stack, session, shop)
            usual = await trials.learn(ACTS)
            with bar("Killing", len(order)) as passed, (folder / "trials.jsonl").open("a") as record:
                for plan in order:
                    await asyncio.sleep(max(0.0, steady.get(plan.target, 0.0) - time.monotonic()))
                    rested = await stack.at_rest()
                    entry, failure = await _one(trials, evidence, plan, tallies[plan.target])
                    entry["rested"] = rested
                    record.write(json.dumps(entry) + "\n")
                    record.flush()
                    passed()
                    steady[plan.target] = time.monotonic() + STEADY
                    for line in entry["violations"]:
                        tell(f"{plan.target} {plan.number}: {line}")
                    failed += failure
                    if failed >= MOST_FAILED_TRIALS:
                        raise StackError(f"{failed} trials could not be carried out; see {folder}.")
        of_all = evidence.violations_of_all()
        facts = {
            "usual_turn_s": {act: round(seconds, 4) for act, seconds in usual.items()},
            "customer_messages": evidence.messages(),
            "operations": evidence.operations(),
            "violations_of_all": of_all,
        }
    finally:
        engine.dispose()
        shop.close()
    return tallies, facts


async def _one(trials: Trials, evidence: Evidence, plan: Plan, tally: Tally) -> tuple[dict[str, Any], bool]:
    """One trial, checked; its record, and whether it could not be carried out."""
    try:
        result = await trials.run(plan)
    except (StackError, TimeoutError) as problem:
        tally.violations.append(f"trial {plan.number}: {problem}")
        return {"plan": vars(plan), "violations": [str(problem)]}, True
    violations = result.problems + await asyncio.to_thread(evidence.violations, result)
    tally.results.append(result)
    tally.violations += violations
    return {**result.record(), "violations": violations}, False


def _document(
    tallies: dict[str, Tally], extra: dict[str, Any], extent: Extent, folder: Path, seconds: float
) -> dict[str, Any]:
    targets = {
        name: figures.of_target(tally.results, len(tally.violations), tally.lost(), spare="(" in name)
        for name, tally in tallies.items()
    }
    violations = [violation for tally in tallies.values() for violation in tally.violations]
    violations += [violation for facts in extra.values() for violation in facts["violations_of_all"]]
    wanted = figures.limits(targets, extent.trials)
    count = sum(len(tally.results) for tally in tallies.values())
    lines = [figures.table(targets), "", *figures.limit_lines(wanted), ""]
    lines += [f"{count} trials, {len(violations)} violations", *violations[:50]]
    return {
        "passed": not violations and all(limit["holds"] for limit in wanted),
        "trials": count,
        "seed": extent.seed,
        "seconds": round(seconds, 1),
        "violations": violations,
        "limits": wanted,
        "targets": targets,
        **extra,
        "report": str(folder),
        "people": "\n".join(lines),
    }
