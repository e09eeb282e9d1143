"""Stored conversations for a replay: from the installation's log with their turns, or from a file of transcripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from eval.outcomes.model import Conversation, moment
from eval.replay.model import Recorded, Turn
from eval.replay.said import Said, in_result
from eval.replay.words import MOST_READ, said_by_customer, speaker
from handoff.clock import stamp
from handoff.contract.turn import ToolCall
from handoff.gateway.gate import words_about
from handoff.storage import tables as t
from stack.eval_ports import read_conversation

KEPT = ("answered", "handed_over", "failed")
"""Ends of a turn that the customer saw. A draft was not shown, and a lost turn was begun again."""


def conversations_since(
    connection: sa.Connection, now: datetime, days: int, *, test_traffic: bool
) -> list[Conversation]:
    """Every conversation that was opened in these days, oldest first. With ``test_traffic`` the lab's count."""
    opened = stamp(now - timedelta(days=days))
    query = sa.select(t.conversations).where(t.conversations.c.opened_at >= opened)
    rows = connection.execute(query.order_by(t.conversations.c.opened_at, t.conversations.c.id)).mappings().all()
    found = (read_conversation(connection, row, test_traffic=test_traffic) for row in rows)
    return [each for each in found if each is not None]


def with_turns(
    connection: sa.Connection, conversations: Iterable[Conversation], done: Callable[[], None] = lambda: None
) -> dict[str, Recorded]:
    found = {}
    for conversation in conversations:
        rows = connection.execute(
            sa.select(t.turns)
            .where(t.turns.c.conversation_id == conversation.id, t.turns.c.state.in_(KEPT))
            .order_by(t.turns.c.started_at, t.turns.c.seq)
        ).mappings()
        turns = [turn for row in rows if (turn := _turn(conversation, row)) is not None]
        o, p = t.operations.c, t.promises.c
        begun = connection.execute(sa.select(t.operations).where(o.conversation_id == conversation.id))
        made = connection.execute(sa.select(p.id, p.operation_id).where(p.conversation_id == conversation.id))
        found[conversation.id] = Recorded(
            conversation,
            turns,
            {row.id: words_about(row.kind, row.object_ref, row.summary) for row in begun},
            {row.id: row.operation_id for row in made if row.operation_id},
        )
        done()
    return found


def _turn(conversation: Conversation, row: Mapping[Any, Any]) -> Turn | None:
    """``None`` where nothing can be asked again: the customer was erased, or a choice failed and is not known."""
    result, trigger, seq = row["result"] or {}, row["trigger"], row["seq"]
    events = result.get("tracker_events") or []
    user = next((event for event in events if event.get("event") == "user"), None)
    text = str(user.get("text") or "") if user else said_by_customer(conversation, row["reply_to"])
    if user is None and (trigger != "message" or not text):
        return None
    payload, note = (None, None) if user is None else _asked(user, trigger)
    who, proof, locale = speaker(conversation, seq)
    return Turn(
        seq=seq,
        reply_to=tuple(row["reply_to"]),
        trigger=trigger,
        text=text[:MOST_READ] if trigger in ("message", "choice") else "",
        at=moment(row["started_at"]),
        said=in_result(result) if events else Said("failed"),
        payload=payload,
        note=note,
        customer_id=who,
        verification=proof,
        locale=locale,
        epoch=row["epoch"],
        events=events,
        snapshot=result.get("snapshot") or (),
        calls=[ToolCall(**call) for call in result.get("calls") or ()],
    )


def _asked(user: Mapping[str, Any], trigger: str) -> tuple[str | None, str | None]:
    """The payload of a choice, or the note of a turn that the system began, from how Rasa kept it."""
    parsed = user.get("parse_data") or {}
    entities = {each["entity"]: each["value"] for each in parsed.get("entities") or ()}
    if trigger == "message":
        return None, None
    if trigger == "choice":
        intent = (parsed.get("intent") or {}).get("name")
        return f"/{intent}{json.dumps(entities) if entities else ''}", None
    return None, entities.get("note")
