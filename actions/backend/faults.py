"""A business system that fails on purpose: the port wrapped around another, for tests and for evaluation.

``slow``       answers after some seconds (the effect happens)
``error``      refuses before anything happens
``lost_answer`` makes the effect, then fails
``lost_write`` answers as if the effect had happened; it has not
``duplicate``  makes the same call twice, as a network that repeats does
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal, TypeVar

from actions.backend.account import Slot
from actions.backend.port import Backend, Change, Customer, Effect, Order, Plan, Preview
from actions.errors import BackendUnavailable

T = TypeVar("T")
FaultKind = Literal["slow", "error", "lost_answer", "lost_write", "duplicate"]
Target = Literal["read", "preview", "apply", "effect"]


@dataclass(frozen=True)
class Fault:
    kind: FaultKind
    seconds: float = 0.0


class Faults:
    """What is to go wrong next, for each kind of call: taken in order, each once. ``always`` repeats for ever."""

    def __init__(self) -> None:
        self._next: dict[Target, deque[Fault]] = {}
        self._always: dict[Target, Fault] = {}

    def plan(self, target: Target, *faults: Fault) -> None:
        self._next.setdefault(target, deque()).extend(faults)

    def always(self, target: Target, fault: Fault) -> None:
        self._always[target] = fault

    def clear(self) -> None:
        self._next.clear()
        self._always.clear()

    def take(self, target: Target) -> Fault | None:
        queue = self._next.get(target)
        return queue.popleft() if queue else self._always.get(target)


class FaultyBackend:
    """Implements ``actions.backend.port.Backend``."""

    def __init__(
        self, inner: Backend, faults: Faults, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._inner = inner
        self._faults = faults
        self._sleep = sleep

    async def customer(self, customer_id: str) -> Customer:
        return await self._read("read", lambda: self._inner.customer(customer_id))

    async def orders(self, customer_id: str) -> Sequence[Order]:
        return await self._read("read", lambda: self._inner.orders(customer_id))

    async def order(self, order_id: str, customer_id: str) -> Order:
        return await self._read("read", lambda: self._inner.order(order_id, customer_id))

    async def plans(self) -> Sequence[Plan]:
        return await self._read("read", self._inner.plans)

    async def callback_slots(self) -> Sequence[Slot]:
        return await self._read("read", self._inner.callback_slots)

    async def find_customer_by_order_and_email(self, order_id: str, email: str) -> str | None:
        return await self._read("read", lambda: self._inner.find_customer_by_order_and_email(order_id, email))

    async def preview(self, customer_id: str, change: Change) -> Preview:
        return await self._read("preview", lambda: self._inner.preview(customer_id, change))

    async def given_since(self, customer_id: str, since: datetime) -> Decimal:
        return await self._read("read", lambda: self._inner.given_since(customer_id, since))

    async def effect(self, customer_id: str, key: str) -> Effect | None:
        return await self._read("effect", lambda: self._inner.effect(customer_id, key))

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        await self._read("read", lambda: self._inner.send_code(customer_id, code, minutes, key))

    async def mail_was_sent(self, customer_id: str, key: str) -> bool:
        return await self._read("effect", lambda: self._inner.mail_was_sent(customer_id, key))

    async def apply(self, customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        fault = self._faults.take("apply")
        kind = fault.kind if fault else None
        if kind == "error":
            raise BackendUnavailable
        if kind == "lost_write":
            now = datetime.now(UTC)
            return Effect(key, change.kind, getattr(change, "order_id", customer_id), "XX-LOST0000", now)
        effect = await self._inner.apply(customer_id, change, key, confirmed=confirmed)
        if kind == "duplicate":
            effect = await self._inner.apply(customer_id, change, key, confirmed=confirmed)
        if kind == "slow" and fault is not None:
            await self._sleep(fault.seconds)
        if kind == "lost_answer":
            raise BackendUnavailable
        return effect

    async def _read(self, target: Target, call: Callable[[], Awaitable[T]]) -> T:
        fault = self._faults.take(target)
        if fault is not None and fault.kind == "slow":
            await self._sleep(fault.seconds)
        elif fault is not None:
            raise BackendUnavailable
        return await call()


class FaultsByCustomer:
    """Implements ``actions.backend.port.Backend``: each customer has faults of their own, and most have none.

    What no customer is named for (plans, free hours, the look-up of a guest) never fails.
    """

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self._faulty: dict[str, FaultyBackend] = {}
        self._faults: dict[str, Faults] = {}
        self.plans = inner.plans
        self.callback_slots = inner.callback_slots
        self.find_customer_by_order_and_email = inner.find_customer_by_order_and_email

    def of(self, customer_id: str) -> Faults:
        """The faults of this customer, made where there are none yet."""
        if customer_id not in self._faults:
            self._faults[customer_id] = Faults()
            self._faulty[customer_id] = FaultyBackend(self._inner, self._faults[customer_id])
        return self._faults[customer_id]

    def _for(self, customer_id: str) -> Backend:
        return self._faulty.get(customer_id, self._inner)

    async def customer(self, customer_id: str) -> Customer:
        return await self._for(customer_id).customer(customer_id)

    async def orders(self, customer_id: str) -> Sequence[Order]:
        return await self._for(customer_id).orders(customer_id)

    async def order(self, order_id: str, customer_id: str) -> Order:
        return await self._for(customer_id).order(order_id, customer_id)

    async def preview(self, customer_id: str, change: Change) -> Preview:
        return await self._for(customer_id).preview(customer_id, change)

    async def apply(self, customer_id: str, change: Change, key: str, *, confirmed: Decimal | None = None) -> Effect:
        return await self._for(customer_id).apply(customer_id, change, key, confirmed=confirmed)

    async def effect(self, customer_id: str, key: str) -> Effect | None:
        return await self._for(customer_id).effect(customer_id, key)

    async def given_since(self, customer_id: str, since: datetime) -> Decimal:
        return await self._for(customer_id).given_since(customer_id, since)

    async def send_code(self, customer_id: str, code: str, minutes: int, key: str) -> None:
        await self._for(customer_id).send_code(customer_id, code, minutes, key)

    async def mail_was_sent(self, customer_id: str, key: str) -> bool:
        return await self._for(customer_id).mail_was_sent(customer_id, key)
