"""The checker finds what it is for: a good history passes, and each way of spoiling it is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from handoff.conversations.log import for_customer
from handoff.history.checker import History, StoredTurn, check

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
    tracker = ({"event": "user", "text": "cancel A-1"}, {"event": "bot", "text": "Cancelled."})
    return History(
        "cnv",
        events,
        turns=[StoredTurn((2,), tracker)],
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
    return replace(history, events=events, views=[for_customer(events)])


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


@pytest.mark.parametrize(
    ("history", "invariant"),
    [
        (replace(good(), acknowledged={"m9": 2}), "I1"),
        (replace(good(), acknowledged={"m1": 5}), "I1"),
        (spoilt(put_data(10, client_message_id="m2")), "I2"),
        (spoilt(drop(4)), "I3"),
        (spoilt(put(4, seq=3)), "I3"),
        (replace(good(), views=[for_customer(good().events)[:-1]]), "I4"),
        (replace(good(), views=[list(good().events)]), "I4"),
        (replace(good(), turns=[StoredTurn((5,), ()), StoredTurn((2,), ())]), "I5"),
        (spoilt(unanswered), "I6"),
        (spoilt(lambda events: events.extend([event(13, "turn.failed", "system", 4, reply_to=[2], reason="x")])), "I6"),
        (spoilt(bot_after_people), "I7"),
        (spoilt(put(9, epoch=2)), "I7"),
        (spoilt(put_data(9, author="ben")), "I7"),
        (spoilt(put(8, type="conversation.reopened")), "I7"),
        (replace(good(), effects={"op_1": 2}), "I8"),
        (replace(good(), effects={"op_2": 1}), "I8"),
        (replace(good(), turns=[StoredTurn((2,), ({"event": "user", "text": "other"},))]), "I11"),
        (
            replace(
                good(),
                turns=[StoredTurn((2,), ({"event": "user", "text": "cancel A-1"}, {"event": "bot", "text": "No."}))],
            ),
            "I11",
        ),
    ],
)
def test_each_way_of_spoiling_it_is_named(history: History, invariant: str) -> None:
    assert invariant in {violation.invariant for violation in check(history)}


def test_a_message_may_wait_while_something_is_in_flight() -> None:
    history = good()
    waiting = replace(history, events=history.events[:2], turns=[], acknowledged={}, views=[], settled=False)
    assert check(waiting) == []
    assert [v.invariant for v in check(replace(waiting, settled=True))] == ["I6"]
