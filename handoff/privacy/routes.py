"""A customer's data for them, or out of every store: for admins alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from handoff.agents.access import Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body
from handoff.privacy.service import PrivacyService

CustomerId = Annotated[str, Path(min_length=1, max_length=128)]


class Erased(Body):
    """Counts of what went, by store. ``erased_as`` is the name under which what stays is kept together."""

    report: dict[str, Any]


class Exported(Body):
    data: dict[str, Any]


def create_router(privacy: PrivacyService, require: Require) -> APIRouter:
    router = APIRouter(prefix="/customers/{customer_id}", tags=["privacy"])
    Admin = Annotated[Principal, Depends(require("admin"))]

    @router.get("/export")
    async def export(customer_id: CustomerId, _me: Admin) -> Exported:
        """Everything that is held of a customer, as data."""
        return Exported(data=await privacy.export(customer_id))

    @router.post("/erasure")
    async def erase(customer_id: CustomerId, _me: Admin) -> Erased:
        """Take a customer out of every store. May be repeated."""
        return Erased(report=await privacy.erase(customer_id))

    return router
