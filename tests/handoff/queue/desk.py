"""What the desk's tests share: a conversation in the queue, a person who takes it, and calls by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from tests.handoff.conftest import Customer, Desk


@dataclass
class Agent:
    desk: Desk
    headers: dict[str, str]

    @classmethod
    async def sign_in(cls, desk: Desk, email: str = "ana@example.com") -> Agent:
        return cls(desk, await desk.sign_in(email))

    async def get(self, path: str) -> httpx.Response:
        return await self.desk.client.get(f"/api/v1{path}", headers=self.headers)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.desk.client.post(f"/api/v1{path}", json=body or {}, headers=self.headers)

    async def waiting(self) -> list[dict[str, Any]]:
        return (await self.get("/queue")).json()["waiting"]

    async def handoff_of(self, customer: Customer) -> str:
        return next(i["handoff_id"] for i in await self.waiting() if i["conversation_id"] == customer.id)

    async def take(self, customer: Customer) -> str:
        """Accept the customer's hand-over; the button first, where they are not in the queue yet."""
        await customer.post("handoff", {})
        handoff = await self.handoff_of(customer)
        answer = await self.post(f"/handoffs/{handoff}/accept")
        assert answer.status_code == 200, answer.text
        return handoff
