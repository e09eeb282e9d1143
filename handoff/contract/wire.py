"""Validation of the contract where pydantic 2 lives: unknown fields, tags and literals are refused.

The contract's classes stay plain dataclasses (the bot's interpreter has pydantic 1). Here each of them is told to
forbid extra fields, once, at import.
"""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from handoff.contract import events, packet, turn
from handoff.contract.events import EVENT_TYPES, EventData
from handoff.contract.packet import Packet
from handoff.contract.turn import (
    ActionReturn,
    ForgetRequest,
    Forgotten,
    TurnContext,
    TurnRefused,
    TurnRequest,
    TurnResult,
)

for _module in (events, turn, packet):
    for _, _class in inspect.getmembers(_module, inspect.isclass):
        if dataclasses.is_dataclass(_class):
            _class.__pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[attr-defined]

EVENT_ADAPTERS: dict[str, TypeAdapter[EventData]] = {name: TypeAdapter(cls) for name, cls in EVENT_TYPES.items()}
TURN_REQUEST = TypeAdapter(TurnRequest)
TURN_RESULT = TypeAdapter(TurnResult)
TURN_REFUSED = TypeAdapter(TurnRefused)
FORGET_REQUEST = TypeAdapter(ForgetRequest)
FORGOTTEN = TypeAdapter(Forgotten)
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
    """A contract value as JSON-ready data; fields that are ``None`` or empty are left out where they may be.

    What is no class of the contract (a tracker's events, say) is taken as it is, not copied.
    """
    plain = {}
    for name, required, holds_classes in _plan(type(value)):
        item = getattr(value, name)
        if required or (item is not None and item != []):
            plain[name] = _plain(item) if holds_classes else item
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {
            name: _plain(getattr(value, name)) if holds_classes else getattr(value, name)
            for name, _, holds_classes in _plan(type(value))
        }
    return value


def _plan(cls: type[Any]) -> tuple[tuple[str, bool, bool], ...]:
    """Of each field: its name, whether it is always written, and whether its type holds classes of the contract."""
    if cls not in _PLANS:
        hints = get_type_hints(cls)
        _PLANS[cls] = tuple(
            (
                field.name,
                bool(field.metadata.get("written"))
                or (field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING),
                _holds_classes(hints[field.name]),
            )
            for field in dataclasses.fields(cls)
        )
    return _PLANS[cls]


def _holds_classes(hint: Any) -> bool:
    return dataclasses.is_dataclass(hint) or any(_holds_classes(part) for part in get_args(hint))


_PLANS: dict[type[Any], tuple[tuple[str, bool, bool], ...]] = {}
_NAMES: dict[type, str] = {cls: name for name, cls in EVENT_TYPES.items()}
