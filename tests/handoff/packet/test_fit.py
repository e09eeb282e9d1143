"""The packet keeps its size, says what it left out, and the rest can be fetched."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.contract.packet import MOST_BYTES, Packet
from handoff.contract.wire import PACKET, dump
from handoff.conversations.log import Conversation
from handoff.packet.build import Handoff, TurnRecord, build
from handoff.packet.fit import PARTS, fit, part_of, size, whole_part

pytestmark = pytest.mark.unit

AT = "2026-03-02T09:00:00.000Z"
WHO = Conversation("cnv_1", None, "M" * 200, "none", "web", "en", "queue", 2, 0, "open", 2, None, None, None, AT, AT)


def log_of(texts: list[str], operations: int, slots: int) -> Packet:
    """A conversation in which everything may be long."""
    events: list[dict[str, Any]] = []

    def add(name: str, source: str, **data: Any) -> int:
        seq = len(events) + 1
        events.append({"seq": seq, "type": name, "source": source, "epoch": 1, "occurred_at": AT, "data": data})
        return seq

    add("conversation.opened", "system", page_url="https://shop.example/" + "p" * 2000)
    turns = []
    for text in texts:
        seq = add("message.sent", "customer", text=text, author="customer")
        grounds = [{"kind": "tone", "text": text[:120], "weight": 0.5}] * 3
        add("triage.decided", "bot", reply_to=[seq], decision="offer", rule="r", frustration=0.7, evidence=grounds)
        add("message.sent", "bot", text=text + "?", author="bot", reply_to=[seq])
        found = {f"slot_{number}": text for number in range(slots)}
        turns.append(TurnRecord(seq, {"triage": {"intent": "order_status", "slots": found}}, "m"))
    for number in range(operations):
        add("action.performed", "bot", operation_id=f"op_{number}", kind="refund", state="unknown", summary="s" * 200)
    last = add("handoff.requested", "bot", reason="complexity", note="n" * 4000)
    return build(WHO, events, turns, Handoff("hnd_1", last, "complexity", "specialist", 3, AT))


@given(st.lists(st.text(max_size=3_000), max_size=40), st.integers(0, 150), st.integers(0, 80))
@settings(max_examples=40, deadline=None)
def test_any_conversation_fits(texts: list[str], operations: int, slots: int) -> None:
    whole = log_of(texts, operations, slots)
    fitted = fit(whole)
    assert size(fitted) <= MOST_BYTES
    assert PACKET.validate_python(dump(fitted)) == fitted
    for part in PARTS:
        left = next((o.items for o in fitted.overflow if o.part == part), 0)
        assert len(part_of(fitted, part)) + left == len(part_of(whole, part))


def test_a_small_packet_is_left_alone() -> None:
    whole = log_of(["Where is it"], 1, 1)
    assert fit(whole) is whole


def test_the_oldest_gives_way_and_can_be_fetched() -> None:
    whole = log_of(["where is my parcel, I have waited so long " * 20] * 40, 0, 1)
    fitted = fit(whole)
    [transcript] = [o for o in fitted.overflow if o.part == "transcript"]
    assert transcript.reference == "/handoffs/hnd_1/packet/transcript"
    assert fitted.transcript == whole.transcript[transcript.items :]
    assert [line["seq"] for line in whole_part(whole, "transcript")] == [line.seq for line in whole.transcript]
    assert fitted.summary == whole.summary


def test_there_is_no_part_by_another_name() -> None:
    with pytest.raises(KeyError):
        whole_part(log_of([], 0, 0), "ids")
