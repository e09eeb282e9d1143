"""A stock Rasa beside ours: its default pipeline and policies (DIET, TED, UnexpecTED), REST channel, in-memory stores.

It is trained on our domain, a share of our examples and our rules, once, and cached under ``var/bench/stock``. Fewer
examples train DIET in minutes and can only make it faster to ask. Our rules are told to it as stories too,
since TED and UnexpecTED learn from stories alone. Custom actions are answered at once by a
server that does nothing (``stock_actions``), so it is spared the shop and the knowledge base that ours does ask.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import yaml

from stack import bootstrap
from stack.bench.client import connect
from stack.bench.figures import Sample
from stack.bench.messages import Script, scripts
from stack.bench.target import Load, Opened, Placed
from stack.child import LEASH
from stack.errors import StackError
from stack.fingerprint import fingerprint
from stack.output import say
from stack.paths import ROOT
from stack.probes import http_status
from stack.settings import Settings, inherited

SHIPPED = Path(__file__).with_name("rasa")
READY_WITHIN = 240.0
TRAINED_WITHIN = 1800.0
MODEL = "stock"
EXAMPLES = 25
"""Of each intent."""


class Stock:
    """The REST channel: one call a message, the answer is the turn."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, placed: Placed, people: list[Script], run: int
    ) -> None:
        self._session = session
        self._url = url
        self._placed = placed
        self._people = people
        self._run = run

    async def send(self, number: int, due: float) -> Sample:
        place, message = self._placed.of(number)
        body = {"sender": f"{self._run}-{place}", "message": self._people[place].texts[message]}
        sent = time.perf_counter()
        try:
            async with self._session.post(self._url, json=body) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as problem:
            return Sample(due, sent, None, None, "refused", type(problem).__name__)
        ended = time.perf_counter()
        # An empty list tells of a failure inside, or of a policy that chose to say nothing. For the stock bot's good it
        # counts as an answer, under a name of its own.
        if answer.status != 200:
            return Sample(due, sent, ended, None, "failed")
        return Sample(due, sent, ended, ended, "answered", "" if orjson.loads(content) else "with nothing")


def stock(address: str) -> Opened:
    runs = iter(range(1_000_000))

    @asynccontextmanager
    async def opened(rate: float, count: int, seed: int) -> AsyncIterator[Load]:
        placed = Placed(rate, count)
        async with connect() as session:
            url = f"{address}/webhooks/rest/webhook"
            yield Stock(session, url, placed, scripts(placed.conversations, seed), next(runs))

    return opened


@asynccontextmanager
async def running_stock(settings: Settings) -> AsyncIterator[str]:
    """Train it where that was not done, start it, and stop it again; its address."""
    folder = await asyncio.to_thread(trained, settings)
    port, actions_port = _free_port(), _free_port()
    (folder / "endpoints.yml").write_text(
        yaml.safe_dump({"action_endpoint": {"url": f"http://127.0.0.1:{actions_port}/webhook"}})
    )
    rasa = [
        *_rasa("run", "--model", str(folder / "models" / f"{MODEL}.tar.gz"), "--interface", "127.0.0.1"),
        *("--port", str(port), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    ]
    actions = [str(bootstrap.PRODUCT.python), "-P", "-m", "stack.bench.stock_actions", str(actions_port)]
    with _program(actions, ROOT, folder / "actions.out"), _program(rasa, folder, folder / "rasa.out") as process:
        say("Starting the stock Rasa …")
        until = time.monotonic() + READY_WITHIN
        # It listens before its model is loaded; its version page says when there is one.
        while not (await http_status("/", port=port) == 200 and await _answers(port)):
            if process.poll() is not None or time.monotonic() > until:
                raise StackError(f"The stock Rasa did not start. Its output is in {folder / 'rasa.out'}.")
            await asyncio.sleep(0.5)
        yield f"http://127.0.0.1:{port}"


async def _answers(port: int) -> bool:
    async with connect() as session:
        try:
            body = {"sender": "ready", "message": "hello"}
            async with session.post(f"http://127.0.0.1:{port}/webhooks/rest/webhook", json=body) as answer:
                return answer.status == 200 and bool(await answer.json())
        except (aiohttp.ClientError, TimeoutError):
            return False


def trained(settings: Settings) -> Path:
    """The folder with the trained stock bot."""
    sources = (ROOT / "domain.yml", ROOT / "bot" / "data" / "nlu", ROOT / "bot" / "data" / "rules", SHIPPED)
    mark = fingerprint(*sources, facts=[str(EXAMPLES)])[:16]
    folder = settings.paths.built / "bench" / "stock" / mark
    model = folder / "models" / f"{MODEL}.tar.gz"
    if model.exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    shutil.copy(ROOT / "domain.yml", folder / "domain.yml")
    shutil.copy(SHIPPED / "config.yml", folder / "config.yml")
    (folder / "credentials.yml").write_text("rest:\n")
    shutil.copytree(ROOT / "bot" / "data" / "rules", folder / "data" / "rules")
    files = [yaml.safe_load(file.read_text()) for file in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml"))]
    taught = {"version": "3.1", "nlu": share_of([part for file in files for part in file["nlu"]])}
    (folder / "data" / "nlu.yml").write_text(yaml.safe_dump(taught))
    stories = stories_from(_rules(ROOT / "bot" / "data" / "rules"))
    (folder / "data" / "stories.yml").write_text(yaml.safe_dump({"version": "3.1", "stories": stories}))
    say("Training the stock Rasa, once (some minutes) …")
    output = folder / "train.out"
    train = _rasa("train", "--config", "config.yml", "--domain", "domain.yml", "--data", "data")
    with _program([*train, "--out", "models", "--fixed-model-name", MODEL], folder, output) as process:
        try:
            status = process.wait(TRAINED_WITHIN)
        except subprocess.TimeoutExpired:
            raise StackError(f"Training the stock Rasa took over {TRAINED_WITHIN:.0f} s; see {output}.") from None
    if status != 0 or not model.exists():
        raise StackError(f"The stock Rasa could not be trained. Its output is in {output}.")
    return folder


def share_of(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most ``EXAMPLES`` of each intent, spread over all of it; the same ones every time."""
    told: dict[str, list[str]] = {}
    for part in parts:
        if "intent" in part:
            told.setdefault(part["intent"], []).extend(part["examples"].strip().splitlines())
    return [
        {"intent": intent, "examples": "".join(f"{line.strip()}\n" for line in lines[:: -(-len(lines) // EXAMPLES)])}
        for intent, lines in told.items()
    ]


def stories_from(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each plain rule as a story, and pairs of them, so that there is a dialogue to learn. Rules with conditions and
    forms stay rules."""
    plain = [
        rule
        for rule in rules
        if not rule.get("condition") and all(set(step) & {"intent", "action"} for step in rule["steps"])
    ]
    plain = [rule for rule in plain if "intent" in rule["steps"][0]]
    stories = [{"story": rule["rule"], "steps": rule["steps"]} for rule in plain]
    for first, second in zip(plain, plain[1:] + plain[:1], strict=True):
        stories.append({"story": f"{first['rule']}, then {second['rule']}", "steps": first["steps"] + second["steps"]})
    return stories


def _rules(folder: Path) -> list[dict[str, Any]]:
    return [rule for file in sorted(folder.glob("*.yml")) for rule in yaml.safe_load(file.read_text())["rules"]]


def _rasa(*arguments: str) -> list[str]:
    return [str(bootstrap.BOT.python), "-m", "rasa", *arguments]


@contextlib.contextmanager
def _program(command: list[str], folder: Path, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program on a leash, stopped at the end, with what it started."""
    environment = inherited() | {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONPATH": str(ROOT) if folder == ROOT else "",
    }
    leashed = [sys.executable, "-I", str(LEASH), str(os.getpid()), "0", *command]
    with output.open("wb") as file:
        process = subprocess.Popen(
            leashed, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
