"""What a widget must know before anybody has said anything: public, the same for all, cacheable."""

from fastapi import APIRouter, Response

from handoff.attachments.rules import KINDS
from handoff.conversations.schemas import Body
from handoff.settings import HandoffSettings, PreChatField


class AttachmentRules(Body):
    most_bytes: int
    media_types: list[str]


class WidgetConfig(Body):
    """``prechat``: what an unknown customer is asked before the first message; empty: nothing."""

    prechat: list[PreChatField]
    topics: list[str]
    attachments: AttachmentRules


def create_router(settings: HandoffSettings) -> APIRouter:
    router = APIRouter(tags=["widget"])
    config = WidgetConfig(
        prechat=list(settings.prechat),
        topics=list(settings.prechat_topics),
        attachments=AttachmentRules(most_bytes=settings.attachment_bytes, media_types=list(KINDS)),
    )

    @router.get("/widget")
    async def widget(response: Response) -> WidgetConfig:
        response.headers["Cache-Control"] = "public, max-age=60"
        return config

    return router
