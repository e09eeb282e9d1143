"""Two golden packets are what the rules make of two logs: nothing said at all, and more said than fits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from handoff.contract.packet import Packet
from handoff.contract.wire import PACKET
from handoff.packet.build import Handoff, build
from handoff.packet.fit import fit
from tests.handoff.packet.test_build import AT, CONVERSATION, EVENTS, HANDOFF, TURNS, event, said

pytestmark = pytest.mark.unit

VECTORS = Path(__file__).parents[2] / "contract" / "vectors"
SMALL = 12_000
"""Bytes; the real cap would make a long file of the same shape."""


def nothing_said() -> Packet:
    """Somebody unknown opens the widget and presses the button."""
    nobody = replace(CONVERSATION, customer_id=None, customer_name=None, verification="none", episode_id=None)
    log = [
        event(1, "conversation.opened", "system", channel="web"),
        event(2, "handoff.requested", "customer", reason="explicit_request"),
        event(3, "handoff.queued", "system", handoff_id="hnd_1", queue="support", position=1),
        event(4, "message.sent", "system", text="You're next in line.", author="system"),
    ]
    return fit(build(nobody, log, [], Handoff("hnd_1", 2, "explicit_request", "support", 3, AT.format(1))))


def more_than_fits() -> Packet:
    """The oldest lines of the transcript give way, and say where they can be had."""
    more = [said(seq, f"And another thing, number {seq}: " + "it goes on and on. " * 12) for seq in range(13, 43)]
    return fit(build(CONVERSATION, [*EVENTS, *more], TURNS, HANDOFF), SMALL)


@pytest.mark.parametrize(("name", "packet"), [("packet_empty", nothing_said()), ("packet_overflow", more_than_fits())])
def test_a_golden_packet_is_what_is_made_of_its_log(name: str, packet: Packet) -> None:
    golden: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_text())
    assert json.loads(PACKET.dump_json(packet)) == golden["value"]


def test_they_show_what_they_are_for() -> None:
    empty, over = nothing_said(), more_than_fits()
    assert empty.tried == empty.need.intents == []
    assert (empty.need.problem, empty.advice.next_action) == (None, "ask_need")
    assert [line.who for line in empty.transcript] == ["system"]
    (gone,) = over.overflow
    assert (gone.part, gone.reference) == ("transcript", "/handoffs/hnd_1/packet/transcript")
    assert gone.items > 0
    assert over.transcript
