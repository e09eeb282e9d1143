"""The customer's socket: events of one conversation, heartbeats and typing."""

from __future__ import annotations

from fastapi import APIRouter, WebSocket
from pydantic import ValidationError

from handoff.conversations.access import OwnConversation
from handoff.conversations.here import HEARTBEATS, Here
from handoff.conversations.log import Announcement, WireEvent, for_customer
from handoff.conversations.schemas import SEQ
from handoff.conversations.service import ConversationService
from handoff.core import Core
from handoff.errors import NotFound, Unauthorised
from handoff.gateway import sockets
from handoff.gateway.hub import Signal, Typing
from handoff.gateway.sockets import Follower, Frame
from handoff.late_routes import Routes

BATCH = 500


def create_router(core: Core, service: ConversationService, own: OwnConversation, here: Here) -> APIRouter:
    router = Routes()
    heartbeat_every = core.settings.heartbeat_every.total_seconds()

    @router.websocket("/conversations/{conversation_id}/socket")
    async def follow(socket: WebSocket, conversation_id: str, after: str = "0") -> None:
        if not sockets.origin_allowed(socket, core.settings):
            await sockets.refuse(socket, sockets.FOREIGN_ORIGIN, "foreign origin")
            return
        try:
            await own.check(sockets.token_of(socket) or "", conversation_id)
        except Unauthorised:
            await sockets.refuse(socket, sockets.BAD_TOKEN, "token invalid")
            return
        except NotFound:
            await sockets.refuse(socket, sockets.NOT_FOUND, "no such conversation")
            return
        try:
            begin = SEQ.validate_python(after)
        except ValidationError:  # read here: the framework would refuse the handshake, which tells a browser nothing
            await sockets.refuse(socket, sockets.BAD_REQUEST, "after is no seq")
            return

        async def load(seq: int) -> list[WireEvent]:
            return (await service.events_after(conversation_id, seq, BATCH))[0]

        follower = Follower(begin, load, for_customer)

        async def frames_of(signal: Signal | None) -> list[Frame]:
            if isinstance(signal, Typing):
                return [] if signal.who == "customer" else [{"kind": "typing", "who": signal.who}]
            if isinstance(signal, Announcement):
                return await follower.frames(signal)
            if signal is not None:
                return await follower.frames()
            # Most heartbeats find nothing new: one small read, however many sockets are open.
            known = follower.seq
            row = await service.head(conversation_id)
            await here.note(conversation_id, HEARTBEATS * core.settings.heartbeat_every)
            if row.head_seq < known:
                # A log only grows, but for one that was restored from a backup: the reader sees so by ``head_seq``.
                follower.seq = row.head_seq
            missed = await follower.frames() if row.head_seq > follower.seq else []
            return [*missed, {"kind": "heartbeat", "epoch": row.epoch, "head_seq": row.head_seq}]

        async def on_frame(frame: Frame) -> None:
            if frame.get("kind") == "typing":
                core.announcer.typing(Typing(conversation_id, "customer", (await service.head(conversation_id)).owner))

        await sockets.accept(socket)
        with core.hub.listen(conversation_id) as listener:
            try:
                await sockets.serve(socket, "customer", listener, frames_of, on_frame, heartbeat_every)
            finally:
                await here.left(conversation_id)

    return router
