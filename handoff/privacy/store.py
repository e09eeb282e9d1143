"""Everything that the log's database holds of one customer: read for them, or taken out.

What is erased: people's words, names, addresses, arguments, what the assistant understood. What stays: that something
happened, when, and what it was called (events without content, receipts, the survey's figures), under a name that means
nobody. Logs keep their ``seq``, so every invariant still holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from handoff.contract.events import ConversationClosed, TurnFailed
from handoff.conversations.log import LogWriter, read_whole
from handoff.episodes import rules as episodes
from handoff.gateway import wording
from handoff.queue import settling
from handoff.storage import tables as t

ERASURE = "erasure"
LEAVES_AN_ADDRESS = ("conversation.opened", "contact.given")
EXPORTED = (t.operations, t.promises, t.approvals, t.episodes, t.handoffs, t.mails, t.attachments, t.surveys)
NAMES_SOMEBODY = frozenset({"customer_id", "entity", "client_message_id"})
"""Fields of events that are kept beside the log's content and still point at a person, at what they bought, or at what
their browser keeps."""
KEPT_OF_A_TURN = frozenset({"decision", "rule", "frustration", "complexity", "abuse", "reason", "intent", "confidence"})


def conversations_of(connection: sa.Connection, customer_id: str) -> list[str]:
    query = sa.select(t.conversations.c.id).where(t.conversations.c.customer_id == customer_id)
    return list(connection.execute(query.order_by(t.conversations.c.opened_at)).scalars())


def addresses_of(connection: sa.Connection, ids: Sequence[str]) -> set[str]:
    """E-mail addresses and telephone numbers that the customer gave in these conversations."""
    given = (
        sa.select(t.event_content.c.content)
        .select_from(t.events.join(t.event_content))
        .where(t.events.c.conversation_id.in_(ids), t.events.c.type.in_(LEAVES_AN_ADDRESS))
    )
    found = {row.content.get(part) for row in connection.execute(given) for part in ("address", "email")}
    turns = sa.select(t.turns.c.result).where(t.turns.c.conversation_id.in_(ids), t.turns.c.result.is_not(None))
    for row in connection.execute(turns):
        triage = row.result.get("triage", {})
        found |= {(triage.get(part) or {}).get("email") for part in ("slots", "entities")}
    return {address for address in found if isinstance(address, str) and address}


def conversations_that_left(connection: sa.Connection, address: str) -> dict[str, str | None]:
    """The conversations in which this address was given, oldest first, and whose they are. Case does not count."""
    like = "%" + address.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"

    def holds(column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return sa.func.lower(sa.cast(column, sa.Text)).like(like, escape="\\")

    left = (
        sa.select(t.events.c.conversation_id)
        .select_from(t.events.join(t.event_content))
        .where(t.events.c.type.in_(LEAVES_AN_ADDRESS), holds(t.event_content.c.content))
    )
    understood = sa.select(t.turns.c.conversation_id).where(holds(t.turns.c.result))
    c = t.conversations.c
    query = sa.select(c.id, c.customer_id).where(sa.or_(c.id.in_(left), c.id.in_(understood))).order_by(c.opened_at)
    return {
        row.id: row.customer_id
        for row in connection.execute(query)
        if address.casefold() in {each.casefold() for each in addresses_of(connection, [row.id])}
    }


def export(connection: sa.Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """Each conversation with its whole log, and the rows that hang on it."""
    return [
        {
            **_plain(connection, t.conversations, t.conversations.c.id == conversation_id)[0],
            "events": read_whole(connection, conversation_id),
            **{table.name: _plain(connection, table, table.c.conversation_id == conversation_id) for table in EXPORTED},
        }
        for conversation_id in ids
    ]


def erase(log: LogWriter, alias: str) -> dict[str, int]:
    """Take the customer out of this locked conversation, which ends with it. Saves the log; counts what went."""
    connection, conversation = log.connection, log.conversation
    mine = conversation.id
    waiting = sa.select(t.inbox.c.seq).where(t.inbox.c.conversation_id == mine).order_by(t.inbox.c.seq)
    unanswered = [seq for seq in connection.execute(waiting).scalars() if _is_message(connection, mine, seq)]
    if unanswered:
        log.append(TurnFailed(unanswered, ERASURE, wording.ERASED), "system")
    if conversation.owner != "none":
        episodes.close_open(log, ERASURE)
        log.change_owner(ConversationClosed("system", cause=ERASURE), "system")
        going = (t.handoffs.c.conversation_id == mine, t.handoffs.c.state.in_(("queued", "offered", "accepted")))
        for handoff_id in connection.execute(sa.select(t.handoffs.c.id).where(*going)).scalars().all():
            settling.given_up(log, handoff_id)
        ended = {"state": "closed", "ended_at": log.now}
        connection.execute(sa.update(t.handoffs).where(*going).values(**ended))
    # A turn that is in flight finds that it is not the conversation's any more, and stores nothing.
    conversation.turn_id = conversation.turn_lease = None
    conversation.customer_id, conversation.customer_name, conversation.verification = alias, None, "none"
    log.save()
    texts = _erase_events(connection, mine, alias)
    _erase_turns(connection, mine)
    for table in (t.inbox, t.choices, t.mails):
        connection.execute(sa.delete(table).where(table.c.conversation_id == mine))
    _owe_nothing(connection, mine, log.now)
    blank: dict[sa.Table, dict[str, Any]] = {
        t.operations: {"customer_id": alias, "object_ref": "", "summary": "", "arguments": {}, "result": None},
        t.promises: {"text": "", "proof": None},
        t.episodes: {"customer_id": alias, "entity": None},
        t.handoffs: {"cause": None, "told": None},
        t.surveys: {"fingerprint": None},
        t.staff_reads: {"customer_id": alias},
    }
    for table, values in blank.items():
        connection.execute(sa.update(table).where(table.c.conversation_id == mine).values(**values))
    return {"conversations": 1, "events": conversation.head_seq, "texts": texts}


def _owe_nothing(connection: sa.Connection, conversation_id: str, now: str) -> None:
    """What nobody can be told any more is neither owed, late nor asked for. What was kept or decided before stays."""
    open_promises = (t.promises.c.conversation_id == conversation_id, t.promises.c.kept_at.is_(None))
    connection.execute(sa.delete(t.promises).where(*open_promises))
    wanted = (t.approvals.c.conversation_id == conversation_id, t.approvals.c.state == "wanted")
    operations = sa.select(t.approvals.c.operation_id).where(*wanted)
    connection.execute(sa.update(t.operations).where(t.operations.c.id.in_(operations)).values(approval="declined"))
    ended = {"state": "declined", "decided_at": now, "decided_by": ERASURE}
    connection.execute(sa.update(t.approvals).where(*wanted).values(**ended))


def take_attachments(connection: sa.Connection, ids: Sequence[str]) -> list[str]:
    """Delete the rows; the ids of the files that go with them."""
    found = list(
        connection.execute(sa.select(t.attachments.c.id).where(t.attachments.c.conversation_id.in_(ids))).scalars()
    )
    connection.execute(sa.delete(t.attachments).where(t.attachments.c.conversation_id.in_(ids)))
    return found


def _erase_events(connection: sa.Connection, conversation_id: str, alias: str) -> int:
    """Delete what the events held, and mark them ``erased``; how many held something."""
    query = (
        sa.select(t.events.c.id, t.events.c.data, t.event_content.c.event_id)
        .select_from(t.events.outerjoin(t.event_content))
        .where(t.events.c.conversation_id == conversation_id)
    )
    rows = list(connection.execute(query))
    changed = []
    for row in rows:
        data = {key: value for key, value in row.data.items() if key not in NAMES_SOMEBODY}
        if "customer_id" in row.data:
            data["customer_id"] = alias
        if row.event_id is not None:
            data["erased"] = True
        changed.append({"this": row.id, "new_data": data})
    if changed:
        statement = sa.update(t.events).where(t.events.c.id == sa.bindparam("this"))
        values: dict[str, Any] = {"data": sa.bindparam("new_data"), "fingerprint": None, "client_message_id": None}
        connection.execute(statement.values(values), changed)
    held = [row.id for row in rows if row.event_id is not None]
    own = sa.select(t.events.c.id).where(t.events.c.conversation_id == conversation_id)
    connection.execute(sa.delete(t.event_content).where(t.event_content.c.event_id.in_(own)))
    return len(held)


def _erase_turns(connection: sa.Connection, conversation_id: str) -> None:
    """Of what a turn brought forth, the scores stay."""
    query = sa.select(t.turns.c.id, t.turns.c.result).where(
        t.turns.c.conversation_id == conversation_id, t.turns.c.result.is_not(None)
    )
    for row in list(connection.execute(query)):
        triage = {name: value for name, value in row.result.get("triage", {}).items() if name in KEPT_OF_A_TURN}
        emptied = {
            "messages": [],
            "directives": [],
            "triage": triage,
            "operations": [],
            "tracker_events": [],
            "snapshot": [],
            "tracker_version": row.result.get("tracker_version", 0),
            "model_version": row.result.get("model_version", ""),
        }
        connection.execute(sa.update(t.turns).where(t.turns.c.id == row.id).values(result=emptied))


def _is_message(connection: sa.Connection, conversation_id: str, seq: int) -> bool:
    query = sa.select(t.events.c.type).where(t.events.c.conversation_id == conversation_id, t.events.c.seq == seq)
    return connection.execute(query).scalar() == "message.sent"


def _plain(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    hidden = {"turn_id", "turn_lease", "fingerprint"}
    rows = connection.execute(sa.select(table).where(where)).mappings()
    return [{key: value for key, value in row.items() if key not in hidden} for row in rows]
