"""A conversation as a file: a customer's own, or any that a colleague may read."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query, Response

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.reads import What
from handoff.agents.service import Principal
from handoff.conversations import transcript
from handoff.conversations.access import OwnConversation
from handoff.conversations.log import WireEvent, find, for_customer, read_whole
from handoff.conversations.transcript import Format, Line
from handoff.core import Core
from handoff.late_routes import Routes
from handoff.limits import RateLimit

PER_MINUTE = 20
FORMS = {
    "text": ("text/plain; charset=utf-8", "txt"),
    "json": ("application/json", "json"),
    "csv": ("text/csv; charset=utf-8", "csv"),
}
# Spreadsheets read a CSV file as UTF-8 only where it begins with this mark.
BYTE_ORDER_MARK = "\ufeff"

MayRead = Callable[[str, Principal], Awaitable[None]]
"""Raises where a conversation is another department's."""
NoteRead = Callable[[str, Principal, What], Awaitable[None]]
"""Writes down who of the staff read it."""


def create_router(
    core: Core, own: OwnConversation, require: Require, limit: RateLimit, may_read: MayRead, note_read: NoteRead
) -> APIRouter:
    router = Routes(tags=["conversations"])
    Own = Annotated[str, Depends(own)]
    Reader = Annotated[Principal, Depends(require(*DESK_ROLES, "qa"))]
    Form = Annotated[Format, Query(alias="format")]

    @router.get("/conversations/{conversation_id}/transcript", response_class=Response)
    async def own_transcript(conversation: Own, form: Form = "text") -> Response:
        """What the customer saw, to keep. ``lines`` of the JSON form are ``{seq, at, speaker, name, text, files,
        sources}``; ``speaker`` is null for what happened between two messages."""
        await limit.take("transcripts", conversation, PER_MINUTE)
        return answer(conversation, await read(conversation), form)

    @router.get("/transcripts/{conversation_id}", response_class=Response)
    async def any_transcript(conversation_id: str, me: Reader, form: Form = "text") -> Response:
        """The same for a colleague, without cards and accounts. Notes of the staff are in neither. Who read
        it is written down."""
        await may_read(conversation_id, me)
        await limit.take("transcripts", me.id, PER_MINUTE)
        found = transcript.for_staff(await read(conversation_id))
        await note_read(conversation_id, me, "transcript")
        return answer(conversation_id, found, form)

    async def read(conversation_id: str) -> list[Line]:
        def work(connection: sa.Connection) -> list[WireEvent]:
            find(connection, conversation_id)
            return read_whole(connection, conversation_id)

        return transcript.lines(for_customer(await core.database.read(work)))

    return router


def answer(conversation_id: str, found: list[Line], form: Format) -> Response:
    if form == "json":
        content = json.dumps(transcript.as_json(conversation_id, found), ensure_ascii=False)
    elif form == "csv":
        content = BYTE_ORDER_MARK + transcript.as_csv(found)
    else:
        content = transcript.as_text(found)
    media_type, ending = FORMS[form]
    headers = {
        "Content-Disposition": f'attachment; filename="{conversation_id}.{ending}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
