"""Routing follows the issue: which queue a hand-over enters, and with what priority (1 is most urgent)."""

from __future__ import annotations

from typing import NamedTuple

from handoff.contract.events import HandoffReason


class Route(NamedTuple):
    queue: str
    priority: int


ROUTES: dict[HandoffReason, Route] = {
    "safety": Route("senior", 1),
    "frustration": Route("senior", 2),
    "repeated_failure": Route("senior", 2),
    "tool_failure": Route("support", 2),
    "policy_limit": Route("specialist", 3),
    "business_rule": Route("specialist", 3),
    "complexity": Route("specialist", 3),
    "explicit_request": Route("support", 3),
    "missing_knowledge": Route("support", 4),
    "low_confidence": Route("support", 4),
}


def route(reason: HandoffReason) -> Route:
    return ROUTES[reason]
