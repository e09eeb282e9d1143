"""Payment data taken out before anything is built from a log: what was never in a packet cannot leak from it.

Addresses, telephone numbers and order numbers stay: whoever helps the customer needs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from handoff.contract.packet import PacketRedaction
from handoff.contract.redact import PAYMENT, finds, redact
from handoff.conversations.log import WireEvent

CODE_SLOTS = frozenset({"code"})
HIDDEN_CODE = "[code]"


def hide_events(events: Sequence[WireEvent]) -> tuple[list[WireEvent], list[PacketRedaction]]:
    """The events without payment data, and what was taken out of which; the given ones are left alone."""
    clean: list[WireEvent] = []
    removed: list[PacketRedaction] = []
    for event in events:
        counts: dict[str, int] = {}
        clean.append({**event, "data": hide(event["data"], counts)})
        removed += [
            PacketRedaction(event["type"], label.strip("[]"), count, event["seq"]) for label, count in counts.items()
        ]
    return clean, removed


def hide(value: Any, counts: dict[str, int] | None = None) -> Any:
    """``value`` (JSON-like) without payment data and one-time codes; ``counts`` collects what was taken out."""
    if isinstance(value, str):
        after = redact(value, labels=PAYMENT)
        if counts is not None:
            for label, count in finds(value, after).items():
                counts[label] = counts.get(label, 0) + count
        return after
    if isinstance(value, dict):
        return {k: HIDDEN_CODE if k in CODE_SLOTS and item else hide(item, counts) for k, item in value.items()}
    if isinstance(value, list | tuple):
        return [hide(item, counts) for item in value]
    return value
