"""Packet sufficiency: can the next right action be named from the packet alone?

A case is the log of a conversation up to a hand-over and the action that a good colleague takes first. The solver
(``handoff.contract.next_action``) sees the packet and nothing else: no log, no gold.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from eval.handover import wilson
from handoff.contract.next_action import next_action
from handoff.contract.packet import NextAction, Packet

ACTIONS: frozenset[str] = frozenset(get_args(NextAction))
FIELDS = frozenset({"id", "gold", "why", "customer_id", "verification", "locale", "events", "turns"})


class BadCase(ValueError):
    """A line that is no case; the message names the line."""


@dataclass(frozen=True)
class Case:
    """``events``: ``{type, source, data}`` in order; ``turns``: ``{seq, triage}``; see the set's README."""

    id: str
    gold: str
    customer_id: str | None
    verification: str
    locale: str
    events: list[dict[str, Any]]
    turns: list[dict[str, Any]]


def read_cases(path: Path) -> list[Case]:
    """Raises ``BadCase`` with the number of the first line that does not hold."""
    cases: list[Case] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as problem:
            raise BadCase(f"line {number}: not JSON ({problem.msg})") from problem
        if not isinstance(row, dict) or set(row) != FIELDS:
            raise BadCase(f"line {number}: a case has the fields {', '.join(sorted(FIELDS))}")
        if row["gold"] not in ACTIONS:
            raise BadCase(f"line {number}: {row['gold']!r} is no next action")
        if row["id"] in {case.id for case in cases}:
            raise BadCase(f"line {number}: the id {row['id']} is there already")
        cases.append(Case(**{name: row[name] for name in FIELDS - {"why"}}))
    return cases


def evaluate(cases: Sequence[Case], packet_of: Callable[[Case], Packet]) -> dict[str, Any]:
    """How often the action read from the packet is the right one, with a Wilson interval, and every miss."""
    misses: list[dict[str, str]] = []
    right: Counter[str] = Counter()
    for case in cases:
        named = next_action(packet_of(case))
        right[case.gold] += named == case.gold
        if named != case.gold:
            misses.append({"id": case.id, "gold": case.gold, "named": named})
    hits, of = sum(right.values()), len(cases)
    wanted = Counter(case.gold for case in cases)
    return {
        "n": of,
        "right": hits,
        "sufficiency": round(hits / of, 4) if of else None,
        "interval_95": wilson(hits, of) if of else None,
        "by_action": {action: {"n": wanted[action], "right": right[action]} for action in sorted(wanted)},
        "misses": misses,
    }
