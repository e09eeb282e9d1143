"""Customers who come about one thing or another: what the tests of episodes share."""

from __future__ import annotations

from typing import Any

from tests.handoff.conftest import Customer, Desk, result


async def about(request: dict[str, Any]) -> dict[str, Any]:
    """A bot that understands ``intent number`` from a customer."""
    intent, _, number = request["text"].partition(" ")
    triage = {"decision": "continue", "rule": "none", "frustration": 0.0, "complexity": 0.0}
    triage |= {"intent": intent, "confidence": 0.9}
    return result(f"Read: {request['text']}", triage={**triage, "entities": {"order_number": number} if number else {}})


async def says(desk: Desk, customer: str | None, *texts: str) -> Customer:
    desk.bot.answer = about
    opened = await desk.open(customer)
    for text in texts:
        await opened.say(text)
        await opened.until_text(f"Read: {text}")
    return opened


async def episode(desk: Desk, customer: Customer) -> str:
    return next(e["data"]["episode_id"] for e in await desk.log(customer.id) if e["type"] == "episode.opened")
