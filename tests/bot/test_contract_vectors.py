"""The golden vectors, read by the bot's interpreter: the same files, no pydantic, and as strict."""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any, Literal, Union

import pytest

from handoff.contract import events, packet, turn
from handoff.contract.signing import sign_body, sign_context, verify_context

pytestmark = pytest.mark.contract

FOLDER = Path(__file__).parents[1] / "contract" / "vectors"
VECTORS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
CLASSES = {
    name: value
    for module in (events, turn, packet)
    for name, value in vars(module).items()
    if dataclasses.is_dataclass(value)
}
SHAPES = sorted(
    name for name, vector in VECTORS.items() if vector["shape"] in CLASSES and vector["shape"] != "Envelope"
)
EVENTS = sorted(name for name in VECTORS if name.startswith("event."))


class Refused(Exception):
    pass


def build(kind: Any, value: Any) -> Any:
    """``value`` as ``kind``: every field known, none missing, every type and literal as written."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return value
    if dataclasses.is_dataclass(kind):
        return _build_class(kind, value)
    if origin is Union:
        for one in arguments:
            try:
                return build(one, value)
            except Refused:
                continue
        raise Refused(f"{value!r} is none of {arguments!r}")
    if origin is Literal:
        if value not in arguments:
            raise Refused(f"{value!r} is not one of {arguments!r}")
        return value
    if origin is list and isinstance(value, list):
        return [build(arguments[0], item) for item in value]
    if origin is dict and isinstance(value, dict):
        return {build(arguments[0], key): build(arguments[1], item) for key, item in value.items()}
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if isinstance(kind, type) and origin is None and type(value) is kind:
        return value
    raise Refused(f"{value!r} is not {kind!r}")


def _build_class(kind: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        raise Refused(f"{value!r} is not an object")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    if not required <= set(value) <= set(fields):
        raise Refused(f"{kind.__name__}: fields {sorted(required ^ set(value))}")
    hints = typing.get_type_hints(kind)
    return kind(**{name: build(hints[name], item) for name, item in value.items()})


def test_there_is_a_vector_for_every_event_type() -> None:
    assert {name[len("event.") :] for name in EVENTS} == set(events.EVENT_TYPES)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_builds_and_nothing_more_fits(name: str) -> None:
    value = VECTORS[name]["value"]
    kind = events.EVENT_TYPES[value["type"]]
    built = build(kind, value["data"])
    assert {key: item for key, item in dataclasses.asdict(built).items() if key in value["data"]} == value["data"]
    with pytest.raises(Refused):
        build(kind, {**value["data"], "mood": "sunny"})
    with pytest.raises(Refused):
        build(kind, {})


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_builds_whole_and_nothing_more_fits(name: str) -> None:
    vector = VECTORS[name]
    kind = CLASSES[vector["shape"]]
    assert dataclasses.asdict(build(kind, vector["value"])) == vector["value"]
    with pytest.raises(Refused):
        build(kind, {**vector["value"], "mood": "sunny"})


def test_both_interpreters_sign_alike() -> None:
    token, body = VECTORS["context_token"], VECTORS["body_signature"]
    context = build(turn.TurnContext, token["value"])
    assert sign_context(context, token["key"].encode()) == token["token"]
    assert verify_context(token["token"], token["key"].encode()) == context
    assert sign_body(body["value"].encode(), body["secret"].encode()) == body["signature"]
