"""What a widget must know before anybody has said anything: public, the same for all, cacheable."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Response

from handoff.attachments.rules import KINDS
from handoff.clock import Clock, stamp
from handoff.conversations.schemas import Body
from handoff.late_routes import Routes
from handoff.queue.plan import DeskPlan
from handoff.queue.routing import opens_at
from handoff.settings import HandoffSettings, PreChatField


class AttachmentRules(Body):
    most_bytes: int
    media_types: list[str]


class WidgetConfig(Body):
    """``prechat``: what an unknown customer is asked before the first message; empty: nothing. ``opens_at``: when
    people are back; absent within their hours. ``staffed``: whether somebody who answers was at the desk a minute ago
    at most; null where nobody can say. Not who, nor how many: that is nobody's outside."""

    prechat: list[PreChatField]
    topics: list[str]
    attachments: AttachmentRules
    opens_at: str | None = None
    staffed: bool | None = None


Staffed = Callable[[], Awaitable[bool | None]]


def create_router(settings: HandoffSettings, plan: DeskPlan, clock: Clock, staffed: Staffed) -> APIRouter:
    router = Routes(tags=["widget"])
    config = WidgetConfig(
        prechat=list(settings.prechat),
        topics=list(settings.prechat_topics),
        attachments=AttachmentRules(most_bytes=settings.attachment_bytes, media_types=list(KINDS)),
    )

    @router.get("/widget")
    async def widget_config(response: Response) -> WidgetConfig:
        response.headers["Cache-Control"] = "public, max-age=60"
        closed_until = opens_at(plan, None, clock.now())
        opening = stamp(closed_until) if closed_until else None
        return config.model_copy(update={"opens_at": opening, "staffed": await staffed()})

    return router
