"""Exports of Chatwoot and Intercom, told in our events. Each function makes one transcript of one record, or raises
``Unusable``.

Both have people behind them, so both say where a person was asked for: Chatwoot when it assigns a conversation to
somebody or a team, Intercom also in the state of its AI agent. That is a request and no answer; a person took part
where one wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, Final

from eval.transcripts.model import Transcript, Unusable
from eval.transcripts.own import Tell
from eval.transcripts.teller import Teller, how_many, part, time_of

_TAG = re.compile(r"<[^>]+>")
_ASSIGNED = re.compile(
    r"\bassigned to \S|\bself-assigned\b|\bassigned (?:and reopened )?the conversation\b", re.IGNORECASE
)
_BOT_ASSIGNEE = re.compile(r"bot|captain|assistant", re.IGNORECASE)
AUTHORS: Final = {
    "admin": "agent", "teammate": "agent", "team": "agent", "bot": "bot", "workflow": "bot", "user": "customer",
    "lead": "customer", "contact": "customer", "visitor": "customer",
}  # fmt: skip
"""Who wrote a part of an Intercom conversation."""
ESCALATED: Final = frozenset({"escalated", "procedure_handoff"})
STATES: Final = ESCALATED | {"assumed_resolution", "confirmed_resolution", "negative_feedback"}


def chatwoot(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A conversation of Chatwoot's API or export: ``messages`` with ``message_type`` and ``sender``."""
    name, messages = record.get("id"), record.get("messages")
    if name is None or not isinstance(messages, list):
        raise Unusable("wants id and messages")
    meta = part(record, "meta")
    customer = part(meta, "sender").get("identifier") or part(meta, "sender").get("id")
    channel = str(record.get("channel") or "chatwoot")
    teller = Teller(str(name), channel, None if customer is None else str(customer), tell)
    last = 0.0
    for number, message in enumerate(messages, start=1):
        place = f"conversation {name}, message {number}"
        if not isinstance(message, dict):
            tell(f"{place}: not an object; not counted", True)
            continue
        if message.get("id") is not None and teller.is_again(message["id"], message, "message"):
            continue
        try:
            last = time_of(message.get("created_at"))
        except ValueError:
            tell(f"{place}: created_at {message.get('created_at')!r} is no time; not counted", True)
            continue
        _chatwoot_message(message, last, teller, place, tell)
    if _chatwoot_assigned(record, meta):
        teller.hand_over(last, "system")
    if record.get("status") == "resolved":
        teller.add(last, "system", "conversation.closed", by="system")
    return teller.transcript(line, status=record.get("status"))


def _chatwoot_message(message: Mapping[str, Any], at: float, teller: Teller, place: str, tell: Tell) -> None:
    kind, content = message.get("message_type"), message.get("content")
    source = _chatwoot_source(message)
    if kind in (2, "activity"):
        if isinstance(content, str) and _ASSIGNED.search(content):
            teller.hand_over(at, "system")
    elif source is None:
        tell(f"{place}: unknown message_type {kind!r}; not counted", True)
    elif message.get("content_type") == "input_csat":
        _csat(message, at, teller, place, tell)
    elif message.get("private"):
        teller.add(at, source, "note.added", text=str(content or ""), author=source)
    else:
        teller.message(at, source, content, place, how_many(message, "attachments"))


def _csat(message: Mapping[str, Any], at: float, teller: Teller, place: str, tell: Tell) -> None:
    """The question is no answer to the customer; theirs to it stands in the same message."""
    teller.add(at, "system", "survey.offered", episode_id="", form="ces7")
    said = part(part(part(message, "content_attributes"), "submitted_values"), "csat_survey_response")
    if said:
        _rating(said.get("rating"), at, teller, place, tell)


def _rating(rating: Any, at: float, teller: Teller, place: str, tell: Tell) -> None:
    if isinstance(rating, int) and not isinstance(rating, bool) and 1 <= rating <= 5:
        teller.add(at, "customer", "survey.answered", episode_id="", form="ces7", csat=rating)
    else:
        tell(f"{place}: rating {rating!r} is not one of 1 to 5; not counted", True)


def _chatwoot_source(message: Mapping[str, Any]) -> str | None:
    kind = message.get("message_type")
    if kind in (0, "incoming"):
        return "customer"
    if kind in (1, "outgoing", 3, "template"):
        sender = str(part(message, "sender").get("type") or message.get("sender_type") or "").lower()
        return "agent" if sender == "user" else "bot"
    return None


def _chatwoot_assigned(record: Mapping[str, Any], meta: Mapping[str, Any]) -> bool:
    """Whether it stands with a team, or with somebody who is no bot."""
    kind = meta.get("assignee_type") or record.get("assignee_type") or part(meta, "assignee").get("type")
    named = meta.get("assignee") or record.get("assignee_id")
    return bool(meta.get("team") or record.get("team_id") or (named and not _BOT_ASSIGNEE.search(str(kind))))


def intercom(record: Mapping[str, Any], line: int, tell: Tell) -> Transcript:
    """A conversation of Intercom's API or export: ``source`` and ``conversation_parts``."""
    name, parts = record.get("id"), record.get("conversation_parts")
    if isinstance(parts, dict):
        parts = parts.get("conversation_parts")
    if name is None or not isinstance(parts, list):
        raise Unusable("wants id and conversation_parts")
    opening = part(record, "source")
    author = part(opening, "author")
    customer = author.get("id") if author.get("type") == "user" else None
    channel = str(opening.get("type") or "intercom")
    teller = Teller(str(name), channel, None if customer is None else str(customer), tell)
    try:
        last = time_of(record.get("created_at"))
    except ValueError:
        raise Unusable(f"conversation {name}: created_at {record.get('created_at')!r} is no time") from None
    standing = _intercom_assigned(record)
    if opening.get("body") or how_many(opening, "attachments"):
        _intercom_message(opening, last, teller, f"conversation {name}, source", tell)
    for number, each in enumerate(parts, start=1):
        place = f"conversation {name}, part {number}"
        if not isinstance(each, dict):
            tell(f"{place}: not an object; not counted", True)
            continue
        if each.get("id") is not None and teller.is_again(each["id"], each, "part"):
            continue
        try:
            last = time_of(each.get("created_at"))
        except ValueError:
            tell(f"{place}: created_at {each.get('created_at')!r} is no time; not counted", True)
            continue
        if standing and each.get("part_type") == "close":
            teller.hand_over(last, "system")
        _intercom_part(each, last, teller, place, tell)
    if standing:
        teller.hand_over(last, "system")
    rating = part(record, "conversation_rating").get("rating")
    if rating is not None:
        _rating(rating, last, teller, f"conversation {name}", tell)
    return teller.transcript(line, resolution_state=_state(record, last, teller, f"conversation {name}", tell))


def _intercom_part(each: Mapping[str, Any], at: float, teller: Teller, place: str, tell: Tell) -> None:
    """A part with a body says something, whatever its type; of the others only assignments and closings are read."""
    kind, files = each.get("part_type"), how_many(each, "attachments")
    source = _author(each)
    if kind == "note":
        teller.add(at, source or "system", "note.added", text=_plain(each.get("body")), author=source or "system")
    elif each.get("body") or files or kind == "comment":
        _intercom_message(each, at, teller, place, tell)
    if part(each, "assigned_to").get("type") in ("admin", "team"):
        teller.hand_over(at, source or "system")
    if kind == "close":
        by = source or "system"
        teller.add(at, "agent" if source == "agent" else "system", "conversation.closed", by=by)


def _intercom_message(each: Mapping[str, Any], at: float, teller: Teller, place: str, tell: Tell) -> None:
    source = _author(each)
    if source is None:
        tell(f"{place}: author {part(each, 'author').get('type')!r} is none of {', '.join(AUTHORS)}; not counted", True)
    else:
        teller.message(at, source, _plain(each.get("body")), place, how_many(each, "attachments"))


def _author(each: Mapping[str, Any]) -> str | None:
    return AUTHORS.get(str(part(each, "author").get("type")))


def _intercom_assigned(record: Mapping[str, Any]) -> bool:
    """Whether it stands with a person or a team, or the AI agent says that it gave up."""
    standing = record.get("admin_assignee_id") or record.get("team_assignee_id")
    return bool(standing) or part(record, "ai_agent").get("resolution_state") in ESCALATED


def _state(record: Mapping[str, Any], at: float, teller: Teller, place: str, tell: Tell) -> Any:
    state = part(record, "ai_agent").get("resolution_state")
    if state == "confirmed_resolution":
        teller.add(at, "customer", "feedback.given", kind="solved")
    elif state == "negative_feedback":
        teller.add(at, "customer", "feedback.given", kind="not_solved")
    elif state is not None and state not in STATES:
        tell(f"{place}: unknown resolution_state {state!r}; read as none", False)
    return state


def _plain(html: Any) -> str:
    return unescape(_TAG.sub(" ", html)).strip() if isinstance(html, str) else ""
