"""Who attacks whom in ``prove attacks``: one customer with a conversation, another who wants into it, and a member of
the staff whose cookie a foreign page would like to use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson

from stack.errors import StackError
from stack.prove.private_stack import PrivateStack
from stack.staff import demo_staff

PLACED = "A-1057"
"""An order of the demo company that has not left."""
Answer = tuple[int, dict[str, Any]]
"""Status and body; a body that is no JSON object is empty."""


@dataclass(frozen=True)
class Theirs:
    """A conversation and the key to it."""

    customer: str
    id: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Ground:
    session: aiohttp.ClientSession
    stack: PrivateStack
    victim: Theirs
    attacker: Theirs
    staff_cookie: str
    orders: tuple[str, ...]
    """The victim's."""

    async def call(
        self, method: str, path: str, *, json: Any = None, data: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        body = orjson.dumps(json) if json is not None else data
        sent = {"Content-Type": "application/json", **(headers or {})}
        async with self.session.request(
            method, self.stack.base + path, data=body, headers=sent, allow_redirects=False
        ) as answered:
            content = await answered.read()
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            found = {}
        return answered.status, found if isinstance(found, dict) else {}

    async def all_of_the_victim(self) -> tuple[Any, Any]:
        """Their log, and their orders and effects in the shop."""
        log = await self.lab(f"/conversations/{self.victim.id}")
        shop = await self.lab(f"/customers/{self.victim.customer}")
        return log["events"], (shop["orders"], shop["effects"])

    async def lab(self, path: str) -> dict[str, Any]:
        """What the stack's own laboratory tells of the truth."""
        status, found = await self.call("GET", f"/lab/v1{path}")
        if status != 200:
            raise StackError(f"The laboratory of the proof's stack answers {status} for {path}.")
        return found


async def open_ground(session: aiohttp.ClientSession, stack: PrivateStack) -> Ground:
    victim, attacker = await _customer(session, stack), await _customer(session, stack)
    person = next(one for one in demo_staff(stack.paths.secrets) if "lead" in one["roles"])
    body = {"email": person["email"], "password": person["password"]}
    async with session.post(f"{stack.base}/api/v1/session", json=body) as answered:
        cookie = answered.cookies["frontdesk_session"].value
    return Ground(
        session,
        stack,
        await _conversation(session, stack, victim),
        await _conversation(session, stack, attacker),
        cookie,
        tuple(order["id"] for order in victim["orders"].values()),
    )


async def _customer(session: aiohttp.ClientSession, stack: PrivateStack) -> dict[str, Any]:
    """With one order that may still be cancelled."""
    async with session.post(f"{stack.base}/lab/v1/customers", json={"orders": {"placed": {"like": PLACED}}}) as made:
        found: dict[str, Any] = await made.json()
    return found


async def _conversation(session: aiohttp.ClientSession, stack: PrivateStack, customer: dict[str, Any]) -> Theirs:
    body = {"identity_token": customer["identity_token"]}
    async with session.post(f"{stack.base}/api/v1/conversations", json=body) as answered:
        opened = await answered.json()
    return Theirs(customer["customer_id"], opened["conversation_id"], opened["token"])
