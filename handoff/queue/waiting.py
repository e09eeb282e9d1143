"""What a waiting customer is told and may do: their place, the estimate with its own error kept, a message left.

Nothing is promised without a row that somebody keeps: a message left becomes a promise of the team, due in its hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.contract.events import ContactGiven, HandoffAdvanced, MessageSent
from handoff.conversations.log import LogWriter, event_by_client_id, fingerprint
from handoff.episodes import promises
from handoff.errors import Conflict, Unprocessable
from handoff.gateway import wording
from handoff.notices.catalogue import notices_for
from handoff.queue import moves
from handoff.queue.contact import Contact
from handoff.queue.estimate import Place, worth_telling
from handoff.queue.plan import DeskPlan
from handoff.queue.routing import local, message_due
from handoff.storage import tables as t

Row = Any
Connection = sa.Connection
QUIET = timedelta(seconds=20)
"""Between two changes that a customer is told, beside a new place."""
BEFORE_NOBODY = timedelta(seconds=5)
"""A colleague may just be coming back: so long nobody is said to be away."""


def should_tell(row: Row, place: Place, now: datetime) -> bool:
    told = row["told"]
    before = Place(**{key: value for key, value in told.items() if key != "at"}) if told else None
    if not place.staffed and before is None and now - parse(row["requested_at"]) < BEFORE_NOBODY:
        return False
    if before is not None and told and before.position == place.position and now - parse(told["at"]) < QUIET:
        return False
    return worth_telling(before, place)


def tell(log: LogWriter, handoff_id: str, place: Place, plan: DeskPlan) -> bool:
    """Tell the place as an event; where nobody is there, say once what can be done meanwhile."""
    row = moves.find_row(log.connection, handoff_id)
    if row["state"] != "queued":
        return False
    log.append(
        HandoffAdvanced(handoff_id, place.position, place.staffed, place.estimate_seconds, place.opens_at), "system"
    )
    nobody = not place.staffed or place.opens_at is not None
    told_before = row["told"] or {}
    said = bool(told_before) and (not told_before["staffed"] or told_before["opens_at"] is not None)
    if nobody and not said and row["promise_id"] is None:
        back = local(plan, row["department"], parse(place.opens_at)) if place.opens_at else None
        log.append(MessageSent(notices_for(log.conversation.locale).nobody_there(back), author="system"), "system")
    moves.set_row(log.connection, handoff_id, told={**vars(place), "at": log.now})
    if place.estimate_seconds is not None:
        log.connection.execute(
            sa.insert(t.wait_estimates).values(
                handoff_id=handoff_id,
                queue=row["queue"],
                position=place.position,
                estimated_at=log.now,
                estimate_seconds=place.estimate_seconds,
            )
        )
    return True


def leave_message(
    log: LogWriter, plan: DeskPlan, contact: Contact, text: str | None, client_message_id: str | None
) -> tuple[str, str]:
    """The message, the contact and the promise in one; the place in the queue is kept. Returns promise id and due time.

    A second one before the promise is kept replaces the address and promises nothing new.
    Raises ``Conflict`` (``not_waiting``) where people are on it already, or the assistant is.
    """
    find = sa.select(t.handoffs).where(
        t.handoffs.c.conversation_id == log.conversation.id, t.handoffs.c.state == "queued"
    )
    row = log.connection.execute(find).mappings().first()
    if row is None:
        raise Conflict("not_waiting", "You are not waiting for a colleague just now, so you can simply write here.")
    if text and not _said_before(log, text, client_message_id):
        said = MessageSent(text, author="customer", client_message_id=client_message_id)
        log.append(said, "customer", fingerprint=fingerprint("text", text))
    log.append(ContactGiven(contact.kind, contact.address, contact.checked), "customer")
    open_one = (t.promises.c.id == row["promise_id"], t.promises.c.kept_at.is_(None))
    made = log.connection.execute(sa.select(t.promises.c.id, t.promises.c.due_at).where(*open_one)).first()
    if made is not None:
        return made.id, made.due_at
    due_by = message_due(plan, row["department"], log.moment)
    due_at = stamp(due_by)
    owner = f"team:{row['department'] or row['queue']}"
    promise_id = promises.make(
        log, wording.answer_owed(contact.kind), owner, due_at, made_by=promises.CUSTOMER, source="system"
    )
    moves.set_row(log.connection, row["id"], promise_id=promise_id)
    told = notices_for(log.conversation.locale).message_left(local(plan, row["department"], due_by), contact.kind)
    log.append(MessageSent(told, author="system"), "system")
    return promise_id, due_at


def _said_before(log: LogWriter, text: str, client_message_id: str | None) -> bool:
    """Whether this is a repeated call whose answer was lost. Raises ``Unprocessable`` where it says something else."""
    if client_message_id is None:
        return False
    earlier = event_by_client_id(log.connection, log.conversation.id, "customer", client_message_id)
    if earlier is not None and earlier["fingerprint"] != fingerprint("text", text):
        raise Unprocessable("client_message_id_reused", "This client_message_id was used for another message.")
    return earlier is not None


def place_of(connection: sa.Connection, conversation_id: str) -> dict[str, Any]:
    """Where the customer stands: as last told, else as it is."""
    query = (
        sa.select(t.handoffs)
        .where(t.handoffs.c.conversation_id == conversation_id, t.handoffs.c.state.in_(("queued", "accepted")))
        .order_by(t.handoffs.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    if row is None:
        return {"state": "none"}
    if row["state"] == "accepted":
        return {"state": "with_a_person"}
    told = row["told"] or {"position": moves.position_of(connection, row), "staffed": None}
    return {
        "state": "waiting",
        "position": told["position"],
        "staffed": told["staffed"],
        "estimate_seconds": told.get("estimate_seconds"),
        "opens_at": told.get("opens_at"),
        "promise_id": row["promise_id"],
    }
