"""The gate: the fast suite of simulated customers on the running stack, held against the stored baseline."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from eval.simulate.compare import compare, read_baseline, side_of
from eval.simulate.front import Front, Staff
from eval.simulate.references import References, measured
from eval.simulate.run import Plan, Result, run
from eval.simulate.scenario import FAST
from stack.eval_run_command import banks, chosen
from stack.paths import ROOT
from tests.support.running import RunningStack

pytestmark = pytest.mark.e2e

BASELINE = ROOT / "eval" / "baselines" / "fast.json"


def staff_of(stack: RunningStack) -> Staff:
    accounts: dict[str, tuple[str, str]] = {}
    for person in stack.demo()["agents"]:
        for role in person["roles"]:
            accounts.setdefault(role, (person["email"], person["password"]))
    return Staff(accounts)


def held(stack: RunningStack, folder: Path, names: set[str], seed: int) -> list[Result]:
    scenarios = [one for one in chosen(FAST, "dev") if one.id in names]
    plan = Plan(scenarios, banks(scenarios), 1, seed, 3)

    def work() -> list[Result]:
        return asyncio.run(run(plan, stack.url, staff_of(stack), folder, lambda *_: None))

    # A browser test that failed leaves Playwright's loop running in this thread; a loop needs a thread of its own.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_no_scenario_of_the_fast_suite_newly_fails(stack: RunningStack, tmp_path: Path) -> None:
    before = read_baseline(BASELINE)
    assert len(before.rates) >= 20
    results = held(stack, tmp_path / "run", set(before.rates), seed=1)
    after = side_of(results, before.must_pass)

    def confirm(names: object) -> set[str]:
        again = held(stack, tmp_path / "again", set(names), seed=2)  # type: ignore[call-overload]
        return {result.scenario_id for result in again if not result.passed}

    found = compare(before, after, confirm)
    reasons = {result.scenario_id: result.reason for result in results if not result.passed}
    blamed = [*found["newly_failing"], *found["not_judged"]]
    assert not found["regression"], {name: reasons.get(name) for name in blamed}


def test_gold_replay_passes_every_scenario_of_the_fast_suite(stack: RunningStack) -> None:
    """A scenario that its own gold does not pass could not be passed by anybody."""
    scenarios = chosen(FAST, "dev")

    async def work() -> tuple[References, str]:
        async with httpx.AsyncClient(base_url=stack.url, timeout=30) as http:
            return await measured(Front(http, staff_of(stack)), scenarios, banks(scenarios), seed=1)

    with ThreadPoolExecutor(1) as pool:
        references, trouble = pool.submit(lambda: asyncio.run(work())).result()
    assert trouble == ""
    assert references.gold_fails == []
    assert references.passed["gold_replay"] == len(scenarios)
