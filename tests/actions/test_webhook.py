"""The action webhook: who may not, what is not taken, and what an error never says."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import pytest
import structlog

from actions.webhook import MAX_BODY, create_webhook_app
from handoff.contract import wire
from handoff.contract.signing import sign_context
from tests.actions.conftest import ACTION_SECRET, CONTEXT_KEY, Front

pytestmark = pytest.mark.service

SECRET_WORDS = "my-secret-words-4711"


def status_call(front: Front) -> dict[str, Any]:
    return front.call("action_order_status", f"where is it {SECRET_WORDS}", "order_status", order_number="A-1042")


@pytest.mark.parametrize(
    "header", ["", "Bearer wrong", f"Basic {ACTION_SECRET}", "Bearer ", f"Bearer {ACTION_SECRET}x", "Bearer é"]
)
async def test_without_the_secret_nothing_runs(front: Front, header: str) -> None:
    answer = await front.client.post(
        "/webhook", json=status_call(front), headers={"Authorization": header.encode("utf-8")}
    )
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthorised"
    assert SECRET_WORDS not in answer.text


async def test_a_forged_context_is_nobody(front: Front) -> None:
    call = status_call(front)
    metadata = call["tracker"]["latest_message"]["metadata"]
    own = sign_context(replace(front.context, customer_id="cus_theo"), b"another key")
    for token in (None, "", "x.y", own, metadata["context_token"][:-2] + "xx", 7, "ü.ü"):
        call["tracker"]["latest_message"]["metadata"] = {"context_token": token}
        answer = await front.client.post("/webhook", json=call)
        assert answer.status_code == 403, token
        assert SECRET_WORDS not in answer.text
    call["tracker"]["latest_message"]["metadata"] = None
    assert (await front.client.post("/webhook", json=call)).status_code == 403


async def test_neither_slots_nor_sender_say_who_it_is(front: Front) -> None:
    call = front.call("action_order_status", "where is it", "order_status", order_number="A-1044")
    call["sender_id"] = call["tracker"]["sender_id"] = "cus_theo"
    call["tracker"]["slots"] |= {"customer_id": "cus_theo", "customer": "cus_theo"}
    text = (await front.client.post("/webhook", json=call)).text
    assert "don't find an order A-1044" in text
    assert "Merino hiking socks" not in text


async def test_a_turn_past_its_deadline_is_refused(front: Front) -> None:
    call = status_call(front)
    front.clock.advance(9)
    answer = await front.client.post("/webhook", json=call)
    assert (answer.status_code, answer.json()["code"]) == (409, "deadline_passed")


@pytest.mark.parametrize("encoding", ["deflate", "gzip", "br"])
async def test_compressed_bodies_are_not_opened(front: Front, encoding: str) -> None:
    bomb = zlib.compress(b"0" * 50_000_000)
    answer = await front.client.post("/webhook", content=bomb, headers={"Content-Encoding": encoding})
    assert answer.status_code == 415


async def test_a_large_body_is_refused_whatever_it_says_of_itself(front: Front) -> None:
    async def endless() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await front.client.post("/webhook", content=endless())).status_code == 413
    assert (await front.client.post("/webhook", content=b"x" * (MAX_BODY + 1))).status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"next_action": "action_order_status"}',
        b'{"next_action": "action_order_status", "tracker": []}',
        b'{"next_action": "action_order_status", "tracker": {"sender_id": 7}}',
        b'{"next_action": "action_order_status", "tracker": {"sender_id": "a", "events": "x"}}',
        b"\xff\xfe",
    ],
)
async def test_nonsense_gets_a_typed_error(front: Front, body: bytes) -> None:
    answer = await front.client.post("/webhook", content=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "data", "request_id"}


@pytest.mark.parametrize("name", ["action_refund_everything", "", None, "__init__", "action_listen"])
async def test_only_listed_actions_exist(front: Front, name: str | None) -> None:
    call = status_call(front) | {"next_action": name}
    assert (await front.client.post("/webhook", json=call)).status_code == 404


@pytest.mark.parametrize("path", ["/actions", "/", "/docs", "/openapi.json", "/webhook/"])
async def test_there_is_no_other_route(front: Front, path: str) -> None:
    assert (await front.client.get(path)).status_code in {307, 404}
    assert (await front.client.get("/webhook")).status_code == 405
    assert (await front.client.get("/health")).status_code == 200


async def test_an_action_that_breaks_ends_in_words_and_a_person(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(customer_id: str) -> None:
        raise RuntimeError(SECRET_WORDS)

    monkeypatch.setattr(front.desk.backend, "orders", broken)
    front.slots["awaiting"] = "email"
    with structlog.testing.capture_logs() as logs:
        outcome = await front.run("action_order_status", f"where {SECRET_WORDS}", "order_status")
    assert "colleague" in outcome.text
    directive = outcome.directive("handoff")
    assert directive is not None
    assert directive["reason"] == "tool_failure"
    assert [entry["event"] for entry in logs] == ["action_failed"]
    assert front.slots["awaiting"] is None
    assert SECRET_WORDS not in json.dumps(logs) + json.dumps(outcome.returns)


async def test_the_correlation_id_reaches_the_logs(front: Front) -> None:
    call = status_call(front) | {"next_action": "nothing"}
    for given, kept in (("req-1", "req-1"), ("bad id\twith spaces", ""), ("x" * 200, "")):
        answer = await front.client.post("/webhook", json=call, headers={"X-Request-Id": given})
        assert answer.json()["request_id"] == kept


async def test_every_return_is_one_of_the_contract(front: Front) -> None:
    for action, intent in (
        ("action_order_status", "order_status"),
        ("action_prepare", "cancel_order"),
        ("action_confirm", "affirm"),
    ):
        outcome = await front.run(action, "please", intent)
        assert outcome.returns
        for item in outcome.returns:
            parsed = wire.ACTION_RETURN.validate_python(item)
            assert sum(part is not None for part in (parsed.message, parsed.directive, parsed.operation)) == 1


def test_an_empty_secret_opens_no_door() -> None:
    with pytest.raises(ValueError, match="empty"):
        create_webhook_app([], b"")


def test_the_key_of_the_tests_is_not_the_secret() -> None:
    assert CONTEXT_KEY != ACTION_SECRET
