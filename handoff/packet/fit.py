"""The size cap: what does not fit into the packet is left out oldest first, named, and can be fetched whole."""

from __future__ import annotations

from dataclasses import is_dataclass, replace
from typing import Any

import orjson

from handoff.contract.packet import MOST_BYTES, Packet, PacketOverflow
from handoff.contract.wire import dump

ROOM_FOR_NAMES = 2048
"""Kept free for the entries that name what was left out."""
PARTS = (
    "transcript",
    "tried",
    "questions",
    "redactions",
    "articles",
    "mood.frustration",
    "mood.signs",
    "need.intents",
    "need.issues",
    "why.alternatives",
    "why.messages",
    "operations",
    "why.evidence",
    "promises",
    "approvals",
    "need.slots",
)
"""In the order in which they give way. Each may be asked for by its name."""


def size(packet: Packet) -> int:
    return len(orjson.dumps(dump(packet)))


def fit(packet: Packet, most: int = MOST_BYTES) -> Packet:
    """The packet itself where it fits, else without the oldest items of its longest parts."""
    over = size(packet) - most
    if over <= 0:
        return packet
    over += ROOM_FOR_NAMES
    left_out: list[PacketOverflow] = []
    for part in PARTS:
        items = part_of(packet, part)
        gone = 0
        while over > 0 and gone < len(items):
            over -= _bytes(items, gone)
            gone += 1
        if gone:
            packet = _with_part(packet, part, gone)
            left_out.append(PacketOverflow(part, gone, reference(packet.ids.handoff_id, part)))
        if over <= 0:
            break
    return replace(packet, overflow=left_out)


def reference(handoff_id: str, part: str) -> str:
    return f"/handoffs/{handoff_id}/packet/{part}"


def part_of(packet: Packet, part: str) -> Any:
    """The list or mapping that is called ``part``. Raises ``KeyError`` for another name."""
    if part not in PARTS:
        raise KeyError(part)
    value: Any = packet
    for name in part.split("."):
        value = getattr(value, name)
    return value


def whole_part(packet: Packet, part: str) -> list[Any] | dict[str, Any]:
    """``part`` as JSON-ready data. Raises ``KeyError`` for another name."""
    items = part_of(packet, part)
    if isinstance(items, dict):
        return {name: _plain(item) for name, item in items.items()}
    return [_plain(item) for item in items]


def _plain(item: Any) -> Any:
    return dump(item) if is_dataclass(item) else item


def _bytes(items: Any, index: int) -> int:
    if isinstance(items, dict):
        name = list(items)[index]
        return len(orjson.dumps({name: _plain(items[name])})) - 1
    return len(orjson.dumps(_plain(items[index]))) + 1


def _with_part(packet: Packet, part: str, gone: int) -> Packet:
    items = part_of(packet, part)
    rest = dict(list(items.items())[gone:]) if isinstance(items, dict) else items[gone:]
    group, _, name = part.rpartition(".")
    values: dict[str, Any] = {name: rest}
    if group:
        values = {group: replace(getattr(packet, group), **values)}
    return replace(packet, **values)
