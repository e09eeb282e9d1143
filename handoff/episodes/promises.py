"""Promises: what a customer was told will happen, as rows with an owner, a due time and a proof.

An open promise keeps an issue from being called resolved, and warns before it is late.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.contract.events import PromiseKept, PromiseMade, PromiseWarned, Source
from handoff.conversations.log import LogWriter
from handoff.errors import Conflict, Unprocessable
from handoff.storage import tables as t

P = t.promises.c
PromiseState = Literal["open", "due_soon", "late", "kept"]
CUSTOMER = "customer"
"""Who has a promise made by leaving a message."""
MOST = 500
FARTHEST = timedelta(days=365)


def make(
    log: LogWriter,
    text: str,
    owner: str,
    due_at: str,
    *,
    made_by: str,
    source: Source,
    operation_id: str | None = None,
) -> str:
    """The event and the row, in the transaction that tells the customer. Returns the id."""
    promise_id = log.ids.new("prm")
    log.append(PromiseMade(promise_id, text, owner, due_at), source)
    log.connection.execute(
        sa.insert(t.promises).values(
            id=promise_id,
            conversation_id=log.conversation.id,
            episode_id=log.conversation.episode_id,
            text=text,
            owner=owner,
            due_at=due_at,
            operation_id=operation_id,
            made_by=made_by,
        )
    )
    return promise_id


def keep_for(log: LogWriter, operation_id: str, owner: str, by: str, *, proof: str, source: Source = "agent") -> None:
    """Whatever ``owner`` promised about this operation is kept with this."""
    theirs = (P.operation_id == operation_id, P.owner == owner, P.kept_at.is_(None))
    for promise_id in log.connection.execute(sa.select(P.id).where(*theirs)).scalars().all():
        keep(log, promise_id, by, proof=proof, source=source)


def keep(log: LogWriter, promise_id: str, by: str, *, proof: str, source: Source) -> bool:
    """The row and the event. False where it was kept before."""
    mine = sa.update(t.promises).where(P.id == promise_id, P.kept_at.is_(None))
    if log.connection.execute(mine.values(kept_at=log.now, kept_by=by, proof=proof)).rowcount != 1:
        return False
    log.append(PromiseKept(promise_id, proof, by), source)
    return True


def due_time(text: str, now: datetime) -> str:
    """A time ahead, as the log writes it. Raises ``Unprocessable`` (``bad_due_time``)."""
    try:
        moment = parse(text)
        in_time = now < moment < now + FARTHEST
    except (ValueError, TypeError):
        in_time = False
    if not in_time:
        raise Unprocessable("bad_due_time", "A promise needs a time ahead, within a year, with its time zone.")
    return stamp(moment)


def of_message_left(log: LogWriter) -> str | None:
    """The open promise to answer what the customer left in this episode, whichever hand-over it was left in."""
    mine = (P.conversation_id == log.conversation.id, P.episode_id == log.conversation.episode_id)
    query = sa.select(P.id).where(*mine, P.made_by == CUSTOMER, P.kept_at.is_(None))
    return log.connection.execute(query.order_by(P.due_at.desc()).limit(1)).scalar()


def open_in(connection: sa.Connection, conversation_id: str) -> Sequence[sa.RowMapping]:
    query = sa.select(t.promises).where(P.conversation_id == conversation_id, P.kept_at.is_(None)).order_by(P.due_at)
    return connection.execute(query).mappings().all()


def must_be_kept(log: LogWriter, on_its_way: Collection[str] = ()) -> None:
    """Raises ``Conflict`` (``promise_open``), which names every promise that is not kept yet.

    ``on_its_way``: those that a mail keeps which leaves in a moment.
    """
    still_open = open_in(log.connection, log.conversation.id)
    if still_open:
        first = still_open[0]
        waits = all(row["id"] in on_its_way for row in still_open)
        what = "Your answer has not left by e-mail yet. Wait until it has" if waits else "Keep it first"
        raise Conflict(
            "promise_open",
            f"A promise is still open: “{first['text']}”. {what}, or close as unresolved.",
            promises=[
                {"promise_id": row["id"], "text": row["text"], "owner": row["owner"], "due_at": row["due_at"]}
                for row in still_open
            ],
        )


def warn(log: LogWriter, promise_id: str) -> bool:
    """Warn once. False where it is kept, or somebody warned."""
    done = log.connection.execute(
        sa.update(t.promises)
        .where(P.id == promise_id, P.kept_at.is_(None), P.warned_at.is_(None))
        .values(warned_at=log.now)
    )
    if done.rowcount != 1:
        return False
    due_at = log.connection.execute(sa.select(P.due_at).where(P.id == promise_id)).scalar_one()
    log.append(PromiseWarned(promise_id, due_at), "system")
    return True


def to_warn(connection: sa.Connection, now: datetime, before: timedelta) -> Sequence[sa.RowMapping]:
    """Promises that will be late within ``before`` and nobody was warned of."""
    query = sa.select(t.promises).where(P.kept_at.is_(None), P.warned_at.is_(None), P.due_at <= stamp(now + before))
    return connection.execute(query.limit(MOST)).mappings().all()


def state_of(row: Any, now: datetime, before: timedelta) -> PromiseState:
    if row["kept_at"] is not None:
        return "kept"
    due_at = parse(row["due_at"])
    return "late" if due_at < now else "due_soon" if due_at <= now + before else "open"
