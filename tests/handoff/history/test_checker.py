"""The checker finds what it is for: a good history passes, and each way of spoiling it is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.text.normalise import harmless
from handoff.contract.turn import Trigger
from handoff.conversations.log import for_customer
from handoff.history.checker import History, check
from handoff.history.trackers import StoredTurn

pytestmark = pytest.mark.unit


def event(seq: int, name: str, source: str, epoch: int, **data: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{seq}",
        "seq": seq,
        "type": name,
        "version": 1,
        "conversation_id": "cnv",
        "occurred_at": "2030-01-01T00:00:00.000Z",
        "source": source,
        "epoch": epoch,
        "visibility": "staff" if name in ("handoff.requested", "action.performed") else "all",
        "data": data,
    }


def turn(read: str, *uttered: str, reply_to: tuple[int, ...] = (2,), trigger: Trigger = "message") -> StoredTurn:
    tracker = ({"event": "user", "text": read}, *({"event": "bot", "text": text} for text in uttered))
    return StoredTurn(reply_to, tracker, trigger)


def good() -> History:
    said = {"author": "customer"}
    events = [
        event(1, "conversation.opened", "system", 1, channel="web"),
        event(2, "message.sent", "customer", 1, text="cancel A-1", client_message_id="m1", **said),
        event(3, "action.performed", "bot", 1, operation_id="op_1", kind="cancel", state="verified"),
        event(4, "message.sent", "bot", 1, text="Cancelled.", author="bot", reply_to=[2]),
        event(5, "message.sent", "customer", 1, text="a person please", client_message_id="m2", **said),
        event(6, "handoff.requested", "bot", 1, reason="explicit_request"),
        event(7, "handoff.queued", "system", 2, handoff_id="h", queue="support", position=1),
        event(8, "handoff.accepted", "agent", 3, handoff_id="h", agent_id="ana", agent_name="Ana"),
        event(9, "message.sent", "agent", 3, text="Hello", author="ana", client_message_id="m1"),
        event(10, "message.sent", "customer", 3, text="thanks", client_message_id="m3", **said),
        event(11, "handoff.transferred", "agent", 4, handoff_id="h", by="ana", queue="senior"),
        event(12, "handoff.queued", "system", 4, handoff_id="h", queue="senior", position=1),
    ]
    return History(
        "cnv",
        events,
        head_seq=12,
        turns=[turn("cancel A-1", "Cancelled."), turn("a person please", reply_to=(5,))],
        acknowledged={"m1": 2, "m2": 5, "m3": 10},
        views=[for_customer(events)],
        effects={"op_1": 1},
    )


def test_a_good_history_has_no_violation() -> None:
    assert check(good()) == []


def spoilt(change: Callable[[list[dict[str, Any]]], None]) -> History:
    history = good()
    events = copy.deepcopy(list(history.events))
    change(events)
    return replace(history, events=events, head_seq=events[-1]["seq"], views=[for_customer(events)])


def drop(at: int) -> Callable[[list[dict[str, Any]]], None]:
    return lambda events: events.pop(at - 1) and None


def put(at: int, **values: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda events: events[at - 1].update(values)


def put_data(at: int, **values: Any) -> Callable[[list[dict[str, Any]]], None]:
    return lambda events: events[at - 1]["data"].update(values)


def unanswered(events: list[dict[str, Any]]) -> None:
    del events[4:]
    events[3]["data"]["reply_to"] = []


def bot_after_people(events: list[dict[str, Any]]) -> None:
    events.append(event(13, "message.sent", "bot", 4, text="Still here!", author="bot", reply_to=[]))


def bot_says(seq: int) -> dict[str, Any]:
    return event(seq, "message.sent", "bot", 4, text="By the way.", author="bot", reply_to=[])


def read_as(read: str, *uttered: str, trigger: Trigger = "message") -> History:
    """The first turn's tracker has this customer text and these texts of the bot."""
    return replace(good(), turns=[turn(read, *uttered, trigger=trigger), *good().turns[1:]])


@pytest.mark.parametrize(
    ("history", "invariant"),
    [
        (replace(good(), acknowledged={"m9": 2}), "I1"),
        (replace(good(), acknowledged={"m1": 5}), "I1"),
        (spoilt(put_data(10, client_message_id="m2")), "I2"),
        (spoilt(drop(4)), "I3"),
        (spoilt(put(4, seq=3)), "I3"),
        (replace(good(), events=good().events[:11], views=[]), "I3"),
        (replace(good(), head_seq=11), "I3"),
        (replace(good(), views=[for_customer(good().events)[:-1]]), "I4"),
        (replace(good(), views=[list(good().events)]), "I4"),
        (replace(good(), turns=[*reversed(good().turns)]), "I5"),
        (spoilt(unanswered), "I6"),
        (spoilt(lambda events: events.extend([event(13, "turn.failed", "system", 4, reply_to=[2], reason="x")])), "I6"),
        (spoilt(bot_after_people), "I7"),
        (spoilt(put(9, epoch=2)), "I7"),
        (spoilt(put_data(9, author="ben")), "I7"),
        (spoilt(put(8, type="conversation.reopened")), "I7"),
        (replace(good(), effects={"op_1": 2}), "I8"),
        (replace(good(), effects={"op_2": 1}), "I8"),
        (replace(good(), effects={"op_1": 0}), "I8"),
        (replace(good(), effects={}), "I8"),
        (read_as("other"), "I11"),
        (read_as(""), "I11"),
        (read_as("c"), "I11"),
        (read_as("/cancel"), "I11"),
        (read_as("cancel A-1", "No."), "I11"),
        (read_as("cancel A-1"), "I11"),
        (read_as("cancel A-1", "Cancelled.", "And more."), "I11"),
        (replace(good(), turns=[]), "I11"),
        (replace(good(), turns=[StoredTurn((2,), ()), *good().turns[1:]]), "I11"),
        (replace(good(), turns=[*good().turns, turn("hello", reply_to=(99,))]), "I11"),
        (replace(good(), turns=[*good().turns, turn("", "Settled.", reply_to=(), trigger="operation_settled")]), "I11"),
        (spoilt(lambda events: events.insert(11, bot_says(12))), "I11"),
    ],
)
def test_each_way_of_spoiling_it_is_named(history: History, invariant: str) -> None:
    assert invariant in {violation.invariant for violation in check(history)}


def test_a_message_may_wait_while_something_is_in_flight() -> None:
    history = good()
    waiting = replace(
        history, events=history.events[:2], head_seq=2, turns=[], acknowledged={}, views=[], settled=False
    )
    assert check(waiting) == []
    assert [v.invariant for v in check(replace(waiting, settled=True))] == ["I6"]


def test_what_nobody_looked_at_is_not_held_against_anybody() -> None:
    assert check(replace(good(), head_seq=None, turns=None, effects=None)) == []
    unseen = [StoredTurn(each.reply_to, None) for each in good().turns]
    assert check(replace(good(), turns=unseen)) == []


def test_only_a_choice_or_the_system_reads_as_a_command() -> None:
    assert check(read_as("/confirm_operation", "Cancelled.", trigger="choice")) == []
    settled = turn("/operation_settled", "Settled.", reply_to=(), trigger="operation_settled")
    said = event(5, "message.sent", "bot", 1, text="Settled.", author="bot", reply_to=[])
    history = replace(good(), events=[*good().events[:4], said], head_seq=5, turns=[good().turns[0], settled])
    assert check(replace(history, acknowledged={}, views=[])) == []
    beside = event(13, "message.sent", "system", 4, text="Settled.", author="system")
    history = replace(good(), events=[*good().events, beside], head_seq=13, turns=[*good().turns, settled], views=[])
    assert check(history) == []


def wrote(*texts: str) -> History:
    """These messages, answered together; what the tracker holds comes from ``turn``."""
    said = [
        event(seq, "message.sent", "customer", 1, text=text, author="customer", client_message_id=f"m{seq}")
        for seq, text in enumerate(texts, 2)
    ]
    group = [each["seq"] for each in said]
    answer = event(len(texts) + 2, "message.sent", "bot", 1, text="Yes.", author="bot", reply_to=group)
    opened = event(1, "conversation.opened", "system", 1, channel="web")
    return History("cnv", [opened, *said, answer], head_seq=len(texts) + 2, reading=harmless)


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (["  /restart\u200b  now "], "restart now"),
        (["where is", "my order?"], "where is my order?"),
        (["x" * 3000], "x" * 2000),
    ],
)
def test_the_tracker_holds_what_the_bot_was_given(texts: list[str], read: str) -> None:
    history, group = wrote(*texts), tuple(range(2, len(texts) + 2))
    assert check(replace(history, turns=[turn(read, "Yes.", reply_to=group)])) == []
    short = turn(read[:-1], "Yes.", reply_to=group)
    assert [violation.invariant for violation in check(replace(history, turns=[short]))] == ["I11"]


def test_what_an_action_returned_was_said_too() -> None:
    history = wrote("hello")
    returned = {"event": "bot", "text": None, "data": {"custom": {"frontdesk": {"message": {"text": "Yes."}}}}}
    user = {"event": "user", "text": "hello"}
    assert check(replace(history, turns=[StoredTurn((2,), (user, returned))])) == []
    other = {"event": "bot", "text": None, "data": {"custom": {"frontdesk": [{"message": {"text": "No."}}]}}}
    found = check(replace(history, turns=[StoredTurn((2,), (user, other))]))
    assert [violation.what for violation in found] == [
        "the tracker holds a text that was never shown",
        "a text was shown that the tracker lacks",
    ]


def test_a_file_alone_is_acknowledged_without_a_turn() -> None:
    assert check(replace(wrote(""), turns=[])) == []


def test_an_erased_conversation_has_no_words_to_compare() -> None:
    history = wrote("hello")
    events = copy.deepcopy(list(history.events))
    for each in events[1:]:
        del each["data"]["text"]
        each["data"]["erased"] = True
    assert check(replace(history, events=events, turns=[StoredTurn((2,), ())])) == []
