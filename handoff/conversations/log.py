"""Writing and reading the log of one conversation, inside a unit of work.

``LogWriter`` is the only code that writes events and the outbox. It locks the conversation's row first, so that
``seq`` has no gap and no repeat, and writes everything it was given in a few statements at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import sqlalchemy as sa

from handoff.clock import Ids, stamp
from handoff.contract.events import (
    CONTRACT_VERSION,
    EventData,
    MessageSent,
    Source,
)
from handoff.contract.visibility import PRIVATE_FIELDS, STAFF_FIELDS, STAFF_ONLY
from handoff.contract.wire import dump, event_type
from handoff.conversations import rules
from handoff.errors import Conflict, NotFound
from handoff.storage import tables as t

WireEvent = dict[str, Any]
"""An event in the form of the contract's envelope, ready for JSON."""


# Statements of every turn are built once: building one costs more than running it.
FIND = sa.select(t.conversations).where(t.conversations.c.id == sa.bindparam("this"))
FIND_LOCKED = FIND.with_for_update()
UPDATE = (
    sa.update(t.conversations)
    .where(t.conversations.c.id == sa.bindparam("this"))
    .values({column.name: sa.bindparam(column.name) for column in t.conversations.c if column.name != "id"})
)
INSERT_EVENTS, INSERT_CONTENTS, INSERT_OUTBOX = sa.insert(t.events), sa.insert(t.event_content), sa.insert(t.outbox)
READ_EVENTS = (
    sa.select(t.events, t.event_content.c.content)
    .select_from(t.events.outerjoin(t.event_content))
    .where(t.events.c.conversation_id == sa.bindparam("this"), t.events.c.seq > sa.bindparam("after"))
    .order_by(t.events.c.seq)
    .limit(sa.bindparam("most"))
)
BY_CLIENT_ID = sa.select(t.events.c.seq, t.events.c.fingerprint).where(
    t.events.c.conversation_id == sa.bindparam("this"),
    t.events.c.author == sa.bindparam("author"),
    t.events.c.client_message_id == sa.bindparam("client_message_id"),
)


LONGEST_LOG = 100_000
ERASED = "erased"
"""How the name begins that an erasure leaves."""


@dataclass
class Conversation:
    """A working copy of the conversation's row; ``LogWriter.save`` writes it back."""

    id: str
    customer_id: str | None
    customer_name: str | None
    verification: str
    channel: str
    locale: str
    owner: str
    epoch: int
    head_seq: int
    state: str
    tracker_version: int
    episode_id: str | None
    turn_id: str | None
    turn_lease: str | None
    opened_at: str
    last_event_at: str
    nudged_seq: int | None = None

    @property
    def erased(self) -> bool:
        """Whether it belongs to the name that means nobody."""
        return (self.customer_id or "").startswith(f"{ERASED}_")

    def must_live(self) -> None:
        """Raises ``Conflict`` (``conversation_erased``)."""
        if self.erased:
            raise Conflict("conversation_erased", "This conversation has been erased. Please use a new one.")


@dataclass(frozen=True)
class Announcement:
    """What a commit has to tell: the new events of one conversation and who owns it now."""

    conversation_id: str
    owner: str
    events: tuple[WireEvent, ...]


def find(connection: sa.Connection, conversation_id: str, *, lock: bool = False) -> Conversation:
    """Raises ``NotFound``. With ``lock`` the row stays locked until the transaction ends."""
    row = connection.execute(FIND_LOCKED if lock else FIND, {"this": conversation_id}).mappings().first()
    if row is None:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return Conversation(**row)


class LogWriter:
    """Appends events to one locked conversation. Call ``save`` at the end of the unit of work.

    ``correlation_id`` names the request behind it, where there is one; the turn that follows carries it on.
    """

    def __init__(self, connection: sa.Connection, conversation: Conversation, now: datetime, ids: Ids) -> None:
        self.connection = connection
        self.conversation = conversation
        self.now = stamp(now)
        self.moment = now
        self.ids = ids
        self.correlation_id = ""
        self.written: list[WireEvent] = []
        self._rows: list[dict[str, Any]] = []
        self._contents: list[dict[str, Any]] = []
        self._began = monotonic()

    @classmethod
    def locked(cls, connection: sa.Connection, conversation_id: str, now: datetime, ids: Ids) -> LogWriter:
        began = monotonic()
        writer = cls(connection, find(connection, conversation_id, lock=True), now, ids)
        writer._began = began
        return writer

    def append(self, data: EventData, source: Source, *, fingerprint: str | None = None) -> WireEvent:
        """Give the event its ``seq`` and keep it for ``save``. Raises ``Conflict`` (``conversation_erased``): whoever
        comes late, a person, a clock or an old window, writes nothing into what was erased."""
        self.conversation.must_live()
        name = event_type(data)
        conversation = self.conversation
        conversation.head_seq += 1
        conversation.last_event_at = self.now
        event: WireEvent = {
            "id": self.ids.new("evt"),
            "seq": conversation.head_seq,
            "type": name,
            "version": CONTRACT_VERSION,
            "conversation_id": conversation.id,
            "occurred_at": self.now,
            "source": source,
            "epoch": conversation.epoch,
            "visibility": "staff" if name in STAFF_ONLY else "all",
            "data": dump(data),
        }
        self.written.append(event)
        private = {key: event["data"][key] for key in PRIVATE_FIELDS.get(name, ()) if key in event["data"]}
        message = data if isinstance(data, MessageSent) else None
        self._rows.append(
            {
                **event,
                "data": {key: value for key, value in event["data"].items() if key not in private},
                "author": message.author if message else None,
                "client_message_id": message.client_message_id if message else None,
                "fingerprint": fingerprint,
            }
        )
        if private:
            self._contents.append({"event_id": event["id"], "content": private})
        return event

    def change_owner(self, data: EventData, source: Source, agent_id: str | None = None) -> WireEvent:
        """Append an event that moves the conversation to another owner, under the epoch that it begins."""
        conversation = self.conversation
        conversation.owner = rules.next_owner(conversation.owner, event_type(data), agent_id)
        conversation.epoch += 1
        conversation.state = "closed" if conversation.owner == "none" else "open"
        return self.append(data, source)

    def save(self) -> Announcement:
        """Write the events, their contents, the outbox and the conversation's row."""
        if self._rows:
            self.connection.execute(INSERT_EVENTS, self._rows)
            self.connection.execute(INSERT_OUTBOX, [self._announced(row["id"]) for row in self._rows])
        if self._contents:
            self.connection.execute(INSERT_CONTENTS, self._contents)
        self.connection.execute(UPDATE, {"this": self.conversation.id, **vars(self.conversation)})
        self._rows, self._contents = [], []
        return Announcement(self.conversation.id, self.conversation.owner, tuple(self.written))

    def _announced(self, event_id: str) -> dict[str, Any]:
        """The outbox row is as old as its number, not as the wait for the conversation's lock: ``EventFeed`` reads a
        row once no smaller number can still be on its way. In whole seconds, which is what it waits in."""
        waited = timedelta(seconds=int(monotonic() - self._began))
        created_at = stamp(self.moment + waited)
        return {"event_id": event_id, "conversation_id": self.conversation.id, "created_at": created_at}


def read_events(connection: sa.Connection, conversation_id: str, after: int = 0, limit: int = 500) -> list[WireEvent]:
    """At most ``limit`` events with ``seq > after``, in order."""
    asked = {"this": conversation_id, "after": after, "most": limit}
    return [wire_event(row) for row in connection.execute(READ_EVENTS, asked).mappings()]


def read_whole(connection: sa.Connection, conversation_id: str) -> list[WireEvent]:
    """Every event, in order, at most ``LONGEST_LOG``."""
    return read_events(connection, conversation_id, 0, LONGEST_LOG)


def event_by_client_id(
    connection: sa.Connection, conversation_id: str, author: str, client_message_id: str
) -> sa.RowMapping | None:
    asked = {"this": conversation_id, "author": author, "client_message_id": client_message_id}
    return connection.execute(BY_CLIENT_ID, asked).mappings().first()


def fingerprint(kind: str, content: str) -> str:
    """What makes two sends with one ``client_message_id`` the same send, without keeping the text."""
    return hashlib.sha256(f"{kind}\0{content}".encode()).hexdigest()


def for_customer(events: Iterable[WireEvent]) -> list[WireEvent]:
    """The customer's view: a staff event becomes a stub, so that ``seq`` stays gapless for the reader, and what staff
    write for each other is left out of the rest."""
    return [
        _without_staff_fields(e) if e["visibility"] == "all" else {"seq": e["seq"], "type": "hidden"} for e in events
    ]


def _without_staff_fields(event: WireEvent) -> WireEvent:
    hidden = STAFF_FIELDS.get(event["type"])
    if hidden is None:
        return event
    return {**event, "data": {key: value for key, value in event["data"].items() if key not in hidden}}


def wire_event(row: sa.RowMapping) -> WireEvent:
    """A row of ``events`` with its content, in the form of the contract's envelope."""
    data = dict(row["data"])
    if row["content"]:
        data.update(row["content"])
    return {
        "id": row["id"],
        "seq": row["seq"],
        "type": row["type"],
        "version": row["version"],
        "conversation_id": row["conversation_id"],
        "occurred_at": row["occurred_at"],
        "source": row["source"],
        "epoch": row["epoch"],
        "visibility": row["visibility"],
        "data": data,
    }
