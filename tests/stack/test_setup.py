"""Set-up steps: done once, done again when something changed, resumed after an interruption."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stack.errors import StackError
from stack.fingerprint import fingerprint
from stack.paths import ROOT
from stack.setup import Step, run_steps
from stack.tools import Tell, run_tool
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.service


class Work:
    """Three steps that write a file each from one input, and a diary of what ran."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stamps = folder / "stamps"
        self.stamps.mkdir()
        self.input = folder / "input"
        self.input.write_text("one")
        self.ran: list[str] = []
        self.fails_at = ""

    def step(self, name: str) -> Step:
        output = self.folder / name

        def run(_tell: Tell) -> None:
            self.ran.append(name)
            if self.fails_at == name:
                raise KeyboardInterrupt
            output.write_text("made")

        return Step(name, name, run, lambda: fingerprint(self.input), (output,))

    def run(self) -> list[str]:
        self.ran.clear()
        run_steps([self.step("first"), self.step("second"), self.step("third")], self.stamps)
        return self.ran


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


def test_a_second_run_does_nothing(work: Work) -> None:
    assert work.run() == ["first", "second", "third"]
    assert work.run() == []


def test_a_change_is_noticed(work: Work) -> None:
    work.run()
    work.input.write_text("two")
    assert work.run() == ["first", "second", "third"]


def test_a_missing_result_is_made_again(work: Work) -> None:
    work.run()
    (work.folder / "second").unlink()
    assert work.run() == ["second"]


def test_an_interruption_costs_only_the_step_it_hit(work: Work) -> None:
    work.fails_at = "second"
    with pytest.raises(KeyboardInterrupt):
        work.run()
    work.fails_at = ""
    assert work.run() == ["second", "third"]


# Runs one step, which waits until it is let go, and says what it did.
BESIDE = """
import pathlib, sys
from stack.setup import Step, run_steps
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def run(tell):
    (folder / f"{name}.began").touch()
    sys.stdin.readline()
    (folder / "made").write_text(name)
print(run_steps([Step("slow", "Working", run, lambda: "same", (folder / "made",))], folder / "stamps"), flush=True)
"""


def test_of_two_commands_that_start_together_one_waits_and_finds_the_work_done(work: Work) -> None:
    def command(name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", BESIDE, str(work.folder), name], cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=(work.folder / f"{name}.said").open("w"), text=True,
        )  # fmt: skip

    first = command("first")
    eventually_now("the first works", lambda: (work.folder / "first.began").exists())
    second = command("second")
    eventually_now(
        "the second says that it waits", lambda: "waiting for it" in (work.folder / "second.said").read_text()
    )
    assert first.communicate("go\n", timeout=20)[0] == "['slow']\n"
    assert second.communicate("go\n", timeout=20)[0] == "[]\n"
    assert (work.folder / "made").read_text() == "first"
    assert not (work.folder / "second.began").exists()


def test_what_changes_while_a_step_runs_is_noticed(work: Work) -> None:
    changes = iter(["two"])

    def run(_tell: Tell) -> None:
        (work.folder / "made").write_text(work.input.read_text())
        for change in changes:
            work.input.write_text(change)

    step = Step("slow", "Working", run, lambda: fingerprint(work.input), (work.folder / "made",))
    assert run_steps([step], work.stamps) == ["slow"]
    assert run_steps([step], work.stamps) == ["slow"], "its result is of what was there before"
    assert (work.folder / "made").read_text() == "two"
    assert run_steps([step], work.stamps) == []


def test_a_step_that_leaves_nothing_is_not_done(work: Work) -> None:
    step = Step("empty", "Doing nothing", lambda _tell: None, lambda: "same", (work.folder / "absent",))
    with pytest.raises(StackError, match="without leaving"):
        run_steps([step], work.stamps)
    assert not step.is_done(work.stamps)


def test_a_failing_program_becomes_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "log" / "setup.log"

    def run(script: str) -> str:
        with pytest.raises(StackError) as caught:
            run_tool(["sh", "-c", script], "It could not be built", log, tell=lambda _line: None, environment={})
        return str(caught.value)

    assert run("echo the reason; exit 3") == f"It could not be built (the reason). The whole output is in {log}."
    assert "disk is full" in run("echo npm error ENOSPC: no space left on device; exit 1")
    assert "no connection" in run("echo npm error code EAI_AGAIN; exit 1")
    assert "the reason" in log.read_text()


def test_a_missing_program_becomes_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="could not be started"):
        run_tool(["/nowhere/x"], "It could not be built", tmp_path / "log", tell=print, environment={})


def test_a_fingerprint_sees_names_contents_and_facts(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    seen = {fingerprint(tmp_path)}
    (tmp_path / "a").write_text("2")
    seen.add(fingerprint(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    seen |= {fingerprint(tmp_path), fingerprint(tmp_path, facts=["x"])}
    assert len(seen) == 4
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "c").write_text("built")
    assert fingerprint(tmp_path) in seen


def test_stopping_a_set_up_says_how_to_go_on(tmp_path: Path) -> None:
    program = (
        "import sys; from stack import cli; from stack.tools import run_tool; import pathlib\n"
        "def slow(**_):\n"
        "    log = pathlib.Path(sys.argv[1])\n"
        "    run_tool(['sleep', '60'], 'x', log, tell=print, environment={'PATH': '/bin:/usr/bin'})\n"
        "cli.load = slow\n"
        "sys.exit(cli.main(['doctor']))\n"
    )
    log = tmp_path / "setup.log"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(log)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE
    )
    (sleeping,) = eventually_now("the tool runs", lambda: psutil.Process(process.pid).children())
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (1, b"frontdesk: stopped. Run the same command again to go on.\n")
    psutil.wait_procs([sleeping], timeout=10)
    assert not sleeping.is_running()
