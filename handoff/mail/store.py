"""The mails that are owed, as rows: written with the answer, taken by one worker, settled with the promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.contract.events import NoteAdded
from handoff.conversations.log import LogWriter
from handoff.episodes import promises
from handoff.errors import Conflict, NotFound
from handoff.mail.told import sentence, state_of
from handoff.storage import tables as t

M = t.mails.c
LEASE = timedelta(minutes=10)
"""Within which a worker says what became of a mail; after it another one takes it."""
GATHERED = 6
"""A mail waits at most so many pauses for further words of the same colleague."""


@dataclass(frozen=True)
class Contents:
    """What is read from the log for a letter. ``address``: the newest that the customer left."""

    address: str | None
    words: list[str]
    author: str
    locale: str
    written_at: datetime


def owe(log: LogWriter, handoff: sa.RowMapping, seq: int, author: str, pause: timedelta) -> None:
    """The colleague's message ``seq`` leaves by mail too, where the customer left one and an e-mail address with it.

    In the transaction of the message. What one colleague writes within ``pause`` goes in one mail.
    """
    if handoff["promise_id"] is None or _contact_kind(log.connection, log.conversation.id) != "email":
        return
    waits = (M.handoff_id == handoff["id"], M.author == author, M.state == "waiting", M.attempts == 0)
    row = log.connection.execute(sa.select(t.mails).where(*waits)).mappings().first()
    if row is not None:
        latest = parse(row["created_at"]) + GATHERED * pause
        joined = {"seqs": [*row["seqs"], seq], "next_at": stamp(min(log.moment + pause, latest))}
        if log.connection.execute(sa.update(t.mails).where(M.id == row["id"], *waits).values(**joined)).rowcount == 1:
            return
    log.connection.execute(
        sa.insert(t.mails).values(
            id=log.ids.new("mail"),
            conversation_id=log.conversation.id,
            handoff_id=handoff["id"],
            promise_id=handoff["promise_id"],
            author=author,
            seqs=[seq],
            state="waiting",
            attempts=0,
            next_at=stamp(log.moment + pause),
            created_at=log.now,
        )
    )


def on_their_way(connection: sa.Connection, conversation_id: str) -> set[str]:
    """The promises that a mail which has not left yet will keep."""
    going = (M.conversation_id == conversation_id, M.state.in_(("waiting", "sending")), M.promise_id.is_not(None))
    return set(connection.execute(sa.select(M.promise_id).where(*going)).scalars())


def due(connection: sa.Connection, now: str, limit: int) -> Sequence[sa.RowMapping]:
    """Those whose time has come, and those that somebody took and never settled."""
    query = sa.select(t.mails).where(M.state.in_(("waiting", "sending")), M.next_at <= now)
    return connection.execute(query.order_by(M.next_at, M.id).limit(limit)).mappings().all()


def postpone(connection: sa.Connection, row: sa.RowMapping, until: str) -> None:
    connection.execute(sa.update(t.mails).where(*_as_seen(row)).values(next_at=until))


def went_on(connection: sa.Connection, row: sa.RowMapping) -> bool:
    """Whether the customer wrote after the answer: they have read it here."""
    return connection.execute(_said_by_customer(row).where(t.events.c.seq > max(row["seqs"]))).first() is not None


def in_talk(connection: sa.Connection, row: sa.RowMapping) -> bool:
    """Whether the customer has written since a person has the conversation: they came back to it."""
    accepted_at = sa.select(t.handoffs.c.accepted_at).where(t.handoffs.c.id == row["handoff_id"]).scalar_subquery()
    return connection.execute(_said_by_customer(row).where(t.events.c.occurred_at > accepted_at)).first() is not None


def take(connection: sa.Connection, row: sa.RowMapping, now: datetime) -> Contents | None:
    """Take a mail for one attempt, and read what stands in it. ``None`` where somebody else did, or it is not needed.

    A mail that was tried before may have left, so that only one that never was is called not needed.
    """
    if row["attempts"] == 0 and went_on(connection, row):
        connection.execute(sa.update(t.mails).where(*_as_seen(row)).values(state="not_needed"))
        return None
    taken = {"state": "sending", "attempts": row["attempts"] + 1, "next_at": stamp(now + LEASE)}
    if connection.execute(sa.update(t.mails).where(*_as_seen(row)).values(**taken)).rowcount != 1:
        return None
    seqs = connection.execute(sa.select(M.seqs).where(M.id == row["id"])).scalar_one()
    c, e = t.conversations.c, t.events.c
    said = (
        sa.select(e.occurred_at, t.event_content.c.content)
        .select_from(t.events.join(t.event_content))
        .where(e.conversation_id == row["conversation_id"], e.seq.in_(seqs))
        .order_by(e.seq)
    )
    messages = connection.execute(said).all()
    return Contents(
        address=_address(connection, row["conversation_id"]),
        words=[message.content["text"] for message in messages],
        author=connection.execute(sa.select(t.agents.c.name).where(t.agents.c.id == row["author"])).scalar() or "",
        locale=connection.execute(sa.select(c.locale).where(c.id == row["conversation_id"])).scalar_one(),
        written_at=parse(messages[-1].occurred_at) if messages else now,
    )


def sent(log: LogWriter, row: sa.RowMapping) -> bool:
    """It has left, and with it the promise is kept. False where the row is gone: its customer was erased meanwhile.

    Told late it still counts: that it left does not change.
    """
    values = {"state": "sent", "sent_at": log.now, "error": None}
    if log.connection.execute(sa.update(t.mails).where(M.id == row["id"]).values(**values)).rowcount != 1:
        return False
    if row["promise_id"] is not None:
        promises.keep(log, row["promise_id"], row["author"], proof=row["id"], source="system")
    return True


def try_again(connection: sa.Connection, row: sa.RowMapping, error: str, at: str) -> None:
    again = {"state": "waiting", "error": error, "next_at": at}
    connection.execute(sa.update(t.mails).where(*_mine(row)).values(**again))


def give_up(log: LogWriter, row: sa.RowMapping, error: str) -> None:
    """What to do now stands in the conversation, where whoever has it reads it."""
    values = {"state": "failed", "error": error}
    if log.connection.execute(sa.update(t.mails).where(*_mine(row)).values(**values)).rowcount == 1:
        log.append(NoteAdded(sentence("failed", error), "system"), "system")


def send_again(log: LogWriter, handoff_id: str, mail_id: str) -> None:
    """Raises ``NotFound`` (``mail_not_found``), ``Conflict`` (``mail_not_failed``)."""
    mine = (M.id == mail_id, M.handoff_id == handoff_id)
    if log.connection.execute(sa.select(M.id).where(*mine)).first() is None:
        raise NotFound("mail_not_found", "There is no such mail.")
    again = {"state": "waiting", "attempts": 0, "error": None, "next_at": log.now}
    failed = sa.update(t.mails).where(*mine, M.state == "failed")
    if log.connection.execute(failed.values(**again)).rowcount != 1:
        raise Conflict("mail_not_failed", "This mail has not failed.")


def shown(connection: sa.Connection, handoff_id: str) -> list[dict[str, Any]]:
    """For the desk, oldest first."""
    query = sa.select(t.mails).where(M.handoff_id == handoff_id).order_by(M.created_at, M.id)
    return [
        {
            "mail_id": row["id"],
            "seqs": row["seqs"],
            "state": state_of(row["state"]),
            "told": sentence(row["state"], row["error"]),
            "error": row["error"],
            "attempts": row["attempts"],
            "next_at": row["next_at"] if row["state"] in ("waiting", "sending") else None,
            "sent_at": row["sent_at"],
        }
        for row in connection.execute(query).mappings()
    ]


def _contact_kind(connection: sa.Connection, conversation_id: str) -> str | None:
    e = t.events.c
    newest = sa.select(e.data).where(e.conversation_id == conversation_id, e.type == "contact.given")
    data = connection.execute(newest.order_by(e.seq.desc()).limit(1)).scalar()
    return data["kind"] if data else None


def _address(connection: sa.Connection, conversation_id: str) -> str | None:
    """The newest e-mail address that was left; a telephone number that came after it changes nothing."""
    given = (
        sa.select(t.events.c.data, t.event_content.c.content)
        .select_from(t.events.join(t.event_content))
        .where(t.events.c.conversation_id == conversation_id, t.events.c.type == "contact.given")
        .order_by(t.events.c.seq.desc())
    )
    found = (row.content["address"] for row in connection.execute(given) if row.data["kind"] == "email")
    return next(found, None)


def _said_by_customer(row: sa.RowMapping) -> sa.Select[tuple[str]]:
    e = t.events.c
    query = sa.select(e.id).where(e.conversation_id == row["conversation_id"], e.type == "message.sent")
    return query.where(e.source == "customer").limit(1)


def _as_seen(row: sa.RowMapping) -> tuple[sa.ColumnElement[bool], ...]:
    return M.id == row["id"], M.state == row["state"], M.attempts == row["attempts"], M.next_at == row["next_at"]


def _mine(row: sa.RowMapping) -> tuple[sa.ColumnElement[bool], ...]:
    """Of the attempt that began with ``row``: a failure that is told late says nothing of a later attempt."""
    return M.id == row["id"], M.state == "sending", M.attempts == row["attempts"] + 1
