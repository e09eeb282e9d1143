"""The fenced ledger of operations, in the same database as the conversations that it checks.

Implements ``handoff.contract.operations.OperationLedger``.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from handoff.clock import Clock, Ids, parse, stamp
from handoff.contract.events import OperationState
from handoff.contract.operations import Allowance, Operation, OperationRefused, Started
from handoff.contract.turn import TurnContext
from handoff.storage import tables as t
from handoff.storage.database import Database

FROM_INTENDED: frozenset[str] = frozenset({"done", "verified", "failed", "unknown"})
SETTLES: dict[str, frozenset[str]] = {
    "intended": FROM_INTENDED,
    "unknown": FROM_INTENDED,
    "done": frozenset({"verified", "failed", "unknown"}),
    "verified": frozenset(),
    "failed": frozenset(),
}


class IllegalSettlement(RuntimeError):
    """A caller tried to rewrite what had been settled, or to verify without a receipt: a defect, not an input."""


class SqlOperationLedger:
    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    async def prepare(
        self,
        context: TurnContext,
        *,
        kind: str,
        object_ref: str,
        summary: str,
        arguments: dict[str, Any],
        amount: str | None = None,
        needs_approval: bool = False,
    ) -> Operation:
        customer_id = _customer(context)

        def work(connection: sa.Connection) -> Operation:
            self._fence(connection, context)
            mine = t.operations.c.conversation_id == context.conversation_id
            unstarted = (mine, t.operations.c.started_at.is_(None), t.operations.c.approval == "not_needed")
            connection.execute(sa.update(t.operations).where(*unstarted).values(superseded=True))
            operation_id = self._ids.new("op")
            connection.execute(
                sa.insert(t.operations).values(
                    id=operation_id,
                    conversation_id=context.conversation_id,
                    customer_id=customer_id,
                    kind=kind,
                    object_ref=object_ref,
                    summary=summary,
                    state="intended",
                    prepared_seq=context.seq,
                    prepared_epoch=context.epoch,
                    amount=amount,
                    arguments=arguments,
                    approval="wanted" if needs_approval else "not_needed",
                    superseded=False,
                )
            )
            return _operation(_row(connection, operation_id))

        return await self._database.write(work)

    async def get(self, context: TurnContext, operation_id: str) -> Operation:
        return await self._database.read(lambda connection: _operation(_mine(connection, context, operation_id)))

    async def start(self, context: TurnContext, operation_id: str, *, allowance: Allowance | None = None) -> Started:
        _customer(context)

        def work(connection: sa.Connection) -> Started:
            self._fence(connection, context)
            row = _mine(connection, context, operation_id)
            if row["started_at"] is not None:
                return Started(_operation(row), fresh=False)
            if row["superseded"]:
                raise OperationRefused("superseded", "A newer request took this one's place.")
            if row["approval"] in ("wanted", "declined"):
                raise OperationRefused("approval_missing", "A person has not approved this.")
            agreed = row["approval"] == "approved" and row["agreed_seq"] is not None
            if not agreed and not _was_asked(connection, context, row):
                raise OperationRefused("not_confirmed", "The customer has not confirmed this.")
            if allowance is not None and row["approval"] == "not_needed":
                _must_be_within(connection, row, allowance)
            connection.execute(
                sa.update(t.operations)
                .where(t.operations.c.id == operation_id)
                .values(started_at=stamp(self._clock.now()))
            )
            return Started(_operation(_row(connection, operation_id)), fresh=True)

        return await self._database.write(work)

    async def ask_approval(self, context: TurnContext, operation_id: str, arguments: dict[str, Any]) -> Operation:
        def work(connection: sa.Connection) -> Operation:
            self._fence(connection, context)
            row = _mine(connection, context, operation_id)
            if row["started_at"] is None and row["approval"] == "not_needed":
                waits = sa.update(t.operations).where(t.operations.c.id == operation_id)
                agreed = context.seq if _was_asked(connection, context, row) else None
                connection.execute(waits.values(approval="wanted", arguments=arguments, agreed_seq=agreed))
            return _operation(_row(connection, operation_id))

        return await self._database.write(work)

    async def undecided(self, context: TurnContext, kind: str, object_ref: str) -> Operation | None:
        o = t.operations.c
        query = (
            sa.select(t.operations)
            .where(o.customer_id == _customer(context), o.kind == kind, o.object_ref == object_ref)
            .where(o.approval == "wanted", o.superseded.is_(False), o.started_at.is_(None))
            .where(sa.exists().where(t.approvals.c.operation_id == o.id, t.approvals.c.state == "wanted"))
            .order_by(o.prepared_seq.desc())
            .limit(1)
        )
        found = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return _operation(found) if found is not None else None

    async def unstarted(self, context: TurnContext, kinds: Collection[str]) -> list[Operation]:
        o = t.operations.c
        query = (
            sa.select(t.operations)
            .where(o.conversation_id == context.conversation_id, o.customer_id == _customer(context))
            .where(o.kind.in_(sorted(kinds)), o.approval != "declined")
            .where(o.superseded.is_(False), o.started_at.is_(None))
            .order_by(o.prepared_seq.desc(), o.id.desc())
        )
        found = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [_operation(row) for row in found]

    async def drop(self, context: TurnContext, operation_id: str) -> Operation:
        def work(connection: sa.Connection) -> Operation:
            self._fence(connection, context)
            row = _mine(connection, context, operation_id)
            if row["started_at"] is None:
                mine = sa.update(t.operations).where(t.operations.c.id == operation_id)
                connection.execute(mine.values(superseded=True, agreed_seq=None))
            return _operation(_row(connection, operation_id))

        return await self._database.write(work)

    async def agree(self, context: TurnContext, operation_id: str, *, yes: bool) -> Operation:
        def work(connection: sa.Connection) -> Operation:
            self._fence(connection, context)
            row = _mine(connection, context, operation_id)
            if row["started_at"] is None:
                if yes and not _was_asked(connection, context, row):
                    raise OperationRefused("not_confirmed", "The customer has not been asked about this.")
                mine = sa.update(t.operations).where(t.operations.c.id == operation_id)
                connection.execute(mine.values(agreed_seq=context.seq if yes else None))
            return _operation(_row(connection, operation_id))

        return await self._database.write(work)

    async def settle(
        self,
        operation_id: str,
        state: OperationState,
        *,
        receipt: str | None = None,
        result: dict[str, Any] | None = None,
    ) -> Operation:
        """Repeating the same settlement is no error, so that a retry after a crash can end well."""

        def work(connection: sa.Connection) -> Operation:
            row = _row(connection, operation_id, lock=True)
            if row["state"] == state:
                return _operation(row)
            if state not in SETTLES[row["state"]]:
                raise IllegalSettlement(f"{operation_id}: {row['state']} cannot become {state}")
            if row["started_at"] is None:
                raise IllegalSettlement(f"{operation_id} was never started")
            if state == "verified" and not receipt:
                raise IllegalSettlement(f"{operation_id}: verified needs a receipt")
            values = {"state": state, "settled_at": stamp(self._clock.now())}
            if receipt is not None:
                values["receipt"] = receipt
            if result is not None:
                values["result"] = result  # type: ignore[assignment]
            connection.execute(sa.update(t.operations).where(t.operations.c.id == operation_id).values(**values))
            return _operation(_row(connection, operation_id))

        return await self._database.write(work)

    def _fence(self, connection: sa.Connection, context: TurnContext) -> None:
        """The epoch of the conversation has not moved and the deadline lies ahead, both in this transaction."""
        query = sa.select(t.conversations.c.epoch).where(t.conversations.c.id == context.conversation_id)
        epoch = connection.execute(query.with_for_update()).scalar()
        if epoch is None:
            raise OperationRefused("not_found", "There is no such conversation.")
        if epoch != context.epoch:
            raise OperationRefused("epoch_moved", "Somebody else has taken the conversation.")
        if parse(context.deadline) <= self._clock.now():
            raise OperationRefused("deadline_passed", "The time for this turn is over.")


def _customer(context: TurnContext) -> str:
    if not context.customer_id or context.verification == "none":
        raise OperationRefused("not_verified", "We do not know yet who the customer is.")
    return context.customer_id


def _row(connection: sa.Connection, operation_id: str, *, lock: bool = False) -> sa.RowMapping:
    query = sa.select(t.operations).where(t.operations.c.id == operation_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if row is None:
        raise OperationRefused("not_found", "There is no such operation.")
    return row


def _mine(connection: sa.Connection, context: TurnContext, operation_id: str) -> sa.RowMapping:
    row = _row(connection, operation_id)
    if row["conversation_id"] != context.conversation_id or row["customer_id"] != context.customer_id:
        raise OperationRefused("not_found", "There is no such operation.")
    return row


def _must_be_within(connection: sa.Connection, row: sa.RowMapping, allowance: Allowance) -> None:
    """Two that start at once see each other: all operations of a customer are locked before their sum is taken."""
    if row["kind"] not in allowance.kinds:
        return
    o = t.operations.c
    lock_customer(connection, row["customer_id"])
    begun = sa.select(o.amount).where(
        o.customer_id == row["customer_id"],
        o.kind.in_(allowance.kinds),
        o.state != "failed",
        o.started_at > stamp(parse(allowance.since)),
        o.amount.is_not(None),
    )
    given = sum((Decimal(amount) for amount in connection.execute(begun).scalars()), Decimal(row["amount"] or 0))
    if given > Decimal(allowance.most):
        raise OperationRefused("over_limit", "Together with what went before, this is for a person to decide.")


def lock_customer(connection: sa.Connection, customer_id: str) -> None:
    """Whoever adds up a customer's operations does so alone until the transaction ends."""
    o = t.operations.c
    mine = sa.select(o.id).where(o.customer_id == customer_id).order_by(o.id).with_for_update()
    connection.execute(mine).all()


def _was_asked(connection: sa.Connection, context: TurnContext, operation: sa.RowMapping) -> bool:
    """Whether the customer had been asked about this operation before they wrote what is taken for their yes.

    A yes that was on its way while the question was being written is an answer to something else. What was asked before
    an approval was decided does not count after it, and what only speaks of the operation, without a choice, is no
    question.
    """
    query = (
        sa.select(t.events.c.type, t.events.c.source, t.events.c.data, t.event_content.c.content)
        .select_from(t.events.outerjoin(t.event_content))
        .where(
            t.events.c.conversation_id == context.conversation_id,
            t.events.c.type.in_(("message.sent", "approval.decided")),
            t.events.c.seq >= operation["prepared_seq"],
            t.events.c.seq < _said_at(connection, context),
        )
        .order_by(t.events.c.seq)
    )
    asked = False
    for event in connection.execute(query):
        if event.type == "approval.decided":
            asked = asked and event.data["operation_id"] != operation["id"]
        elif event.source == "bot" and operation["id"] in event.data.get("operations", ()):
            asked = asked or bool((event.content or {}).get("choices"))
    return asked


def _said_at(connection: sa.Connection, context: TurnContext) -> int:
    """The ``seq`` of the first message of this turn: messages that waited together are answered together."""
    reply_to = connection.execute(sa.select(t.turns.c.reply_to).where(t.turns.c.id == context.turn_id)).scalar()
    return min(reply_to, default=context.seq) if reply_to else context.seq


def _operation(row: sa.RowMapping) -> Operation:
    return Operation(
        id=row["id"],
        conversation_id=row["conversation_id"],
        customer_id=row["customer_id"],
        kind=row["kind"],
        object_ref=row["object_ref"],
        summary=row["summary"],
        state=row["state"],
        prepared_seq=row["prepared_seq"],
        prepared_epoch=row["prepared_epoch"],
        amount=row["amount"],
        arguments=row["arguments"],
        approval=row["approval"],
        agreed=row["agreed_seq"] is not None,
        started=row["started_at"] is not None,
        dropped=bool(row["superseded"]),
        receipt=row["receipt"],
        result=row["result"],
    )
