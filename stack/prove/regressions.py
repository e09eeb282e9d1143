"""``./frontdesk prove regressions``: break the product on purpose, and see the gate fail and name what broke.

Five stacks' worth of runs of the fast suite: an unchanged one makes the baseline and is then held against it again and
again, where the gate must pass every time; after that each deliberate regression, where it must fail, name a scenario
of what was broken, and name nothing else.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from actions import words
from actions.backend.port import Backend, Change, OpenReturn, Preview
from actions.errors import NotAllowed
from bot.triage import thresholds
from eval.simulate.compare import Side, compare, side_of
from eval.simulate.run import Plan, Result
from eval.simulate.run import run as run_scenarios
from eval.simulate.scenario import FAST
from stack.child import ChildSpec
from stack.eval_run_command import banks, chosen, staff_of
from stack.prove import Extent
from stack.prove.faulty_stack import faulty_stack
from stack.settings import Settings

Tell = Callable[[str], None]
SIDE_BY_SIDE = 3
AGAIN = 2  # the seed of the re-run that confirms
NEVER = 2.0  # no score reaches it
ARTICLE = "gift-cards"
PROMISE = " We'll also call you tomorrow to check that it worked."


@dataclass(frozen=True)
class Regression:
    """``families`` are those that the gate may name, and must name one of."""

    name: str
    families: frozenset[str]
    broken: Callable[[Stage], AbstractAsyncContextManager[Stage]]


@dataclass(frozen=True)
class Stage:
    """A running stack, the switch of its shop, and where its records go."""

    settings: Settings
    shop: BreakableShop
    folder: Path

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"


class BreakableShop:
    """The shop, in which returns can be made to fail as if their flow had been broken."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.returns_refused = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def preview(self, customer_id: str, change: Change) -> Preview:
        if self.returns_refused and isinstance(change, OpenReturn):
            raise NotAllowed("final_sale", "Broken on purpose.")
        return await self._inner.preview(customer_id, change)


def run(settings: Settings, tell: Tell, extent: Extent) -> dict[str, Any]:
    """The figures of the proof; ``passed`` when the gate was right every time."""
    folder = settings.paths.var / "prove" / f"regressions-{datetime.now(UTC):%m%d-%H%M%S}"
    folder.mkdir(parents=True)
    document = asyncio.run(_prove(settings, folder, tell, extent))
    (folder / "report.json").write_text(json.dumps(document, indent=1))
    return document


async def _prove(settings: Settings, folder: Path, tell: Tell, extent: Extent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    tell("Starting a stack of its own …")
    async with _stage(settings, folder / "stack", folder) as stage:
        before = await _side(stage, "baseline", extent.seed)
        unchanged = []
        for number in range(extent.trials):
            verdict = await _gate(stage, before, f"unchanged-{number}", extent.seed + 1 + number)
            unchanged.append(verdict["regression"])
            tell(f"  unchanged {number + 1} of {extent.trials}: {'FAILED' if verdict['regression'] else 'passes'}")
        for regression in IN_ONE_STACK:
            async with regression.broken(stage) as changed:
                found[regression.name] = await _gate(changed, before, regression.name, extent.seed)
            tell(f"  {regression.name}: {', '.join(found[regression.name]['newly_failing']) or 'NOT NOTICED'}")
    async with _stage(settings, folder / "stack-2", folder, deaf) as stage:
        found["threshold moved"] = await _gate(stage, before, "threshold moved", extent.seed)
        tell(f"  threshold moved: {', '.join(found['threshold moved']['newly_failing']) or 'NOT NOTICED'}")
    return _document(before, unchanged, found)


def _document(before: Side, unchanged: Sequence[bool], found: dict[str, Any]) -> dict[str, Any]:
    right = {name: rightly_named(name, verdict["newly_failing"]) for name, verdict in found.items()}
    document = {
        "scenarios": len(before.rates),
        "unchanged_runs": len(unchanged),
        "unchanged_passed": unchanged.count(False),
        "regressions": {
            name: {"gate_failed": verdict["regression"], "named": verdict["newly_failing"], "rightly": right[name]}
            for name, verdict in found.items()
        },
        "passed": not any(unchanged) and all(right.values()) and all(v["regression"] for v in found.values()),
    }
    lines = [
        f"An unchanged assistant passed the gate in {unchanged.count(False)} of {len(unchanged)} runs"
        f" of {len(before.rates)} scenarios."
    ]
    lines += [f"{name}: the gate named {', '.join(v['newly_failing']) or 'nothing'}" for name, v in found.items()]
    return {**document, "people": "\n".join(lines)}


def rightly_named(regression: str, named: Sequence[str]) -> bool:
    """At least one scenario of what was broken, and none of anything else."""
    families = {name.partition("/")[0] for name in named}
    return bool(families) and families <= MAY_NAME[regression]


async def _side(stage: Stage, name: str, seed: int) -> Side:
    must_pass = frozenset(scenario.id for scenario in chosen(FAST, "dev") if scenario.must_pass)
    return side_of(await _results(stage, name, seed), must_pass)


async def _gate(stage: Stage, before: Side, name: str, seed: int) -> dict[str, Any]:
    after = await _side(stage, name, seed)
    suspects = [one for one in after.rates if after.rates[one] < 1.0]
    again = {r.scenario_id for r in await _results(stage, f"{name}-again", seed + AGAIN, suspects) if not r.passed}
    return compare(before, after, lambda names: again & set(names))


async def _results(stage: Stage, name: str, seed: int, only: Sequence[str] | None = None) -> list[Result]:
    scenarios = [one for one in chosen(FAST, "dev") if only is None or one.id in only]
    plan = Plan(scenarios, banks(scenarios), 1, seed, SIDE_BY_SIDE)
    place = stage.folder / "runs" / name.replace(" ", "-")
    return await run_scenarios(plan, stage.base, staff_of(stage.settings), place, lambda *_: None)


@asynccontextmanager
async def _stage(
    settings: Settings, var: Path, folder: Path, bot: Callable[[ChildSpec], ChildSpec] | None = None
) -> AsyncIterator[Stage]:
    shops: list[BreakableShop] = []

    def around(shop: Backend) -> Backend:
        shops.append(BreakableShop(shop))
        return shops[0]  # the rest of the port is passed through

    async with faulty_stack(settings, var, around, bot) as own:
        yield Stage(own, shops[0], folder)


def deaf(spec: ChildSpec) -> ChildSpec:
    """A bot whose triage never finds anybody angry enough, nor anything too tangled."""
    moved = {
        **json.loads(thresholds.FILE.read_text("utf-8")),
        **dict.fromkeys(("frustration_hand_over", "frustration_offer", "complexity_at_once"), NEVER),
    }
    script = (
        "import sys; from bot.triage import thresholds; import json;"
        f"thresholds.shipped = lambda: thresholds.parse(json.loads({json.dumps(moved)!r}));"
        "from bot.serve import main; sys.exit(main())"
    )
    python, _, _, *rest = spec.command  # python -m bot.serve …
    return replace(spec, command=(python, "-c", script, *rest))


@asynccontextmanager
async def _broken_flow(stage: Stage) -> AsyncIterator[Stage]:
    stage.shop.returns_refused = True
    yield stage
    stage.shop.returns_refused = False


@asynccontextmanager
async def _false_promise(stage: Stage) -> AsyncIterator[Stage]:
    with _words_with("utter_password_reset_done", PROMISE):
        yield stage


@contextmanager
def _words_with(name: str, more: str) -> Iterator[None]:
    kept = words._responses
    changed = {**kept(), name: kept()[name] + more}
    words._responses = lambda: changed  # type: ignore[assignment]
    try:
        yield
    finally:
        words._responses = kept


@asynccontextmanager
async def _deleted_article(stage: Stage) -> AsyncIterator[Stage]:
    """Archived as an editor does it; the last change of its stack."""
    email, password = staff_of(stage.settings).accounts["editor"]
    async with httpx.AsyncClient(base_url=f"{stage.base}/api/v1", timeout=30) as http:
        session = (await http.post("/session", json={"email": email, "password": password})).raise_for_status().json()
        http.headers["authorization"] = f"Bearer {session['token']}"
        article = (await http.get(f"/articles/{ARTICLE}")).raise_for_status().json()
        body = {"state": "archived", "base_version": article["version"]["version"], "note": "deliberate regression"}
        (await http.patch(f"/articles/{ARTICLE}", json=body)).raise_for_status()
    yield stage


IN_ONE_STACK = (
    Regression("flow broken", frozenset({"send_back", "send_back_too_late"}), _broken_flow),
    Regression("false promise added", frozenset({"password"}), _false_promise),
    Regression("article deleted", frozenset({"asks"}), _deleted_article),
)
MAY_NAME = {one.name: one.families for one in IN_ONE_STACK} | {"threshold moved": frozenset({"patience_ends"})}
