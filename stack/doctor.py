"""``./frontdesk doctor``: what is well, what is not, and what to do about it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import httpx

from handoff.mail.server import read_server
from knowledge.engines import make_engine
from knowledge.errors import IndexOwned
from knowledge.index import VectorIndex
from stack import bootstrap, footprint, ports, redis_server, secrets, setup
from stack.children import newest_model
from stack.errors import StackError
from stack.footprint import Footprint
from stack.node import find_node
from stack.output import answer
from stack.parts_settings import knowledge_settings
from stack.paths import LONGEST_SOCKET_PATH
from stack.probes import http_status
from stack.settings import Settings

Level = Literal["good", "warning", "problem"]
SIGNS = {"good": "ok  ", "warning": "warn", "problem": "BAD "}
SETS_UP = "./frontdesk up sets it up."
FREE_NEEDED = 1 << 30


@dataclass(frozen=True)
class Finding:
    name: str
    level: Level
    found: str
    remedy: str = ""


def doctor(settings: Settings, *, as_json: bool) -> int:
    """Run every check; 1 if one of them found a problem."""
    findings = [check(settings) for check in CHECKS]
    findings += of_running(footprint.of_running(settings.paths.state))
    lines = [f"{SIGNS[f.level]}  {f.name:<20} {f.found}{f'  → {f.remedy}' if f.remedy else ''}" for f in findings]
    healthy = all(finding.level != "problem" for finding in findings)
    answer({"healthy": healthy, "checks": [asdict(f) for f in findings]}, as_json=as_json, people="\n".join(lines))
    return 0 if healthy else 1


def _product(_settings: Settings) -> Finding:
    version = bootstrap.version_of(str(bootstrap.PRODUCT.python))
    if version is None or not bootstrap.is_ready(bootstrap.PRODUCT):
        return Finding("python", "warning", "its packages differ from the lock", "Run any ./frontdesk command again.")
    return Finding("python", "good", ".".join(map(str, version)))


def _bot(_settings: Settings) -> Finding:
    if bootstrap.is_ready(bootstrap.BOT):
        return Finding("python of the bot", "good", "3.10, as its lock says")
    if bootstrap.find_interpreter(bootstrap.BOT.versions):
        return Finding("python of the bot", "warning", "not set up yet", SETS_UP)
    return Finding("python of the bot", "warning", "no Python 3.10 here", "./frontdesk up fetches one, with a network.")


def _node(_settings: Settings) -> Finding:
    try:
        node = find_node()
    except StackError as problem:
        return Finding("node", "problem", "missing", str(problem))
    return Finding("node", "good", ".".join(map(str, node.version)))


def _redis(settings: Settings) -> Finding:
    if settings.redis_url:
        if asyncio.run(redis_server.answers(settings.redis_url)):
            return Finding("redis", "good", "REDIS_URL answers")
        return Finding("redis", "problem", "REDIS_URL does not answer", "Start that Redis, or unset REDIS_URL.")
    try:
        server = redis_server.find_server()
    except StackError:
        return Finding("redis", "warning", "none here yet", "./frontdesk up fetches one, with a network.")
    version = redis_server.version(server)
    text = ".".join(map(str, version)) or "unknown version"
    if version < redis_server.SAFE_SINCE:
        remedy = "It listens on a private socket alone; a newer redis-server on PATH is taken instead."
        return Finding("redis", "warning", f"{text}, embedded, without the newest security fixes", remedy)
    return Finding("redis", "good", text)


def _port(settings: Settings) -> Finding:
    try:
        ports.require_free(settings.host, settings.port)
    except StackError as problem:
        if asyncio.run(http_status("/health/live", host=settings.reachable_host, port=settings.port)) == 200:
            return Finding("port", "good", f"Frontdesk answers on {settings.port}")
        return Finding("port", "problem", f"{settings.port} is taken", str(problem))
    return Finding("port", "good", f"{settings.port} is free")


def _disk(settings: Settings) -> Finding:
    var = settings.paths.var
    free = shutil.disk_usage(next(place for place in (var, *var.parents) if place.exists())).free
    if free < FREE_NEEDED:
        return Finding("disk", "problem", f"{free >> 20} MiB free", f"Make room: {FREE_NEEDED >> 20} MiB at least.")
    return Finding("disk", "good", f"{free >> 30} GiB free")


def _secrets(settings: Settings) -> Finding:
    missing = [name for name in secrets.NAMES if not (settings.paths.secrets / name).exists()]
    if missing:
        return Finding("secrets", "warning", f"not made yet: {', '.join(missing)}", SETS_UP)
    try:
        for name in secrets.NAMES:
            secrets.read(settings.paths.secrets, name)
    except StackError as problem:
        return Finding("secrets", "problem", "not safe", str(problem))
    return Finding("secrets", "good", f"{len(secrets.NAMES)}, readable by their owner alone")


def _embeddings(settings: Settings) -> Finding:
    return embeddings_in(settings.paths.minilm)


def embeddings_in(folder: Path) -> Finding:
    """Whether the model file is the one that was built there."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return Finding("sentence embeddings", "warning", "not built yet", SETS_UP)
    try:
        right = json.loads(manifest.read_text())["model_sha256"]
        whole = hashlib.sha256((folder / "model.int8.onnx").read_bytes()).hexdigest() == right
    except (OSError, ValueError, KeyError):
        whole = False
    if not whole:
        remedy = f"Remove {folder}; ./frontdesk up builds it again."
        return Finding("sentence embeddings", "problem", "the file is not the one that was built", remedy)
    return Finding("sentence embeddings", "good", f"hash {right[:12]}…")


def _assistant(settings: Settings) -> Finding:
    model = newest_model(settings.paths.rasa)
    if not model.is_file():
        return Finding("assistant", "warning", "not trained yet", "./frontdesk train")
    if not all(step.is_done(settings.paths.stamps) for step in setup.model_steps(settings)):
        return Finding("assistant", "warning", "trained from other data than is here", "./frontdesk train")
    return Finding("assistant", "good", model.name)


def _pages(settings: Settings) -> Finding:
    if all(step.is_done(settings.paths.stamps) for step in setup.page_steps(settings)):
        return Finding("pages", "good", "built from what is here")
    return Finding("pages", "warning", "not built from what is here", SETS_UP)


def _index(settings: Settings) -> Finding:
    """Where it is served, as its server knows it; else its files and canaries, here."""
    knowledge = knowledge_settings(settings)
    if not knowledge.index_dir.is_dir():
        return Finding("index", "good", "not built yet; the first start builds it")
    try:
        trouble = VectorIndex(knowledge.index_dir, make_engine(knowledge.chroma_url)).look_over()
    except IndexOwned:
        trouble = _trouble_told(settings)
    except OSError as problem:
        trouble = type(problem).__name__
    if trouble is None:
        return Finding("index", "good", "its files are as they were written and its canaries are found")
    remedy = "Answers come from SQL meanwhile; a running stack builds it anew, else ./frontdesk knowledge reindex."
    return Finding("index", "warning", trouble, remedy)


def _trouble_told(settings: Settings) -> str | None:
    try:
        return str(httpx.get(f"{settings.address}/health/ready", timeout=4).json()["index"] or "") or None
    except (httpx.HTTPError, ValueError, KeyError):
        return "another process has it, and tells nothing of it"


def _mail(settings: Settings) -> Finding:
    if url := settings.mail_url.get_secret_value():
        return Finding("mail", "good", f"answers leave through {read_server(url).host}")
    if settings.demo:
        return Finding("mail", "good", "the demo's answers are files in var/mail")
    remedy = "Set MAIL_URL and MAIL_FROM, or answer messages that were left by hand."
    return Finding("mail", "warning", "answers by e-mail do not leave", remedy)


def _sockets(settings: Settings) -> Finding:
    if settings.paths.run != settings.paths.var / "run":
        return Finding("sockets", "good", f"in {settings.paths.run}: the checkout's path is too long for a socket")
    length = len(os.fsencode(settings.paths.actions_socket))
    return Finding("sockets", "good", f"path of {length} of {LONGEST_SOCKET_PATH} bytes")


def of_running(running: Footprint | None) -> list[Finding]:
    """What the stack that runs here takes, measured once, and how long it took to start."""
    if running is None:
        return [Finding(name, "good", "nothing runs here") for name in ("memory", "start")]
    ready = running.ready_after
    start = "it is still starting" if ready is None else f"ready after {ready:.1f} s"
    return [Finding("memory", "good", running.in_words()), Finding("start", "good", start)]


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    _product, _bot, _node, _redis, _port, _disk, _secrets, _embeddings, _assistant, _index, _pages, _mail,
    _sockets,
)  # fmt: skip
