"""Frozen tools: every port answers what it answered in a recorded conversation, and does nothing.

A call is looked for by tool and arguments among those of the turn; the n-th call gets the n-th answer, and after the
last the last again. A read that the turn did not make is taken from the conversation's other turns, where no change was
made in between. What was never asked is ``OffTheRecord``. There is no business system behind this and no way to one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from actions import tool_calls
from actions.backend.codes import Verifier
from actions.backend.port import Backend
from actions.errors import ActionsError
from handoff.contract.operations import OperationLedger
from handoff.contract.turn import ToolCall

READS: Final = frozenset(
    f"shop.{name}"
    for name in (
        "customer", "orders", "order", "plans", "callback_slots", "find_customer_by_order_and_email", "preview",
        "given_since",
    )
)  # fmt: skip
CHANGE: Final = "shop.apply"


class OffTheRecord(ActionsError):
    def __init__(self, tool: str) -> None:
        super().__init__("off_the_record", f"{tool} was not asked in the recorded conversation.")


class FrozenTools:
    """``at`` sets the turn; ``missed`` names the tools that were asked since then and are not on the record."""

    def __init__(self) -> None:
        self._turns: Sequence[Sequence[ToolCall]] = ()
        self._number = 0
        self._asked: dict[str, int] = {}
        self.missed: list[str] = []

    def at(self, turns: Sequence[Sequence[ToolCall]], number: int) -> None:
        """``turns`` are the calls of each turn of the conversation; ``number`` counts from 0."""
        self._turns, self._number, self._asked, self.missed = turns, number, {}, []

    @property
    def shop(self) -> Backend:
        return cast(Backend, _Frozen("shop", self))

    @property
    def codes(self) -> Verifier:
        return cast(Verifier, _Frozen("codes", self))

    @property
    def operations(self) -> OperationLedger:
        return cast(OperationLedger, _Frozen("operations", self))

    def answer(self, tool: str, arguments: dict[str, Any]) -> Any:
        """Raises ``OffTheRecord``, or what the tool raised then."""
        found = _matching(self._turns[self._number], tool, arguments)
        if not found and tool in READS:
            found = self._nearby(tool, arguments)
        if not found:
            self.missed.append(tool)
            raise OffTheRecord(tool)
        key = f"{tool} {sorted(arguments.items(), key=str)}"
        place = self._asked.get(key, 0)
        self._asked[key] = place + 1
        return tool_calls.replay(found[min(place, len(found) - 1)])

    def _nearby(self, tool: str, arguments: dict[str, Any]) -> list[ToolCall]:
        others = sorted(range(len(self._turns)), key=lambda number: abs(number - self._number))
        for other in others:
            between = self._turns[min(other, self._number) : max(other, self._number) + 1]
            if any(call.tool == CHANGE for calls in between for call in calls):
                continue
            found = _matching(self._turns[other], tool, arguments)
            if found:
                return found[-1:]
        return []


def _matching(calls: Sequence[ToolCall], tool: str, arguments: dict[str, Any]) -> list[ToolCall]:
    return [call for call in calls if call.tool == tool and call.arguments == arguments]


class _Frozen:
    def __init__(self, port: str, tools: FrozenTools) -> None:
        self._port = port
        self._tools = tools

    def __getattr__(self, name: str) -> Any:
        if name not in tool_calls.METHODS[self._port]:
            raise AttributeError(name)
        return partial(self._call, name)

    async def _call(self, method: str, *args: Any, **kwargs: Any) -> Any:
        arguments = tool_calls.arguments_of(self._port, method, args, kwargs)
        return self._tools.answer(f"{self._port}.{method}", arguments)
