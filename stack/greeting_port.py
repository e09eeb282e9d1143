"""What the widget may say first to a known customer, read from the business system at that moment."""

from __future__ import annotations

import asyncio

import structlog

from actions.backend.port import Backend
from actions.errors import ActionsError
from actions.order_status import late_notice
from handoff.clock import Clock
from handoff.customers.service import Greeter, Greeting

PATIENCE = 2.0

log = structlog.get_logger("stack.greeting_port")


def delayed_order(backend: Backend, clock: Clock) -> Greeter:
    """Speaks of the newest order that is late; silent where there is none, or the shop does not answer in time."""

    async def greeting(customer_id: str) -> Greeting | None:
        try:
            async with asyncio.timeout(PATIENCE):
                orders = await backend.orders(customer_id)
        except (ActionsError, TimeoutError) as problem:
            log.info("greeting.silent", error=type(problem).__name__)
            return None
        for order in orders:
            if (text := late_notice(order, clock.now())) is not None:
                return Greeting(f"late:{order.id}", text, f"Where is my order {order.id}?")
        return None

    return greeting
