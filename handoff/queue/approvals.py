"""Approvals: a person decides on an operation that is over the bot's authority, without taking the conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from handoff.agents import audit
from handoff.agents.audit import AuditTrail
from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.events import ApprovalDecided, NoteAdded
from handoff.contract.redact import hide
from handoff.conversations import reopening
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.episodes import promises
from handoff.errors import Conflict, Forbidden, NotFound
from handoff.gateway import inbox, wording
from handoff.operations.approved import APPROVERS, ask_anew, must_be_wanted, yes_stands
from handoff.operations.ledger import lock_customer
from handoff.ports import Ports
from handoff.queue.rights import must_be_allowed_in, newest_of, shown_to
from handoff.storage import tables as t

WINDOW = timedelta(days=30)
"""For so long payments to one customer add up, as in the decision framework."""


class ApprovalService:
    def __init__(self, core: Core, trail: AuditTrail, ports: Ports) -> None:
        self._core = core
        self._trail = trail
        self._ports = ports

    async def listing(self, me: Principal) -> list[dict[str, Any]]:
        """What waits for a person's word, oldest first; ``may_decide`` says whether it can be ``me``'s."""
        o = t.operations.c
        query = (
            sa.select(
                t.approvals,
                *(o.kind, o.amount, o.customer_id, o.summary, o.object_ref),
                o.agreed_seq.is_not(None).label("agreed"),
                t.conversations.c.customer_name,
                t.handoffs.c.id.label("handoff_id"),
            )
            .join(t.operations, o.id == t.approvals.c.operation_id)
            .join(t.conversations, t.conversations.c.id == t.approvals.c.conversation_id)
            .outerjoin(t.handoffs, newest_of(t.approvals.c.conversation_id))
            .where(t.approvals.c.state == "wanted", o.superseded.is_(False))
            .where(sa.or_(t.handoffs.c.id.is_(None), shown_to(me)))
            .order_by(t.approvals.c.requested_at)
        )

        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            return [hide(self._item(connection, row, me)) for row in connection.execute(query).mappings().all()]

        return await self._core.database.read(work)

    def _missing_role(self, connection: sa.Connection, row: sa.RowMapping, me: Principal) -> str | None:
        """The role that it takes, with everything that this customer was paid within the window or is about to be."""
        o = t.operations.c
        since = stamp(self._core.clock.now() - WINDOW)
        begun = sa.and_(o.started_at > since, o.state != "failed")
        granted = sa.and_(o.started_at.is_(None), o.approval == "approved", o.superseded.is_(False))
        paid = sa.select(o.kind, o.amount).where(
            o.customer_id == row["customer_id"],
            o.id != row["operation_id"],
            o.amount.is_not(None),
            sa.or_(begun, granted),
        )
        earlier = [(found.kind, found.amount) for found in connection.execute(paid)]
        return self._ports.missing_role(row["kind"], row["amount"], earlier, me.roles)

    def _item(self, connection: sa.Connection, row: sa.RowMapping, me: Principal) -> dict[str, Any]:
        needs = self._missing_role(connection, row, me)
        return {**row, "approval_id": row["id"], "may_decide": needs is None, "needs_role": needs}

    async def decide(self, approval_id: str, me: Principal, decision: Literal["approved", "declined"]) -> None:
        """Decided once. A turn of the system then completes what the customer had agreed to, whoever has the
        conversation, and says so; the owner stays. A closed conversation goes on for it.

        Where the customer is to be asked once more, or it was declined, a person who has the conversation speaks.
        Raises ``NotFound``, ``Forbidden`` (``over_your_limit``, with the role that may) or ``Conflict``
        (``already_decided``, ``taken_back``, ``conversation_erased``); each refusal is in the trail.
        """
        query = (
            sa.select(t.approvals, t.operations.c.kind, t.operations.c.amount, t.operations.c.customer_id)
            .join(t.operations, t.operations.c.id == t.approvals.c.operation_id)
            .where(t.approvals.c.id == approval_id)
        )
        row = await self._core.database.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise NotFound("approval_not_found", "There is no such approval.")
        operation_id = row["operation_id"]

        def work(log: LogWriter) -> None:
            # Two who decide for one customer at once see each other's decision.
            must_be_allowed_in(log.connection, log.conversation.id, me)
            lock_customer(log.connection, row["customer_id"])
            must_be_wanted(log, approval_id)
            needs = self._missing_role(log.connection, row, me)
            if needs is not None:
                raise Forbidden("over_your_limit", f"That is over your limit. A {needs} may decide it.", needs=needs)
            log.connection.execute(
                sa.update(t.approvals)
                .where(t.approvals.c.id == approval_id)
                .values(state=decision, decided_at=log.now, decided_by=me.id)
            )
            log.connection.execute(
                sa.update(t.operations).where(t.operations.c.id == operation_id).values(approval=decision)
            )
            event = log.append(ApprovalDecided(approval_id, operation_id, decision, me.id), "agent")
            audit.write(log, me.id, "approval.decide", approval_id, decision=decision)
            promises.keep_for(log, operation_id, APPROVERS, me.id, proof=approval_id)
            stands = yes_stands(log, operation_id)
            if reopening.reopen_for_system(log) and not stands:
                ask_anew(log, [operation_id])
            beside = log.conversation.owner != "none" and decision == "approved" and stands
            if log.conversation.owner == "bot" or beside:
                inbox.put(log, event["seq"], "approval_decided", note=f"{decision} {operation_id}")
            elif decision == "approved" and log.conversation.owner != "none":
                log.append(NoteAdded(wording.APPROVED_WITH_A_PERSON, "system"), "system")

        try:
            await self._core.change(row["conversation_id"], work)
        except (Forbidden, Conflict) as refusal:
            await self._trail.refused(
                me.id,
                "approval.decide",
                refusal.code,
                conversation_id=row["conversation_id"],
                object_id=approval_id,
            )
            raise
