"""The worker's figures in the app's ``/metrics``."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from stack.serve import private_listener
from stack.worker_metrics import together, with_worker
from stack.worker_process import create_application

pytestmark = pytest.mark.service

OWN = """\
# HELP turns_total Turns
# TYPE turns_total counter
turns_total{end="answered"} 3.0
# HELP memory_bytes Memory
# TYPE memory_bytes gauge
memory_bytes 7.0
"""
WORKERS = """\
# HELP memory_bytes Memory
# TYPE memory_bytes gauge
memory_bytes 5.0
# HELP mails_total Mails
# TYPE mails_total counter
mails_total{end="sent {now}",to="a b"} 1.0
mails_total{end="failed",to=""} 2.0
"""


def test_each_family_is_declared_once_and_each_series_says_whose_it_is() -> None:
    assert together(OWN, WORKERS).splitlines() == [
        "# HELP turns_total Turns",
        "# TYPE turns_total counter",
        'turns_total{end="answered"} 3.0',
        "# HELP memory_bytes Memory",
        "# TYPE memory_bytes gauge",
        "memory_bytes 7.0",
        'memory_bytes{process="worker"} 5.0',
        "# HELP mails_total Mails",
        "# TYPE mails_total counter",
        'mails_total{process="worker",end="sent {now}",to="a b"} 1.0',
        'mails_total{process="worker",end="failed",to=""} 2.0',
    ]


async def test_a_running_workers_figures_stand_beside_ours() -> None:
    socket = Path(tempfile.mkdtemp()) / "worker.sock"  # a short path, see conftest.py
    listener = private_listener(create_application(), socket)
    serving = asyncio.create_task(listener.serve())
    await listener.wait_started(serving)
    own = generate_latest()
    text = (await with_worker(own, socket)).decode()
    listener.should_exit = True
    await serving
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    series = Counter((sample.name, tuple(sorted(sample.labels.items()))) for sample in samples)
    assert set(series.values()) == {1}
    declared = Counter(line.split()[2] for line in text.splitlines() if line.startswith("# TYPE "))
    assert set(declared.values()) == {1}
    of_the_worker = {sample.name for sample in samples if sample.labels.get("process") == "worker"}
    assert {"process_resident_memory_bytes", "frontdesk_turn_seconds_count"} <= of_the_worker
    assert own.decode().splitlines()[0] in text


async def test_without_a_worker_there_is_what_the_app_has(tmp_path: Path) -> None:
    assert await with_worker(OWN.encode(), tmp_path / "nobody.sock") == OWN.encode()
