"""What a candidate says in a replay goes through the running gateway's gate, as things stood at that turn."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eval.outcomes.model import Conversation, Event
from eval.replay.model import Recorded, Turn
from eval.replay.said import Said
from handoff.contract.turn import BotMessage, OperationRef, Triage, TurnResult
from handoff.gateway import wording
from stack.replay_candidate import as_the_gateway_lets_it_out

pytestmark = pytest.mark.unit

VIENNA = ZoneInfo("Europe/Vienna")
AT = 1_764_000_000.0
PROMISE = {"promise_id": "prm_1", "text": "Tell the customer.", "owner": "parcels", "due_at": "2025-11-24T18:00:00Z"}
DONE = {"operation_id": "op_1", "kind": "refund", "state": "verified", "summary": "Refund 39.80 EUR"}
FIRST, SECOND = 1, 5
"""The turns, by the ``seq`` of their messages. The second message was written while the first turn ran."""


def recorded(*told: tuple[int, str, dict[str, Any]], **more: Any) -> Recorded:
    events = tuple(Event(seq, AT + seq, "bot", kind, data) for seq, kind, data in told)
    said = Said("said")
    turns = [
        Turn(FIRST, (FIRST,), "message", "one", AT + FIRST, said, events=[{"event": "user"}]),
        Turn(SECOND, (SECOND,), "message", "two", AT + SECOND + 2, said, events=[{"event": "user"}]),
    ]
    return Recorded(Conversation("c", "web", None, events), turns, **more)


def read(record: Recorded, number: int, text: str, *about: str, operations: list[OperationRef] | None = None) -> str:
    """What the customer would read in the place of ``text``, which names these operations."""
    message = BotMessage(text, operations=list(about))
    result = TurnResult([message], [], Triage("continue", "", 0.0, 0.0), operations or [], [], [], 0, "")
    said, why = as_the_gateway_lets_it_out(record, record.turns[number], result, VIENNA)
    assert bool(why) == (said.messages[0].text != text)
    return said.messages[0].text


@pytest.mark.parametrize(("seq", "backs"), [(2, [False, True]), (SECOND + 1, [False, True]), (9, [False, False])])
def test_what_was_done_later_backs_nothing_yet(seq: int, backs: list[bool]) -> None:
    record = recorded((seq, "action.performed", DONE))
    assert [read(record, number, "Done.", "op_1") == "Done." for number in (0, 1)] == backs


def test_what_the_candidate_itself_reads_back_as_done_may_be_said() -> None:
    done = OperationRef("op_1", "refund", "verified", "Refund 39.80 EUR", "RF-1")
    assert read(recorded(), 0, "Done.", "op_1", operations=[done]) == "Done."
    assert read(recorded(), 0, "Done.", "op_2", operations=[done]) == wording.UNBACKED


PROMISED = "You will hear from us by tomorrow."


def test_a_promise_backs_while_it_is_open() -> None:
    made, kept = (2, "promise.made", PROMISE), (3, "promise.kept", {"promise_id": "prm_1", "by": "parcels"})
    assert read(recorded(made), 1, PROMISED) == PROMISED
    assert read(recorded(made), 0, PROMISED) == wording.UNBACKED
    assert read(recorded(made, kept), 1, PROMISED) == wording.UNBACKED


@pytest.mark.parametrize(
    ("text", "about", "backs"),
    [
        ("You hear from us about A-1042 by tomorrow.", [], True),
        ("You hear from us about F-6001 by tomorrow.", [], False),
        (PROMISED, ["op_1"], True),
        (PROMISED, ["op_2"], False),
    ],
)
def test_a_promise_is_about_its_operation(text: str, about: list[str], backs: bool) -> None:
    record = recorded(
        (2, "promise.made", PROMISE), about={"op_1": "report A-1042 Late parcel"}, promised={"prm_1": "op_1"}
    )
    assert (read(record, 1, text, *about) == text) is backs


def test_nothing_goes_on_from_a_sentence_that_nobody_would_have_read() -> None:
    said = [BotMessage(" \n"), BotMessage("I've cancelled it."), BotMessage("Bye.")]
    events = [{"event": "bot", "text": each.text, "data": {}, "metadata": {}} for each in said]
    result = TurnResult(said, [], Triage("continue", "", 0.0, 0.0), [], events, [], 0, "")
    record = recorded()
    let_out, why = as_the_gateway_lets_it_out(record, record.turns[0], result, VIENNA)
    assert [each.text for each in let_out.messages] == [wording.UNBACKED, "Bye."]
    assert [each["text"] for each in let_out.tracker_events] == [wording.UNBACKED, "Bye."]
    assert why == "nothing backs this claim (done)"
