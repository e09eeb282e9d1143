"""Webhooks over HTTP, for admins."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from handoff.agents.access import Require
from handoff.agents.service import Principal
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes
from handoff.webhooks.service import WebhookService

Url = Annotated[str, Field(min_length=1, max_length=2048)]
Description = Annotated[str, Field(max_length=200)]


class NewWebhook(Body):
    """``events``: types to send, all when empty. ``texts``: whether people's words travel too."""

    url: Url
    description: Description = ""
    events: list[str] = Field(default_factory=list, max_length=100)
    texts: bool = False


class WebhookChange(Body):
    url: Url | None = None
    description: Description | None = None
    events: list[str] | None = Field(default=None, max_length=100)
    texts: bool | None = None
    active: bool | None = None


class Rotate(Body):
    keep_hours: float = Field(default=24, ge=0, le=168)


class Webhook(Body):
    id: str
    url: str
    description: str
    events: list[str]
    texts: bool
    active: bool
    created_at: str
    created_by: str


class Webhooks(Body):
    webhooks: list[Webhook]


class CreatedWebhook(Body):
    """The secret is shown here and never again."""

    webhook: Webhook
    secret: str


class Secret(Body):
    secret: str


class Deliveries(Body):
    deliveries: list[dict[str, Any]]


def create_router(webhooks: WebhookService, require: Require) -> APIRouter:
    router = Routes(prefix="/webhooks", tags=["webhooks"])
    Admin = Annotated[Principal, Depends(require("admin"))]

    @router.get("")
    async def list_webhooks(_me: Admin) -> Webhooks:
        return Webhooks.model_validate({"webhooks": await webhooks.listing()})

    @router.post("", status_code=201)
    async def create_webhook(me: Admin, body: NewWebhook) -> CreatedWebhook:
        made, secret = await webhooks.create(me.id, body.url, body.description, body.events, body.texts)
        return CreatedWebhook(webhook=Webhook(**made), secret=secret)

    @router.patch("/{webhook_id}")
    async def change_webhook(webhook_id: str, _me: Admin, body: WebhookChange) -> Webhook:
        return Webhook(**await webhooks.change(webhook_id, body.model_dump(exclude_none=True)))

    @router.post("/{webhook_id}/rotate")
    async def rotate_webhook_secret(webhook_id: str, _me: Admin, body: Rotate | None = None) -> Secret:
        """A new secret; calls are signed with both for a while."""
        return Secret(secret=await webhooks.rotate(webhook_id, timedelta(hours=(body or Rotate()).keep_hours)))

    @router.post("/{webhook_id}/test", status_code=202)
    async def send_test_delivery(webhook_id: str, _me: Admin) -> None:
        await webhooks.test(webhook_id)

    @router.get("/{webhook_id}/deliveries")
    async def list_deliveries(
        webhook_id: str, _me: Admin, state: Literal["pending", "delivered", "given_up"] | None = None
    ) -> Deliveries:
        """The newest 200, newest first."""
        return Deliveries(deliveries=await webhooks.deliveries(webhook_id, state))

    @router.post("/{webhook_id}/deliveries/{delivery_id}/replay", status_code=202)
    async def replay_delivery(webhook_id: str, delivery_id: int, _me: Admin) -> None:
        await webhooks.replay(webhook_id, delivery_id)

    return router
