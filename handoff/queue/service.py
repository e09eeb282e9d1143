"""The human queue: list, accept, talk, transfer, return, close.

SQL decides. Accepting is a compare-and-set on the hand-over's row together with the agent's capacity, in the same
transaction that moves the ownership, so one agent wins and none is overfilled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.events import (
    ConversationClosed,
    HandoffAccepted,
    HandoffQueued,
    HandoffReturned,
    HandoffTransferred,
    MessageSent,
    NoteAdded,
)
from handoff.contract.wire import dump
from handoff.conversations.log import (
    LogWriter,
    WireEvent,
    event_by_client_id,
    find,
    fingerprint,
    read_events,
)
from handoff.core import Core
from handoff.episodes import rules as episodes
from handoff.errors import Conflict, Forbidden, NotFound, Unprocessable
from handoff.gateway import inbox
from handoff.packet.fit import fit, whole_part
from handoff.packet.load import load_packet
from handoff.queue.enqueue import waiting_in
from handoff.storage import tables as t

T = TypeVar("T")

WHOLE_LOG = 100_000


@dataclass(frozen=True)
class HandoffView:
    handoff_id: str
    conversation_id: str
    state: str
    owner: str
    epoch: int
    reason: str
    packet: dict[str, Any]
    events: list[WireEvent]


class QueueService:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def listing(self, me: Principal) -> dict[str, list[dict[str, Any]]]:
        """``waiting`` in the order in which they are due, and ``mine``."""

        def work(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
            problem = (
                sa.select(t.event_content.c.content)
                .select_from(t.events.join(t.event_content))
                .where(
                    t.events.c.conversation_id == t.handoffs.c.conversation_id,
                    t.events.c.type == "message.sent",
                    t.events.c.source == "customer",
                )
                .order_by(t.events.c.seq.desc())
                .limit(1)
                .scalar_subquery()
            )
            query = (
                sa.select(
                    t.handoffs,
                    t.conversations.c.customer_id,
                    t.conversations.c.customer_name,
                    t.conversations.c.owner,
                    t.conversations.c.epoch,
                    t.agents.c.name.label("accepted_by"),
                    problem.label("content"),
                )
                .join(t.conversations, t.conversations.c.id == t.handoffs.c.conversation_id)
                .outerjoin(t.agents, t.agents.c.id == t.handoffs.c.agent_id)
                .where(t.handoffs.c.state.in_(("queued", "accepted")))
                .order_by(t.handoffs.c.priority, t.handoffs.c.requested_at)
            )
            rows = list(connection.execute(query).mappings())
            return {
                "waiting": [_item(row) for row in rows if row["state"] == "queued"],
                "mine": [_item(row) for row in rows if row["state"] == "accepted" and row["agent_id"] == me.id],
            }

        return await self._core.database.read(work)

    async def view(self, handoff_id: str) -> HandoffView:
        def work(connection: sa.Connection) -> HandoffView:
            row = _row(connection, handoff_id)
            conversation = find(connection, row["conversation_id"])
            packet = load_packet(connection, row, stamp(self._core.clock.now()))
            return HandoffView(
                handoff_id=row["id"],
                conversation_id=conversation.id,
                state=row["state"],
                owner=conversation.owner,
                epoch=conversation.epoch,
                reason=row["reason"],
                packet=dump(fit(packet)),
                events=read_events(connection, conversation.id, 0, WHOLE_LOG),
            )

        return await self._core.database.read(work)

    async def packet_part(self, handoff_id: str, part: str) -> list[Any] | dict[str, Any]:
        """One part of the packet, whole: what ``overflow`` refers to. Raises ``NotFound`` for another name."""

        def work(connection: sa.Connection) -> list[Any] | dict[str, Any]:
            packet = load_packet(connection, _row(connection, handoff_id), stamp(self._core.clock.now()))
            try:
                return whole_part(packet, part)
            except KeyError:
                raise NotFound("part_not_found", "A packet has no such part.") from None

        return await self._core.database.read(work)

    async def accept(self, handoff_id: str, me: Principal) -> None:
        """Raises ``Conflict``: ``already_accepted`` (with the winner's name), ``no_capacity``, ``not_waiting``."""

        def work(log: LogWriter) -> None:
            row = _row(log.connection, handoff_id)
            if row["state"] != "queued":
                _refuse_late(log.connection, row, me)
                return
            agent = sa.select(t.agents.c.capacity).where(t.agents.c.id == me.id).with_for_update()
            capacity = int(log.connection.execute(agent).scalar_one())
            if _load(log.connection, me.id) >= capacity:
                raise Conflict("no_capacity", f"You already have {capacity} conversations. Close one first.")
            claimed = log.connection.execute(
                sa.update(t.handoffs)
                .where(t.handoffs.c.id == handoff_id, t.handoffs.c.state == "queued")
                .values(state="accepted", agent_id=me.id, accepted_at=log.now)
            )
            if claimed.rowcount != 1:
                _refuse_late(log.connection, _row(log.connection, handoff_id), me)
                return
            log.change_owner(HandoffAccepted(handoff_id, me.id, me.name), "agent", me.id)

        await self._on(handoff_id, work)

    async def send(self, handoff_id: str, me: Principal, client_message_id: str, text: str) -> int:
        def work(log: LogWriter) -> int:
            _must_own(log, handoff_id, me)
            mark = fingerprint("text", text)
            earlier = event_by_client_id(log.connection, log.conversation.id, me.id, client_message_id)
            if earlier is not None:
                if earlier["fingerprint"] != mark:
                    raise Unprocessable(
                        "client_message_id_reused", "This client_message_id was used for another message."
                    )
                return int(earlier["seq"])
            message = MessageSent(text, author=me.id, client_message_id=client_message_id)
            return int(log.append(message, "agent", fingerprint=mark)["seq"])

        return await self._on(handoff_id, work)

    async def add_note(self, handoff_id: str, me: Principal, text: str) -> int:
        return await self._on(handoff_id, lambda log: int(log.append(NoteAdded(text, me.id), "agent")["seq"]))

    async def transfer(self, handoff_id: str, me: Principal, queue: str, note: str | None) -> None:
        """Back into a queue with a note; the wait clock of the hand-over runs on."""

        def work(log: LogWriter) -> None:
            _must_own(log, handoff_id, me)
            log.change_owner(HandoffTransferred(handoff_id, me.id, queue, note), "agent")
            position = waiting_in(log.connection, queue) + 1
            log.append(HandoffQueued(handoff_id, queue, position), "system")
            _set(log.connection, handoff_id, state="queued", queue=queue, agent_id=None, accepted_at=None)

        await self._on(handoff_id, work)

    async def return_to_bot(self, handoff_id: str, me: Principal, note: str | None) -> None:
        """The assistant goes on, and reads the note: a turn of its own begins with it."""

        def work(log: LogWriter) -> None:
            _must_own(log, handoff_id, me)
            event = log.change_owner(HandoffReturned(handoff_id, me.id, note), "agent")
            _set(log.connection, handoff_id, state="returned", ended_at=log.now)
            inbox.put(log, event["seq"], "handed_back", note=note)

        await self._on(handoff_id, work)

    async def close(
        self,
        handoff_id: str,
        me: Principal,
        outcome: str,
        cause: str,
        packet_enough: bool | None = None,
        packet_missing: str | None = None,
    ) -> None:
        def work(log: LogWriter) -> None:
            _must_own(log, handoff_id, me)
            episodes.close_open(log, f"closed by {me.id}")
            log.change_owner(ConversationClosed(me.id, outcome, cause, packet_enough, packet_missing), "agent")
            _set(log.connection, handoff_id, state="closed", ended_at=log.now, outcome=outcome, cause=cause)

        await self._on(handoff_id, work)

    async def _on(self, handoff_id: str, work: Callable[[LogWriter], T]) -> T:
        row = await self._core.database.read(lambda connection: _row(connection, handoff_id))
        return await self._core.change(row["conversation_id"], work)


def _row(connection: sa.Connection, handoff_id: str) -> sa.RowMapping:
    row = connection.execute(sa.select(t.handoffs).where(t.handoffs.c.id == handoff_id)).mappings().first()
    if row is None:
        raise NotFound("handoff_not_found", "There is no such hand-over.")
    return row


def _item(row: sa.RowMapping) -> dict[str, Any]:
    return {
        "handoff_id": row["id"],
        "conversation_id": row["conversation_id"],
        "state": row["state"],
        "reason": row["reason"],
        "priority": row["priority"],
        "queue": row["queue"],
        "customer_id": row["customer_id"],
        "customer_name": row["customer_name"],
        "problem": (row["content"] or {}).get("text", "")[:160],
        "waiting_since": row["requested_at"],
        "accepted_by": row["accepted_by"],
        "owner": row["owner"],
        "epoch": row["epoch"],
    }


def _load(connection: sa.Connection, agent_id: str) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(t.handoffs)
        .where(t.handoffs.c.agent_id == agent_id, t.handoffs.c.state == "accepted")
    )
    return int(connection.execute(query).scalar_one())


def _refuse_late(connection: sa.Connection, row: sa.RowMapping, me: Principal) -> None:
    """Accepting again what one has is no error; anything else is a conflict."""
    if row["state"] != "accepted":
        raise Conflict("not_waiting", "This hand-over is not waiting any more.", state=row["state"])
    if row["agent_id"] != me.id:
        name = connection.execute(sa.select(t.agents.c.name).where(t.agents.c.id == row["agent_id"])).scalar()
        raise Conflict("already_accepted", f"{name} has taken this one.", accepted_by=name)


def _must_own(log: LogWriter, handoff_id: str, me: Principal) -> None:
    """Mine, and through this hand-over: an earlier one of the same conversation has had its end."""
    row = _row(log.connection, handoff_id)
    mine = row["state"] == "accepted" and row["agent_id"] == me.id
    if not mine or log.conversation.owner != f"agent:{me.id}":
        raise Forbidden("not_owner", "This conversation is not yours. Accept it first.")


def _set(connection: sa.Connection, handoff_id: str, **values: Any) -> None:
    connection.execute(sa.update(t.handoffs).where(t.handoffs.c.id == handoff_id).values(**values))
