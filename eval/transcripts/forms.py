"""Other systems' forms, told in our events. Each function makes one transcript of one record, or raises ``Unusable``.

What a system does not record is left out, never guessed: a transcript without receipts has no ``verified_state``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any, Final

from eval.outcomes.model import Conversation, Event, moment
from eval.transcripts.model import Transcript, Unusable
from eval.transcripts.own import Tell

STEP: Final = 30.0
"""Seconds between two messages of a file without times."""
EPOCH: Final = 1_700_000_000.0
_TAG = re.compile(r"<[^>]+>")


class Teller:
    """Collects the events of one conversation and numbers them. A clock that goes back is held still, and said so."""

    def __init__(self, name: str, channel: str, customer: str | None, tell: Tell) -> None:
        self._name, self._channel, self._customer = name, channel, customer
        self._tell = tell
        self._events: list[Event] = []
        self._last = 0.0

    def add(self, at: float, source: str, kind: str, /, **data: Any) -> None:
        if at < self._last:
            place = f"conversation {self._name}, entry {len(self._events) + 1}"
            self._tell(f"{place}: the clock goes back by {self._last - at:.0f} s; held at the time before", False)
        self._last = max(at, self._last)
        self._events.append(Event(len(self._events) + 1, self._last, source, kind, data))

    def message(self, at: float, source: str, text: str) -> None:
        if source == "agent" and not any(event.type == "handoff.accepted" for event in self._events):
            self.add(at, "agent", "handoff.accepted", handoff_id=self._name, agent_id="agent", agent_name="")
        self.add(at, source, "message.sent", text=text, author=source)

    def transcript(self, line: int, **stored: Any) -> Transcript:
        if not self._events:
            raise Unusable(f"conversation {self._name} holds no messages")
        conversation = Conversation(self._name, self._channel, self._customer, tuple(self._events))
        return Transcript(line, conversation, stored)


def _at(value: Any) -> float:
    """Seconds, milliseconds or RFC 3339. Raises ``ValueError``."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) / 1000 if value > 1e11 else float(value)
    if isinstance(value, str) and value.strip():
        return _at(float(value)) if re.fullmatch(r"\d+(?:\.\d+)?", value.strip()) else moment(value.strip())
    raise ValueError("no time")


def _time_of(value: Any, what: str) -> float:
    try:
        return _at(value)
    except ValueError:
        raise Unusable(f"{what} {value!r} is no time") from None


def tau(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A trajectory of τ-bench with its stored reward. Trials of one task are not one customer."""
    try:
        name = f"task{int(record['task_id'])}-trial{int(record['trial'])}"
        stored = {key: int(record[key]) for key in ("task_id", "trial", "resolved", "handed_off", "gold_transfer")}
    except (KeyError, TypeError, ValueError):
        raise Unusable("wants task_id, trial, resolved, handed_off and gold_transfer") from None
    messages = record.get("messages")
    if not isinstance(messages, list):
        raise Unusable(f"{name} has no messages")
    teller = Teller(name, "tau", None, tell)
    for number, message in enumerate(messages):
        if not isinstance(message, dict):
            tell(f"{name}, message {number + 1}: not an object; not counted", True)
            continue
        at, role, content = EPOCH + number * STEP, message.get("role"), message.get("content")
        for call in message.get("tool_calls") or ():
            if call.get("name") == "transfer_to_human_agents":
                teller.add(at, "bot", "handoff.requested", reason="complexity")
                teller.add(at, "agent", "handoff.accepted", handoff_id=name, agent_id="agent", agent_name="")
        if role == "user" and content and "###STOP###" not in content:
            teller.message(at, "customer", content)
        elif role == "assistant" and content:
            teller.message(at, "bot", content)
        elif role not in ("user", "assistant", "tool", "system"):
            tell(f"{name}, message {number + 1}: unknown role {role!r}; not counted", True)
    end = EPOCH + len(messages) * STEP
    if stored["resolved"]:
        teller.add(
            end, "system", "action.performed", operation_id=name, kind="end_state_check", state="verified",
            summary="", receipt="stored reward",
        )  # fmt: skip
    teller.add(end, "system", "conversation.closed", by="system")
    return teller.transcript(line, **stored)


def rasa(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A tracker as Rasa dumps it: ``sender_id`` and ``events``."""
    name, events = record.get("sender_id"), record.get("events")
    if not isinstance(name, str) or not isinstance(events, list):
        raise Unusable("wants sender_id and events")
    teller = Teller(name, "rasa", None, tell)
    for number, event in enumerate(events, start=1):
        kind = event.get("event") if isinstance(event, dict) else None
        if kind is None:
            tell(f"conversation {name}, event {number}: no event name; not counted", True)
            continue
        if kind not in ("user", "bot", "pause", "action"):
            continue
        try:
            at = _at(event.get("timestamp"))
        except ValueError:
            tell(f"conversation {name}, event {number}: no timestamp; not counted", True)
            continue
        if kind in ("user", "bot") and isinstance(event.get("text"), str):
            teller.message(at, "customer" if kind == "user" else "bot", event["text"])
        elif kind == "pause" or (kind == "action" and re.search(r"hand_?o(?:ff|ver)|human", str(event.get("name")))):
            teller.add(at, "bot", "handoff.requested", reason="business_rule")
    return teller.transcript(line)


def chatwoot(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A conversation of Chatwoot's API or export: ``messages`` with ``message_type`` and ``sender``."""
    name, messages = record.get("id"), record.get("messages")
    if name is None or not isinstance(messages, list):
        raise Unusable("wants id and messages")
    sender = (record.get("meta") or {}).get("sender") or {}
    customer = sender.get("identifier") or sender.get("id")
    channel = str(record.get("channel") or "chatwoot")
    teller = Teller(str(name), channel, None if customer is None else str(customer), tell)
    last = 0.0
    for number, message in enumerate(messages, start=1):
        place = f"conversation {name}, message {number}"
        if not isinstance(message, dict):
            tell(f"{place}: not an object; not counted", True)
            continue
        try:
            last = _at(message.get("created_at"))
        except ValueError:
            tell(f"{place}: created_at {message.get('created_at')!r} is no time; not counted", True)
            continue
        source = _chatwoot_source(message)
        if source is None:
            if message.get("message_type") not in (2, "activity"):
                tell(f"{place}: unknown message_type {message.get('message_type')!r}; not counted", True)
            continue
        text = str(message.get("content") or "")
        if message.get("private"):
            teller.add(last, source, "note.added", text=text, author=source)
        else:
            teller.message(last, source, text)
    if record.get("status") == "resolved":
        teller.add(last, "system", "conversation.closed", by="system")
    return teller.transcript(line, status=record.get("status"))


def _chatwoot_source(message: Mapping[str, Any]) -> str | None:
    kind = message.get("message_type")
    if kind in (0, "incoming"):
        return "customer"
    if kind in (1, "outgoing", 3, "template"):
        sender = str((message.get("sender") or {}).get("type") or message.get("sender_type") or "").lower()
        return "agent" if sender == "user" else "bot"
    return None


def intercom(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A conversation of Intercom's API or export: ``source`` and ``conversation_parts``."""
    name, parts = record.get("id"), record.get("conversation_parts")
    if isinstance(parts, dict):
        parts = parts.get("conversation_parts")
    if name is None or not isinstance(parts, list):
        raise Unusable("wants id and conversation_parts")
    opening = record.get("source") or {}
    author = opening.get("author") or {}
    customer = author.get("id") if author.get("type") == "user" else None
    channel = str(opening.get("type") or "intercom")
    teller = Teller(str(name), channel, None if customer is None else str(customer), tell)
    last = _time_of(record.get("created_at"), f"conversation {name}: created_at")
    if opening.get("body"):
        teller.message(last, _intercom_source(author), _plain(opening["body"]))
    for number, part in enumerate(parts, start=1):
        try:
            last = _at(part.get("created_at"))
        except (ValueError, AttributeError):
            tell(f"conversation {name}, part {number}: no created_at; not counted", True)
            continue
        kind, source = part.get("part_type"), _intercom_source(part.get("author") or {})
        if kind == "note":
            teller.add(last, source, "note.added", text=_plain(part.get("body") or ""), author=source)
        elif part.get("body"):
            teller.message(last, source, _plain(part["body"]))
        if kind == "close":
            teller.add(last, "agent" if source == "agent" else "system", "conversation.closed", by=source)
    rating = (record.get("conversation_rating") or {}).get("rating")
    if isinstance(rating, int) and 1 <= rating <= 5:
        teller.add(last, "customer", "survey.answered", episode_id="", form="ces7", csat=rating)
    state = (record.get("ai_agent") or {}).get("resolution_state")
    if state == "confirmed_resolution":
        teller.add(last, "customer", "feedback.given", kind="solved")
    return teller.transcript(line, resolution_state=state)


def _intercom_source(author: Mapping[str, Any]) -> str:
    return {"admin": "agent", "teammate": "agent", "bot": "bot"}.get(str(author.get("type")), "customer")


def _plain(html: str) -> str:
    return unescape(_TAG.sub(" ", html)).strip()


SOURCE_WORDS: Final = {
    "customer": "customer", "user": "customer", "visitor": "customer", "contact": "customer", "client": "customer",
    "bot": "bot", "assistant": "bot", "ai": "bot", "agent": "agent", "human": "agent", "operator": "agent",
    "admin": "agent", "system": "system",
}  # fmt: skip
COLUMNS: Final = {
    "conversation": ("conversation_id", "conversation", "chat_id", "session_id", "ticket_id"),
    "time": ("occurred_at", "timestamp", "created_at", "time", "date"),
    "source": ("source", "author", "role", "sender", "speaker"),
    "text": ("text", "message", "content", "body"),
    "customer": ("customer_id", "user_id", "contact_id"),
    "channel": ("channel",),
}


def columns(header: Sequence[str]) -> dict[str, str]:
    """Our names for the columns that are there. Raises ``Unusable`` without conversation, source and text."""
    by_name = {name.strip().lower(): name for name in header}
    found = {ours: by_name[name] for ours, names in COLUMNS.items() for name in reversed(names) if name in by_name}
    missing = [name for name in ("conversation", "source", "text") if name not in found]
    if missing:
        raise Unusable(
            f"has no column for {', '.join(missing)} (one of {'; '.join(', '.join(COLUMNS[m]) for m in missing)})"
        )
    return found


def table(rows: Sequence[tuple[int, Mapping[str, Any]]], names: Mapping[str, str], tell: Tell) -> Transcript:
    """The rows of one conversation, in the order of the file."""
    first = rows[0][1]
    conversation = str(first[names["conversation"]])
    customer = str(first[names["customer"]] or "") if "customer" in names else ""
    channel = str(first[names["channel"]] or "csv") if "channel" in names else "csv"
    teller = Teller(conversation, channel, customer or None, tell)
    before = 0.0
    for number, (line, row) in enumerate(rows):
        said = str(row[names["source"]] or "").strip().lower()
        source = SOURCE_WORDS.get(said)
        if source is None:
            tell(f"row {line}: source {said!r} is none of {', '.join(SOURCE_WORDS)}; not counted", True)
            continue
        at = EPOCH + number * STEP
        if "time" in names:
            try:
                at = _at(row[names["time"]])
            except ValueError:
                tell(f"row {line}: {row[names['time']]!r} is no time; read as the time before", False)
                at = before
        if at < before:
            tell(f"row {line}: the clock goes back by {before - at:.0f} s; held at the time before", False)
        before = max(at, before)
        teller.message(before, source, str(row[names["text"]] or ""))
    return teller.transcript(rows[0][0])
