"""Where the conversation waits, and what its customer was told about that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from handoff.contract.events import HandoffReason
from handoff.contract.packet import Origin, PacketRouting
from handoff.conversations.log import WireEvent


class Handoff(NamedTuple):
    """The hand-over's own row, as far as the packet needs it."""

    id: str
    seq: int
    reason: HandoffReason
    queue: str
    priority: int
    requested_at: str
    skills: Sequence[str] = ()
    weight: int = 1
    first_wait_at: str | None = None


def routing(events: Sequence[WireEvent], handoff: Handoff) -> PacketRouting:
    placed = _newest(events, handoff.id, "handoff.queued", "handoff.advanced")
    told = _newest(events, handoff.id, "handoff.advanced")
    passed = _newest(events, handoff.id, "handoff.transferred")
    shown = _shown(events, handoff.seq)
    return PacketRouting(
        queue=handoff.queue,
        priority=handoff.priority,
        position_told=placed["data"]["position"] if placed else None,
        text_shown=shown["data"].get("text") if shown else None,
        wait_told=told["data"].get("estimate_seconds") if told else None,
        skills=list(handoff.skills),
        capacity_weight=handoff.weight,
        requested_agent=passed["data"].get("to_agent") if passed else None,
        off_hours=told["data"].get("opens_at") if told else None,
    )


def routing_origins(events: Sequence[WireEvent], handoff_id: str, request: int) -> dict[str, Origin]:
    """``request``: the seq of ``handoff.requested``."""
    queued = _newest(events, handoff_id, "handoff.queued")
    placed = _newest(events, handoff_id, "handoff.queued", "handoff.advanced")
    told = _newest(events, handoff_id, "handoff.advanced")
    passed = _newest(events, handoff_id, "handoff.transferred")

    def at(event: WireEvent | None) -> Origin:
        return Origin("tool", event["seq"] if event else request)

    return {
        "routing": at(queued),
        "routing.position_told": at(placed),
        "routing.text_shown": at(_shown(events, request)),
        "routing.wait_told": at(told),
        "routing.requested_agent": at(passed),
        "routing.off_hours": at(told),
    }


def _newest(events: Sequence[WireEvent], handoff_id: str, *types: str) -> WireEvent | None:
    return next((e for e in reversed(events) if e["type"] in types and e["data"]["handoff_id"] == handoff_id), None)


def _shown(events: Sequence[WireEvent], request: int) -> WireEvent | None:
    return next(
        (e for e in events if e["seq"] > request and e["type"] == "message.sent" and e["source"] == "system"), None
    )
