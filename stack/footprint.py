"""What a running stack takes: the memory of all its processes, and how long its last start took."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

PAGES = Path("/proc")
CLOCKS = 2.0
"""Seconds by which the clock of the record and that of the system may differ."""


@dataclass(frozen=True)
class Footprint:
    """Bytes. ``rss`` counts a page that processes share once for each, ``pss`` divides it among them, so that the sum
    is what the machine really gives; ``None`` where the system does not tell. ``ready_after``: seconds."""

    processes: int
    rss: int
    pss: int | None
    ready_after: float | None

    def in_words(self) -> str:
        count = f"{self.processes} processes"
        if self.pss is None:
            return f"{_gib(self.rss)} in {count}, shared pages counted with each (this system tells no Pss)"
        return f"{_gib(self.pss)} in {count} (Pss); {_gib(self.rss)} with shared pages counted with each (Rss)"


def of_running(record: Path) -> Footprint | None:
    """Of the stack whose supervisor wrote ``record``; ``None`` when it does not run."""
    try:
        facts = json.loads(record.read_text())
        started = datetime.fromisoformat(facts["started_at"]).timestamp()
        supervisor = psutil.Process(facts["pid"])
        if supervisor.create_time() > started + CLOCKS:  # another program has its number now
            return None
        family = [supervisor, *supervisor.children(recursive=True)]
    except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
        return None
    sizes = [size for process in family if (size := _sizes(process)) is not None]
    shares = [pss for _, pss in sizes if pss is not None]
    return Footprint(
        processes=len(sizes),
        rss=sum(rss for rss, _ in sizes),
        pss=sum(shares) if len(shares) == len(sizes) else None,
        ready_after=facts.get("ready_after"),
    )


def _sizes(process: psutil.Process) -> tuple[int, int | None] | None:
    """(Rss, Pss) of a process; ``None`` when it has just ended."""
    try:
        rss = int(process.memory_info().rss)
        return rss, pss_of((PAGES / str(process.pid) / "smaps_rollup").read_text())
    except psutil.NoSuchProcess:
        return None
    except OSError:
        return (rss, None) if process.is_running() else None


def pss_of(rollup: str) -> int | None:
    """Bytes, from the text of a ``smaps_rollup``."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return None


def _gib(size: int) -> str:
    return f"{size / 2**30:.2f} GiB"
