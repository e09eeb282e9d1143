"""Payment data taken out before anything is built from a log: what was never in a packet cannot leak from it.

Addresses, telephone numbers and order numbers stay: whoever helps the customer needs them.
"""

from __future__ import annotations

from collections.abc import Sequence

from handoff.contract.packet import PacketRedaction
from handoff.contract.redact import hide
from handoff.conversations.log import WireEvent


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
