"""A customer's data for them, or out of every store: for admins alone, and audited.

Somebody who never signed in is a guest: found by their conversation, or by an address that they left. An address stands
in the body, so that it is in no log of addresses that were called.
"""

from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Path
from pydantic import Field, model_validator

from handoff.agents.access import Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes
from handoff.privacy.service import PrivacyService, Whose

CustomerId = Annotated[str, Path(min_length=1, max_length=128)]


class Erased(Body):
    """Counts of what went, by store. ``erased_as`` is the name under which what stays is kept together."""

    report: dict[str, Any]


class Exported(Body):
    data: dict[str, Any]


class Guest(Body):
    """A ``conversation_id``, an ``email`` or a ``phone`` with its country: exactly one of them."""

    conversation_id: str | None = Field(default=None, max_length=128)
    email: str | None = Field(default=None, max_length=320)
    phone: str | None = Field(default=None, max_length=64)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.conversation_id, self.email, self.phone].count(None) != 2:
            raise ValueError("send one of conversation_id, email and phone")
        return self

    def whose(self) -> Whose:
        if self.conversation_id is not None:
            return Whose("conversation", self.conversation_id)
        return Whose("email", self.email) if self.email is not None else Whose("phone", self.phone or "")


def create_router(privacy: PrivacyService, require: Require) -> APIRouter:
    router = Routes(tags=["privacy"])
    Admin = Annotated[Principal, Depends(require("admin"))]

    @router.get("/customers/{customer_id}/export")
    async def export_customer(customer_id: CustomerId, me: Admin) -> Exported:
        """Everything that is held of a customer, as data."""
        return Exported(data=await privacy.export(Whose("customer", customer_id), me.id))

    @router.post("/customers/{customer_id}/erasure")
    async def erase_customer(customer_id: CustomerId, me: Admin) -> Erased:
        """Take a customer out of every store. May be repeated."""
        return Erased(report=await privacy.erase(Whose("customer", customer_id), me.id))

    @router.post("/guests/export")
    async def export_guest(guest: Guest, me: Admin) -> Exported:
        """The same of somebody who never signed in."""
        return Exported(data=await privacy.export(guest.whose(), me.id))

    @router.post("/guests/erasure")
    async def erase_guest(guest: Guest, me: Admin) -> Erased:
        """The same of somebody who never signed in. 409 ``customer_known`` where it is a customer's after all."""
        return Erased(report=await privacy.erase(guest.whose(), me.id))

    return router
