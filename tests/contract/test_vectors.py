"""The golden vectors, read by the interpreter that validates with pydantic: what is written there is the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from handoff.contract.events import EVENT_TYPES, Envelope, HandoffRequested, MessageSent
from handoff.contract.signing import BadToken, body_is_signed, read_context, sign_body, sign_context, verify_context
from handoff.contract.visibility import STAFF_ONLY
from handoff.contract.wire import (
    FORGET_REQUEST,
    FORGOTTEN,
    PACKET,
    TURN_CONTEXT,
    TURN_REFUSED,
    TURN_REQUEST,
    TURN_RESULT,
    dump,
    parse_event,
)

pytestmark = pytest.mark.contract

VECTORS = {path.stem: json.loads(path.read_text()) for path in (Path(__file__).parent / "vectors").glob("*.json")}
EVENTS = sorted(name for name in VECTORS if name.startswith("event."))
ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "TurnContext": TURN_CONTEXT,
    "TurnRequest": TURN_REQUEST,
    "TurnResult": TURN_RESULT,
    "TurnRefused": TURN_REFUSED,
    "ForgetRequest": FORGET_REQUEST,
    "Forgotten": FORGOTTEN,
    "Packet": PACKET,
}
SHAPES = sorted(name for name, vector in VECTORS.items() if vector["shape"] in ADAPTERS)


def test_every_event_type_has_a_vector() -> None:
    assert {name.removeprefix("event.") for name in EVENTS} == set(EVENT_TYPES)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_reads_and_writes_to_the_same_bytes(name: str) -> None:
    envelope = VECTORS[name]["value"]
    fields = {field: envelope[field] for field in envelope if field != "data"}
    assert set(fields) | {"data"} == set(Envelope.__dataclass_fields__)
    assert (envelope["visibility"] == "staff") == (envelope["type"] in STAFF_ONLY)
    assert dump(parse_event(envelope["type"], envelope["data"])) == envelope["data"]


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_with_a_field_too_many_or_too_few_is_refused(name: str) -> None:
    envelope = VECTORS[name]["value"]
    with pytest.raises(ValidationError):
        parse_event(envelope["type"], envelope["data"] | {"mood": "sunny"})
    with pytest.raises(ValidationError):
        parse_event(envelope["type"], {})


def test_what_readers_count_on_is_written_even_where_it_says_nothing() -> None:
    assert dump(MessageSent("Hello", "customer")) == {"text": "Hello", "author": "customer", "reply_to": []}
    assert dump(HandoffRequested("explicit_request")) == {"reason": "explicit_request", "evidence": [], "score": None}


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_reads_strictly_and_whole(name: str) -> None:
    vector = VECTORS[name]
    adapter, value = ADAPTERS[vector["shape"]], vector["value"]
    assert json.loads(adapter.dump_json(adapter.validate_python(value))) == value
    with pytest.raises(ValidationError):
        adapter.validate_python(value | {"mood": "sunny"})
    with pytest.raises(ValidationError):
        adapter.validate_python({key: item for key, item in value.items() if key != next(iter(value))})


def test_the_context_token_is_the_one_that_was_agreed() -> None:
    vector = VECTORS["context_token"]
    context, key = TURN_CONTEXT.validate_python(vector["value"]), vector["key"].encode()
    assert sign_context(context, key) == vector["token"]
    assert verify_context(vector["token"], key) == read_context(vector["token"]) == context
    with pytest.raises(BadToken):
        verify_context(vector["token"], key + b"x")


def test_the_bodys_signature_is_the_one_that_was_agreed() -> None:
    vector = VECTORS["body_signature"]
    body, secret = vector["value"].encode(), vector["secret"].encode()
    assert sign_body(body, secret) == vector["signature"]
    assert body_is_signed(body, vector["signature"], secret)
    assert not body_is_signed(body + b" ", vector["signature"], secret)


def test_another_literal_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Envelope).validate_python(VECTORS["event.message.sent"]["value"] | {"source": "robot"})
