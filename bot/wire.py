"""Reads a ``TurnRequest`` off the wire and writes a ``TurnResult``: strict, with the contract's own classes.

The bot's interpreter has no pydantic 2, so the few forms that the contract uses are checked here: text, whole numbers,
literals, optionals, lists of objects and nested records. Unknown fields are refused.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from typing import Any, Dict, Literal, Tuple, Type, TypeVar, Union, get_args, get_origin, get_type_hints

from handoff.contract.turn import ForgetRequest, TurnRefused, TurnRequest

Record = TypeVar("Record")


class Malformed(Exception):
    """The message names the field, never its value."""


def read_request(body: bytes) -> TurnRequest:
    """Raises ``Malformed``."""
    request = _read(TurnRequest, body)
    if request.tracker_version < 0:
        raise Malformed("request.tracker_version: below zero")
    if (request.trigger == "choice") != (request.payload is not None):
        raise Malformed("request.payload: goes with the trigger 'choice' and no other")
    return request


def read_forget(body: bytes) -> ForgetRequest:
    """Raises ``Malformed``."""
    return _read(ForgetRequest, body)


def _read(record: Type[Record], body: bytes) -> Record:
    try:
        data = json.loads(body)
    except ValueError:
        raise Malformed("the body is not JSON") from None
    request: Any = build(record, data, "request")
    if request.version != 1:
        raise Malformed("request.version: only 1 is spoken here")
    return request


def build(record: Type[Record], data: Any, where: str) -> Record:
    """``data`` as an instance of the dataclass ``record``. Raises ``Malformed``."""
    if not isinstance(data, dict):
        raise Malformed(f"{where}: not an object")
    known, hints = _form(record)  # type: ignore[arg-type]
    unknown = sorted(set(data) - set(known))
    if unknown:
        raise Malformed(f"{where}: unknown field {unknown[0][:40]!r}")
    values: Dict[str, Any] = {}
    for name, field in known.items():
        if name in data:
            values[name] = _check(hints[name], data[name], f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Malformed(f"{where}.{name}: missing")
    return record(**values)


@functools.cache
def _form(record: Type[Any]) -> Tuple[Dict[str, dataclasses.Field[Any]], Dict[str, Any]]:
    """The fields of a class of the contract, and their types."""
    return {field.name: field for field in dataclasses.fields(record)}, get_type_hints(record)


def _check(wanted: Any, value: Any, where: str) -> Any:
    origin = get_origin(wanted)
    if origin is Union:
        if value is None and type(None) in get_args(wanted):
            return None
        return _check(next(kind for kind in get_args(wanted) if kind is not type(None)), value, where)
    if origin is Literal:
        if value not in get_args(wanted) or isinstance(value, bool):
            raise Malformed(f"{where}: not one of the allowed values")
        return value
    if origin is list:
        if not isinstance(value, list):
            raise Malformed(f"{where}: not a list")
        return [_check(get_args(wanted)[0], item, where) for item in value]
    if origin is dict:
        if not isinstance(value, dict):
            raise Malformed(f"{where}: not an object")
        return value
    if dataclasses.is_dataclass(wanted):
        return build(wanted, value, where)  # type: ignore[arg-type]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise Malformed(f"{where}: not {wanted.__name__}")
    return value


def refusal(code: str, message: str) -> Dict[str, Any]:
    return dataclasses.asdict(TurnRefused(code, message))  # type: ignore[arg-type]
