"""What stands in the way of ``up`` is said in one sentence."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack import ports
from stack.errors import StackError
from stack.paths import ROOT, Paths
from stack.settings import load, process_environment
from stack.up import only_one
from tests.support.waiting import eventually_now

pytestmark = pytest.mark.service


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def up(var: Path, port: int) -> subprocess.CompletedProcess[str]:
    settings = load(var_dir=var, port=port)
    return subprocess.run(
        [sys.executable, "-P", "-m", "stack", "up", "--no-open"],
        env=process_environment(settings), cwd=ROOT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_taken_port_is_named_with_its_holder_and_a_free_one(taken_port: int, tmp_path: Path) -> None:
    done = up(tmp_path, taken_port)
    assert (done.returncode, done.stdout) == (1, "")
    (sentence,) = done.stderr.splitlines()
    assert f"Port {taken_port} is in use by" in sentence
    assert "./frontdesk up --port" in sentence


def test_a_second_up_over_the_same_var_is_refused(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.create()
    with only_one(paths):
        done = up(tmp_path, 1)
    assert done.returncode == 1
    assert "already runs from here (process" in done.stderr


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.create()
    program = (
        "import sys, pathlib, time; from stack.up import only_one; from stack.paths import Paths\n"
        "with only_one(Paths(pathlib.Path(sys.argv[1]))):\n    print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(StackError, match=f"process {holder.pid}"), only_one(paths):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()

    def free() -> bool:
        with only_one(paths):
            return True

    eventually_now("the lock is free", free)


def test_an_address_that_is_not_ours() -> None:
    with pytest.raises(StackError, match="no address of this machine"):
        ports.require_free("192.0.2.1", 8123)


def test_a_free_port_is_no_problem() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ports.require_free("127.0.0.1", port)
