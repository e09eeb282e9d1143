"""Approvals: a person decides on an operation that is over the bot's authority, without taking the conversation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import sqlalchemy as sa

from handoff.agents import audit
from handoff.agents.audit import AuditTrail
from handoff.agents.service import Principal
from handoff.clock import stamp
from handoff.contract.events import ApprovalDecided
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.episodes import promises
from handoff.errors import Conflict, Forbidden, NotFound
from handoff.gateway import inbox
from handoff.operations.ledger import lock_customer
from handoff.ports import Ports
from handoff.queue.rights import must_be_allowed_in, newest_of, shown_to
from handoff.storage import tables as t

APPROVERS = "approvals"
"""The owner of the promise that a person will decide: the decision keeps it."""
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
            .where(t.approvals.c.state == "wanted", sa.or_(t.handoffs.c.id.is_(None), shown_to(me)))
            .order_by(t.approvals.c.requested_at)
        )

        def work(connection: sa.Connection) -> list[dict[str, Any]]:
            return [self._item(connection, row, me) for row in connection.execute(query).mappings().all()]

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
        conversation, and says so; the owner stays.

        Where the customer is to be asked once more, or it was declined, a person who has the conversation speaks.
        Raises ``NotFound``, ``Forbidden`` (``over_your_limit``, with the role that may) or ``Conflict``
        (``already_decided``).
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
            needs = self._missing_role(log.connection, row, me)
            if needs is not None:
                raise Forbidden("over_your_limit", f"That is over your limit. A {needs} may decide it.", needs=needs)
            decided = log.connection.execute(
                sa.update(t.approvals)
                .where(t.approvals.c.id == approval_id, t.approvals.c.state == "wanted")
                .values(state=decision, decided_at=log.now, decided_by=me.id)
            )
            if decided.rowcount != 1:
                raise Conflict("already_decided", "This has been decided already.")
            log.connection.execute(
                sa.update(t.operations).where(t.operations.c.id == operation_id).values(approval=decision)
            )
            event = log.append(ApprovalDecided(approval_id, operation_id, decision, me.id), "agent")
            audit.write(log, me.id, "approval.decide", approval_id, decision=decision)
            promises.keep_for(log, operation_id, APPROVERS, me.id, proof=approval_id)
            beside = log.conversation.owner != "none" and decision == "approved" and _yes_stands(log, operation_id)
            if log.conversation.owner == "bot" or beside:
                inbox.put(log, event["seq"], "approval_decided", note=f"{decision} {operation_id}")

        try:
            await self._core.change(row["conversation_id"], work)
        except Forbidden as refusal:
            await self._trail.refused(
                me.id,
                "approval.decide",
                refusal.code,
                conversation_id=row["conversation_id"],
                object_id=approval_id,
            )
            raise


def _yes_stands(log: LogWriter, operation_id: str) -> bool:
    """The customer agreed and has written nothing since: what they write to people may take it back."""
    agreed = log.connection.execute(
        sa.select(t.operations.c.agreed_seq).where(t.operations.c.id == operation_id)
    ).scalar()
    if agreed is None:
        return False
    e = t.events.c
    mine = (e.conversation_id == log.conversation.id, e.type == "message.sent", e.source == "customer")
    said = sa.select(sa.exists().where(*mine, e.seq > agreed))
    return not log.connection.execute(said).scalar_one()


def approved_meanwhile(log: LogWriter) -> list[tuple[int, str]]:
    """(``seq`` of the decision, operation) of what was approved while a person had it, never began, and waits for no
    turn already. The customer is asked once more: what was said or done meanwhile may have settled it."""
    o, e, i = t.operations.c, t.events.c, t.inbox.c
    waiting = sa.select(o.id).where(
        o.conversation_id == log.conversation.id,
        o.approval == "approved",
        o.started_at.is_(None),
        o.superseded.is_(False),
    )
    open_operations = {row.id for row in log.connection.execute(waiting)}
    taken = sa.exists().where(i.conversation_id == e.conversation_id, i.seq == e.seq)
    mine = (e.conversation_id == log.conversation.id, e.type == "approval.decided", ~taken)
    decided = sa.select(e.seq, e.data).where(*mine)
    rows = log.connection.execute(decided.order_by(e.seq)).all() if open_operations else []
    found = [(row.seq, row.data["operation_id"]) for row in rows if row.data["operation_id"] in open_operations]
    again = sa.update(t.operations).where(o.id.in_([operation_id for _, operation_id in found]))
    log.connection.execute(again.values(agreed_seq=None))
    return found
