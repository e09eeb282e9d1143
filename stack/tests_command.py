"""``./frontdesk test``: everything that a change must pass, on a fresh machine.

The runners: style and types, import arrows, the pages' type check and tests, the bot's tests under its own Python,
and all others. The last line sums them up: ``N passed, N failed``; a check without counted tests counts as one.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from stack import bootstrap, secrets, setup
from stack.browser import find_browser, require_browser
from stack.node import WEB, find_node
from stack.output import say
from stack.paths import ROOT
from stack.settings import Settings, inherited

ALL_TESTS = "tests"
BOT_TESTS = "tests/bot"
WHOLE_STACK = ("tests/browser", "tests/e2e")
# Much of a test is waiting for a disk, a server or a clock: six for two cores, and three where each starts a whole
# stack and a browser. Files keep the order of tests/conftest.py.
PARTS_AT_ONCE = ("-n", "6", "--dist", "loadfile")
STACKS_AT_ONCE = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
NO_TESTS_COLLECTED = 5
TAKE_A_WORD = {
    "-k", "-m", "-n", "-p", "-c", "-o", "-W", "-r", "--ignore", "--ignore-glob", "--deselect", "--rootdir",
    "--confcutdir", "--basetemp", "--junit-xml",
}  # fmt: skip
_SHOWING = threading.Lock()


@dataclass(frozen=True)
class Runner:
    """``report`` is the JUnit file it writes, where it counts its tests."""

    title: str
    command: Sequence[str]
    cwd: Path = ROOT
    report: Path | None = None


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Tally) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def run_tests(settings: Settings, arguments: list[str]) -> int:
    """Set up, run, sum up; 0 when all is well."""
    reports = settings.paths.var / "test"
    reports.mkdir(parents=True, exist_ok=True)
    settings.paths.create()
    secrets.create_missing(settings.paths.secrets)
    setup.ensure_bot()
    steps = [*setup.redis_steps(settings), *setup.model_steps(settings), *setup.page_steps(settings)]
    setup.run_steps(steps, settings.paths.stamps)
    if not arguments:
        require_browser(settings.paths.log / "setup.log", say)
    elif find_browser() is None:
        say("There is no Chromium here: tests that need one will fail.")
    runners = pytest_runners(arguments, reports)
    lanes = [runners]
    if not arguments:
        bot, *others = runners
        # Checks and the bot's tests use one core each: beside each other. What starts whole stacks has both to itself.
        lanes = [checks(reports), [bot], others]
    total, closing = Tally(), []
    for tally, line in [*run_beside(lanes[:-1]), *map(run, lanes[-1])]:
        total.add(tally)
        closing.append(line)
    sys.stdout.write("\n" + "\n".join(closing) + "\n")
    sys.stdout.write(f"{total.passed} passed, {total.failed} failed\n")
    sys.stdout.flush()
    return 1 if total.failed or not total.passed else 0


def checks(reports: Path) -> list[Runner]:
    python, node = str(bootstrap.PRODUCT.python), find_node()
    ruff = str(bootstrap.PRODUCT.python.parent / "ruff")
    imports = str(bootstrap.PRODUCT.python.parent / "lint-imports")
    web_report = reports / "web.xml"
    vitest = [
        "exec",
        "--",
        "vitest",
        "run",
        "--reporter=default",
        "--reporter=junit",
        f"--outputFile.junit={web_report}",
    ]
    return [
        Runner("style", [ruff, "check", "."]),
        Runner("format", [ruff, "format", "--check", "."]),
        Runner("types", [python, "-m", "mypy"]),
        Runner("import arrows", [python, imports]),
        Runner("types of the pages", node.npm("run", "typecheck"), WEB),
        Runner("pages", node.npm(*vitest), WEB, web_report),
        Runner("size of the widget", node.npm("run", "size"), WEB),
    ]


def pytest_runners(arguments: list[str], reports: Path) -> list[Runner]:
    """The bot's tests need the bot's Python, and what starts whole stacks comes after the rest. Every argument that is
    a path goes to the side it belongs to; a folder that holds several sides, to each of them."""
    paths, options = sort_arguments(arguments)
    bot_paths, whole, parts = _within((BOT_TESTS,), paths), _within(WHOLE_STACK, paths), _besides(paths)
    deselect = [] if any(each.startswith("-m") for each in options) else ["-m", "not proof"]
    runners = []
    if bot_paths or not paths:
        command = [str(bootstrap.BOT.python), "-m", "pytest", "-c", "bot/pyproject.toml", "--rootdir", str(ROOT)]
        report = reports / "bot.xml"
        runners.append(Runner("bot", [*command, *_junit(report), *options, *(bot_paths or [BOT_TESTS])], report=report))
    python = str(bootstrap.PRODUCT.python)
    if parts or not paths:
        ignored = [f"--ignore={folder}" for folder in (BOT_TESTS, *WHOLE_STACK)]
        command = [python, "-m", "pytest", *ignored, *PARTS_AT_ONCE, *deselect]
        report = reports / "parts.xml"
        runners.append(Runner("parts", [*command, *_junit(report), *options, *parts], report=report))
    if whole or not paths:
        command = [python, "-m", "pytest", *(() if whole else STACKS_AT_ONCE), *deselect]
        report = reports / "stack.xml"
        folders = whole or [folder for folder in WHOLE_STACK if Path(ROOT, folder).exists()]
        runners.append(Runner("whole stack", [*command, *_junit(report), *options, *folders], report=report))
    return runners


def sort_arguments(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """(paths from the checkout's top, everything else in its order). What follows an option that takes a word is never
    a path, although a folder may have that name."""
    paths, options, takes_word = [], [], False
    for each in arguments:
        path = None if takes_word or each.startswith("-") else _from_the_top(each)
        if path is None:
            options.append(each)
        else:
            paths.append(path)
        takes_word = not takes_word and each in TAKE_A_WORD
    return paths, options


def _from_the_top(argument: str) -> str | None:
    """``tests/x.py::test`` for any way to write that path; ``None`` where nothing has that name."""
    name, separator, test = argument.partition("::")
    for place in (Path.cwd() / name, ROOT / name):
        if name and place.exists():
            place = place.resolve()
            inside = str(place.relative_to(ROOT)) if place.is_relative_to(ROOT) else str(place)
            return f"{inside}{separator}{test}"
    return None


def _within(folders: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Those of the paths that lie in one of the folders, and the folders that lie in one of the paths."""
    found = [path for path in paths if any(_file_of(path).is_relative_to(folder) for folder in folders)]
    held = [folder for folder in folders if any(_holds(path, folder) for path in paths)]
    return list(dict.fromkeys([*held, *found]))


def _besides(paths: Sequence[str]) -> list[str]:
    """Those of the paths that lie in no folder with a runner of its own; all tests for what holds all."""
    own = (BOT_TESTS, *WHOLE_STACK)
    others = [path for path in paths if not any(_file_of(path).is_relative_to(folder) for folder in own)]
    return [ALL_TESTS if _holds(path, ALL_TESTS) else path for path in others]


def _holds(path: str, folder: str) -> bool:
    return path != folder and Path(folder).is_relative_to(path)


def _file_of(path: str) -> Path:
    return Path(path.partition("::")[0])


def _junit(report: Path) -> list[str]:
    return [f"--junit-xml={report}"]


def run_beside(lanes: Sequence[Sequence[Runner]]) -> list[tuple[Tally, str]]:
    """Run the lanes side by side, and the runners of a lane one after the other; each is shown whole when it ends."""
    with ThreadPoolExecutor(max(1, len(lanes))) as threads:
        ended = list(threads.map(lambda lane: [run(runner, at_once=False) for runner in lane], lanes))
    return [each for lane in ended for each in lane]


def run(runner: Runner, *, at_once: bool = True) -> tuple[Tally, str]:
    """Run it with its output shown, as it comes or (``at_once`` false) at the end; what it counted, a closing line."""
    if at_once:
        say(f"\n── {runner.title}")
    if runner.report is not None:
        runner.report.unlink(missing_ok=True)
    began = time.monotonic()
    environment = {**inherited(), "PYTHONPATH": str(ROOT)}
    output, errors = (None, None) if at_once else (subprocess.PIPE, subprocess.STDOUT)
    ended = subprocess.run(runner.command, cwd=runner.cwd, env=environment, stdout=output, stderr=errors)
    if not at_once:
        with _SHOWING:
            say(f"\n── {runner.title}")
            sys.stdout.write(ended.stdout.decode(errors="replace"))
            sys.stdout.flush()
    status = ended.returncode
    tally = count(runner.report, status)
    outcome = f"{tally.passed} passed, {tally.failed} failed" + (f", {tally.skipped} skipped" if tally.skipped else "")
    return tally, f"{runner.title:<20} {outcome}  ({time.monotonic() - began:.0f} s)"


def count(report: Path | None, status: int) -> Tally:
    """What a JUnit report counts; one test where there is none. A bad exit status is never a success."""
    tally = Tally()
    if report is not None and report.is_file():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 - our own runners wrote it
            bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            tally.add(Tally(int(suite.get("tests", 0)) - bad - skipped, bad, skipped))
        if status == NO_TESTS_COLLECTED and not tally.failed:
            return tally
    elif status == 0:
        tally.passed = 1
    if status != 0 and not tally.failed:
        tally.failed = 1
    return tally
