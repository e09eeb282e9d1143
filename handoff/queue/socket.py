"""The desk's socket: hints that the queue changed, and every event of the conversations that this agent owns."""

from __future__ import annotations

import sqlalchemy as sa
from fastapi import APIRouter, WebSocket

from handoff.agents.access import DESK_ROLES, Require
from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal, StaffService
from handoff.contract.redact import for_staff
from handoff.conversations.log import WireEvent, read_events
from handoff.conversations.rules import TRANSITIONS
from handoff.core import Core
from handoff.errors import Forbidden, FrontdeskError, Unauthorised
from handoff.gateway import sockets
from handoff.gateway.hub import DESK, Rights, Signal, Typing, Watching
from handoff.gateway.sockets import Follower, Frame
from handoff.late_routes import Routes
from handoff.storage import tables as t

QUEUE_EVENTS = ("handoff.", "conversation.closed", "conversation.reopened", "approval.", "promise.", "contact.")
TAKE_AWAY = frozenset(event for owner, event in TRANSITIONS if owner == "agent")
BATCH = 500
ACTION = "desk.socket"


class DeskView:
    """What one signed-in agent sees, kept between frames.

    Their rights are looked up again when somebody changed them and with each heartbeat, which reads the log of their
    conversations too: a hint from another process that was lost is made good then.
    """

    def __init__(
        self, core: Core, staff: StaffService, presence: Presence, trail: AuditTrail, token: str, me: Principal
    ) -> None:
        self._core = core
        self._staff = staff
        self._trail = trail
        self._presence = presence
        self._token = token
        self._me = me
        self._followers: dict[str, Follower] = {}

    async def frames_of(self, signal: Signal | None) -> list[Frame]:
        if signal is None:
            await self._rights()
            await self._presence.seen(self._me.id)
            states = await self._presence.states() or {}
            return [*await self._catch_up(), {"kind": "heartbeat", "presence": states.get(self._me.id, "offline")}]
        if isinstance(signal, Rights):
            if signal.agent_id != self._me.id:
                return []
            await self._rights()
            return [{"kind": "queue"}]
        if isinstance(signal, Watching):
            told = {"kind": "viewers", "conversation_id": signal.conversation_id}
            here = any(viewer.agent_id == self._me.id for viewer in signal.viewers)
            return [told | {"viewers": [vars(viewer) for viewer in signal.viewers]}] if here else []
        mine = signal.owner == f"agent:{self._me.id}"
        if isinstance(signal, Typing):
            typed = {"kind": "typing", "who": signal.who, "conversation_id": signal.conversation_id}
            return [typed] if mine and signal.who != "agent" else []
        events: tuple[WireEvent, ...] = getattr(signal, "events", ())
        frames: list[Frame] = []
        if not events or any(event["type"].startswith(QUEUE_EVENTS) for event in events):
            frames.append({"kind": "queue"})
        frames.extend(self._offers(events))
        if mine:
            frames.extend(_event_frames(await self._fresh(signal, events)))
        elif signal.conversation_id in self._followers:
            frames.extend(_event_frames(_until_taken(await self._fresh(signal, events))))
            del self._followers[signal.conversation_id]
        return frames

    async def _rights(self) -> None:
        """Raises ``Unauthorised``, ``Forbidden`` where they ended while the socket is open, which is audited."""
        try:
            self._me = await self._staff.authenticate(self._token)
            if not set(self._me.roles) & set(DESK_ROLES):
                raise Forbidden("role_missing", "Your role does not include this.")
        except (Unauthorised, Forbidden) as refusal:
            await self._trail.refused(self._me.id, ACTION, refusal.code)
            raise

    def _offers(self, events: tuple[WireEvent, ...]) -> list[Frame]:
        """A hand-over that is offered to this agent rings at once, without the listing being read first."""
        return [
            {"kind": "offer", "conversation_id": event["conversation_id"], **event["data"]}
            for event in events
            if event["type"] == "handoff.offered" and event["data"]["agent_id"] == self._me.id
        ]

    async def _catch_up(self) -> list[Frame]:
        query = sa.select(t.conversations.c.id, t.conversations.c.head_seq).where(
            t.conversations.c.owner == f"agent:{self._me.id}"
        )
        frames: list[Frame] = []
        rows = await self._core.database.read(lambda c: list(c.execute(query)))
        for row in rows:
            follower = self._followers.get(row.id)
            if follower is None:
                self._followers[row.id] = self._follower(row.id, row.head_seq)
            elif follower.seq < row.head_seq:
                frames.extend(await follower.frames())
        for conversation_id in set(self._followers) - {row.id for row in rows}:  # taken away, and nobody said so
            missed = await self._followers.pop(conversation_id).frames()
            frames.extend(_event_frames(_until_taken([frame["event"] for frame in missed])))
        return frames

    def _follower(self, conversation_id: str, after: int) -> Follower:
        return Follower(after, lambda seq: self._load(conversation_id, seq), for_staff)

    async def _fresh(self, signal: Signal, events: tuple[WireEvent, ...]) -> list[WireEvent]:
        conversation_id = signal.conversation_id
        follower = self._followers.get(conversation_id)
        if follower is None:
            after = events[0]["seq"] - 1 if events else await self._head(conversation_id)
            follower = self._followers[conversation_id] = self._follower(conversation_id, after)
        announcement = signal if events else None
        return [frame["event"] for frame in await follower.frames(announcement)]  # type: ignore[arg-type]

    async def _load(self, conversation_id: str, after: int) -> list[WireEvent]:
        return await self._core.database.read(lambda c: read_events(c, conversation_id, after, BATCH))

    async def _head(self, conversation_id: str) -> int:
        query = sa.select(t.conversations.c.head_seq).where(t.conversations.c.id == conversation_id)
        head = await self._core.database.read(lambda c: c.execute(query).scalar())
        return max(int(head or 0) - 1, 0)

    async def on_frame(self, frame: Frame) -> None:
        if frame.get("kind") in ("active", "typing"):
            await self._presence.active(self._me.id)
        conversation_id = frame.get("conversation_id")
        if frame.get("kind") == "typing" and isinstance(conversation_id, str) and conversation_id in self._followers:
            self._core.announcer.typing(Typing(conversation_id, "agent", f"agent:{self._me.id}"))


def _until_taken(events: list[WireEvent]) -> list[WireEvent]:
    """What an agent may still see of a conversation that is theirs no more: up to the commit that took it away."""
    at = next((event["occurred_at"] for event in events if event["type"] in TAKE_AWAY), None)
    return [event for event in events if at is None or event["occurred_at"] <= at]


def _event_frames(events: list[WireEvent]) -> list[Frame]:
    return [{"kind": "event", "event": event} for event in events]


def create_router(
    core: Core, staff: StaffService, presence: Presence, trail: AuditTrail, require: Require
) -> APIRouter:
    router = Routes()
    heartbeat_every = core.settings.heartbeat_every.total_seconds()

    @router.websocket("/desk/socket")
    async def desk(socket: WebSocket) -> None:
        if not sockets.origin_allowed(socket, core.settings):
            await sockets.refuse(socket, sockets.FOREIGN_ORIGIN, "foreign origin")
            return
        token = sockets.token_of(socket)
        try:
            token = token or require.token(socket)
            me = await staff.authenticate(token)
        except FrontdeskError as refusal:
            await require.note_token(token or "", ACTION, refusal.code)
            await sockets.refuse(socket, sockets.BAD_TOKEN, "please sign in")
            return
        if not set(me.roles) & set(DESK_ROLES):
            await trail.refused(me.id, ACTION, "role_missing")
            await sockets.refuse(socket, sockets.FOREIGN_ORIGIN, "role missing")
            return
        view = DeskView(core, staff, presence, trail, token, me)
        await sockets.accept(socket)
        await presence.arrive(me.id)
        try:
            with core.hub.listen(DESK) as listener:
                await socket.send_json({"kind": "queue"})
                await sockets.serve(socket, "desk", listener, view.frames_of, view.on_frame, heartbeat_every)
        finally:
            await presence.depart(me.id)

    return router
