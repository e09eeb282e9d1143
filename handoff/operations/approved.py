"""What was approved and has not begun: whether the customer's yes still stands, and what waits to be brought up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from handoff.contract.events import ApprovalDecided
from handoff.conversations.log import LogWriter
from handoff.episodes import promises
from handoff.episodes.promises import CUSTOMER
from handoff.errors import Conflict
from handoff.storage import tables as t

APPROVERS = "approvals"
"""The owner of the promise that a person will decide: the decision keeps it."""


def yes_stands(log: LogWriter, operation_id: str) -> bool:
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


def ask_anew(log: LogWriter, operations: Iterable[str]) -> None:
    """A yes of before no longer counts: what was said or done meanwhile may have settled it."""
    again = sa.update(t.operations).where(t.operations.c.id.in_(list(operations)))
    log.connection.execute(again.values(agreed_seq=None))


def withdraw(log: LogWriter) -> None:
    """What the customer took back before a person decided: nobody is asked for it, and no answer is owed, any more.

    Every end of a turn comes by here, a failed one's too: the ledger has kept what its actions took back.
    """
    a, o = t.approvals.c, t.operations.c
    query = (
        sa.select(a.id, a.operation_id)
        .join(t.operations, o.id == a.operation_id)
        .where(a.conversation_id == log.conversation.id, a.state == "wanted", o.superseded.is_(True))
    )
    for row in log.connection.execute(query).all():
        ended = {"state": "declined", "decided_at": log.now, "decided_by": CUSTOMER}
        log.connection.execute(sa.update(t.approvals).where(a.id == row.id).values(**ended))
        log.append(ApprovalDecided(row.id, row.operation_id, "declined", CUSTOMER), "system")
        promises.keep_for(log, row.operation_id, APPROVERS, CUSTOMER, proof=row.id, source="system")


def must_be_wanted(log: LogWriter, approval_id: str) -> None:
    """Raises ``Conflict``: ``taken_back`` by the customer, perhaps in a turn that has not ended yet, else
    ``already_decided``."""
    a, o = t.approvals.c, t.operations.c
    query = sa.select(a.state, a.decided_by, o.superseded).join(t.operations, o.id == a.operation_id)
    found = log.connection.execute(query.where(a.id == approval_id)).one()
    wanted = found.state == "wanted"
    if found.superseded if wanted else found.decided_by == CUSTOMER:
        raise Conflict("taken_back", "The customer has taken this back, so there is nothing to decide any more.")
    if not wanted:
        raise Conflict("already_decided", "This has been decided already.")


def not_begun(log: LogWriter) -> Sequence[sa.RowMapping]:
    """What a person approved in this conversation and nobody carried out, by id and summary."""
    o = t.operations.c
    query = sa.select(o.id, o.summary).where(
        o.conversation_id == log.conversation.id,
        o.approval == "approved",
        o.started_at.is_(None),
        o.superseded.is_(False),
    )
    return log.connection.execute(query.order_by(o.prepared_seq)).mappings().all()


def must_be_done(log: LogWriter) -> None:
    """Raises ``Conflict`` (``approved_not_done``): what was approved is no resolved issue before it has happened."""
    if waiting := not_begun(log):
        raise Conflict(
            "approved_not_done",
            f"“{waiting[0]['summary']}” was approved and not carried out. Hand the conversation back, so that the "
            "assistant asks the customer once more and does it, or close as unresolved.",
            operations=[dict(row) for row in waiting],
        )


def approved_meanwhile(log: LogWriter) -> list[tuple[int, str]]:
    """(``seq`` of the decision, operation) of what was approved while a person had it, never began, and waits for no
    turn already. The customer is asked once more."""
    e, i = t.events.c, t.inbox.c
    open_operations = {row["id"] for row in not_begun(log)}
    taken = sa.exists().where(i.conversation_id == e.conversation_id, i.seq == e.seq)
    mine = (e.conversation_id == log.conversation.id, e.type == "approval.decided", ~taken)
    decided = sa.select(e.seq, e.data).where(*mine)
    rows = log.connection.execute(decided.order_by(e.seq)).all() if open_operations else []
    found = [(row.seq, row.data["operation_id"]) for row in rows if row.data["operation_id"] in open_operations]
    ask_anew(log, [operation_id for _, operation_id in found])
    return found
