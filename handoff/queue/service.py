"""The human queue for the people: list, accept, decline, talk, transfer, return, close.

The moves themselves are in ``handoff.queue.moves``; here each is run, audited, and its refusal too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from handoff.agents import audit, reads
from handoff.agents.access import DESK_ROLES
from handoff.agents.audit import AuditTrail
from handoff.agents.presence import Presence
from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.events import ConversationClosed, MessageSent, NoteAdded
from handoff.contract.redact import for_staff
from handoff.contract.wire import dump
from handoff.conversations.log import (
    LogWriter,
    WireEvent,
    event_by_client_id,
    find,
    fingerprint,
    read_whole,
)
from handoff.core import Core
from handoff.episodes import promises
from handoff.errors import Conflict, Forbidden, NotFound, Unavailable, Unprocessable
from handoff.mail import store as mails
from handoff.packet.fit import fit, whole_part
from handoff.packet.load import load_packet
from handoff.ports import Ports
from handoff.queue import endings, moves, reopening, rights
from handoff.queue.gauges import ESTIMATE_ERROR
from handoff.queue.listing import anybody_answers, read_colleagues, read_listing
from handoff.storage import tables as t

T = TypeVar("T")


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
    mails: list[dict[str, Any]]


class QueueService:
    def __init__(self, core: Core, presence: Presence, trail: AuditTrail, ports: Ports) -> None:
        self._core = core
        self.plan = core.runner.limits.plan
        self._presence = presence
        self._trail = trail
        self._ports = ports

    async def listing(self, me: Principal) -> dict[str, Any]:
        """See ``read_listing``; ``presence`` is how others see ``me``."""
        now, warning = self._core.clock.now(), self._core.settings.promise_warning
        found = await self._core.database.read(lambda c: read_listing(c, me, self.plan, now, warning))
        states = await self._presence.states() or {}
        return {**found, "presence": states.get(me.id, "offline")}

    async def colleagues(self) -> list[dict[str, Any]]:
        """Everybody who works at the desk, with presence and load."""
        found = await self._core.database.read(read_colleagues)
        states = await self._presence.states() or {}
        desk = [person for person in found if set(person["roles"]) & set(DESK_ROLES)]
        return [{**person, "presence": states.get(person["id"], "offline")} for person in desk]

    async def may_see(self, handoff_id: str, me: Principal) -> None:
        """Raises ``Forbidden`` (``wrong_department``, audited): what is another department's is not read either."""
        await self._visible(handoff_id, me)

    async def _visible(self, handoff_id: str, me: Principal) -> sa.RowMapping:
        row = await self._core.database.read(lambda c: moves.find_row(c, handoff_id))
        try:
            rights.must_be_allowed(row, me)
        except Forbidden as refusal:
            await self._note_refusal(me, "handoff.view", row, refusal.code)
            raise
        return row

    async def look(self, handoff_id: str, me: Principal) -> None:
        """As ``may_see``. That somebody read a conversation which is not theirs is written down."""
        row = await self._visible(handoff_id, me)
        if row["agent_id"] != me.id:
            await self._note_look(row["conversation_id"], me)

    async def look_into(self, conversation_id: str, me: Principal) -> None:
        """As ``may_read``, and written down as ``look`` does it."""
        await self.may_read(conversation_id, me)
        if not await self._core.database.read(lambda c: moves.had_by(c, conversation_id, me.id)):
            await self._note_look(conversation_id, me)

    async def _note_look(self, conversation_id: str, me: Principal) -> None:
        now = self._core.clock.now()
        if not await self._core.database.read(lambda c: reads.looks_still(c, now, me.id, conversation_id)):
            await self.note_read(conversation_id, me, "conversation")

    async def note_read(self, conversation_id: str, me: Principal, what: reads.What) -> None:
        now = self._core.clock.now()

        def work(connection: sa.Connection) -> None:
            customer_id = find(connection, conversation_id).customer_id
            reads.note(connection, now, me.id, what, conversation_id, customer_id)

        await self._core.database.write(work)

    async def may_read(self, conversation_id: str, me: Principal) -> None:
        """As ``may_see``, for what is asked for by conversation. Analysts read all departments' conversations."""
        try:
            await self._core.database.read(lambda c: rights.must_be_readable(c, conversation_id, me))
        except Forbidden as refusal:
            await self._trail.refused(me.id, "conversation.view", refusal.code, conversation_id=conversation_id)
            raise

    async def readable(self, conversation_ids: Collection[str], me: Principal) -> set[str]:
        """Those of them that ``may_read`` lets through; for lists, where nothing is refused and less is shown."""
        return await self._core.database.read(lambda c: rights.readable_among(c, conversation_ids, me))

    async def staffed(self) -> bool | None:
        """Whether anybody who answers is at the desk now; ``None`` while nobody can say."""
        states = await self._presence.states()
        if states is None:
            return None
        online = [name for name, state in states.items() if state == "online"]
        try:
            return await self._core.database.read(lambda c: anybody_answers(c, online))
        except Unavailable:
            return None

    async def view(self, handoff_id: str) -> HandoffView:
        address = await self._address_of(handoff_id)

        def work(connection: sa.Connection) -> HandoffView:
            row = moves.find_row(connection, handoff_id)
            conversation = find(connection, row["conversation_id"])
            packet = load_packet(connection, row, stamp(self._core.clock.now()), address)
            return HandoffView(
                handoff_id=row["id"],
                conversation_id=conversation.id,
                state=row["state"],
                owner=conversation.owner,
                epoch=conversation.epoch,
                reason=row["reason"],
                packet=dump(fit(packet)),
                events=for_staff(read_whole(connection, conversation.id)),
                mails=mails.shown(connection, handoff_id),
            )

        return await self._core.database.read(work)

    async def packet_part(self, handoff_id: str, part: str) -> list[Any] | dict[str, Any]:
        """One part of the packet, whole: what ``overflow`` refers to. Raises ``NotFound`` for another name."""
        address = await self._address_of(handoff_id)

        def work(connection: sa.Connection) -> list[Any] | dict[str, Any]:
            row = moves.find_row(connection, handoff_id)
            packet = load_packet(connection, row, stamp(self._core.clock.now()), address)
            try:
                return whole_part(packet, part)
            except KeyError:
                raise NotFound("part_not_found", "A packet has no such part.") from None

        return await self._core.database.read(work)

    async def _address_of(self, handoff_id: str) -> str | None:
        """The customer's address on record, read from the business system while no transaction is open."""
        row = await self._core.database.read(lambda c: find(c, moves.find_row(c, handoff_id)["conversation_id"]))
        return await self._ports.address_on_record(row.customer_id, row.verification)

    async def accept(self, handoff_id: str, me: Principal) -> None:
        """Raises ``Conflict``: ``already_accepted`` (with the winner's name), ``no_capacity``, ``not_waiting``;
        ``Forbidden``: ``wrong_department``."""

        def work(log: LogWriter) -> list[int]:
            return moves.accept(log, handoff_id, me, self._core.settings.answer_within)

        for error in await self._on(handoff_id, me, "handoff.accept", work):
            ESTIMATE_ERROR.observe(abs(error))

    async def decline(self, handoff_id: str, me: Principal) -> None:
        """Pass an offer by: the next one has their turn. Raises ``Conflict`` (``not_offered``)."""

        def work(log: LogWriter) -> None:
            if not moves.end_offer(log, handoff_id, me.id, "declined"):
                raise Conflict("not_offered", "This is not offered to you any more.")

        await self._on(handoff_id, me, "handoff.decline", work)

    async def send(self, handoff_id: str, me: Principal, client_message_id: str, text: str) -> int:
        def work(log: LogWriter) -> int:
            mark = fingerprint("text", text)
            # First of all: who asks again for what was taken learns its number, whoever has the conversation by now.
            earlier = event_by_client_id(log.connection, log.conversation.id, me.id, client_message_id)
            if earlier is not None:
                if earlier["fingerprint"] != mark:
                    raise Unprocessable(
                        "client_message_id_reused", "This client_message_id was used for another message."
                    )
                return int(earlier["seq"])
            row = moves.must_own(log, handoff_id, me)
            message = MessageSent(text, author=me.id, client_message_id=client_message_id)
            moves.answered(log, row)
            seq = int(log.append(message, "agent", fingerprint=mark)["seq"])
            mails.owe(log, row, seq, me.id, self._core.settings.mail_after)
            return seq

        return await self._on(handoff_id, me, "message.send", work)

    async def mail_again(self, handoff_id: str, mail_id: str, me: Principal) -> None:
        """Raises ``NotFound`` (``mail_not_found``), ``Conflict`` (``mail_not_failed``), ``Forbidden``."""

        def work(log: LogWriter) -> None:
            rights.must_be_allowed(moves.find_row(log.connection, handoff_id), me)
            mails.send_again(log, handoff_id, mail_id)

        await self._on(handoff_id, me, "mail.again", work)

    async def add_note(self, handoff_id: str, me: Principal, text: str) -> int:
        def work(log: LogWriter) -> int:
            rights.must_be_allowed(moves.find_row(log.connection, handoff_id), me)
            return int(log.append(NoteAdded(text, me.id), "agent")["seq"])

        return await self._on(handoff_id, me, "note.add", work)

    async def transfer(
        self,
        handoff_id: str,
        me: Principal,
        *,
        queue: str | None,
        department: str | None,
        to_agent: str | None,
        note: str | None,
    ) -> None:
        """Back into a queue, or to a colleague who gets it offered first; the clock of the first wait runs on.

        A colleague who could not take it now would only hold it up. While nobody can say who is there, nobody is away.
        Raises ``Conflict`` (``colleague_may_not``, ``colleague_full``, ``colleague_away``), ``NotFound``
        (``colleague_not_found``), ``Unprocessable``.
        """
        if department is not None and department not in self.plan.departments:
            raise Unprocessable("no_such_department", "There is no such department.", there=list(self.plan.departments))

        states = await self._presence.states() if to_agent else None

        def work(log: LogWriter) -> None:
            row = moves.must_own(log, handoff_id, me)
            to = _colleague(log.connection, to_agent) if to_agent else None
            if to is not None and states is not None and states.get(to.id) != "online":
                away = f"{to.name} is not at the desk just now. Choose somebody else or a queue."
                raise Conflict("colleague_away", away)
            moves.transfer(
                log,
                self.plan,
                row,
                me,
                queue=queue,
                department=department,
                to_agent=to,
                note=note,
                offer_for=self._core.settings.answer_within,
            )

        await self._on(handoff_id, me, "handoff.transfer", work)

    async def return_to_bot(self, handoff_id: str, me: Principal, note: str | None) -> None:
        await self._on(handoff_id, me, "handoff.return", lambda log: endings.hand_back(log, handoff_id, me, note))

    async def close(
        self,
        handoff_id: str,
        me: Principal,
        outcome: str,
        cause: str,
        packet_enough: bool | None = None,
        packet_missing: str | None = None,
        cause_code: str | None = None,
        article_missing: str | None = None,
    ) -> None:
        """``cause_code`` is one of the plan's causes; without one the cause itself counts if it is one, else ``other``.

        Raises ``Conflict`` for ``resolved`` while a promise is open (``promise_open``) or something approved was not
        carried out (``approved_not_done``), ``Unprocessable``.
        """
        code = cause_code or (cause if cause in self.plan.causes else "other")
        if code not in self.plan.causes:
            raise Unprocessable("no_such_cause", "There is no such cause.", there=self.plan.causes)

        closing = ConversationClosed(me.id, outcome, cause, packet_enough, packet_missing, code, article_missing)
        await self._on(handoff_id, me, "handoff.close", lambda log: endings.close(log, handoff_id, me, closing))

    async def reopen(self, handoff_id: str, me: Principal) -> str:
        """Open again what was closed; the new hand-over's id. It is theirs, or waits where they are away or full.

        Raises ``Conflict`` (``not_closed``, ``conversation_erased``), ``Forbidden`` (``wrong_department``,
        ``not_yours_to_reopen``).
        """
        states = await self._presence.states()
        there = states is None or states.get(me.id) == "online"
        within = self._core.settings.answer_within

        def work(log: LogWriter) -> str:
            return reopening.reopen(log, handoff_id, me, self.plan, within, there=there)

        return await self._on(handoff_id, me, "handoff.reopen", work)

    async def promise(self, handoff_id: str, me: Principal, text: str, due_at: str, owner: str | None) -> str:
        """Promise something in a conversation of one's own. Raises ``Unprocessable`` (``bad_due_time``)."""
        due = promises.due_time(due_at, self._core.clock.now())

        def work(log: LogWriter) -> str:
            moves.must_own(log, handoff_id, me)
            return promises.make(log, text, owner or me.id, due, made_by=me.id, source="agent")

        return await self._on(handoff_id, me, "promise.make", work)

    async def _on(self, handoff_id: str, me: Principal, action: str, work: Callable[[LogWriter], T]) -> T:
        """Run a move, and write it into the audit trail: done with it, a refusal beside it."""
        row = await self._core.database.read(lambda connection: moves.find_row(connection, handoff_id))

        def audited(log: LogWriter) -> T:
            result = work(log)
            audit.write(log, me.id, action, handoff_id)
            return result

        try:
            return await self._core.change(row["conversation_id"], audited)
        except (Forbidden, Conflict) as refusal:
            await self._note_refusal(me, action, row, refusal.code)
            raise

    async def _note_refusal(self, me: Principal, action: str, row: sa.RowMapping, code: str) -> None:
        await self._trail.refused(me.id, action, code, conversation_id=row["conversation_id"], object_id=row["id"])


def _colleague(connection: sa.Connection, agent_id: str) -> Principal:
    query = sa.select(t.agents).where(t.agents.c.id == agent_id, t.agents.c.active)
    row = connection.execute(query).mappings().first()
    if row is None or not set(row["roles"]) & set(DESK_ROLES):
        raise NotFound("colleague_not_found", "There is no such colleague at the desk.")
    roles, departments = tuple(row["roles"]), tuple(row["departments"])
    return Principal(row["id"], row["email"], row["name"], roles, departments, row["capacity"], "")
