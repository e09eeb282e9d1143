"""The memory and the start of a running stack, as ``doctor`` tells them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from stack import doctor, footprint
from stack.doctor import of_running
from stack.settings import Settings
from stack.supervisor import Supervisor

pytestmark = pytest.mark.service

ROLLUP = """559e4b600000-7ffd3b9f8000 ---p 00000000 00:00 0                          [rollup]
Rss:               10240 kB
Pss:                5120 kB
Pss_Dirty:          2048 kB
"""


def record(folder: Path, pid: int, started_at: datetime, **facts: float) -> Path:
    path = folder / "supervisor.json"
    path.write_text(json.dumps({"pid": pid, "started_at": started_at.isoformat(), **facts}))
    return path


def test_pss_is_read_from_the_rollup() -> None:
    assert footprint.pss_of(ROLLUP) == 5 << 20
    assert footprint.pss_of("") is None


def test_all_processes_of_the_stack_count(tmp_path: Path) -> None:
    """This process stands for the supervisor."""
    began = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
    path = record(tmp_path, os.getpid(), began, ready_after=8.2)
    alone = footprint.of_running(path)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        both = footprint.of_running(path)
        child.communicate(b"\n")
    assert alone is not None
    assert both is not None
    assert both.processes == alone.processes + 1
    assert both.rss > alone.rss
    assert both.ready_after == 8.2
    assert both.pss is not None
    assert 0 < both.pss <= both.rss
    assert "2 processes" in footprint.Footprint(2, 1 << 30, 1 << 29, None).in_words()
    assert "0.50 GiB" in footprint.Footprint(2, 1 << 30, 1 << 29, None).in_words()


def test_what_does_not_run_has_no_footprint(tmp_path: Path) -> None:
    assert footprint.of_running(tmp_path / "none.json") is None
    long_ago = datetime.now(UTC) - timedelta(days=3000)
    assert footprint.of_running(record(tmp_path, os.getpid(), long_ago)) is None, "another program's number"
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert footprint.of_running(record(tmp_path, gone.pid, datetime.now(UTC))) is None


def test_the_supervisor_adds_how_long_the_start_took(tmp_path: Path) -> None:
    began = datetime.fromtimestamp(psutil.Process().create_time(), UTC)
    path = tmp_path / "supervisor.json"
    facts = {"pid": os.getpid(), "started_at": began.isoformat()}
    Supervisor([], logs=tmp_path, state=path, say=str, facts=facts).remember(ready_after=7.5)
    running = footprint.of_running(path)
    assert running is not None
    assert running.ready_after == 7.5


def test_one_measurement_says_what_it_takes_and_how_it_started() -> None:
    def told(ready_after: float | None) -> list[str]:
        return [one.found for one in of_running(footprint.Footprint(2, 1 << 30, 1 << 29, ready_after))]

    assert told(8.24) == [footprint.Footprint(2, 1 << 30, 1 << 29, None).in_words(), "ready after 8.2 s"]
    assert told(None)[1] == "it is still starting"
    assert [(one.name, one.found) for one in of_running(None)] == [
        ("memory", "nothing runs here"),
        ("start", "nothing runs here"),
    ]


def test_doctor_measures_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[Path] = []
    monkeypatch.setattr(doctor, "CHECKS", ())
    monkeypatch.setattr(footprint, "of_running", measured.append)
    assert doctor.doctor(Settings(var_dir=tmp_path), as_json=True) == 0
    assert len(measured) == 1
