"""The tools of the actions as data: which call was made, what it answered, and back again.

Three ports are tools: the business system (``shop``), the one-time codes (``codes``) and the ledger of operations
(``operations``). Answers go through pydantic by the port's own annotations, so a new method needs nothing here.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from actions.backend.codes import Verifier
from actions.backend.port import Backend
from actions.errors import BackendUnavailable, CodeRefused, NotAllowed, NotFound
from handoff.contract.operations import OperationLedger, OperationRefused
from handoff.contract.turn import ToolCall

PORTS: Final[Mapping[str, type]] = {"shop": Backend, "codes": Verifier, "operations": OperationLedger}
METHODS: Final = {
    port: frozenset(name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_"))
    for port, kind in PORTS.items()
}
UNSAID: Final = frozenset(
    {"self", "context", "conversation_id", "seq", "code", "since", "allowance", "result", "summary"}
)
"""Arguments that say when and where rather than what, or that nobody should keep; calls are told apart without them."""


def arguments_of(port: str, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that tell one call from another, fit for JSON."""
    bound = _signature(port, method).bind(None, *args, **kwargs).arguments
    named = {name: value for name, value in bound.items() if name not in UNSAID and value is not None}
    if "arguments" in named:  # of an operation: the change counts, not until when a yes to it does
        named["arguments"] = dict(named["arguments"]).get("change")
    plain: dict[str, Any] = to_jsonable_python(named)
    return plain


def answered(port: str, method: str, arguments: dict[str, Any], value: Any) -> ToolCall:
    return ToolCall(f"{port}.{method}", arguments, _adapter(port, method).dump_python(value, mode="json"))


def failed(port: str, method: str, arguments: dict[str, Any], problem: BaseException) -> ToolCall:
    return ToolCall(f"{port}.{method}", arguments, error=_error(problem))


def replay(call: ToolCall) -> Any:
    """What the call gave when it was recorded. Raises what it raised."""
    if call.error is not None:
        raise _problem(call.error)
    return _adapter(*call.tool.split(".", 1)).validate_python(call.answer)


@cache
def _signature(port: str, method: str) -> inspect.Signature:
    return inspect.signature(getattr(PORTS[port], method))


@cache
def _adapter(port: str, method: str) -> TypeAdapter[Any]:
    return TypeAdapter(get_type_hints(getattr(PORTS[port], method))["return"])


def _error(problem: BaseException) -> dict[str, Any]:
    match problem:
        case NotAllowed():
            data = {name: value for name, value in problem.data.items() if name != "rule"}
            return {
                "name": "NotAllowed", "rule": problem.rule, "message": problem.message,
                "data": to_jsonable_python(data),
            }  # fmt: skip
        case NotFound():
            return {"name": "NotFound"}
        case CodeRefused():
            return {"name": "CodeRefused", "reason": problem.reason}
        case OperationRefused():
            return {"name": "OperationRefused", "code": problem.code}
        case BackendUnavailable():
            return {"name": "BackendUnavailable"}
        case _:  # cancelled at its deadline, or broken: both are no answer
            return {"name": "TimeoutError"}


def _problem(error: Mapping[str, Any]) -> Exception:
    match error["name"]:
        case "NotAllowed":
            return NotAllowed(error["rule"], error["message"], **error["data"])
        case "NotFound":
            return NotFound()
        case "CodeRefused":
            return CodeRefused(error["reason"])
        case "OperationRefused":
            return OperationRefused(error["code"], "as it was recorded")
        case "BackendUnavailable":
            return BackendUnavailable()
        case _:
            return TimeoutError()
