"""Files of a conversation over HTTP. A customer reads those of the own conversation, staff those of any.

The body of an upload is the file itself: progress can be shown, nothing is parsed, memory holds one piece.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.service import Principal
from handoff.attachments.rules import KINDS
from handoff.attachments.service import AttachmentService
from handoff.contract.events import Attachment
from handoff.conversations.access import OwnConversation
from handoff.conversations.schemas import Body
from handoff.errors import NotFound
from handoff.late_routes import Routes
from handoff.limits import RateLimit

UPLOADS_PER_MINUTE = 20
SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Uploaded(Body):
    id: str
    name: str
    media_type: str
    size: int


MayRead = Callable[[str, Principal], Awaitable[None]]
"""Raises where a conversation is another department's."""


def create_router(
    service: AttachmentService, own: OwnConversation, require: Require, limit: RateLimit, may_read: MayRead
) -> APIRouter:
    router = Routes(tags=["attachments"])
    Own = Annotated[str, Depends(own)]
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]

    @router.post("/conversations/{conversation_id}/attachments", status_code=201)
    async def upload_file(
        request: Request, conversation: Own, name: Annotated[str, Query(min_length=1, max_length=500)]
    ) -> Uploaded:
        """The body is the file. A message takes it along by its id; one that no message took is gone after a day."""
        await limit.take("uploads", conversation, UPLOADS_PER_MINUTE)
        declared = request.headers.get("content-length", "")
        size = int(declared) if declared.isdecimal() else None
        return Uploaded(**vars(await service.receive(conversation, name, request.stream(), size)))

    @router.get("/conversations/{conversation_id}/attachments/{attachment_id}", response_class=FileResponse)
    async def own_file(conversation: Own, attachment_id: str) -> FileResponse:
        return await serve(attachment_id, conversation)

    @router.get("/attachments/{attachment_id}", response_class=FileResponse)
    async def any_file(attachment_id: str, me: Reader) -> FileResponse:
        await may_read(await service.conversation_of(attachment_id), me)
        return await serve(attachment_id, None)

    async def serve(attachment_id: str, conversation_id: str | None) -> FileResponse:
        attachment, path = await service.find(attachment_id, conversation_id)
        if not path.is_file():
            raise NotFound("attachment_not_found", "There is no such attachment.")
        return FileResponse(path, media_type=attachment.media_type, headers=SAFE | disposition(attachment))

    return router


def disposition(attachment: Attachment) -> dict[str, str]:
    """Pictures that a browser only draws may be shown; everything else is saved."""
    how = "inline" if KINDS[attachment.media_type].shown else "attachment"
    plain = attachment.name.encode("ascii", "ignore").decode().replace('"', "").strip() or "file"
    return {"Content-Disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}"}
