"""What the demo shop's page asks for: its customers, and an identity token as a host site's own server would sign it.

Mounted with ``--demo`` alone. A real installation never hands out identities: its host site signs them.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from actions.demo import demo_customers
from handoff.clock import Clock
from handoff.errors import NotFound
from stack.settings import Settings
from stack.token_command import identity_token

MINUTES_10 = 600


class DemoCustomer(BaseModel):
    id: str
    name: str
    email: str


class DemoIdentity(BaseModel):
    identity_token: str


def create_router(settings: Settings, clock: Clock) -> APIRouter:
    router = APIRouter(prefix="/api/v1/demo", tags=["demo"])
    known = [DemoCustomer(id=c["id"], name=c["name"], email=c["email"]) for c in demo_customers()]

    @router.get("/customers")
    async def list_demo_customers() -> list[DemoCustomer]:
        return known

    @router.get("/identity")
    async def demo_identity(customer: Annotated[str, Query(max_length=128)]) -> DemoIdentity:
        if not any(customer == each.id for each in known):
            raise NotFound("customer_not_found", "The demo shop has no such customer.")
        return DemoIdentity(identity_token=identity_token(settings, customer, MINUTES_10, clock.now()))

    return router
