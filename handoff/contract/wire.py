"""Validation of the contract where pydantic 2 lives: unknown fields, tags and literals are refused.

The contract's classes stay plain dataclasses (the bot's interpreter has pydantic 1). Here each of them is told to
forbid extra fields, once, at import.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

from pydantic import ConfigDict, TypeAdapter

from handoff.contract import events, packet, turn
from handoff.contract.events import EVENT_TYPES, EventData
from handoff.contract.packet import Packet
from handoff.contract.turn import ActionReturn, TurnContext, TurnRefused, TurnRequest, TurnResult

for _module in (events, turn, packet):
    for _, _class in inspect.getmembers(_module, inspect.isclass):
        if dataclasses.is_dataclass(_class):
            _class.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]

EVENT_ADAPTERS: dict[str, TypeAdapter[EventData]] = {name: TypeAdapter(cls) for name, cls in EVENT_TYPES.items()}
TURN_REQUEST = TypeAdapter(TurnRequest)
TURN_RESULT = TypeAdapter(TurnResult)
TURN_REFUSED = TypeAdapter(TurnRefused)
TURN_CONTEXT = TypeAdapter(TurnContext)
ACTION_RETURN = TypeAdapter(ActionReturn)
PACKET = TypeAdapter(Packet)


def event_type(data: EventData) -> str:
    """The name under which ``data`` is written to the log."""
    return _NAMES[type(data)]


def parse_event(name: str, data: dict[str, Any]) -> EventData:
    """Validate ``data`` as an event called ``name``. Raises ``KeyError`` for an unknown name, pydantic's
    ``ValidationError`` for a wrong shape."""
    return EVENT_ADAPTERS[name].validate_python(data)


def dump(value: Any) -> dict[str, Any]:
    """A contract value as JSON-ready data; fields that are ``None`` or empty are left out where they may be."""
    plain = _plain(value)
    return {
        field.name: plain[field.name]
        for field in dataclasses.fields(value)
        if plain[field.name] not in (None, []) or _is_required(field)
    }


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


_NAMES: dict[type, str] = {cls: name for name, cls in EVENT_TYPES.items()}
