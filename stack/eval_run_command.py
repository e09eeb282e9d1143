"""``./frontdesk eval run`` and ``eval compare``: simulated customers against a running stack, and two runs paired.

Without ``--against`` the installation's own stack is used where it runs with ``--demo``; else a private one is started
for the run, in a folder of its own, and that is said.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
import secrets as chance
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import httpx
import typer

from eval.report.write import write
from eval.simulate import compare as pairing
from eval.simulate import compare_page
from eval.simulate.front import Front, Staff
from eval.simulate.references import References, measured
from eval.simulate.report import CELLS, write_report
from eval.simulate.run import Plan, Result, read_records, run
from eval.simulate.scenario import BadScenario, Scenario, load
from eval.simulate.summary import summarise
from eval.simulate.voice import read_bank
from eval.simulate.wording import Wording
from stack.bench.progress import bar
from stack.errors import StackError, WrongUse
from stack.fingerprint import fingerprint
from stack.output import answer, say
from stack.paths import ROOT
from stack.prove.private_stack import PrivateStack
from stack.rewording import make_author
from stack.settings import Settings
from stack.settings import load as load_settings
from stack.staff import demo_staff

SCENARIOS = ROOT / "eval" / "scenarios"
KEPT = ("fastapi", "pydantic", "sqlalchemy", "chromadb", "rasa-sdk", "onnxruntime")
PLAN = "plan.json"
MOST_SILENT = 0.1
"""Share of the trials that may say nothing about the assistant."""


@dataclass(frozen=True)
class Target:
    """A stack to talk to: where it is, who its staff are, and how that is told."""

    base: str
    staff: Staff
    told: str


def run_command(
    suite: Annotated[str, typer.Option(help="A tag of the scenarios, such as fast; all unless named.")] = "all",
    split: Annotated[str, typer.Option(help="dev or held; both unless named.")] = "",
    against: Annotated[str, typer.Option(help="Address of a stack that runs with --demo.")] = "",
    trials: Annotated[int, typer.Option(help="Trials of each scenario.", min=1, max=50)] = 1,
    seed: Annotated[int, typer.Option(help="Draws everything that looks like chance.")] = 1,
    side_by_side: Annotated[int, typer.Option(help="Customers at a time.", min=1, max=32)] = 4,
    keep: Annotated[Path | None, typer.Option(help="Write the pass rates to this file, as a baseline.")] = None,
    resume: Annotated[str, typer.Option(help="Id of a run that was broken off, to go on with it.")] = "",
    llm: Annotated[bool, typer.Option(help="Let the chat model of KNOWLEDGE_LLM… word what customers say.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Simulated customers against the running stack; the report goes to var/eval.

    Exit 1 where its figures are not to be trusted: the reference bots did not finish, gold replay does not pass, or too
    many trials say nothing."""
    settings = load_settings()
    settings.paths.create()
    tested = under_test()
    wanted: dict[str, Any] = {"suite": suite, "split": split, "trials": trials, "seed": seed, "llm": llm, **tested}
    if resume:
        wanted = _stored_plan(settings, resume, tested)
    wording = Wording(make_author(settings)) if wanted.get("llm") else None
    scenarios = chosen(wanted["suite"], wanted["split"])
    run_id = resume or f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{chance.token_hex(2)}"
    folder = settings.paths.var / "eval" / run_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLAN).write_text(json.dumps(wanted))
    plan = Plan(scenarios, banks(scenarios), wanted["trials"], wanted["seed"], side_by_side, wording)
    document = asyncio.run(_run(settings, plan, against, folder, run_id))
    if keep is not None:
        keep.write_text(json.dumps(pairing.baseline(pairing.read_side(folder)), indent=1) + "\n")
    answer(document, as_json=as_json, people=people(document, folder))
    raise typer.Exit(1 if document["trouble"] else 0)


def compare_command(
    run_a: Annotated[str, typer.Argument(help="The earlier run: its id, its folder, or a baseline file.")],
    run_b: Annotated[str, typer.Argument(help="The later run.")],
    confirm: Annotated[bool, typer.Option(help="Hold newly failing scenarios again before they count.")] = True,
    against: Annotated[str, typer.Option(help="Where they are held again; else as eval run does.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder of the report; else one under var/eval.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Pair two runs; exit 1 where the later one is a regression."""
    settings = load_settings()
    try:
        before, after = (pairing.read_side(_place(settings, name)) for name in (run_a, run_b))
        again = (lambda names: held_again(settings, names, against)) if confirm else None
        document = pairing.compare(before, after, again)
    except pairing.BadRun as problem:
        raise WrongUse(str(problem)) from None
    folder = out or settings.paths.var / "eval" / f"compare-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    page, found = compare_page.report(document, run_a, run_b), compare_page.cases(document)
    say(f"Report: {write(folder, page, document, found)['html']}")
    answer(document, as_json=as_json, people=_compared(document))
    raise typer.Exit(1 if document["regression"] else 0)


def chosen(suite: str, split: str, folder: Path = SCENARIOS) -> list[Scenario]:
    if split not in ("", "dev", "held"):
        raise WrongUse("--split is dev or held.")
    try:
        scenarios = load(folder, _split(split), suite)
    except BadScenario as problem:
        raise WrongUse(str(problem)) from None
    if not scenarios:
        raise WrongUse(f"No scenario has the tag {suite}.")
    return scenarios


def _split(text: str) -> Literal["dev", "held"] | None:
    return "dev" if text == "dev" else "held" if text == "held" else None


def banks(scenarios: Sequence[Scenario]) -> dict[str, Any]:
    return {split: read_bank(split) for split in {scenario.split for scenario in scenarios}}


async def _run(settings: Settings, plan: Plan, against: str, folder: Path, run_id: str) -> dict[str, Any]:
    async with target(settings, against) as place:
        say(place.told)
        results, references, trouble = await hold_all(plan, place, folder)
    record = {**run_record(plan), "stack": place.told, "reference_bots_trouble": trouble}
    document = summarise(run_id, plan.scenarios, results, references, record)
    document["trouble"] = untrusted(document, trouble)
    await asyncio.to_thread(write_report, folder, document, plan.scenarios, results, read_records(folder))
    return document


async def hold_all(plan: Plan, place: Target, folder: Path) -> tuple[list[Result], References, str]:
    total = len(plan.scenarios) * plan.trials
    with bar("trials", total) as forward:
        results = await run(plan, place.base, place.staff, folder, lambda *_: forward())
    say("  reference bots …")
    async with httpx.AsyncClient(base_url=place.base, timeout=30) as http:
        references, trouble = await measured(Front(http, place.staff), plan.scenarios, plan.banks, plan.seed)
    return results, references, trouble


@asynccontextmanager
async def target(settings: Settings, against: str) -> AsyncIterator[Target]:
    """Raises ``StackError`` where ``against`` is no stack with a lab, or a private one does not start."""
    if against:
        await _has_lab(against, must=True)
        yield Target(against.rstrip("/"), staff_of(settings), f"Against {against}.")
    elif await _has_lab(settings.address, must=False):
        yield Target(settings.address, staff_of(settings), f"Against the stack that runs at {settings.address}.")
    else:
        own = settings.model_copy(update={"database_url": "", "redis_url": "", "backend_url": ""})
        say("No stack with a lab runs here, so a private one is started …")
        with tempfile.TemporaryDirectory(prefix="fd-eval-", ignore_cleanup_errors=True) as folder:
            async with PrivateStack(own, Path(folder), own.bot_replicas) as private:
                told = "Against a private stack, started for this run and gone with it."
                yield Target(private.base, staff_of(private.settings), told)


async def _has_lab(address: str, *, must: bool) -> bool:
    try:
        async with httpx.AsyncClient(base_url=address, timeout=5) as http:
            there = (await http.post("/lab/v1/customers", json={"like": "?"})).status_code == 422
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        there = False
    if must and not there:
        raise StackError(f"At {address} there is no stack with a lab. It is there when the stack runs with --demo.")
    return there


def staff_of(settings: Settings) -> Staff:
    accounts: dict[str, tuple[str, str]] = {}
    for person in demo_staff(settings.paths.secrets):
        for role in person["roles"]:
            accounts.setdefault(role, (person["email"], person["password"]))
    return Staff(accounts)


def untrusted(document: dict[str, Any], reference_bots: str) -> list[str]:
    """Why the figures of a run are not to be trusted; empty where they are."""
    found = [f"The reference bots did not finish: {reference_bots}"] if reference_bots else []
    found += [f"Gold replay does not pass {one}" for one in document["gold_replay_fails"]]
    silent, all_trials = document["infrastructure_errors"], document["scenarios"] * document["trials"]
    if silent > MOST_SILENT * all_trials:
        found.append(f"{silent} of {all_trials} trials say nothing about the assistant.")
    return found


def under_test() -> dict[str, str]:
    """What a run is about: the tree, the model, and the scenarios."""
    manifest = ROOT / "var" / "models" / "rasa" / "manifest.json"
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "commit": git.stdout.strip() or "unknown",
        "model": json.loads(manifest.read_text())["path"] if manifest.is_file() else "unknown",
        "scenarios_hash": fingerprint(SCENARIOS)[:16],
    }


def run_record(plan: Plan) -> dict[str, Any]:
    """What is needed to hold the same run again."""
    return {
        **under_test(),
        "versions": {name: importlib.metadata.version(name) for name in KEPT},
        "seed": plan.seed,
        "words": {"by": plan.wording.author.name, **plan.wording.counts} if plan.wording else {"by": "phrase bank"},
        "scenario_ids": [scenario.id for scenario in plan.scenarios],
        "must_pass": [scenario.id for scenario in plan.scenarios if scenario.must_pass],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def held_again(settings: Settings, names: Sequence[str], against: str) -> set[str]:
    """Those of ``names`` that fail in a fresh trial too, or are no scenarios any more and cannot be tried."""
    scenarios = [scenario for scenario in chosen("all", "") if scenario.id in set(names)]
    gone = set(names) - {scenario.id for scenario in scenarios}
    if not scenarios:
        return gone
    plan = Plan(scenarios, banks(scenarios), 1, SECOND_SEED, 2)

    async def again() -> list[Result]:
        with tempfile.TemporaryDirectory(prefix="fd-again-") as folder:
            async with target(settings, against) as place:
                return await run(plan, place.base, place.staff, Path(folder), lambda *_: None)

    return gone | {result.scenario_id for result in asyncio.run(again()) if not result.passed}


SECOND_SEED = 2


def _stored_plan(settings: Settings, run_id: str, tested: dict[str, str]) -> dict[str, Any]:
    """Raises ``WrongUse`` where there is no such run, or what it was about has changed since."""
    path = _place(settings, run_id) / PLAN
    if not path.is_file():
        raise WrongUse(f"There is no run {run_id} to go on with.")
    stored: dict[str, Any] = json.loads(path.read_text())
    changed = [name.removesuffix("_hash") for name, value in tested.items() if stored.get(name) != value]
    if changed:
        raise WrongUse(f"Run {run_id} was held with another {', '.join(changed)}: start a new one.")
    return stored


def _place(settings: Settings, name: str) -> Path:
    path = Path(name)
    return path if path.exists() else settings.paths.var / "eval" / name


def people(document: dict[str, Any], folder: Path) -> str:
    lines = [f"{document['scenarios']} scenarios, {document['trials']} trial(s) each"]
    lines += [f"  {name.replace('_', ' '):<24}{document[name]:>6}" for name in CELLS]
    for name in ("resolution_rate", "resolved_by_outcome", "handover_recall", "decline_rate"):
        lines.append(f"  {name.replace('_', ' '):<24}{_rate(document[name])}")
    for split, found in document["splits"].items():
        lines.append(f"  {split.replace('_', ' '):<24}{_rate(found)}")
    lines.append(f"  pass^k                  {', '.join(f'{k}: {v:.3f}' for k, v in document['pass_k'].items())}")
    lines.append(f"  effort mean             {document['effort_mean']}")
    lines.append("Reference bots: " + ", ".join(f"{n} {b['passed']}" for n, b in document["reference_bots"].items()))
    lines.append(f"Passed by doing nothing, and in no rate: {len(document['passed_by_doing_nothing'])} scenarios")
    lines += [f"Not to be trusted: {problem}" for problem in document["trouble"]]
    lines += [f"  not passed: {one['scenario']}: {one['cell']}: {one['reason']}" for one in document["failing"]]
    return "\n".join([*lines, f"Report: {folder / 'report.html'}"])


def _rate(found: dict[str, Any]) -> str:
    if found["value"] is None:
        return "     –"
    low, high = found["interval_95"]
    return f"{found['value']:>6.3f} ({low:.3f} to {high:.3f})" + (f" of {found['n']}" if "n" in found else "")


def _compared(document: dict[str, Any]) -> str:
    lines = [f"{document['scenarios']} scenarios in both runs"]
    lines += [f"  newly failing: {name}" for name in document["newly_failing"]]
    lines += [f"  not judged any more: {name}" for name in document["not_judged"]]
    lines += [f"  failed once, not confirmed: {name}" for name in document["not_confirmed"]]
    lines += [f"  newly passing: {name}" for name in document["newly_passing"]]
    rest = document["stochastic"]
    if rest["n"]:
        lines.append(f"  the other {rest['n']}: difference {rest['difference']:+.3f}, p = {rest['p_value']:.4f}")
    return "\n".join([*lines, "A regression." if document["regression"] else "No regression."])
