"""The door, over a real unix socket to a real bot process with the trained model."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from bot.client import Conversation, Door, UnixConnection, from_now
from handoff.contract.signing import sign_body, sign_context
from handoff.contract.turn import FORGET_PATH
from tests.bot.conftest import ACTION_SECRET, DOOR_SECRET
from tests.bot.support import Webhook, message, returns
from tests.bot.text.test_normalise import TRICKS

pytestmark = pytest.mark.rasa

Talk = Callable[[], Conversation]


def body_of(conversation: Conversation, **changes: Any) -> dict[str, Any]:
    return {**asdict(conversation.request("message", "hello")), **changes}


@pytest.mark.parametrize(
    "signature", ["", "0" * 64, "nonsense", "\u00e9", sign_body(b"other body", DOOR_SECRET.encode())]
)
def test_what_the_gateway_did_not_sign_is_refused(talk: Talk, door: Door, signature: str) -> None:
    status, answer = door.post(json.dumps(body_of(talk())).encode(), signature=signature)
    assert (status, answer["code"]) == (401, "bad_signature")


def test_another_secret_is_refused(talk: Talk, door: Door) -> None:
    body = json.dumps(body_of(talk())).encode()
    status, answer = door.post(body, signature=sign_body(body, b"another secret of the same length"))
    assert (status, answer["code"]) == (401, "bad_signature")


def test_an_altered_body_is_refused(talk: Talk, door: Door) -> None:
    body = json.dumps(body_of(talk())).encode()
    status, _ = door.post(body.replace(b"hello", b"/deny"), signature=sign_body(body, DOOR_SECRET.encode()))
    assert status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"text": None},
        {"text": 7},
        {"trigger": "shout"},
        {"tracker_version": "0"},
        {"tracker_version": True},
        {"tracker_version": -1},
        {"version": 2},
        {"context": []},
        {"context_token": "x.y"},
        {"payload": "/affirm"},
        {"tracker_events": [1]},
        {"tracker_events": [{"event": "no such event"}]},
    ],
)
def test_a_malformed_request_is_refused(talk: Talk, door: Door, changes: dict[str, Any]) -> None:
    status, answer = door.post(json.dumps(body_of(talk(), **changes)).encode())
    assert (status, answer["code"]) == (400, "malformed")
    assert set(answer) == {"code", "message"}


def test_no_json_is_refused(door: Door) -> None:
    assert door.post(b"{")[0] == 400


def test_a_missing_field_is_refused(talk: Talk, door: Door) -> None:
    body = body_of(talk())
    del body["context"]["epoch"]
    assert door.post(json.dumps(body).encode())[0] == 400


def test_a_token_of_another_turn_is_refused(talk: Talk, door: Door) -> None:
    request = talk().request("message", "hello")
    other = replace(request.context, customer_id="cus_other")
    forged = replace(request, context_token=sign_context(other, door.context_key))
    status, answer = door.turn(forged)
    assert (status, answer["code"]) == (400, "malformed")


def test_a_passed_deadline_is_refused(talk: Talk, door: Door) -> None:
    request = talk().request("message", "hello")
    late = replace(request.context, deadline=from_now(-1))
    status, answer = door.turn(replace(request, context=late, context_token=sign_context(late, door.context_key)))
    assert (status, answer["code"]) == (504, "deadline_passed")


@pytest.mark.parametrize(
    "path", ["/webhooks/rest/webhook", "/model", "/conversations/x/tracker", "/", "/status", "/domain"]
)
def test_there_is_no_other_way_in(bot_socket: Path, path: str) -> None:
    connection = UnixConnection(bot_socket)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()


def test_live_and_ready(bot_socket: Path) -> None:
    for path in ("/health/live", "/health/ready", "/health"):
        connection = UnixConnection(bot_socket)
        connection.request("GET", path)
        assert connection.getresponse().status == 200
        connection.close()


def test_the_socket_is_the_owners_alone(bot_socket: Path) -> None:
    assert bot_socket.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_becomes_an_intent(talk: Talk, webhook: Webhook, trick: str) -> None:
    """ "/talk_to_person" and its disguises are words: never a hand-over, never a confirmation."""
    disguised = trick.replace("affirm", "confirm_operation")
    conversation = talk()
    result = conversation.say(disguised)
    assert result["triage"]["intent"] not in {"confirm_operation", "decline_operation"}
    assert "action_confirm" not in webhook.names()
    said = next(event for event in result["tracker_events"] if event["event"] == "user")
    assert not said["text"].startswith("/")


@pytest.mark.parametrize(
    "command", ["/restart", "/session_start", "/back", "/handed_back", "/operation_settled", "@bot /restart"]
)
def test_no_text_commands_the_dialogue(talk: Talk, command: str) -> None:
    conversation = talk()
    conversation.say("hello")
    result = conversation.say(command)
    kinds = {event["event"] for event in result["tracker_events"]}
    assert not kinds & {"restart", "session_started", "undo", "rewind", "pause"}
    assert result["triage"]["intent"] not in {"restart", "session_start", "back", "handed_back", "operation_settled"}


@pytest.mark.parametrize(
    "payload",
    ["affirm", "/restart", "/session_start", "/back", "/handed_back", "/no_such_intent", "/affirm{", "", "/affirm{}x"],
)
def test_a_payload_is_one_of_our_own_intents(talk: Talk, payload: str) -> None:
    with pytest.raises(RuntimeError, match="malformed"):
        talk().choose(payload)


def test_a_signed_payload_is_an_intent(talk: Talk, webhook: Webhook) -> None:
    webhook.answers["action_confirm"] = lambda call: returns(message("Done."))
    result = talk().choose('/affirm{"operation_id": "op_1"}')
    assert result["triage"]["intent"] == "confirm_operation"
    assert webhook.calls[-1]["next_action"] == "action_confirm"
    assert webhook.calls[-1]["tracker"]["slots"]["operation_id"] == "op_1"


def test_a_miss_is_told_and_priming_gives_the_same_answers(talk: Talk, webhook: Webhook, door: Door) -> None:
    """One conversation stays live; its twin is primed from stored events before every turn. They must not differ."""
    webhook.answers["action_order_status"] = ask_for_number
    lines = [
        "hello",
        "thanks",
        "where is my order",
        "what can you do?",
        "A-1042",
        "blub blub",
        "zork gnarf",
        "I want a human",
    ]
    live, primed = talk(), talk()
    for line in lines:
        one = live.say(line)
        primed.version += 1000  # a version that nobody holds
        request = primed.request("message", line)
        status, answer = door.turn(request)
        assert (status, answer["code"]) == (409, "tracker_miss")
        primed.version -= 1000
        primed.seq += 1
        _, two = door.turn(primed.request("message", line, events=primed.window()))
        primed.results.append(two)
        primed.version += 1
        for key in ("messages", "directives", "triage", "operations", "tracker_version"):
            assert plain(one[key]) == plain(two[key]), (line, key)
        assert [plain(event) for event in one["snapshot"]] == [plain(event) for event in two["snapshot"]]
    assert live.misses == 0


def test_a_snapshot_alone_carries_the_state(talk: Talk, webhook: Webhook, door: Door) -> None:
    webhook.answers["action_order_status"] = ask_for_number
    conversation = talk()
    state = conversation.say("where is my order")
    assert state["triage"]["active_form"] == "order_status"
    webhook.answers["action_prepare"] = lambda call: returns(message("On its way."))
    conversation.seq += 1
    status, result = door.turn(conversation.request("message", "A-1042", events=state["snapshot"]))
    assert status == 200
    assert [item["text"] for item in result["messages"]] == ["On its way."]


def test_a_turn_that_was_not_stored_was_never_remembered(talk: Talk, door: Door) -> None:
    """The gateway did not store the turn and asks again with the version it has: the bot is one ahead, a miss."""
    conversation = talk()
    conversation.say("hello")
    status, _ = door.turn(conversation.request("message", "thanks"))
    assert status == 200
    status, answer = door.turn(conversation.request("message", "thanks"))
    assert (status, answer["code"]) == (409, "tracker_miss")


def test_a_failed_turn_drops_the_live_tracker(talk: Talk, webhook: Webhook, door: Door) -> None:
    conversation = talk()
    conversation.say("hello")
    request = conversation.request("message", "how do I wash a jacket?")
    soon = replace(request.context, deadline=from_now(0.001))
    status, answer = door.turn(replace(request, context=soon, context_token=sign_context(soon, door.context_key)))
    assert (status, answer["code"]) == (504, "deadline_passed")
    status, answer = door.turn(conversation.request("message", "thanks"))
    assert status in (200, 409)  # refused before it began, or dropped on the way: never half a turn
    if status == 200:
        assert [event["text"] for event in answer["tracker_events"] if event["event"] == "user"] == ["thanks"]


def test_the_version_counts_turns(talk: Talk) -> None:
    conversation = talk()
    assert [conversation.say("hello")["tracker_version"] for _ in range(3)] == [1, 2, 3]


def test_actions_are_called_with_the_secret_and_the_token(talk: Talk, webhook: Webhook) -> None:
    webhook.answers["action_answer_question"] = lambda call: returns(message("By hand."))
    conversation = talk()
    result = conversation.say("how do I wash a down jacket?")
    assert webhook.headers[-1]["Authorization"] == f"Bearer {ACTION_SECRET}"
    metadata = webhook.calls[-1]["tracker"]["latest_message"]["metadata"]
    assert metadata["context_token"].count(".") == 1
    assert metadata["turn"]["conversation_id"] == conversation.conversation_id
    assert "domain" not in webhook.calls[-1] or not webhook.calls[-1]["domain"]
    assert "context_token" not in json.dumps(result)


def test_what_actions_see_is_bounded(talk: Talk, webhook: Webhook) -> None:
    webhook.answers["action_answer_question"] = lambda call: returns(message("By hand."))
    conversation = talk()
    for _ in range(40):
        conversation.say("hello")
    conversation.say("how do I wash a down jacket?")
    assert len(webhook.calls[-1]["tracker"]["events"]) <= 30


def test_what_actions_return_arrives_in_order(talk: Talk, webhook: Webhook) -> None:
    operation = {"operation_id": "op_1", "kind": "cancel_order", "state": "intended", "summary": "Cancel A-1057"}
    webhook.answers["action_prepare"] = lambda call: returns(
        {"operation": operation},
        {"message": {"text": "First?", "choices": [{"label": "Yes", "payload": "/affirm"}], "operations": ["op_1"]}},
        message("Second."),
        {"directive": {"directive": "ask_resolved"}},
        slots={"operation_id": "op_1"},
    )
    result = talk().say("please cancel order A-1057")
    assert [item["text"] for item in result["messages"]] == ["First?", "Second."]
    assert result["operations"] == [operation]
    assert result["directives"] == [{"directive": "ask_resolved"}]
    assert result["triage"]["slots"]["operation_id"] == "op_1"


def test_an_approval_is_the_decision_of_its_turn(talk: Talk, webhook: Webhook) -> None:
    wanted = {"directive": "approval", "operation_id": "op_1", "kind": "cancel_order", "summary": "s"}
    webhook.answers["action_prepare"] = lambda call: returns(message("I ask a colleague."), {"directive": wanted})
    triage = talk().say("cancel my order A-1042")["triage"]
    assert (triage["decision"], triage["rule"], triage["reason"]) == ("approval", "over_authority", "policy_limit")


@pytest.mark.parametrize("trouble", ["broken", "shape", "nonsense"])
def test_a_failing_action_ends_in_words_and_a_person(talk: Talk, webhook: Webhook, trouble: str) -> None:
    webhook.broken = trouble == "broken"
    if trouble == "shape":
        webhook.answers["action_answer_question"] = lambda call: {"events": "none"}
    if trouble == "nonsense":
        webhook.answers["action_answer_question"] = lambda call: returns({"message": None})
    result = talk().say("how do I wash a down jacket?")
    assert len(result["messages"]) == 1
    assert [(item["directive"], item["reason"]) for item in result["directives"]] == [("handoff", "tool_failure")]
    assert result["triage"]["decision"] == "hand_over"
    assert result["triage"]["intent"] == "ask_howto"


def test_logs_hold_no_word_of_a_customer(talk: Talk, webhook: Webhook, bot_log: Path) -> None:
    secret_words = "xylophone marmalade quixotic"
    webhook.broken = True
    conversation = talk()
    conversation.say(f"how do I wash a {secret_words}?")
    with pytest.raises(RuntimeError):
        conversation.choose(f"/{secret_words}")
    written = bot_log.read_text()
    assert "action.failed" in written
    assert not any(word in written for word in secret_words.split())


def ask_for_number(call: dict[str, Any]) -> dict[str, Any]:
    if call["tracker"]["slots"].get("order_number"):
        return returns(message("It is on its way."), {"directive": {"directive": "ask_resolved"}})
    return returns(message("Which order is it?"), slots={"awaiting": "order_number"})


def plain(value: Any) -> Any:
    """Without times and ids, which differ from turn to turn."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key not in {"timestamp", "seq", "message_id"}}
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_an_erased_conversation_leaves_the_bots_memory_and_no_other_does(talk: Talk, door: Door) -> None:
    erased, other = talk(), talk()
    for conversation in (erased, other):
        conversation.say("hello")
    assert door.forget(erased.conversation_id, "con_nobody") == (200, {"trackers": 1})
    assert door.turn(erased.request("message", "thanks"))[1]["code"] == "tracker_miss"
    assert door.turn(other.request("message", "thanks"))[0] == 200
    assert door.forget(erased.conversation_id) == (200, {"trackers": 0})


def test_a_turn_that_runs_meanwhile_ends_and_leaves_nothing(
    talk: Talk, webhook: Webhook, door: Door, bot_socket: Path
) -> None:
    asked, go = threading.Event(), threading.Event()

    def slow(_call: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        assert go.wait(10)
        return returns(message("By hand."))

    webhook.answers["action_answer_question"] = slow
    conversation = talk()
    beside = Door(bot_socket, DOOR_SECRET.encode())
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(conversation.say, "how do I wash a down jacket?")
        assert asked.wait(10)
        assert beside.forget(conversation.conversation_id) == (200, {"trackers": 1})
        go.set()
        assert [item["text"] for item in answer.result(20)["messages"]] == ["By hand."]
    beside.close()
    assert door.turn(conversation.request("message", "thanks"))[1]["code"] == "tracker_miss"
    assert conversation.say("thanks")["tracker_version"] == 2  # kept again, from what the gateway has


def test_who_may_not_have_anything_forgotten(talk: Talk, door: Door) -> None:
    conversation = talk()
    conversation.say("hello")
    body = json.dumps({"conversation_ids": [conversation.conversation_id]}).encode()
    assert door.post(body, signature="0" * 64, path=FORGET_PATH)[0] == 401
    for wrong in (b"{", b"{}", b'{"conversation_ids": "all"}', b'{"conversation_ids": [], "version": 2}'):
        status, answer = door.post(wrong, path=FORGET_PATH)
        assert (status, answer["code"]) == (400, "malformed")
    assert door.turn(conversation.request("message", "thanks"))[0] == 200
