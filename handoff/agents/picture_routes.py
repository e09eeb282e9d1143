"""Portraits over HTTP. Customers of other sites see them, so reading one needs no token and tells nothing more."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from handoff.agents.access import Require
from handoff.agents.pictures import LARGEST, Portraits
from handoff.agents.service import Principal, StaffService
from handoff.errors import TooLarge
from handoff.late_routes import Routes

SEEN_BY_ALL = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def create_router(staff: StaffService, portraits: Portraits, require: Require) -> APIRouter:
    router = Routes(tags=["staff"])
    Anyone = Annotated[Principal, Depends(require())]

    @router.get("/agents/{agent_id}/picture", response_class=Response)
    async def get_picture(agent_id: str) -> Response:
        """The portrait that they chose, or their initials. 404 ``colleague_not_found`` for nobody's id."""
        portrait = portraits.of(agent_id, await staff.name_of(agent_id))
        return Response(portrait.data, media_type=portrait.media_type, headers=SEEN_BY_ALL)

    @router.put("/agents/me/picture", status_code=204)
    async def keep_picture(me: Anyone, request: Request) -> None:
        """The body is the picture: PNG, JPEG or WebP, at most 512 kB."""
        data = bytearray()
        async for piece in request.stream():
            data += piece
            if len(data) > LARGEST:
                raise TooLarge("portrait_too_large", f"A portrait may have {LARGEST // 1024} kB.")
        portraits.keep(me.id, bytes(data))

    @router.delete("/agents/me/picture", status_code=204)
    async def drop_picture(me: Anyone) -> None:
        portraits.drop(me.id)

    return router
