"""Set-up on first use: small steps, each skipped when what it depends on did not change.

A step leaves a stamp (the hash of its inputs) in ``var/stamps`` when it is done, and not before; so an interrupted
set-up goes on with the step that was interrupted, and a finished one does nothing and needs no network.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stack import bootstrap, redis_server, secrets
from stack.errors import StackError, sentence_for
from stack.fingerprint import fingerprint
from stack.node import WEB, find_node
from stack.paths import ROOT, Paths
from stack.settings import Settings, process_environment
from stack.tools import Tell, python_tool, run_tool


@dataclass(frozen=True)
class Step:
    """``inputs`` hashes what the step depends on; ``outputs`` must exist for it to count as done."""

    name: str
    title: str
    run: Callable[[Tell], None]
    inputs: Callable[[], str]
    outputs: tuple[Path, ...] = ()

    def is_done(self, stamps: Path) -> bool:
        stamp = stamps / self.name
        return stamp.exists() and stamp.read_text() == self.inputs() and all(path.exists() for path in self.outputs)

    def do(self, stamps: Path, tell: Tell) -> None:
        (stamps / self.name).unlink(missing_ok=True)
        made_from = self.inputs()  # what changes while it runs is not in its result
        self.run(tell)
        missing = [path for path in self.outputs if not path.exists()]
        if missing:
            raise StackError(f"{self.title}: the step ended without leaving {missing[0]}. Please report this.")
        (stamps / self.name).write_text(made_from)


def prepare(settings: Settings) -> None:
    """Everything that ``up`` needs. Raises ``StackError`` with the remedy."""
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    ensure_bot()
    run_steps([*redis_steps(settings), *model_steps(settings), *page_steps(settings)], settings.paths.stamps)
    run_steps(data_steps(settings), settings.paths.data_stamps)


def ensure_bot() -> None:
    try:
        bootstrap.ensure(bootstrap.BOT)
    except bootstrap.CannotPrepare as problem:
        raise StackError(str(problem)) from problem


def run_steps(steps: Sequence[Step], stamps: Path) -> list[str]:
    """Do the steps that are not done, in order, with a progress bar; their names. Raises ``StackError``.

    Commands that are started together take turns, and the second finds done what the first did.
    """
    if all(step.is_done(stamps) for step in steps):
        return []
    with bootstrap.one_at_a_time(stamps / "steps.lock"):
        return _run_waiting([step for step in steps if not step.is_done(stamps)], stamps)


def _run_waiting(waiting: Sequence[Step], stamps: Path) -> list[str]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(24),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[line]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Setting up", total=len(waiting), line="")
        for step in waiting:
            if not console.is_terminal:
                sys.stderr.write(f"Setting up: {step.title} …\n")
            progress.update(task, description=step.title, line="")
            try:
                step.do(stamps, lambda line: progress.update(task, line=line.replace("[", "(")))
            except OSError as problem:
                raise StackError(f"{step.title}: {sentence_for(problem)}") from problem
            progress.advance(task)
    return [step.name for step in waiting]


def redis_steps(settings: Settings) -> list[Step]:
    """A redis-server where neither the machine nor this Python's packages have one."""
    if settings.redis_url:
        return []
    try:
        redis_server.find_server()
    except StackError:
        built = settings.paths.built

        def fetch(tell: Tell) -> None:
            _tool(settings, tell, "A redis-server could not be fetched", redis_server.unpack_command(_uv(), built))

        return [Step("redis-server", "Fetching a Redis", fetch, lambda: "once", (redis_server.unpacked(built),))]
    return []


def _uv() -> str:
    try:
        return bootstrap.get_uv()
    except bootstrap.CannotPrepare as problem:
        raise StackError(str(problem)) from problem


def model_steps(settings: Settings) -> list[Step]:
    """The sentence embeddings and the trained assistant."""
    paths = settings.paths
    embed = python_tool("bot.text.model", "--out", str(paths.minilm))
    train = python_tool("bot.train", "--out", str(paths.rasa), bot=True)
    return [
        Step(
            "sentence-embeddings",
            "Building the sentence embeddings",
            lambda tell: _tool(settings, tell, "The sentence embeddings could not be built", embed),
            lambda: fingerprint(ROOT / "bot" / "text" / "model.py"),
            (paths.minilm / "manifest.json",),
        ),
        Step(
            "rasa-model",
            "Training the assistant",
            lambda tell: _tool(settings, tell, "The assistant could not be trained", train),
            lambda: assistant_fingerprint(paths),
            (paths.rasa / "manifest.json",),
        ),
    ]


def assistant_fingerprint(paths: Paths) -> str:
    """What the trained model depends on."""
    bot = ROOT / "bot"
    parts = ("data", "components", "policies", "triage", "text", "train.py", "requirements.lock")
    sentences = paths.minilm / "manifest.json"
    return fingerprint(sentences, ROOT / "config.yml", ROOT / "domain.yml", *(bot / part for part in parts))


def page_steps(settings: Settings) -> list[Step]:
    """Widget, desk and demo shop."""

    def npm(tell: Tell, what: str, *arguments: str) -> None:
        node = find_node()
        log = settings.paths.log / "setup.log"
        run_tool(node.npm(*arguments), what, log, tell=tell, environment=node.environment(), cwd=WEB)

    return [
        Step(
            "page-packages",
            "Fetching what builds the pages",
            lambda tell: npm(tell, "What builds the pages could not be fetched", "ci", "--no-audit", "--no-fund"),
            lambda: fingerprint(WEB / "package-lock.json"),
            (WEB / "node_modules",),
        ),
        Step(
            "pages",
            "Building the pages",
            lambda tell: npm(tell, "The pages could not be built", "run", "build"),
            lambda: fingerprint(WEB),
            (WEB / "dist" / "widget.js", WEB / "dist" / "desk" / "index.html"),
        ),
    ]


def data_steps(settings: Settings) -> list[Step]:
    """Databases migrated, articles imported and indexed, staff and the demo shop in place.

    One process does it all and ends, so that the supervisor stays small. Its stamp covers what is shipped; what the
    databases hold decides in each part whether there is anything to do.
    """
    paths = settings.paths
    kind = "demo" if settings.demo else "plain"
    sources = [ROOT / "knowledge", ROOT / "actions" / "backend", ROOT / "handoff", ROOT / "eval" / "storage"]
    local = () if settings.database_url else (paths.databases / "frontdesk.sqlite",)
    return [
        Step(
            f"data-{kind}",
            "Preparing databases, articles and staff",
            lambda tell: _tool(settings, tell, "The data could not be prepared", python_tool("stack.data")),
            lambda: fingerprint(*sources, facts=[settings.sql_url]),
            local,
        )
    ]


def _tool(settings: Settings, tell: Tell, what: str, command: list[str]) -> None:
    log = settings.paths.log / "setup.log"
    run_tool(command, what, log, tell=tell, environment=process_environment(settings))
