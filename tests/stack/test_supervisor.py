"""The supervisor with real child processes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from stack.child import ChildSpec
from stack.errors import StackError
from stack.paths import ROOT
from stack.probes import says_anything
from stack.supervisor import LONGEST_PAUSE, Supervisor, pause_before
from tests.support.waiting import eventually, eventually_now

pytestmark = pytest.mark.service

# Says that it is ready, appends to a common diary, and waits for its end.
CHILD = """
import pathlib, signal, sys, time
folder, name, manner = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
def note(word):
    with (folder / "diary").open("a") as file:
        file.write(f"{name} {word}\\n")
def end(*_):
    if manner != "stubborn":
        note("ended")
        sys.exit(0)
signal.signal(signal.SIGTERM, end)
if manner == "spare":
    with (folder / f"{name}.loaded").open("a") as file:
        file.write(f"{__import__('os').getpid()}\\n")
    if not sys.stdin.readline():
        sys.exit(0)
note("started")
if manner == "broken":
    print("the thing it needs is missing", flush=True)
    sys.exit(3)
if manner == "needy" and not (folder / "needed").exists():
    print("the thing it needs is gone", flush=True)
    sys.exit(3)
if manner == "serving":
    import socket
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / f"{name}.ready"))
    door.listen()
    while True:
        line, _ = door.accept()
        said = line.recv(99)
        if said == b"turn for ever":
            while True:
                pass
        line.sendall(b"no, but I am here\\n")
        line.close()
(folder / f"{name}.ready").touch()
while True:
    time.sleep(60)
"""


class Stage:
    """Children for one test, and what they wrote in their diary."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor: Supervisor | None = None
        self.answers = 0

    def spec(self, name: str, starts: int = 0, stops: int = 0, manner: str = "good", nice: int = 0) -> ChildSpec:
        ready = self.folder / f"{name}.ready"

        async def is_ready() -> bool:
            return ready.exists()

        async def is_alive() -> bool:
            answered = await says_anything(words=b"well?", socket=ready)
            self.answers += answered
            return answered

        return ChildSpec(
            name=name,
            command=(sys.executable, "-I", "-c", CHILD, str(self.folder), name, manner),
            starts=starts,
            stops=stops,
            ready=is_ready,
            alive=is_alive if manner == "serving" else None,
            sockets=(ready,),
            ready_within=20,
            stop_within=0.3,
            nice=nice,
            spares=2 if manner == "spare" else 0,
        )

    def supervise(self, *specs: ChildSpec, grace: float = 10.0) -> Supervisor:
        self.supervisor = Supervisor(
            specs,
            logs=self.folder,
            state=self.folder / "state.json",
            say=self.said.append,
            facts={"pid": 1},
            grace=grace,
        )
        return self.supervisor

    def diary(self) -> list[str]:
        path = self.folder / "diary"
        return path.read_text().splitlines() if path.exists() else []

    def pid(self, name: str) -> int | None:
        child = json.loads((self.folder / "state.json").read_text())["children"][name]
        return child["pid"] if child["state"] == "ready" else None


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    if stage.supervisor is not None:
        await stage.supervisor.stop()


async def test_starts_in_order_and_stops_in_reverse(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("app", 1, 2), stage.spec("store", 0, 0), stage.spec("bot", 1, 1))
    await supervisor.start()
    assert stage.diary()[0] == "store started"
    await supervisor.stop()
    assert stage.diary()[3:] == ["app ended", "bot ended", "store ended"]
    assert not (stage.folder / "state.json").exists()


async def test_a_killed_child_is_restarted_and_that_is_said(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("bot"))
    await supervisor.start()
    first = stage.pid("bot")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    second = await eventually("another bot is ready", lambda: stage.pid("bot") if stage.pid("bot") != first else None)
    assert second != first
    await eventually("the people are told", lambda: len(stage.said) == 2)
    assert stage.said == ["bot ended (killed by signal 9); restarting it now.", "bot is back."]


async def test_each_of_many_deaths_is_survived(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("bot"))
    await supervisor.start()
    for _ in range(2):
        pid = stage.pid("bot")
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await eventually("another bot", lambda pid=pid: stage.pid("bot") not in (None, pid))  # type: ignore[misc]
    state = json.loads((stage.folder / "state.json").read_text())
    assert state["children"]["bot"]["restarts"] == 2


async def test_a_child_whose_socket_was_removed_is_restarted(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("bot"))
    await supervisor.start()
    (stage.folder / "bot.ready").unlink()
    await eventually("it is back", lambda: len(stage.said) == 2)
    assert stage.said[0] == "bot ended (its socket was removed); restarting it now."
    assert (stage.folder / "bot.ready").exists()


async def test_a_child_that_does_not_come_back_is_told_of_once_with_its_last_words(stage: Stage) -> None:
    (stage.folder / "needed").touch()
    supervisor = stage.supervise(stage.spec("bot", manner="needy"))
    await supervisor.start()
    (stage.folder / "needed").unlink()
    os.kill(stage.pid("bot") or 0, signal.SIGKILL)
    await eventually("it was tried three times more", lambda: stage.diary().count("bot started") == 4)
    assert len(stage.said) == 2
    assert stage.said[1].startswith("bot did not start again (the thing it needs is gone); trying on.")
    assert "./frontdesk doctor" in stage.said[1]
    (stage.folder / "needed").touch()
    await eventually("it is back", lambda: stage.said[2:] == ["bot is back."])


async def test_now_and_then_it_is_said_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stack.supervisor.COMPLAIN_EVERY", 0.1)
    (stage.folder / "needed").touch()
    supervisor = stage.supervise(stage.spec("bot", manner="needy"))
    await supervisor.start()
    (stage.folder / "needed").unlink()
    os.kill(stage.pid("bot") or 0, signal.SIGKILL)
    await eventually("it is said again", lambda: len(stage.said) == 3)
    assert stage.said[2].startswith("bot did not start again, 2 times now (the thing it needs is gone)")


@pytest.mark.parametrize("manner", ["stopped", "turning for ever"])
async def test_a_child_that_hangs_is_restarted(stage: Stage, monkeypatch: pytest.MonkeyPatch, manner: str) -> None:
    monkeypatch.setattr("stack.supervisor.LOOK_EVERY", 0.1)
    monkeypatch.setattr("stack.supervisor.SILENT_FOR", 1.0)
    supervisor = stage.supervise(stage.spec("bot", manner="serving"))
    await supervisor.start()
    first = stage.pid("bot")
    assert first is not None
    if manner == "stopped":
        os.kill(first, signal.SIGSTOP)
    else:
        _, writer = await asyncio.open_unix_connection(stage.folder / "bot.ready")
        writer.write(b"turn for ever")
        await writer.drain()
        writer.close()
    await eventually("another serves", lambda: stage.pid("bot") not in (None, first))
    await eventually("the people are told", lambda: len(stage.said) == 2)
    assert stage.said == ["bot ended (no answer for 1 s); restarting it now.", "bot is back."]
    assert not psutil.pid_exists(first)


async def test_a_child_that_answers_is_left_alone_whatever_it_says(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may refuse all it is asked: a queue that is full, a store that is away."""
    monkeypatch.setattr("stack.supervisor.LOOK_EVERY", 0.02)
    monkeypatch.setattr("stack.supervisor.SILENT_FOR", 0.5)
    supervisor = stage.supervise(stage.spec("bot", manner="serving"))
    await supervisor.start()
    first = stage.pid("bot")
    await eventually("it was asked for longer than a silence may last", lambda: stage.answers > 50)
    assert (stage.pid("bot"), stage.said) == (first, [])


async def test_a_child_that_never_starts_ends_the_start_with_one_sentence(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("store", 0), stage.spec("bot", 1, manner="broken"))
    with pytest.raises(StackError) as caught:
        await supervisor.start()
    assert "bot did not start (the thing it needs is missing)" in str(caught.value)
    assert stage.diary().count("bot started") == 3
    await supervisor.stop()
    assert stage.diary()[-1] == "store ended"


async def test_a_child_that_will_not_end_is_killed_within_the_grace(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("store", 0, 0), stage.spec("bot", 0, 1, manner="stubborn"), grace=5)
    await supervisor.start()
    pid = stage.pid("bot")
    assert pid is not None
    loop = asyncio.get_running_loop()
    began = loop.time()
    await supervisor.stop()
    assert loop.time() - began < 5
    assert not psutil.pid_exists(pid)
    assert "store ended" in stage.diary()


async def test_the_worker_is_nice(stage: Stage) -> None:
    supervisor = stage.supervise(stage.spec("worker", nice=7))
    await supervisor.start()
    assert psutil.Process(stage.pid("worker")).nice() == psutil.Process().nice() + 7


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import asyncio, sys, pathlib
        from tests.stack.test_supervisor import Stage
        async def main():
            stage = Stage(pathlib.Path(sys.argv[1]))
            await stage.supervise(stage.spec("store", 0), stage.spec("bot", 1, manner="stubborn")).start()
            print("up", flush=True, file=sys.stderr)
            await asyncio.Event().wait()
        asyncio.run(main())
    """)
    supervisor = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
    )
    assert supervisor.stderr is not None
    assert supervisor.stderr.readline() == b"up\n"
    children = psutil.Process(supervisor.pid).children(recursive=True)
    assert len(children) == 2
    supervisor.kill()
    supervisor.wait()
    supervisor.stderr.close()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    eventually_now("nothing is left", lambda: not any(child.is_running() for child in children))


def test_pauses_grow_and_stay_bounded() -> None:
    pauses = [pause_before(count) for count in range(12)]
    assert pauses[:4] == [0.0, 0.5, 1.0, 2.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


async def test_spares_that_are_loaded_take_over_one_after_the_other_and_others_are_loaded(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.supervisor.SPARE_AFTER", 0.0)
    supervisor = stage.supervise(stage.spec("app", manner="spare"))
    await supervisor.start()

    def loaded() -> list[int]:
        return [int(line) for line in (stage.folder / "app.loaded").read_text().split()]

    await eventually("two spares are loaded", lambda: len(loaded()) == 3)
    first, *spares = loaded()
    assert stage.pid("app") == first
    assert stage.diary() == ["app started"], "the spares wait"
    waiting = set(spares)  # they load side by side, so either may be the first in the file
    while waiting:
        os.kill(stage.pid("app") or 0, signal.SIGKILL)
        await eventually("a spare serves", lambda: stage.pid("app") in waiting)
        waiting.remove(stage.pid("app"))
        assert stage.diary() == ["app started"] * (3 - len(waiting))
    await eventually("other spares are loaded", lambda: len(loaded()) == 5)
    await supervisor.stop()
    assert not any(psutil.pid_exists(each) for each in loaded())
