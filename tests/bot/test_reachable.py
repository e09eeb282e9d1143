"""From every state that the dialogue can reach, a person is one turn away, and a yes has its question right before it.

The states are not listed but found: breadth first over the moves of a customer, of the shop and of the system, with
the trained model. Two conversations are in the same state where the slots, what was asked and how the last turn ended
agree.
"""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.client import Conversation
from tests.bot.support import Webhook, message, returns

pytestmark = pytest.mark.rasa

DEEPEST = 4
MOST_STATES = 90
LEAST_STATES = 75
SAID = (
    "where is my order", "A-1042", "A-1099", "mara@mail.example", "123456", "cancel order A-1057", "change my address",
    "Lindenweg 3, 79100 Freiburg", "I want my money back for B-2007", "pause my subscription", "call me back tomorrow",
    "cancel A-1057 and where is A-1042?", "how do I wash a down jacket?", "yes", "no", "blub zork", "I don't have it",
    "is it done yet?", "that did not help", "you stupid idiot",
)  # fmt: skip
BY_THE_SYSTEM = (("approval_decided", "approved op_9"), ("handed_back", "was helped"))
FOR_A_PERSON = ("I want to talk to a person", "can I speak to a human please", "agent", "get me a real person")
FORGOTTEN = {"order_number", "email", "code", "money", "note", "triage", "session_started_metadata", "requested_slot"}
"""Slots whose value says nothing about where the dialogue stands."""


@dataclass(frozen=True)
class State:
    """``path`` led here first; ``ended`` tells how the last turn ended."""

    path: tuple[str, ...]
    results: tuple[dict[str, Any], ...]
    ended: str

    @property
    def last(self) -> dict[str, Any]:
        return self.results[-1] if self.results else {"messages": [], "directives": [], "snapshot": [], "triage": {}}

    @property
    def slots(self) -> dict[str, Any]:
        events = self.last["snapshot"]
        return {e["name"]: e["value"] for e in events if e["event"] == "slot" and e["value"] not in (None, False)}

    @property
    def key(self) -> str:
        slots = {name: value for name, value in self.slots.items() if name not in FORGOTTEN}
        return json.dumps([slots, self.ended, self.last["triage"].get("decision")], sort_keys=True)

    @property
    def is_with_people(self) -> bool:
        return any(item["directive"] == "handoff" for item in self.last["directives"])


def play(webhook: Webhook) -> None:
    """A shop that asks for every kind of thing, proposes, refuses, needs approval, and knows what it was asked."""

    def ask(text: str, awaited: str, wish: str | None = None, choices: tuple[str, ...] = ()) -> dict[str, Any]:
        said = {"message": {"text": text, "choices": [{"label": c, "payload": "/inform"} for c in choices]}}
        return returns(said, slots={"awaiting": awaited, "transaction": wish, "operation_id": None})

    def propose(text: str, wish: str) -> dict[str, Any]:
        ways = [("Yes, do it", "confirm_operation"), ("No, leave it", "decline_operation")]
        choices = [{"label": label, "payload": f'/{intent}{{"operation_id": "op_7"}}'} for label, intent in ways]
        reference = {"operation": {"operation_id": "op_7", "kind": wish, "state": "intended", "summary": text}}
        slots = {"operation_id": "op_7", "transaction": wish, "awaiting": None}
        return returns(reference, {"message": {"text": text, "choices": choices}}, slots=slots)

    def prepare(call: dict[str, Any]) -> dict[str, Any]:
        slots, intent = call["tracker"]["slots"], call["tracker"]["latest_message"]["intent"]["name"]
        wish = intent if intent != "inform" else slots.get("transaction") or "order_status"
        if wish == "order_status":
            return status(call)
        if wish == "change_address":
            asked = slots.get("awaiting") == "new_address" and intent == "inform"
            return propose("Is that right?", wish) if asked else ask("Where to?", "new_address", wish)
        if wish == "subscription_change":
            return ask("How long?", "months", wish, ("1 month", "2 months"))
        if wish == "request_callback":
            return ask("When?", "callback_slot", wish)
        if wish == "refund_request":
            wanted = {"directive": "approval", "operation_id": "op_9", "kind": "refund", "summary": "Refund"}
            slots = {"operation_id": "op_9", "transaction": "refund", "awaiting": None}
            return returns(message("A colleague decides."), {"directive": wanted}, slots=slots)
        return propose("Shall I?", wish)

    def status(call: dict[str, Any]) -> dict[str, Any]:
        slots = call["tracker"]["slots"]
        if not slots.get("order_number"):
            return ask("Which order?", "order_number")
        if slots["order_number"] == "A-1099":
            return ask("Which address?", "code" if slots.get("email") else "email")
        solved = {"directive": {"directive": "ask_resolved"}}
        return returns(message("It is on its way."), solved, slots={"awaiting": None})

    def settle(text: str, state: str) -> dict[str, Any]:
        reference = {"operation": {"operation_id": "op_7", "kind": "cancel_order", "state": state, "summary": "x"}}
        closed = {"operation_id": None, "transaction": None, "awaiting": None}
        return returns(reference, message(text), {"directive": {"directive": "ask_resolved"}}, slots=closed)

    closed = {"operation_id": None, "transaction": None, "awaiting": None}
    webhook.answers["action_prepare"] = prepare
    webhook.answers["action_order_status"] = status
    webhook.answers["action_confirm"] = lambda call: settle("It is done.", "verified")
    webhook.answers["action_decline"] = lambda call: returns(message("It stays."), slots=closed)
    webhook.answers["action_answer_question"] = lambda call: returns(
        message("Like this."), {"directive": {"directive": "ask_resolved"}}
    )
    webhook.answers["action_handed_back"] = lambda call: returns(message("I am back."), slots=closed)
    webhook.answers["action_operation_settled"] = lambda call: propose("Approved. Shall I?", "refund")


class Explorer:
    """Any number of conversations that go on from a state, each a branch of its own."""

    def __init__(self, door: Any) -> None:
        self._door = door
        self._names = itertools.count()

    def branch(self, state: State) -> Conversation:
        conversation = Conversation(self._door, f"con_x{next(self._names)}")
        conversation.results = list(state.results)
        conversation.version = conversation.seq = len(state.results)
        return conversation

    def after(self, state: State) -> Iterator[State]:
        for line in SAID:
            yield self._next(state, line, lambda talk, line=line: talk.say(line))
        for text in state.last["messages"]:
            for choice in text.get("choices") or ():
                label = f"[{choice['label']}]"
                yield self._next(state, label, lambda talk, c=choice: talk.choose(c["payload"], c["label"]))
        for trigger, note in BY_THE_SYSTEM:
            yield self._next(state, trigger, lambda talk, t=trigger, n=note: talk.send(t, note=n))

    def _next(self, state: State, name: str, move: Any) -> State:
        talk = self.branch(state)
        result = move(talk)
        actions = [event["name"] for event in result["tracker_events"] if event["event"] == "action"]
        said = [name for name in actions if name not in ("action_listen", "action_extract_slots")]
        return State((*state.path, name), tuple(talk.results), "+".join(said))


@pytest.fixture
def reached(door: Any, webhook: Webhook) -> tuple[Explorer, list[State]]:
    play(webhook)
    explorer = Explorer(door)
    start = State((), (), "")
    found = {start.key: start}
    ahead = deque([start])
    while ahead and len(found) < MOST_STATES:
        state = ahead.popleft()
        if len(state.path) == DEEPEST:
            continue
        for following in explorer.after(state):
            if following.key not in found and not following.is_with_people and len(found) < MOST_STATES:
                found[following.key] = following
                ahead.append(following)
    return explorer, list(found.values())


def test_from_every_reachable_state(reached: tuple[Explorer, list[State]]) -> None:
    """One exploration for both properties: it is what costs."""
    explorer, states = reached
    assert len(states) >= LEAST_STATES
    for number, state in enumerate(states):
        _a_question_is_the_last_thing_said(state)
        result = explorer.branch(state).say(FOR_A_PERSON[number % len(FOR_A_PERSON)])
        reasons = [item["reason"] for item in result["directives"] if item["directive"] == "handoff"]
        assert reasons == ["explicit_request"], state.path
        assert result["messages"], state.path
        button = explorer.branch(state).choose("/talk_to_person", "Talk to a person")
        assert any(item["directive"] == "handoff" for item in button["directives"]), state.path


def _a_question_is_the_last_thing_said(state: State) -> None:
    question = state.slots.get("open_question")
    if not question or state.last["triage"].get("decision") == "offer" or "action_cannot_give" in state.ended:
        return
    assert state.last["messages"][-1]["text"].endswith(question["text"]), state.path
