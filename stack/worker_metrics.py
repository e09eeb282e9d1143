"""The worker's figures beside the app's: it listens on a private socket alone, so the app's ``/metrics`` shows both.

Both programs count under the same names. Each of the worker's lines gets the label ``process="worker"`` and stands in
its family beside the app's: a scraper refuses a family that is declared twice, and two values of one series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx

WITHIN = 1.0
"""Seconds for the worker's answer: a scraper waits for ours, and has it without the worker's too."""
_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")


async def with_worker(own: bytes, socket: Path) -> bytes:
    """``own`` and what the worker at ``socket`` counts, as one text; ``own`` alone while nobody answers there."""
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://worker", timeout=WITHIN) as client:
            answer = (await client.get("/metrics")).raise_for_status()
    except httpx.HTTPError:
        return own
    return together(own.decode(), answer.text).encode()


def together(own: str, workers: str) -> str:
    """Two texts of Prometheus's form as one, family by family."""
    theirs = dict(_families(workers))
    written = []
    for family, lines in _families(own):
        written += [*lines, *map(_labelled, filter(_counts, theirs.pop(family, [])))]
    for lines in theirs.values():
        written += [_labelled(line) if _counts(line) else line for line in lines]
    return "".join(f"{line}\n" for line in written)


def _counts(line: str) -> bool:
    return not line.startswith("#")


def _families(text: str) -> Iterator[tuple[str, list[str]]]:
    """(name, its lines) of each family, which begins with ``# HELP name``."""
    name, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            if lines:
                yield name, lines
            name, lines = line.split(" ", 3)[2], []
        lines.append(line)
    if lines:
        yield name, lines


def _labelled(line: str) -> str:
    found = _NAME.match(line)
    if found is None:
        return line
    name, rest = found.group(), line[found.end() :]
    return f'{name}{{process="worker",{rest[1:]}' if rest.startswith("{") else f'{name}{{process="worker"}}{rest}'
