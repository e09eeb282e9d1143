"""Keeps what the tools answer in each turn, until the gateway stores it with the turn.

Only calls of an action are kept; who else reads the shop (the lab, the re-reading of effects) has no turn.
"""

from __future__ import annotations

from collections import OrderedDict
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, NamedTuple, cast

from actions import tool_calls
from actions.backend.codes import Verifier
from actions.backend.port import Backend
from handoff.contract.operations import OperationLedger
from handoff.contract.turn import ToolCall, TurnContext

MOST_TURNS: Final = 1_000
"""Turns that nobody fetched, such as those of a gateway that went away."""
_turn: ContextVar[TurnContext | None] = ContextVar("turn", default=None)


def begin_turn(context: TurnContext) -> None:
    """From here on this task's calls belong to the turn."""
    _turn.set(context)


class _Try(NamedTuple):
    """A turn may be tried again, with a new deadline; what an earlier try read does not count then."""

    deadline: str
    calls: list[ToolCall]


class Recorder:
    def __init__(self) -> None:
        self._tries: OrderedDict[str, _Try] = OrderedDict()

    def shop(self, inner: Backend) -> Backend:
        return cast(Backend, _Recorded("shop", inner, self))

    def codes(self, inner: Verifier) -> Verifier:
        return cast(Verifier, _Recorded("codes", inner, self))

    def operations(self, inner: OperationLedger) -> OperationLedger:
        return cast(OperationLedger, _Recorded("operations", inner, self))

    def keep(self, call: ToolCall) -> None:
        context = _turn.get()
        if context is None:
            return
        found = self._tries.get(context.turn_id)
        if found is None or found.deadline != context.deadline:
            found = self._tries[context.turn_id] = _Try(context.deadline, [])
        self._tries.move_to_end(context.turn_id)
        found.calls.append(call)
        while len(self._tries) > MOST_TURNS:
            self._tries.popitem(last=False)

    def take(self, turn_id: str) -> list[ToolCall]:
        """The calls of the turn's last try, in order, once."""
        found = self._tries.pop(turn_id, None)
        return found.calls if found else []


class _Recorded:
    """One port before another: each method of the port is called through and kept, all else passed on."""

    def __init__(self, port: str, inner: Any, recorder: Recorder) -> None:
        self._port = port
        self._inner = inner
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return partial(self._call, name) if name in tool_calls.METHODS[self._port] else found

    async def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        arguments = tool_calls.arguments_of(self._port, method, args, kwargs)
        try:
            value = await getattr(self._inner, method)(*args, **kwargs)
        except BaseException as problem:
            self._recorder.keep(tool_calls.failed(self._port, method, arguments, problem))
            raise
        self._recorder.keep(tool_calls.answered(self._port, method, arguments, value))
        return value
